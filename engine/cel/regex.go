package cel

import (
	"regexp"
	"regexp/syntax"
	"strings"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// Bounds of regular expressions. Go's engine takes steps in proportion to text times program.
const (
	maxPatternText    = 64 << 10
	maxPatternSize    = 5_000     // instructions of the compiled program, about
	maxPatternSubject = 256 << 10 // bytes of text
	maxPatternWork    = 8 << 20   // bytes of text times instructions
)

// pattern is a regular expression whose cost is known.
type pattern struct {
	re   *regexp.Regexp
	size int
}

// compilePattern compiles a pattern unless it is too large. Its size is estimated first, because a pattern of a few characters
// may compile to millions of instructions.
func compilePattern(text string) (pattern, error) {
	size, err := sizeOfPattern(text)
	if err != nil {
		return pattern{}, err
	}
	re, err := regexp.Compile(text)
	return pattern{re, size}, err
}

func sizeOfPattern(text string) (int, error) {
	if len(text) > maxPatternText {
		return 0, &guardError{"the pattern is longer than 64 KiB"}
	}
	tree, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		return 0, err
	}
	size := instructions(tree)
	if size > maxPatternSize {
		return 0, &guardError{"the pattern is too large"}
	}
	return size, nil
}

// instructions estimates the length of the program that a pattern compiles to, at most a little above maxPatternSize.
func instructions(re *syntax.Regexp) int {
	n := 1
	if re.Op == syntax.OpLiteral {
		n = len(re.Rune)
	}
	for _, sub := range re.Sub {
		if n += instructions(sub) + 1; n > maxPatternSize {
			return n
		}
	}
	if re.Op == syntax.OpRepeat {
		n *= max(1, re.Min+1, re.Max) // both at most 1000
	}
	return min(n, maxPatternSize+1)
}

// checkSubject refuses a text that takes too long to search.
func checkSubject(text string, size int) error {
	if len(text) > maxPatternSubject {
		return &guardError{"the text is longer than the 256 KiB that a pattern may search"}
	}
	if len(text)*size > maxPatternWork {
		return &guardError{"the text is too long for so large a pattern"}
	}
	return nil
}

// What a search takes: units by text times program, and bytes by what each place of the text may become.
const (
	searchUnit  = 16 // instructions that one unit passes a byte through
	matchBytes  = 96 // of the places of one match
	programUnit = 4  // units to compile an instruction
	programSize = 256
)

// patternPrice is the price of all functions whose first arguments are a text and a pattern that is not known before.
func patternPrice(a *arguments) (cost, error) {
	text, ok1 := a[0].(types.String)
	expr, ok2 := a[1].(types.String)
	if !ok1 || !ok2 {
		return cost{work: 1}, nil // the function itself refuses them
	}
	size, err := sizeOfPattern(string(expr))
	c := cost{work: 10 + min(len(expr), maxPatternText)*programUnit}
	if err != nil {
		return c, err
	}
	return cost{c.work + size*programUnit + searchWork(len(text), size), size * programSize}, checkSubject(string(text), size)
}

func searchWork(text, size int) int { return 1 + (min(text, maxPatternSubject)+1)*(size+1)/searchUnit }

// price is that of searching a text for a pattern that was compiled with the expression.
func (p pattern) price(a *arguments) (cost, error) {
	text, _ := a[0].(types.String)
	return cost{work: searchWork(len(text), p.size)}, nil
}

// extractAllPrice: each place of the text may be a match.
func extractAllPrice(a *arguments) (cost, error) {
	c, err := patternPrice(a)
	n := min(length(a[0]), maxPatternSubject) + 1
	c.work += 2 * n
	c.bytes += n * matchBytes
	return c, err
}

// regexReplacePrice counts the result as well: each match may become the replacement, and each \n in it a whole match.
func regexReplacePrice(a *arguments) (cost, error) {
	c, err := extractAllPrice(a)
	if err != nil {
		return c, err
	}
	text, replacement := length(a[0]), length(a[2])
	if replacement > maxPatternText {
		return c, &guardError{"the replacement is longer than 64 KiB"}
	}
	references := 1
	if s, ok := a[2].(types.String); ok {
		references += strings.Count(string(s), `\\`)
	}
	result := 4 * ((text+1)*replacement + references*text) // it is taken apart into runes
	if err := checkBytes(result); err != nil {
		return c, err
	}
	return cost{c.work + result/textUnit, c.bytes + result}, nil
}

func (p pattern) matches(text ref.Val) ref.Val {
	s, ok := text.(types.String)
	if !ok {
		return noOverload("matches")
	}
	if err := checkSubject(string(s), p.size); err != nil {
		return types.WrapErr(err)
	}
	return types.Bool(p.re.MatchString(string(s)))
}
