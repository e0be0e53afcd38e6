package jq

import (
	"fmt"
	"strings"
	"unicode/utf16"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// failure is a failure that a program can catch. What `catch` sees is what jackson-jq says; the text of the error itself,
// which a log or an answer may show, has types in place of values: those can be of any size, and of a request.
type failure struct {
	v      value.Value // that of error(v)
	format string      // of any other failure: what it says, as fmt has it
	args   []any       // a value.Value stands for its type, and under `catch` for its text as well
}

// onlyCaught is an argument of a failure that stands for itself under `catch`, and for nothing elsewhere.
type onlyCaught string

// fail returns the failure of an operation.
func fail(format string, args ...any) error { return &failure{format: format, args: args} }

func (e *failure) Error() string {
	switch {
	case e.format != "":
		return e.text(false)
	case e.v.Kind() == value.KindString: // a text that the program chose
		return meter.Cut(e.v.Str(), 200)
	default:
		return "error of type " + typeName(e.v)
	}
}

// caught returns what `catch` sees.
func (e *failure) caught() value.Value {
	if e.format == "" {
		return e.v
	}
	return value.String(e.text(true))
}

func (e *failure) text(caught bool) string {
	args := make([]any, len(e.args))
	for i, arg := range e.args {
		switch arg := arg.(type) {
		case value.Value:
			args[i] = typeName(arg)
			if caught {
				args[i] = typeName(arg) + " (" + brief(arg, shownUnits) + ")"
			}
		case onlyCaught:
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

// brief returns the JSON text of a value, cut after some UTF-16 units as jackson-jq cuts it.
func brief(v value.Value, units int) string {
	text := string(appendJSON(nil, v, 4*units))
	wide := utf16.Encode([]rune(text))
	if len(wide) <= units {
		return text
	}
	return strings.TrimSuffix(string(utf16.Decode(wide[:units-3])), "\ufffd") + "..."
}

// needs fails for values that are none of the types that a function takes, which stand in the words of jackson-jq.
func needs(name string, v value.Value, types string) error {
	if strings.Contains(types, nodeType(v)) {
		return nil
	}
	return fail("%s is not applicable to %s; expected one of [%s]", name, nodeType(v), types)
}

// needsArgument is needs for an argument.
func needsArgument(name, which string, v value.Value, types string) error {
	if strings.Contains(types, nodeType(v)) {
		return nil
	}
	return fail("cannot accept %s as %s argument of %s; expected one of [%s]", nodeType(v), which, name, types)
}

// nodeType is a type in the capitals in which some failures name it.
func nodeType(v value.Value) string { return strings.ToUpper(typeName(v)) }

func mismatch(a, b value.Value, what string) error {
	return fail("%s and %s cannot be "+what, a, b)
}

// notIterable is the failure of going through a value that has no members.
func notIterable(v value.Value) error { return fail("Cannot iterate over %s", v) }

// breakError leaves the label that it names.
type breakError struct{ label *bindings }

func (*breakError) Error() string { return "break without its label" }
