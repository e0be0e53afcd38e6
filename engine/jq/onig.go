package jq

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The regular expressions of jq are Oniguruma's, in its Perl syntax: \d, \w, \s, \b and the classes of POSIX know Unicode, ^
// and $ are the ends of the text unless (?m), and only a newline ends a line. onigPattern writes one in what is the same
// everywhere: classes of characters, categories of Unicode, groups, looking around and quantifiers.

// onigFlags are the options that may change inside of a pattern.
type onigFlags struct {
	fold  bool // any case
	all   bool // a dot matches a newline too
	lines bool // ^ and $ are the ends of lines
	blank bool // blanks and comments are left out
}

// onigReader reads a pattern and writes the other.
type onigReader struct {
	in    string
	at    int
	out   strings.Builder
	flags onigFlags
	count int // of the groups that capture
}

// maxOnigGroups is how deep groups may be nested.
const maxOnigGroups = 200

// onigPattern translates a pattern; the error says what is wrong with it, or what cannot be translated.
func onigPattern(pattern string, flags onigFlags) (string, error) {
	r := &onigReader{in: pattern, flags: flags, count: onigGroups(pattern)}
	if err := r.alternatives(0); err != nil {
		return "", err
	}
	if r.at < len(r.in) {
		return "", errors.New("a closing parenthesis has no opening one")
	}
	return r.out.String(), nil
}

// onigGroups counts the groups that capture. A number behind a backslash is one of them, or that of a character.
func onigGroups(pattern string) int {
	n, class := 0, false
	for i := 0; i < len(pattern); i++ {
		switch pattern[i] {
		case '\\':
			i++
		case '[':
			class = true
		case ']':
			class = false
		case '(':
			rest := pattern[i+1:]
			named := strings.HasPrefix(rest, "?'") || strings.HasPrefix(rest, "?<") && !strings.HasPrefix(rest, "?<=") && !strings.HasPrefix(rest, "?<!")
			if !class && (named || !strings.HasPrefix(rest, "?")) {
				n++
			}
		}
	}
	return n
}

func (r *onigReader) more() bool { return r.at < len(r.in) }

// next reads a character.
func (r *onigReader) next() rune {
	c, size := utf8.DecodeRuneInString(r.in[r.at:])
	r.at += size
	return c
}

// take reads a text if it comes next.
func (r *onigReader) take(text string) bool {
	if !strings.HasPrefix(r.in[r.at:], text) {
		return false
	}
	r.at += len(text)
	return true
}

// until reads up to an end, which must come, and passes over that.
func (r *onigReader) until(end string) (string, error) {
	text, _, ok := strings.Cut(r.in[r.at:], end)
	if !ok {
		return "", fmt.Errorf("%q is missing", end)
	}
	r.at += len(text) + len(end)
	return text, nil
}

// alternatives reads up to the end of a group, or of the pattern. Options that are set in it end with it.
func (r *onigReader) alternatives(depth int) error {
	if depth > maxOnigGroups {
		return errors.New("groups are nested too deep")
	}
	before := r.flags
	defer func() { r.flags = before }()
	for r.more() {
		switch {
		case r.in[r.at] == ')':
			return nil
		case r.take("|"):
			r.out.WriteByte('|')
		case r.flags.blank && strings.ContainsRune(" \t\n\r\f\v", rune(r.in[r.at])):
			r.at++
		case r.flags.blank && r.in[r.at] == '#':
			line, _, _ := strings.Cut(r.in[r.at:], "\n")
			r.at += len(line)
		case r.take("(?#"):
			if _, err := r.until(")"); err != nil {
				return err
			}
		default:
			start := r.out.Len()
			quantified, err := r.atom(depth)
			if err != nil {
				return err
			}
			if err := r.quantifiers(start, quantified); err != nil {
				return err
			}
		}
	}
	if depth > 0 {
		return errors.New("a parenthesis is not closed")
	}
	return nil
}

// atom reads what a quantifier may follow, and reports whether one may.
func (r *onigReader) atom(depth int) (quantified bool, err error) {
	c := r.next()
	switch c {
	case '(':
		return r.group(depth)
	case '[':
		return true, r.class()
	case '\\':
		return r.escape()
	case '.':
		if r.flags.all {
			r.out.WriteString(`[\x00-\x{10FFFF}]`)
		} else {
			r.out.WriteString(`[^\n]`)
		}
	case '^':
		if r.flags.lines {
			r.out.WriteString(`(?:\A|(?<=\n)(?!\z))`)
		} else {
			r.out.WriteString(`\A`)
		}
	case '$':
		if r.flags.lines {
			r.out.WriteString(`(?=\n|\z)`)
		} else {
			r.out.WriteString(onigEnd)
		}
	case '*', '+', '?':
		return false, errors.New("a quantifier has nothing to repeat")
	default:
		r.character(c)
	}
	return true, nil
}

// onigEnd is the end of the text, or a newline before that.
const onigEnd = `(?=\n?\z)`

// character writes a character that stands for itself, and in any case for those that are the same but for their case.
func (r *onigReader) character(c rune) {
	if !r.flags.fold || unicode.SimpleFold(c) == c {
		r.out.WriteString(onigQuote(c))
		return
	}
	r.out.WriteByte('[')
	r.out.WriteString(onigQuote(c))
	for other := unicode.SimpleFold(c); other != c; other = unicode.SimpleFold(other) {
		r.out.WriteString(onigQuote(other))
	}
	r.out.WriteByte(']')
}

// onigQuote writes a character so that it means nothing else anywhere.
func onigQuote(c rune) string {
	switch {
	case isDigit(byte(c)) && c < utf8.RuneSelf, c < utf8.RuneSelf && unicode.IsLetter(c):
		return string(c)
	case c <= 0xff:
		return fmt.Sprintf(`\x%02X`, c)
	default:
		return fmt.Sprintf(`\x{%X}`, c)
	}
}

// group reads a group, behind its parenthesis.
func (r *onigReader) group(depth int) (quantified bool, err error) {
	open := "("
	if r.take("?") {
		switch {
		case r.take(":"), r.take("="), r.take("!"), r.take(">"), r.take("<="), r.take("<!"):
			open = "(?" + strings.TrimPrefix(r.in[strings.LastIndexByte(r.in[:r.at], '('):r.at], "(?")
		case r.take("<"), r.take("'"):
			name, err := r.until(map[byte]string{'<': ">", '\'': "'"}[r.in[r.at-1]])
			if err != nil {
				return false, err
			}
			if name == "" || isDigit(name[0]) {
				return false, errors.New("a group has no valid name")
			}
			open = "(?<" + name + ">"
		default:
			return r.options(depth)
		}
	}
	r.out.WriteString(open)
	if err := r.alternatives(depth + 1); err != nil {
		return false, err
	}
	r.at++ // the closing parenthesis
	r.out.WriteByte(')')
	return true, nil
}

// options reads (?imsx-imsx) or (?imsx-imsx:…), behind the question mark.
func (r *onigReader) options(depth int) (quantified bool, err error) {
	set, flags := true, r.flags
	for r.more() {
		switch c := r.next(); c {
		case '-':
			set = false
		case 'i':
			flags.fold = set
		case 'm':
			flags.lines = set
		case 's':
			flags.all = set
		case 'x':
			flags.blank = set
		case ')':
			r.flags = flags // up to the end of the group around it
			return false, nil
		case ':':
			before := r.flags
			r.flags = flags
			r.out.WriteString("(?:")
			if err := r.alternatives(depth + 1); err != nil {
				return false, err
			}
			r.flags = before
			r.at++
			r.out.WriteByte(')')
			return true, nil
		default:
			return false, fmt.Errorf("(?%c is no group", c)
		}
	}
	return false, errors.New("a parenthesis is not closed")
}

// quantifiers reads all quantifiers behind what was written from start on.
func (r *onigReader) quantifiers(start int, quantified bool) error {
	for n := 0; r.more(); n++ {
		from := r.at
		interval := false
		switch r.in[r.at] {
		case '*', '+', '?':
			r.at++
		case '{':
			var err error
			if interval, err = r.interval(); err != nil || !interval {
				return err
			}
		default:
			return nil
		}
		if !quantified {
			return errors.New("a quantifier has nothing to repeat")
		}
		text := r.in[from:r.at]
		if r.take("?") {
			text += "?"
		} else if !interval && r.take("+") { // behind an interval it is one more quantifier
			text += "+"
		}
		whole := r.out.String()
		if n > 0 || whole[start:] == "" {
			whole = whole[:start] + "(?:" + whole[start:] + ")"
		}
		r.out.Reset()
		r.out.WriteString(whole + text)
	}
	return nil
}

// maxOnigRepeat is the most that an interval may say.
const maxOnigRepeat = 100_000

// interval reads {n}, {n,} or {n,m}; anything else in braces is text.
func (r *onigReader) interval() (bool, error) {
	body, _, ok := strings.Cut(r.in[r.at+1:], "}")
	low, high, _ := strings.Cut(body, ",")
	if !ok || !onigNumber.MatchString(body) {
		return false, nil
	}
	least, err := strconv.Atoi(low)
	most := least
	if err == nil && high != "" {
		most, err = strconv.Atoi(high)
	}
	if err != nil || most < least || most > maxOnigRepeat {
		return false, errors.New("a quantifier has no valid range")
	}
	r.at += len(body) + len("{}")
	return true, nil
}

// onigNumber is what stands in the braces of an interval.
var onigNumber = regexp.MustCompile(`^[0-9]+(,[0-9]*)?$`)
