package cel

import (
	"strings"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// translate is Tekton's: each match of a pattern becomes the replacement, in which $1 and ${name} are groups. Unlike
// regex.replace it has Go's replacements.
func translate(args ...ref.Val) ref.Val {
	expr, ok := args[1].(types.String)
	if !ok {
		return noOverload("translate")
	}
	p, err := compilePattern(string(expr))
	if err != nil {
		return types.WrapErr(err)
	}
	return p.translate(args[0], args[2])
}

func (p pattern) translate(text, replacement ref.Val) ref.Val {
	s, ok1 := text.(types.String)
	with, ok2 := replacement.(types.String)
	if !ok1 || !ok2 {
		return noOverload("translate")
	}
	if err := checkSubject(string(s), p.size); err != nil {
		return types.WrapErr(err)
	}
	return types.String(p.re.ReplaceAllString(string(s), string(with)))
}

// translatePrice is the price of translate with a pattern that is not known before.
func translatePrice(a *arguments) (cost, error) {
	c, err := patternPrice(a)
	if err != nil {
		return c, err
	}
	return translated(c, a)
}

// translatePrice is that of translate with a pattern that was compiled with the expression.
func (p pattern) translatePrice(a *arguments) (cost, error) {
	c, err := p.price(a)
	if err != nil {
		return c, err
	}
	return translated(c, a)
}

// translated adds to the price of the search that of the result: each place of the text may become the replacement, and each $
// in it a whole match.
func translated(search cost, a *arguments) (cost, error) {
	text, replacement := min(length(a[0]), maxPatternSubject), length(a[2])
	if replacement > maxPatternText {
		return search, &guardError{"the replacement is longer than 64 KiB"}
	}
	references := 1
	if s, ok := a[2].(types.String); ok {
		references += strings.Count(string(s), "$")
	}
	result := (text+1)*replacement + references*text
	if err := checkBytes(result); err != nil {
		return search, err
	}
	// A replacement is read once for each match.
	return cost{search.work + 2*(text+1) + result/jsonUnit, search.bytes + (text+1)*matchBytes/2 + 2*result}, nil
}
