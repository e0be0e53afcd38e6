package serdes

import (
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/setting"
)

// marks are the characters of CSV that can be chosen.
type marks struct{ separator, delimiter rune }

// marksOf returns the marks that two texts are; "" stands for the usual one.
func marksOf(separator, delimiter string) (m marks, err error) {
	if m.separator, err = mark("fieldSeparator", separator, ','); err != nil {
		return m, err
	}
	if m.delimiter, err = mark("textDelimiter", delimiter, '"'); err != nil {
		return m, err
	}
	switch {
	case m.separator == m.delimiter:
		return m, errors.New("fieldSeparator and textDelimiter must not be the same")
	case m.delimiter >= utf8.RuneSelf:
		return m, errors.New("textDelimiter must be a character of ASCII")
	}
	return m, nil
}

func mark(name, text string, otherwise rune) (rune, error) {
	if text == "" {
		return otherwise, nil
	}
	r, size := utf8.DecodeRuneInString(text)
	if size < len(text) || r == '\n' || r == '\r' || r == utf8.RuneError || r == 0 {
		return 0, fmt.Errorf("%s must be one character, and not the end of a line", name)
	}
	return r, nil
}

// renderMarks returns the marks of an attempt.
func renderMarks(c *task.Context, separator, delimiter setting.Setting) (marks, error) {
	a, err := separator.Text(c)
	if err != nil {
		return marks{}, err
	}
	b, err := delimiter.Text(c)
	if err != nil {
		return marks{}, err
	}
	return marksOf(a, b)
}

// checkMarks checks marks that are written without expressions.
func checkMarks(c *flow.Component) error {
	a, constant := setting.Of(&c.Members, "fieldSeparator").Constant()
	b, also := setting.Of(&c.Members, "textDelimiter").Constant()
	if !constant || !also {
		return nil
	}
	_, err := marksOf(a, b)
	return err
}

// comma is the separator where the delimiter and the usual one stand for each other.
func (m marks) comma() rune {
	if m.separator == '"' {
		return m.delimiter
	}
	return m.separator
}
