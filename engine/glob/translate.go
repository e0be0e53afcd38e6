package glob

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// The errors of globs, in Java's words.
var (
	errEscape  = errors.New(`no character to escape after \`)
	errClass   = errors.New("missing ']'")
	errEmpty   = errors.New("a class without characters")
	errSlash   = errors.New("explicit name separator '/' in a class")
	errRange   = errors.New("invalid range in a class")
	errNested  = errors.New("cannot nest groups")
	errGroup   = errors.New("missing '}'")
	errText    = errors.New("not a text in UTF-8")
	errPattern = fmt.Errorf("a pattern may have %d bytes at most", maxPattern)
)

// maxPattern is the longest glob, in bytes: its regular expression is not much longer.
const maxPattern = 2_000

// translator turns a glob into a regular expression.
type translator struct {
	rest  string
	out   strings.Builder
	group bool // within { and }
}

// translate returns the regular expression of Java's that matches the paths of a glob.
func translate(glob string) (string, error) {
	switch {
	case len(glob) > maxPattern:
		return "", errPattern
	case !utf8.ValidString(glob):
		return "", errText
	}
	t := &translator{rest: glob}
	for t.rest != "" {
		if err := t.next(); err != nil {
			return "", err
		}
	}
	if t.group {
		return "", errGroup
	}
	return t.out.String(), nil
}

// next translates what stands first.
func (t *translator) next() error {
	c := t.rest[0]
	t.rest = t.rest[1:]
	switch {
	case c == '\\':
		if t.rest == "" {
			return errEscape
		}
		c, t.rest = t.rest[0], t.rest[1:]
		t.literal(c)
	case c == '[':
		return t.class()
	case c == '{':
		if t.group {
			return errNested
		}
		t.group = true
		t.out.WriteString("(?:(?:")
	case c == '}' && t.group:
		t.group = false
		t.out.WriteString("))")
	case c == ',' && t.group:
		t.out.WriteString(")|(?:")
	case c == '*' && strings.HasPrefix(t.rest, "*"):
		t.rest = t.rest[1:]
		t.out.WriteString("(?s:.*)")
	case c == '*':
		t.out.WriteString("[^/]*")
	case c == '?':
		t.out.WriteString("[^/]")
	default:
		t.literal(c)
	}
	return nil
}

// literal writes a byte that stands for itself.
func (t *translator) literal(c byte) {
	if strings.IndexByte(`\.^$|()[]{}*+?`, c) >= 0 {
		t.out.WriteByte('\\')
	}
	t.out.WriteByte(c)
}

// class translates a class, after its bracket. It never has the slash.
func (t *translator) class() error {
	t.out.WriteString("[[^/]&&[")
	switch {
	case strings.HasPrefix(t.rest, "^"):
		t.out.WriteString(`\^`)
		t.rest = t.rest[1:]
	case strings.HasPrefix(t.rest, "!-"):
		t.out.WriteString(`^\-`)
		t.rest = t.rest[2:]
	case strings.HasPrefix(t.rest, "!"):
		t.out.WriteByte('^')
		t.rest = t.rest[1:]
	case strings.HasPrefix(t.rest, "-"):
		t.out.WriteString(`\-`)
		t.rest = t.rest[1:]
	}
	const none = -1
	last, open := rune(none), false // the character before, and whether it begins a range that waits for its end
	for i, c := range t.rest {
		next := t.rest[i+utf8.RuneLen(c):]
		switch {
		case c == '/':
			return errSlash
		case c == ']' && i == 0:
			return errEmpty
		case c == ']':
			t.rest = next
			t.out.WriteString("]]")
			return nil
		case open && c < last:
			return errRange
		case open:
			last, open = none, false
		case c == '-' && last == none:
			return errRange
		case c == '-' && !strings.HasPrefix(next, "]"):
			open = true
			t.out.WriteByte('-')
			continue
		default:
			last = c
		}
		if strings.ContainsRune(`\[&^-`, c) {
			t.out.WriteByte('\\')
		}
		t.out.WriteRune(c)
	}
	return errClass
}
