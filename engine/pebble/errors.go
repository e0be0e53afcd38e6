package pebble

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Class tells what kind of failure an [Error] is, and with it who can do something about it.
type Class uint8

// The classes.
const (
	// ClassSyntax is a template that does not parse; found when it is compiled.
	ClassSyntax Class = iota + 1
	// ClassUnknown is a filter, function or test that does not exist or needs what nothing provides yet, or an argument it
	// does not take; found when the template is compiled (Kestra finds it when the call is reached).
	ClassUnknown
	// ClassMissing is a variable, attribute or index that does not exist: what `??`, `???`, `default` and `is defined` rescue.
	ClassMissing
	// ClassEvaluation is an expression that cannot be evaluated, where Kestra reports a Pebble error. A literal argument
	// that can never work, such as the format of a date, has this class or the next, and is found when the template is
	// compiled.
	ClassEvaluation
	// ClassRuntime is the same where a raw Java exception escapes in Kestra.
	ClassRuntime
	// ClassLimit is an evaluation that passed one of the [Limits]. It does so again whenever it is tried.
	ClassLimit
	// ClassBusy is an evaluation that the machine could not carry through now, and that says nothing about the template or
	// its data: the account of memory is empty, or a backstop of time ran out before the work was done.
	ClassBusy
)

// String returns the name of the class, as logs and metrics use it.
func (c Class) String() string {
	switch c {
	case ClassSyntax:
		return "syntax"
	case ClassUnknown:
		return "unknown"
	case ClassMissing:
		return "missing"
	case ClassEvaluation:
		return "evaluation"
	case ClassRuntime:
		return "runtime"
	case ClassLimit:
		return "limit"
	case ClassBusy:
		return "busy"
	default:
		return "none"
	}
}

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

// fault is a failure inside an evaluation or a compilation: an [Error] that does not know its template yet. Faults of
// [ClassMissing] are made when the template is compiled, so that rescuing one costs nothing.
type fault struct {
	class    Class
	at       int // byte offset in the template; -1 when the caller knows it
	name     string
	public   bool   // see [Error]
	computed bool   // the name is a value, which messages do not show
	of       node   // the text of which the name is no member; nil for any other target
	msg      string // empty for a name that does not exist: its message is only made when somebody reads it
	err      error
}

// Error returns the message without position; only other faults see it.
func (f *fault) Error() string {
	switch {
	case f.msg != "":
		return f.msg
	case f.computed:
		return "unable to find a member by its computed key"
	default:
		return "unable to find `" + cut(f.name, 80) + "`"
	}
}

func newFault(class Class, at int, format string, args ...any) *fault {
	return &fault{class: class, at: at, msg: fmt.Sprintf(format, args...)}
}

// missing returns the fault of a name that does not exist.
func missing(at int, name string) *fault {
	return &fault{class: ClassMissing, at: at, name: name}
}

// isMissing reports whether `??` rescues err.
func isMissing(err error) bool {
	f, ok := errors.AsType[*fault](err)
	return ok && f.class == ClassMissing
}

// wrapMissing makes err one that nothing rescues: operands of arithmetic and comparison, and the condition of an `if`.
func wrapMissing(err error) error {
	f, ok := errors.AsType[*fault](err)
	if !ok || f.class != ClassMissing {
		return err
	}
	wrapped := *f
	wrapped.class = ClassEvaluation
	return &wrapped
}

// locate gives err the position at when it has none.
func locate(err error, at int) error {
	f, ok := errors.AsType[*fault](err)
	switch {
	case !ok:
		return &fault{class: ClassEvaluation, at: at, msg: err.Error(), err: err}
	case f.at >= 0:
		return err
	default:
		located := *f
		located.at = at
		return &located
	}
}

// publish turns what an evaluation of text returned into an [Error].
func publish(err error, text string) error {
	if err == nil {
		return nil
	}
	f, ok := errors.AsType[*fault](locate(err, 0))
	if !ok {
		return err
	}
	e := &Error{Class: f.class, Template: text, Name: f.name, Msg: f.Error(), Public: f.public, Err: f.err}
	e.Line, e.Column = lineColumn(text, max(f.at, 0))
	if f.msg == "" {
		e.Msg += " used in the expression `" + cut(strings.Join(strings.Fields(cut(text, 400)), " "), 120) + "`"
	}
	if f.of != nil && f.msg == "" {
		e.Msg += ": `" + cut(f.of.String(), 80) + "` is text"
	}
	return e
}

// cut shortens text to at most n characters for a message.
func cut(text string, n int) string {
	if len(text) <= n {
		return text
	}
	count := 0
	for i := range text {
		if count == n {
			return text[:i] + "…"
		}
		count++
	}
	return text
}
