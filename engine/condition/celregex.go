package condition

import (
	"regexp"
	"regexp/syntax"

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

// compilePattern compiles a pattern unless it is too large; that is found out before compiling, since a pattern of a few
// characters may compile to millions of instructions.
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

// checkPattern is the guard of all functions whose first arguments are a text and a pattern.
func checkPattern(args []ref.Val) error {
	text, ok1 := args[0].(types.String)
	expr, ok2 := args[1].(types.String)
	if !ok1 || !ok2 {
		return nil // the function itself refuses them
	}
	size, err := sizeOfPattern(string(expr))
	if err != nil {
		return err
	}
	return checkSubject(string(text), size)
}

// checkRegexReplace bounds the result as well: each match may become the replacement, and each \n in it a whole match.
func checkRegexReplace(args []ref.Val) error {
	if err := checkPattern(args); err != nil {
		return err
	}
	text, ok1 := args[0].(types.String)
	replacement, ok2 := args[2].(types.String)
	if !ok1 || !ok2 {
		return nil
	}
	if len(replacement) > maxPatternText {
		return &guardError{"the replacement is longer than 64 KiB"}
	}
	references := 1
	for _, c := range []byte(replacement) {
		if c == '\\' {
			references++
		}
	}
	return checkBytes(4 * ((len(text)+1)*len(replacement) + references*len(text))) // it is taken apart into runes
}

// matches is the binding of matches() for patterns that are only known at run time.
func matches(text, expr ref.Val) ref.Val {
	p, err := compilePattern(string(expr.(types.String)))
	if err != nil {
		return types.WrapErr(err)
	}
	return p.matches(text)
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
