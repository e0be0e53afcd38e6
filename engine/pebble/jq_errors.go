package pebble

import (
	"fmt"
	"strings"
	"unicode/utf16"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// jqError is a failure that a program can catch. What `catch` sees is what jackson-jq says; the text of the error itself,
// which a log or an answer may show, has types in place of values: those can be of any size, and of a request.
type jqError struct {
	v      value.Value // that of error(v)
	format string      // of any other failure: what it says, as fmt has it
	args   []any       // a value.Value stands for its type, and under `catch` for its text as well
}

// jqOnlyCaught is an argument of a jqError that stands for itself under `catch`, and for nothing elsewhere.
type jqOnlyCaught string

// jqFail returns the failure of an operation.
func jqFail(format string, args ...any) error { return &jqError{format: format, args: args} }

func (e *jqError) Error() string {
	switch {
	case e.format != "":
		return e.text(false)
	case e.v.Kind() == value.KindString: // a text that the program chose
		return meter.Cut(e.v.Str(), 200)
	default:
		return "error of type " + jqType(e.v)
	}
}

// caught returns what `catch` sees.
func (e *jqError) caught() value.Value {
	if e.format == "" {
		return e.v
	}
	return value.String(e.text(true))
}

func (e *jqError) text(caught bool) string {
	args := make([]any, len(e.args))
	for i, arg := range e.args {
		switch arg := arg.(type) {
		case value.Value:
			args[i] = jqType(arg)
			if caught {
				args[i] = jqType(arg) + " (" + jqBrief(arg, shownUnits) + ")"
			}
		case jqOnlyCaught:
			args[i] = ""
			if caught {
				args[i] = string(arg)
			}
		default:
			args[i] = arg
		}
	}
	return fmt.Sprintf(e.format, args...)
}

// What a failure shows of a value: this many UTF-16 units of its JSON text, and of the result of a path that is none.
const (
	shownUnits  = 14
	shownResult = 200
)

// jqBrief returns the JSON text of a value, cut after some UTF-16 units as jackson-jq cuts it.
func jqBrief(v value.Value, units int) string {
	text := string(jqAppendJSON(nil, v, 4*units))
	wide := utf16.Encode([]rune(text))
	if len(wide) <= units {
		return text
	}
	return strings.TrimSuffix(string(utf16.Decode(wide[:units-3])), "\ufffd") + "..."
}

// jqNeeds fails for values that are none of the types that a function takes, which stand in the words of jackson-jq.
func jqNeeds(name string, v value.Value, types string) error {
	if strings.Contains(types, jqNodeType(v)) {
		return nil
	}
	return jqFail("%s is not applicable to %s; expected one of [%s]", name, jqNodeType(v), types)
}

// jqNeedsArgument is jqNeeds for an argument.
func jqNeedsArgument(name, which string, v value.Value, types string) error {
	if strings.Contains(types, jqNodeType(v)) {
		return nil
	}
	return jqFail("cannot accept %s as %s argument of %s; expected one of [%s]", jqNodeType(v), which, name, types)
}

// jqNodeType is a type in the capitals in which some failures name it.
func jqNodeType(v value.Value) string { return strings.ToUpper(jqType(v)) }

func jqMismatch(a, b value.Value, what string) error {
	return jqFail("%s and %s cannot be "+what, a, b)
}

// jqNotIterable is the failure of going through a value that has no members.
func jqNotIterable(v value.Value) error { return jqFail("Cannot iterate over %s", v) }

// jqBreakError leaves the label that it names.
type jqBreakError struct{ label *jqEnv }

func (*jqBreakError) Error() string { return "break without its label" }
