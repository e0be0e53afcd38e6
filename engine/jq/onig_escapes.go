package jq

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// escape reads what stands behind a backslash outside of a class.
func (r *onigReader) escape() (quantified bool, err error) {
	if !r.more() {
		return false, errors.New("a backslash ends the pattern")
	}
	start := r.at
	if set, ok, err := r.set(); ok || err != nil {
		r.out.WriteString("[" + set.in + "]")
		return true, err
	}
	switch c := r.next(); c {
	case 'A', 'z', 'G':
		r.out.WriteString(`\` + string(c))
	case 'Z':
		r.out.WriteString(onigEnd)
	case 'b':
		fmt.Fprintf(&r.out, `(?:(?<=[%[1]s])(?![%[1]s])|(?<![%[1]s])(?=[%[1]s]))`, onigWord.in)
	case 'B':
		fmt.Fprintf(&r.out, `(?:(?<=[%[1]s])(?=[%[1]s])|(?<![%[1]s])(?![%[1]s]))`, onigWord.in)
	case 'Q':
		text, _, found := strings.Cut(r.in[r.at:], `\E`)
		if r.at += len(text); found {
			r.at += len(`\E`)
		}
		for _, c := range text {
			r.character(c)
		}
		return text != "", nil
	case 'E':
		return true, nil
	case 'k':
		if !r.take("<") && !r.take("'") {
			r.character('k')
			return true, nil
		}
		name, err := r.until(map[byte]string{'<': ">", '\'': "'"}[r.in[r.at-1]])
		switch {
		case err != nil:
			return false, err
		case name == "" || strings.ContainsAny(name, "+-"):
			return false, errors.New("a reference to a group by its distance cannot be translated")
		case isDigit(name[0]):
			r.out.WriteString(`(?:\` + name + `)`)
		default:
			r.out.WriteString(`\k<` + name + `>`)
		}
	case 'g':
		if r.more() && (r.in[r.at] == '<' || r.in[r.at] == '\'') {
			return false, errors.New("a call of a group cannot be translated")
		}
		r.character('g')
	case '1', '2', '3', '4', '5', '6', '7', '8', '9':
		end := r.at
		for end < len(r.in) && isDigit(r.in[end]) {
			end++
		}
		n, err := strconv.Atoi(r.in[start:end])
		if err != nil || n > 9 && n > r.count { // octal
			r.at = start
			c, err := r.escaped()
			if err == nil {
				r.character(c)
			}
			return true, err
		}
		if n > r.count {
			return false, errors.New("a reference has no group")
		}
		r.at = end
		r.out.WriteString(`(?:\` + r.in[start:end] + `)`)
	default:
		r.at = start
		c, err := r.escaped()
		if err != nil {
			return false, err
		}
		r.character(c)
	}
	return true, nil
}

// set reads the name of a set of characters, behind the backslash; ok is false when there is none.
func (r *onigReader) set() (set onigSet, ok bool, err error) {
	negated := unicode.IsUpper(rune(r.in[r.at]))
	switch r.in[r.at] | 0x20 {
	case 'd':
		set = onigDigit
	case 'w':
		set = onigWord
	case 's':
		set = onigSpace
	case 'p':
		if !strings.HasPrefix(r.in[r.at+1:], "{") {
			return set, false, nil
		}
		r.at += len("p{")
		name, err := r.until("}")
		if err != nil {
			return set, false, err
		}
		plain, inverted := strings.CutPrefix(name, "^")
		if set, ok = onigProperty(plain); !ok {
			return set, false, errors.New("a property of characters has an unknown name")
		}
		negated = negated != inverted
		r.at-- // of what is passed over below
	default:
		return set, false, nil
	}
	r.at++
	if r.flags.fold {
		set = onigFolded(set)
	}
	if negated {
		set.in, set.out = set.out, set.in
	}
	return set, true, nil
}

// onigFolded adds to a set of letters of one case those of the others.
func onigFolded(set onigSet) onigSet {
	for _, category := range []string{`\p{Lu}`, `\p{Ll}`, `\p{Lt}`} {
		if more, ok := strings.CutPrefix(set.in, category); ok {
			return onigSet{`\p{Lu}\p{Ll}\p{Lt}` + more, `\p{Lm}\p{Lo}\p{M}\p{N}\p{P}\p{S}\p{Z}\p{C}`}
		}
	}
	return set
}

// escaped reads the character that an escape stands for, behind the backslash.
func (r *onigReader) escaped() (rune, error) {
	c := r.next()
	switch c {
	case 't':
		return '\t', nil
	case 'n':
		return '\n', nil
	case 'r':
		return '\r', nil
	case 'f':
		return '\f', nil
	case 'a':
		return '\a', nil
	case 'e':
		return 0x1b, nil
	case 'c':
		if !r.more() {
			return 0, errors.New("a control character is missing")
		}
		return r.next() & 0x1f, nil
	case 'x':
		return r.hexadecimal()
	case '0', '1', '2', '3', '4', '5', '6', '7':
		r.at--
		return r.number(8, 3)
	}
	return c, nil
}

// hexadecimal reads \xhh or \x{hhhh}, behind the x.
func (r *onigReader) hexadecimal() (rune, error) {
	if !r.take("{") {
		return r.number(16, 2)
	}
	digits, err := r.until("}")
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseUint(digits, 16, 32)
	if err != nil || n > unicode.MaxRune {
		return 0, errors.New("a character has no valid number")
	}
	return rune(n), nil
}

// number reads the number of a character, which has no digit at all where it is 0.
func (r *onigReader) number(base, digits int) (rune, error) {
	end := r.at
	for end < len(r.in) && end-r.at < digits {
		if _, err := strconv.ParseUint(r.in[end:end+1], base, 8); err != nil {
			break
		}
		end++
	}
	n, _ := strconv.ParseUint(r.in[r.at:end], base, 32) // no digits: 0
	r.at = end
	if n > 0x7f {
		return 0, errors.New("bytes of characters cannot be translated; write \\x{…}")
	}
	return rune(n), nil
}

// class reads a class of characters, behind its bracket. Inside of it a bracket is text, but for [:name:].
func (r *onigReader) class() error {
	negated := r.take("^")
	start := r.at
	var b strings.Builder
	for r.more() {
		if r.in[r.at] == ']' && r.at > start {
			r.at++
			r.out.WriteByte('[')
			if negated {
				r.out.WriteByte('^')
			}
			r.out.WriteString(b.String() + "]")
			return nil
		}
		from, set, err := r.member()
		if err != nil {
			return err
		}
		if set != "" {
			b.WriteString(set)
			continue
		}
		to := from
		if rest := r.in[r.at:]; len(rest) > 1 && rest[0] == '-' && rest[1] != ']' {
			r.at++
			if to, set, err = r.member(); err != nil {
				return err
			}
			if set != "" { // the dash is text
				r.foldedRange(&b, from, from)
				r.foldedRange(&b, '-', '-')
				b.WriteString(set)
				continue
			}
			if to < from {
				return errors.New("a range of characters is empty")
			}
		}
		r.foldedRange(&b, from, to)
	}
	return errors.New("a class of characters is not closed")
}

// member reads one member of a class: a character, or a set.
func (r *onigReader) member() (c rune, set string, err error) {
	if r.take("[:") {
		name, _, ok := strings.Cut(r.in[r.at:], ":]")
		plain, inverted := strings.CutPrefix(name, "^")
		posix, known := onigPOSIX[plain]
		if plain == "punct" {
			posix = onigSet{`\p{P}$+<=>\x5E` + "`" + `\x7C~`, `\p{L}\p{M}\p{N}\p{Z}\p{C}\p{Sc}\p{So}`}
		}
		if ok && known && plain != "any" {
			r.at += len(name) + len(":]")
			if r.flags.fold {
				posix = onigFolded(posix)
			}
			if inverted {
				return 0, posix.out, nil
			}
			return 0, posix.in, nil
		}
		r.at -= len("[:")
	}
	c = r.next()
	if c != '\\' {
		return c, "", nil
	}
	if !r.more() {
		return 0, "", errors.New("a backslash ends the pattern")
	}
	if named, ok, err := r.set(); ok || err != nil {
		return 0, named.in, err
	}
	if r.take("b") {
		return '\b', "", nil
	}
	c, err = r.escaped()
	return c, "", err
}

// foldedRange writes a range, in any case with the characters that are the same but for their case. Of a wide range these
// are nearly all in it.
func (r *onigReader) foldedRange(b *strings.Builder, from, to rune) {
	onigRange(b, from, to)
	if !r.flags.fold || to-from > 0x400 {
		return
	}
	for c := from; c <= to; c++ {
		for other := unicode.SimpleFold(c); other != c; other = unicode.SimpleFold(other) {
			if other < from || other > to {
				onigRange(b, other, other)
			}
		}
	}
}
