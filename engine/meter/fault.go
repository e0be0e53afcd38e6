package meter

import (
	"errors"
	"fmt"
)

// Class tells what kind of failure a [Fault] is, and with it who can do something about it.
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

// Fault is a failure inside an evaluation or a compilation; it does not know its template yet. Faults of
// [ClassMissing] are made when the template is compiled, so that rescuing one costs nothing.
type Fault struct { //nolint:errname // Error is what package pebble makes of a fault, with its place
	Class    Class
	At       int // byte offset in the template; -1 when the caller knows it
	Name     string
	Public   bool         // of [ClassUnknown]: the message quotes nothing but words of the language and what is written like a function
	Computed bool         // the name is a value, which messages do not show
	Of       fmt.Stringer // the text of which the name is no member; nil for any other target
	Msg      string       // empty for a name that does not exist: its message is only made when somebody reads it
	Err      error
}

// Error returns the message without position; only other faults see it.
func (f *Fault) Error() string {
	switch {
	case f.Msg != "":
		return f.Msg
	case f.Computed:
		return "unable to find a member by its computed key"
	default:
		return "unable to find `" + Cut(f.Name, 80) + "`"
	}
}

// NewFault returns a fault at a byte offset of the template, or at -1 when the caller knows where.
func NewFault(class Class, at int, format string, args ...any) *Fault {
	return &Fault{Class: class, At: at, Msg: fmt.Sprintf(format, args...)}
}

// EvaluationError returns a failure that Kestra reports as a Pebble error.
func EvaluationError(format string, args ...any) error {
	return NewFault(ClassEvaluation, -1, format, args...)
}

// RuntimeError returns a failure that Kestra lets escape as a raw Java exception.
func RuntimeError(format string, args ...any) error {
	return NewFault(ClassRuntime, -1, format, args...)
}

// Missing returns the fault of a name that does not exist.
func Missing(at int, name string) *Fault {
	return &Fault{Class: ClassMissing, At: at, Name: name}
}

// IsMissing reports whether `??` rescues err.
func IsMissing(err error) bool {
	f, ok := errors.AsType[*Fault](err)
	return ok && f.Class == ClassMissing
}

// Unrescued makes err one that nothing rescues: operands of arithmetic and comparison, and the condition of an `if`.
func Unrescued(err error) error {
	f, ok := errors.AsType[*Fault](err)
	if !ok || f.Class != ClassMissing {
		return err
	}
	wrapped := *f
	wrapped.Class = ClassEvaluation
	return &wrapped
}

// Locate gives err the position at when it has none.
func Locate(err error, at int) error {
	f, ok := errors.AsType[*Fault](err)
	switch {
	case !ok:
		return &Fault{Class: ClassEvaluation, At: at, Msg: err.Error(), Err: err}
	case f.At >= 0:
		return err
	default:
		located := *f
		located.At = at
		return &located
	}
}

// Cut shortens text to at most n characters for a message.
func Cut(text string, n int) string {
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
