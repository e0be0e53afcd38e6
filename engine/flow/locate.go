package flow

import (
	"strings"
	"unicode/utf8"

	"github.com/caddy-kestra/kestra-webhook/engine/yaml"
)

// within returns the place in the file of line and column of a scalar's value, both counted from 1. It is exact for plain
// and quoted scalars of one line and for literal blocks, near for folded ones, and the scalar's beginning for the rest.
func (s *Source) within(n *yaml.Node, line, column int) Position {
	start := Position{s, n.Line, n.Column}
	if n.Kind != yaml.ScalarNode || line < 1 || column < 1 {
		return start
	}
	at := byteOffset(n.Value, line, column)
	if n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		return s.withinBlock(n, at, start)
	}
	text := s.line(n.Line)
	from := skipProperties(text, byteOffset(text, 1, n.Column))
	var end int
	switch {
	case n.Style&yaml.DoubleQuotedStyle != 0:
		end = rawDoubleQuoted(text[from:], at)
	case n.Style&yaml.SingleQuotedStyle != 0:
		end = rawSingleQuoted(text[from:], at)
	default:
		end = rawPlain(text[from:], n.Value, at)
	}
	if end < 0 {
		return start
	}
	return Position{s, n.Line, utf8.RuneCountInString(text[:from+end]) + 1}
}

// byteOffset returns where line and column of a text are, at most its length.
func byteOffset(text string, line, column int) int {
	at := 0
	for range line - 1 {
		next := strings.IndexByte(text[at:], '\n')
		if next < 0 {
			return len(text)
		}
		at += next + 1
	}
	for range column - 1 {
		if at == len(text) || text[at] == '\n' {
			break
		}
		_, size := utf8.DecodeRuneInString(text[at:])
		at += size
	}
	return at
}

// skipProperties steps over an anchor and a tag in front of a scalar.
func skipProperties(text string, at int) int {
	for at < len(text) && (text[at] == '&' || text[at] == '!') {
		end := strings.IndexAny(text[at:], " \t")
		if end < 0 {
			return at
		}
		at += end + len(text[at+end:]) - len(strings.TrimLeft(text[at+end:], " \t"))
	}
	return at
}

func rawPlain(raw, val string, at int) int {
	if strings.HasPrefix(raw, val) {
		return at
	}
	return -1 // goes on in further lines
}

func rawSingleQuoted(raw string, at int) int {
	i := 1 // behind the quote
	for ; at > 0; at-- {
		if i >= len(raw) {
			return -1
		}
		if raw[i] == '\'' {
			if !strings.HasPrefix(raw[i:], "''") {
				return -1
			}
			i++
		}
		i++
	}
	return i
}

func rawDoubleQuoted(raw string, at int) int {
	i := 1
	for at > 0 {
		switch {
		case i >= len(raw) || raw[i] == '"':
			return -1
		case raw[i] != '\\':
			i++
			at--
		default:
			if i+1 >= len(raw) {
				return -1
			}
			length, size := 2, 1
			switch raw[i+1] {
			case 'x':
				length, size = 4, 0
			case 'u':
				length, size = 6, 0
			case 'U':
				length, size = 10, 0
			case 'N', '_':
				size = 2
			case 'L', 'P':
				size = 3
			}
			if i+length > len(raw) {
				return -1
			}
			if size == 0 {
				size = escapedSize(raw[i+2 : i+length])
			}
			i += length
			at -= size
		}
	}
	return i
}

// escapedSize returns how many bytes the character with this hexadecimal number takes in UTF-8.
func escapedSize(hex string) int {
	var r rune
	for _, c := range []byte(strings.ToLower(hex)) {
		digit := strings.IndexByte("0123456789abcdef", c)
		r = r<<4 | rune(max(digit, 0))
	}
	return max(utf8.RuneLen(r), 1)
}

// withinBlock follows the lines of a block scalar, each of which stands in the value in order, without its indentation.
func (s *Source) withinBlock(n *yaml.Node, at int, start Position) Position {
	from := 0
	indent := -1
	for number := n.Line + 1; ; number++ {
		raw := s.line(number)
		text := strings.TrimLeft(raw, " ")
		if text == "" {
			if number > len(s.lines) {
				return start
			}
			continue
		}
		if indent < 0 {
			indent = len(raw) - len(text)
		}
		content := raw[min(indent, len(raw)-len(text)):]
		found := strings.Index(n.Value[from:], content)
		if found < 0 {
			return start
		}
		begin := from + found
		from = begin + len(content)
		if at <= from {
			inside := max(at-begin, 0)
			column := utf8.RuneCountInString(raw[:len(raw)-len(content)]) + utf8.RuneCountInString(content[:inside]) + 1
			return Position{s, number, column}
		}
	}
}
