package pebble

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// scanCode scans the tokens of an expression or a tag up to its closing delimiter.
func (l *lexer) scanCode(at int, closing string, kind tokenKind) error {
	l.open = l.open[:0]
	for {
		l.skipSpace()
		if l.pos >= len(l.text) {
			if n := len(l.open); n > 0 {
				return l.fail(l.open[n-1].at, "unclosed %q", l.open[n-1].text)
			}
			return l.fail(at, "unclosed %q: there is no %q", l.text[at:at+2], closing)
		}
		rest := l.text[l.pos:]
		if len(l.open) == 0 {
			after, dash := strings.CutPrefix(rest, "-")
			if strings.HasPrefix(after, closing) {
				l.trim = dash
				l.emit(kind, l.pos, closing)
				l.pos = len(l.text) - len(after) + len(closing)
				return nil
			}
		}
		if err := l.scanToken(); err != nil {
			return err
		}
	}
}

func (l *lexer) skipSpace() {
	for l.pos < len(l.text) {
		c := l.text[l.pos]
		if c < utf8.RuneSelf {
			if c != ' ' && (c > '\r' || c < '\t') && (c < 0x1c || c > 0x1f) {
				return
			}
			l.pos++
			continue
		}
		r, size := utf8.DecodeRuneInString(l.text[l.pos:])
		if !value.IsSpace(r) {
			return
		}
		l.pos += size
	}
}

// scanToken scans one token of an expression; white space was skipped and there is at least one byte.
func (l *lexer) scanToken() error {
	c := l.text[l.pos]
	switch {
	case c >= '0' && c <= '9':
		l.scanNumber()
		return nil
	case c == '\'':
		return l.scanSingleQuoted()
	case c == '"':
		return l.scanDoubleQuoted()
	case c == '_' || c >= utf8.RuneSelf || c|0x20 >= 'a' && c|0x20 <= 'z':
		return l.scanWord()
	}
	if c == '}' && l.inInterpolation() {
		return l.closeInterpolation()
	}
	rest := l.text[l.pos:]
	for _, op := range symbolOperators {
		if strings.HasPrefix(rest, op) {
			l.emit(tokenOperator, l.pos, op)
			l.pos += len(op)
			return nil
		}
	}
	return l.scanPunct(c)
}

func (l *lexer) scanPunct(c byte) error {
	at := l.pos
	switch c {
	case '(', '[', '{':
		end := map[byte]byte{'(': ')', '[': ']', '{': '}'}[c]
		l.open = append(l.open, open{at: at, end: end, text: string(c)})
	case ')', ']', '}':
		n := len(l.open)
		if n == 0 || l.open[n-1].end != c {
			if n > 0 && l.open[n-1].end != '#' {
				return l.fail(at, "unexpected %q: %q is open", string(c), l.open[n-1].text)
			}
			return l.fail(at, "unexpected %q", string(c))
		}
		l.open = l.open[:n-1]
	case '?', ':', '.', ',', '=':
	default:
		return l.fail(at, "unexpected character %q%s", string(c), signHint(string(c)))
	}
	l.emit(tokenPunct, at, l.text[at:at+1])
	l.pos++
	return nil
}

func (l *lexer) scanNumber() {
	at := l.pos
	l.skipDigits()
	switch {
	case l.peek(0) == '.' && isDigit(l.peek(1)):
		l.pos++
		l.skipDigits()
		l.emit(tokenDecimal, at, l.text[at:l.pos])
	case l.peek(0) == 'L':
		l.emit(tokenInteger, at, l.text[at:l.pos])
		l.pos++
	default:
		l.emit(tokenInteger, at, l.text[at:l.pos])
	}
}

func (l *lexer) skipDigits() {
	for isDigit(l.peek(0)) {
		l.pos++
	}
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// scanWord scans a name or a word that is an operator.
func (l *lexer) scanWord() error {
	at := l.pos
	end := wordEnd(l.text, at)
	if end == at {
		r, _ := utf8.DecodeRuneInString(l.text[at:])
		return l.fail(at, "unexpected character %q%s", string(r), signHint(string(r)))
	}
	word := l.text[at:end]
	l.pos = end
	if !isWordOperator(word) {
		l.emit(tokenName, at, word)
		return nil
	}
	if word == "is" && strings.HasPrefix(l.text[end:], " not") && wordEnd(l.text, end+1) == end+4 {
		word = "is not"
		l.pos = end + 4
	}
	l.emit(tokenOperator, at, word)
	return nil
}

// wordEnd returns where the name that begins at offset at ends; at itself when there is none.
func wordEnd(text string, at int) int {
	for i, r := range text[at:] {
		if r != '_' && !unicode.IsLetter(r) && (i == 0 || !unicode.IsDigit(r)) {
			return at + i
		}
	}
	return len(text)
}

func (l *lexer) scanSingleQuoted() error {
	at := l.pos
	end := quoteEnd(l.text, at+1, '\'')
	if end < 0 {
		return l.fail(at, "unclosed string")
	}
	l.emit(tokenString, at, strings.ReplaceAll(l.text[at+1:end], `\'`, `'`))
	l.pos = end + 1
	return nil
}

// quoteEnd returns the offset of the quote that ends a string; a backslash hides the character after it.
func quoteEnd(text string, from int, quote byte) int {
	for i := from; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case quote:
			return i
		}
	}
	return -1
}

// scanDoubleQuoted scans a string that may have interpolations; with one, not even `\"` is unescaped.
func (l *lexer) scanDoubleQuoted() error {
	at := l.pos
	l.pos++
	end := stringPartEnd(l.text, l.pos)
	if end < 0 {
		return l.fail(at, "unclosed string")
	}
	if l.text[end] == '"' {
		l.emit(tokenString, at, strings.ReplaceAll(l.text[l.pos:end], `\"`, `"`))
		l.pos = end + 1
		return nil
	}
	l.emit(tokenQuoteOpen, at, `"`)
	l.open = append(l.open, open{at: at, text: `"`})
	return l.scanStringPart()
}

// scanStringPart scans text of a string with interpolations, up to the next interpolation or the end of the string.
func (l *lexer) scanStringPart() error {
	n := len(l.open) - 1
	end := stringPartEnd(l.text, l.pos)
	if end < 0 {
		return l.fail(l.open[n].at, "unclosed string")
	}
	if end > l.pos {
		l.emit(tokenString, l.pos, l.text[l.pos:end])
	}
	if l.text[end] == '"' {
		l.emit(tokenQuoteClose, end, `"`)
		l.open = l.open[:n]
		l.pos = end + 1
		return nil
	}
	l.emit(tokenInterpOpen, end, "#{")
	l.open = append(l.open, open{at: end, end: '#', text: "#{"})
	l.pos = end + 2
	return nil
}

// stringPartEnd returns the offset of the next `"` or `#{`.
func stringPartEnd(text string, from int) int {
	for i := from; i < len(text); i++ {
		switch {
		case text[i] == '\\':
			i++
		case text[i] == '"':
			return i
		case text[i] == '#' && i+1 < len(text) && text[i+1] == '{':
			return i
		}
	}
	return -1
}

func (l *lexer) inInterpolation() bool {
	n := len(l.open)
	return n > 0 && l.open[n-1].end == '#'
}

func (l *lexer) closeInterpolation() error {
	l.emit(tokenInterpClose, l.pos, "}")
	l.open = l.open[:len(l.open)-1]
	l.pos++
	return l.scanStringPart()
}
