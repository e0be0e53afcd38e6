package pebble

import (
	"slices"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// The inventory of the language: filters, functions and tests.
//
// To add one, write its descriptor in the file of its family (filters_text.go, functions_numbers.go, …) and return it
// from that file's list; a new family is a new file with one function that returns descriptors, called from
// newRegistry below. There is no init and no global table. A descriptor says it all: the names and defaults of the
// parameters (named arguments, arity errors and the manual follow from them), a summary, and examples, each of which
// is run by TestExamples.
//
// What `call` may rely on: the arguments are evaluated, eagerly and before the input, and arrive in the order of
// Parameters, one slot each, with the default or null where none was given (variadic ones follow at the end); the slice
// is only valid during the call. What it owes: values are shared, so it never changes its input; text it makes is
// charged with state.ChargeOutput (state.JavaText does so itself), items with state.ChargeItems, walking a whole value with
// state.Walk, so that a template cannot cost more than its limits; errors are made by evaluationError (Kestra reports a
// Pebble error) or runtimeError (a raw Java exception escapes in Kestra), without position.

// Parameter is a parameter of a filter, function or test.
type Parameter struct {
	Name     string
	Required bool        // a call without it is refused when the template is compiled
	Default  value.Value // what an absent argument is
	// check says what is wrong with a text that the template has as a literal, when it is compiled; nil for nothing to check.
	check func(text string) error
}

// Example is an expression and the text that it renders to; a test runs it.
type Example struct {
	Expression string
	Result     string
}

// Entry describes one filter, function or test for the manual.
type Entry struct {
	Name       string
	Aliases    []string
	Parameters []Parameter
	Variadic   bool // any number of further positional arguments follows the parameters
	Loose      bool // whatever arguments are given are ignored, as for Kestra's filters without declared arguments
	Summary    string
	Examples   []Example
	Needs      string // what it would need that nothing provides yet: every call is refused; else ""
	extension  bool   // Kestra does not have it
	outside    bool   // it reaches outside of the language, see [Template.Outside]
	waits      bool   // it waits for another server
	refused    string // why every call is refused; else ""
	rescues    bool   // a missing input arrives as null
	// check says what is wrong with arguments together, by their slots, when a call is compiled; nil for nothing to check.
	check func(args []expression) error
}

// Filter is `input | name(arguments)`.
type Filter struct {
	Entry
	call func(st *state, input value.Value, args []value.Value) (value.Value, error)
}

// Function is `name(arguments)`.
type Function struct {
	Entry
	call func(st *state, args []value.Value) (value.Value, error)
}

// Test is `input is name(arguments)`.
type Test struct {
	Entry
	call func(st *state, input value.Value, args []value.Value) (bool, error)
}

type registry struct {
	filters   map[string]*Filter
	functions map[string]*Function
	tests     map[string]*Test
}

func newRegistry(d Dialect, outside []string) *registry {
	r := &registry{filters: map[string]*Filter{}, functions: map[string]*Function{}, tests: map[string]*Test{}}
	dates := new(dateFormats)
	for _, list := range [][]Filter{
		filtersDefault(), filtersText(), filtersCut(), filtersLists(), filtersMaps(), filtersNumbers(), filtersEncoding(d), filtersDates(dates), filtersNumberFormat(), filtersJQ(),
		filtersLines(), filtersEscape(), filtersRegex(), filtersFormat(), filtersClass(), filtersYAML(), filtersIon(),
	} {
		for i := range list {
			register(r.filters, &list[i], &list[i].Entry)
		}
	}
	for _, list := range [][]Function{
		functionsNumbers(), functionsJSON(d), functionsRandom(), functionsTemplate(), functionsDates(dates),
		functionsIdentifiers(), functionsEncryption(), functionsSignature(), functionsContext(), functionsCalendar(), functionsYAML(), functionsIon(), functionsOutside(outside),
	} {
		for i := range list {
			register(r.functions, &list[i], &list[i].Entry)
		}
	}
	for _, list := range [][]Test{tests()} {
		for i := range list {
			register(r.tests, &list[i], &list[i].Entry)
		}
	}
	return r
}

// register panics when two entries of one table share a name: a mistake that the first test finds.
func register[T any](table map[string]*T, item *T, entry *Entry) {
	for _, name := range append([]string{entry.Name}, entry.Aliases...) {
		if table[name] != nil {
			panic("pebble: two entries are named " + name)
		}
		table[name] = item
	}
}

// Filters returns the filters in the order of their names.
func (e *Engine) Filters() []Entry {
	return entries(e.registry.filters, func(f *Filter) Entry { return f.Entry })
}

// Functions returns the functions in the order of their names.
func (e *Engine) Functions() []Entry {
	return entries(e.registry.functions, func(f *Function) Entry { return f.Entry })
}

// Tests returns the tests in the order of their names.
func (e *Engine) Tests() []Entry {
	return entries(e.registry.tests, func(t *Test) Entry { return t.Entry })
}

func entries[T any](table map[string]*T, entry func(*T) Entry) []Entry {
	var out []Entry
	for name, item := range table {
		if e := entry(item); e.Name == name {
			out = append(out, e)
		}
	}
	slices.SortFunc(out, func(a, b Entry) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// evaluationError returns a failure that Kestra reports as a Pebble error.
func evaluationError(format string, args ...any) error {
	return meter.EvaluationError(format, args...)
}

// runtimeError returns a failure that Kestra lets escape as a raw Java exception.
func runtimeError(format string, args ...any) error {
	return meter.RuntimeError(format, args...)
}
