package pebble

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
)

// Class tells what kind of failure an [Error] is, and with it who can do something about it.
type Class = meter.Class

// The classes.
const (
	ClassSyntax     = meter.ClassSyntax     // a template that does not parse
	ClassUnknown    = meter.ClassUnknown    // a filter, function, test or argument that does not exist
	ClassMissing    = meter.ClassMissing    // a variable, attribute or index that does not exist
	ClassEvaluation = meter.ClassEvaluation // an expression that cannot be evaluated
	ClassRuntime    = meter.ClassRuntime    // the same where a raw Java exception escapes in Kestra
	ClassLimit      = meter.ClassLimit      // an evaluation that passed one of the [Limits]
	ClassBusy       = meter.ClassBusy       // an evaluation that the machine could not carry through now
)

// Error is what every failing call of this package returns, where needed wrapped in a [PathError].
type Error struct {
	Class    Class
	Template string // the whole text of the template
	Line     int    // counted from 1
	Column   int    // in characters, counted from 1
	Name     string // the missing variable, attribute or index, or the unknown filter, function, test or tag; else ""
	Msg      string // what is wrong, one line, without position
	Public   bool   // of [ClassUnknown]: Msg quotes nothing but words of the language and what is written like a function
	Err      error  // the cause, if there is one
}

// Error returns the message, the position and the line of the template with a caret below the column. It quotes at
// most a window of that line and no value of the context, but for what the template hands to render() and jq, and names of
// secrets.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Msg)
	fmt.Fprintf(&b, " at line %d:%d", e.Line, e.Column)
	if excerpt := e.excerpt(); excerpt != "" {
		b.WriteString("\n")
		b.WriteString(excerpt)
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// The width of an excerpt in characters, and how many of them stand before the caret.
const (
	excerptWidth  = 72
	excerptBefore = 40
)

// excerpt returns a window of the failing line and a caret below the column.
func (e *Error) excerpt() string {
	line := lineOf(e.Template, e.Line)
	if strings.TrimSpace(line) == "" {
		return ""
	}
	runes := []rune(strings.ReplaceAll(line, "\t", " "))
	caret := min(max(e.Column-1, 0), len(runes))
	from := max(0, min(caret-excerptBefore, len(runes)-excerptWidth))
	to := min(len(runes), from+excerptWidth)
	lead, tail := "", ""
	if from > 0 {
		lead = "…"
	}
	if to < len(runes) {
		tail = "…"
	}
	return "  " + lead + string(runes[from:to]) + tail + "\n  " +
		strings.Repeat(" ", caret-from+utf8.RuneCountInString(lead)) + "^"
}

func lineOf(text string, line int) string {
	for range line - 1 {
		_, rest, found := strings.Cut(text, "\n")
		if !found {
			return ""
		}
		text = rest
	}
	text, _, _ = strings.Cut(text, "\n")
	return strings.TrimSuffix(text, "\r")
}

// lineColumn returns the position of a byte offset as an [Error] gives it.
func lineColumn(text string, at int) (line, column int) {
	before := text[:min(at, len(text))]
	start := strings.LastIndexByte(before, '\n') + 1
	return strings.Count(before, "\n") + 1, utf8.RuneCountInString(before[start:]) + 1
}

// PathError is an [Error] in one text of a structure.
type PathError struct {
	Path []any // map keys (string) and list indexes (int) from the root of the structure; a failing key is named like its member
	Err  error
}

// Error returns the path, as in `headers.items[2]: …`, and the error.
func (e *PathError) Error() string {
	path := formatPath(e.Path)
	if path == "" {
		return e.Err.Error()
	}
	return path + ": " + e.Err.Error()
}

// Unwrap returns the error without its path.
func (e *PathError) Unwrap() error { return e.Err }

func formatPath(path []any) string {
	var b strings.Builder
	for _, step := range path {
		switch step := step.(type) {
		case int:
			fmt.Fprintf(&b, "[%d]", step)
		default:
			if b.Len() > 0 {
				b.WriteByte('.')
			}
			fmt.Fprint(&b, step)
		}
	}
	return b.String()
}

// publish turns what an evaluation of text returned into an [Error].
func publish(err error, text string) error {
	if err == nil {
		return nil
	}
	f, ok := errors.AsType[*meter.Fault](meter.Locate(err, 0))
	if !ok {
		return err
	}
	e := &Error{Class: f.Class, Template: text, Name: f.Name, Msg: f.Error(), Public: f.Public, Err: f.Err}
	e.Line, e.Column = lineColumn(text, max(f.At, 0))
	if f.Msg == "" {
		e.Msg += " used in the expression `" + meter.Cut(strings.Join(strings.Fields(meter.Cut(text, 400)), " "), 120) + "`"
	}
	if f.Of != nil && f.Msg == "" {
		e.Msg += ": `" + meter.Cut(f.Of.String(), 80) + "` is text"
	}
	return e
}
