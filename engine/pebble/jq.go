package pebble

import (
	"sync"

	"github.com/itchyny/gojq"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// The filter jq runs programs of jq, in the dialect of jackson-jq, which Kestra has (spec/expressions.md §4.3).
//
// The syntax is gojq's; the evaluation is our own. gojq itself gives objects in the order of their keys, knows functions
// that Kestra does not, and cannot be stopped inside of a function: setpath([500000000]; 1) alone takes 8 GB. Here objects keep
// their order, integers stay exact, and a program is charged like any other part of a template.
//
// A program is compiled into nodes, each of which passes its outputs on one by one, so that `first(f)` takes no more of f
// than it needs. A failing output of what follows comes back as the error of the call that passed it on.

// jqItem is what flows through a program.
type jqItem struct {
	v    value.Value
	path *jqPath // where v stands in the input of path(f); nil outside of one, or when v is not part of that input
}

// jqPath is a path, from its end.
type jqPath struct {
	parent *jqPath
	key    value.Value
	length int
}

// jqRoot is the path without any step.
var jqRoot = &jqPath{}

// extend returns the path with one more step; that of an item without a path stays none.
func (p *jqPath) extend(key value.Value) *jqPath {
	if p == nil {
		return nil
	}
	return &jqPath{parent: p, key: key, length: p.length + 1}
}

// list returns the steps from the root.
func (p *jqPath) list() value.Value {
	steps := make([]value.Value, p.length)
	for ; p.parent != nil; p = p.parent {
		steps[p.length-1] = p.key
	}
	return value.ListOf(steps...)
}

type (
	jqEmit func(jqItem) error
	// jqNode evaluates a part of a program for one input and emits every output.
	jqNode func(r *jqRun, env *jqEnv, in jqItem, emit jqEmit) error
)

// jqEnv is the innermost of the variables, labels and function arguments that a node sees.
type jqEnv struct {
	parent *jqEnv
	v      value.Value
	node   jqNode // of an argument: what it evaluates
	outer  *jqEnv // of an argument: what that sees
}

func (e *jqEnv) up(n int) *jqEnv {
	for range n {
		e = e.parent
	}
	return e
}

// jqRun is one run of a program.
type jqRun struct {
	st      *state
	library *jqLibrary
	depth   int // of the calls under way
	nested  int // nodes under evaluation, and how many there were at most
	deepest int
}

// maxJQDepth is how deep functions of a program may call each other, maxJQProgram how long one may be, in bytes.
const (
	maxJQDepth   = 5000
	maxJQProgram = 20_000
)

func (r *jqRun) enter() error {
	if r.depth++; r.depth > maxJQDepth {
		return meter.NewFault(ClassLimit, -1, "jq program calls functions deeper than %d levels", maxJQDepth)
	}
	return nil
}

// jqShared is the library; it is made when the first program is compiled.
var jqShared = sync.OnceValue(newJQLibrary)

func jqCompile(text string) (jqNode, error) {
	if len(text) > maxJQProgram {
		return nil, meter.NewFault(ClassLimit, -1, "jq program has more than %d bytes", maxJQProgram)
	}
	query, err := gojq.Parse(jqCloseTries(text))
	if err != nil {
		return nil, &meter.Fault{Class: ClassEvaluation, At: -1, Msg: "jq program does not parse: " + meter.Cut(err.Error(), 200), Err: err}
	}
	c := &jqCompiler{library: jqShared()}
	node, err := c.query(query, c.library.scope)
	if err != nil {
		return nil, &meter.Fault{Class: ClassEvaluation, At: -1, Msg: "jq program does not compile: " + meter.Cut(err.Error(), 200), Err: err}
	}
	return node, nil
}

// filtersJQ is the filter jq.
func filtersJQ() []Filter {
	programs := new(meter.Cache[jqNode])
	check := func(text string) error {
		_, err := programs.GetOr(nil, text, jqCompile)
		return err
	}
	return []Filter{{
		Entry{
			Name: "jq", Parameters: []Parameter{{Name: "expression", Required: true, check: check}},
			Summary: "the list of the outputs of a jq program; a string is read as JSON before",
			Examples: []Example{
				{"{{ {'a': [1, 2]} | jq('.a[] + 1') }}", "[2,3]"},
				{`{{ '{"b": 1, "a": 2}' | jq('to_entries[0].key') | first }}`, "b"},
				{"{{ [{'n': 3}, {'n': 1}] | jq('sort_by(.n) | map(.n)') | first }}", "[1,3]"},
			},
		},
		func(st *state, v value.Value, args []value.Value) (value.Value, error) {
			return jqFilter(st, programs, v, args[0])
		},
	}}
}

func jqFilter(st *state, programs *meter.Cache[jqNode], v, program value.Value) (value.Value, error) {
	if program.Kind() != value.KindString {
		return value.Null, runtimeError("filter jq needs a program, not %s", program.Kind())
	}
	if v.IsNull() {
		return v, nil
	}
	main, err := programs.GetOr(st.budget(), program.Str(), jqCompile)
	if err != nil {
		return value.Null, err
	}
	if v.Kind() == value.KindString {
		if v, err = st.ParseJSON(v.Str()); err != nil {
			return value.Null, err
		}
	}
	var out []value.Value
	r := &jqRun{st: st, library: jqShared()}
	err = main(r, nil, jqItem{v: v}, func(it jqItem) error {
		if err := r.added(len(out) + 1); err != nil {
			return err
		}
		out = append(out, it.v)
		return nil
	})
	switch failed := err.(type) { //nolint:errorlint // these types are never wrapped
	case nil:
		return value.ListOf(out...), nil
	case *jqError:
		return value.Null, evaluationError("jq program failed: %s", failed.Error())
	case *jqBreakError:
		return value.Null, evaluationError("jq program failed: %s", failed.Error())
	default:
		return value.Null, err
	}
}
