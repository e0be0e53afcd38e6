package pebble

import (
	"strings"
	"unicode/utf8"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// lexer cuts a template into tokens. Text is scanned in scanText, what stands between delimiters in scanCode.
type lexer struct {
	text   string
	pos    int
	tokens []token
	trim   bool   // the last closing delimiter trims the text after it
	solid  bool   // the last text token came from a raw block and is never trimmed
	open   []open // what is open in the code being scanned
}

// open is a bracket, an interpolation or a delimiter that waits for its end.
type open struct {
	at   int
	end  byte // the closing bracket; '#' for an interpolation; 0 for a string with interpolations
	text string
}

// lex returns the tokens of a template, the last being tokenEnd.
func lex(text string) ([]token, error) {
	l := &lexer{text: text, tokens: make([]token, 0, 16)}
	if err := l.scanText(); err != nil {
		return nil, err
	}
	l.emit(tokenEnd, len(text), "")
	return l.tokens, nil
}

func (l *lexer) emit(kind tokenKind, at int, text string) {
	l.tokens = append(l.tokens, token{kind: kind, at: at, text: text})
}

func (l *lexer) fail(at int, format string, args ...any) error {
	return meter.NewFault(ClassSyntax, at, format, args...)
}

// scanText scans the template from the outside: text up to the next delimiter, and what the delimiter opens.
func (l *lexer) scanText() error {
	for l.pos < len(l.text) {
		start := l.pos
		l.pos = nextDelimiter(l.text, start)
		l.emitText(start, l.text[start:l.pos])
		if l.pos == len(l.text) {
			break
		}
		if err := l.scanDelimiter(); err != nil {
			return err
		}
	}
	return nil
}

func nextDelimiter(text string, from int) int {
	for {
		i := strings.IndexByte(text[from:], '{')
		if i < 0 || from+i+1 >= len(text) {
			return len(text)
		}
		from += i
		switch text[from+1] {
		case '{', '%', '#':
			return from
		}
		from++
	}
}

// emitText emits text, without leading white space when the delimiter before it asked for that.
func (l *lexer) emitText(at int, text string) {
	if l.trim {
		trimmed := trimLeftSpace(text)
		at += len(text) - len(trimmed)
		text = trimmed
	}
	l.trim = false
	if text != "" {
		l.solid = false
		l.emit(tokenText, at, text)
	}
}

// trimBefore removes the white space at the end of the text before a delimiter.
func (l *lexer) trimBefore() {
	n := len(l.tokens)
	if n == 0 || l.tokens[n-1].kind != tokenText || l.solid {
		return
	}
	last := &l.tokens[n-1]
	last.text = strings.TrimRightFunc(last.text, value.IsSpace)
	if last.text == "" {
		l.tokens = l.tokens[:n-1]
	}
}

// scanDelimiter scans from an opening delimiter to behind its closing one.
func (l *lexer) scanDelimiter() error {
	at := l.pos
	kind := l.text[at+1]
	l.pos += 2
	if kind == '%' {
		if done, err := l.scanRaw(at); done || err != nil {
			return err
		}
	}
	// A dash trims only when white space follows: `{{-1}}` prints minus one.
	if l.peek(0) == '-' {
		if r, _ := utf8.DecodeRuneInString(l.text[l.pos+1:]); value.IsSpace(r) {
			l.pos++
			l.trimBefore()
		}
	}
	switch kind {
	case '#':
		return l.scanComment(at)
	case '%':
		l.emit(tokenTagOpen, at, "{%")
		return l.scanCode(at, "%}", tokenTagClose)
	default:
		l.emit(tokenPrintOpen, at, "{{")
		return l.scanCode(at, "}}", tokenPrintClose)
	}
}

func (l *lexer) scanComment(at int) error {
	i := strings.Index(l.text[l.pos:], "#}")
	if i < 0 {
		return l.fail(at, "unclosed comment")
	}
	body := l.text[l.pos : l.pos+i]
	if rest, ok := strings.CutSuffix(body, "-"); ok {
		r, _ := utf8.DecodeLastRuneInString(rest)
		l.trim = value.IsSpace(r)
	}
	l.pos += i + 2
	return nil
}

// scanRaw scans `raw` and `verbatim` sections, whose content is text whatever it looks like. Unlike in Kestra, a raw
// section may span lines. Dashes of raw trim nothing.
func (l *lexer) scanRaw(at int) (bool, error) {
	rest, dash := strings.CutPrefix(l.text[l.pos:], "-")
	rest = trimLeftSpace(rest)
	for _, word := range [...]string{"raw", "verbatim"} {
		after, ok := strings.CutPrefix(rest, word)
		if !ok {
			continue
		}
		after = strings.TrimPrefix(trimLeftSpace(after), "-")
		body, ok := strings.CutPrefix(after, "%}")
		if !ok {
			continue
		}
		start := len(l.text) - len(body)
		length, next, trimRight, trimNext, ok := findEndTag(l.text, start, "end"+word)
		if !ok {
			return true, l.fail(at, "unexpected end of template: looking for the \"end%s\" tag", word)
		}
		content := l.text[start : start+length]
		if word == "raw" {
			trimNext = false
		} else { // always trimmed at its begin, as in Pebble
			if dash {
				l.trimBefore()
			}
			content = trimLeftSpace(content)
			if trimRight {
				content = strings.TrimRightFunc(content, value.IsSpace)
			}
		}
		if content != "" {
			l.emit(tokenText, start, content)
		}
		l.solid, l.trim, l.pos = true, trimNext, next
		return true, nil
	}
	return false, nil
}

// findEndTag finds the tag `{% name %}`, in any spacing, from offset start on.
func findEndTag(text string, start int, name string) (length, next int, trimBefore, trimAfter, ok bool) {
	for i := start; ; {
		j := strings.Index(text[i:], "{%")
		if j < 0 {
			return 0, 0, false, false, false
		}
		i += j + 2
		length = i - 2 - start
		rest, dashBefore := strings.CutPrefix(text[i:], "-")
		rest, found := strings.CutPrefix(trimLeftSpace(rest), name)
		if !found {
			continue
		}
		rest, dashAfter := strings.CutPrefix(trimLeftSpace(rest), "-")
		if rest, found = strings.CutPrefix(rest, "%}"); found {
			return length, len(text) - len(rest), dashBefore, dashAfter, true
		}
	}
}

func (l *lexer) peek(ahead int) byte {
	if l.pos+ahead < len(l.text) {
		return l.text[l.pos+ahead]
	}
	return 0
}

func trimLeftSpace(text string) string { return strings.TrimLeftFunc(text, value.IsSpace) }
