package jq

import (
	"sync"
	"time"

	"github.com/itchyny/gojq"

	"github.com/caddy-kestra/kestra-webhook/engine/javaregex"
	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// Programs compiles programs and keeps what it compiled. It is safe for concurrent use.
type Programs struct{ programs meter.Cache[*Program] }

// Program is a compiled program. It is immutable and safe for concurrent use.
type Program struct{ main filter }

// Compile returns a compiled program. m is nil while a template is compiled.
func (p *Programs) Compile(m *meter.Meter, text string) (*Program, error) {
	return p.programs.GetOr(m, text, compile)
}

// Context is what the run of a program has beside its input.
type Context struct {
	Meter   *meter.Meter
	Regexes *javaregex.Cache
	Clock   Clock
}

// Clock says what time it is, which stands still during an evaluation.
type Clock interface{ Now() time.Time }

// Run returns the list of the outputs of the program for an input.
func (p *Program) Run(c Context, v value.Value) (value.Value, error) {
	var out []value.Value
	r := &run{m: c.Meter, regexes: c.Regexes, clock: c.Clock, library: shared()}
	err := p.main(r, nil, datum{v: v}, func(it datum) error {
		if err := r.added(len(out) + 1); err != nil {
			return err
		}
		out = append(out, it.v)
		return nil
	})
	switch failed := err.(type) { //nolint:errorlint // these types are never wrapped
	case nil:
		return value.ListOf(out...), nil
	case *failure:
		return value.Null, meter.EvaluationError("jq program failed: %s", failed.Error())
	case *breakError:
		return value.Null, meter.EvaluationError("jq program failed: %s", failed.Error())
	default:
		return value.Null, err
	}
}

// shared is the library; it is made when the first program is compiled.
var shared = sync.OnceValue(newLibrary)

func compile(text string) (*Program, error) {
	if len(text) > maxProgram {
		return nil, meter.NewFault(meter.ClassLimit, -1, "jq program has more than %d bytes", maxProgram)
	}
	query, err := gojq.Parse(closeTries(text))
	if err != nil {
		return nil, &meter.Fault{Class: meter.ClassEvaluation, At: -1, Msg: "jq program does not parse: " + meter.Cut(err.Error(), 200), Err: err}
	}
	c := &compiler{library: shared()}
	node, err := c.query(query, c.library.scope)
	if err != nil {
		return nil, &meter.Fault{Class: meter.ClassEvaluation, At: -1, Msg: "jq program does not compile: " + meter.Cut(err.Error(), 200), Err: err}
	}
	return &Program{node}, nil
}

// datum is what flows through a program.
type datum struct {
	v    value.Value
	path *path // where v stands in the input of path(f); nil outside of one, or when v is not part of that input
}

// path is a path, from its end.
type path struct {
	parent *path
	key    value.Value
	length int
}

// root is the path without any step.
var root = &path{}

// extend returns the path with one more step; that of an item without a path stays none.
func (p *path) extend(key value.Value) *path {
	if p == nil {
		return nil
	}
	return &path{parent: p, key: key, length: p.length + 1}
}

// list returns the steps from the root.
func (p *path) list() value.Value {
	steps := make([]value.Value, p.length)
	for ; p.parent != nil; p = p.parent {
		steps[p.length-1] = p.key
	}
	return value.ListOf(steps...)
}

type (
	emit func(datum) error
	// filter evaluates a part of a program for one input and emits every output.
	filter func(r *run, env *bindings, in datum, emit emit) error
)

// bindings is the innermost of the variables, labels and function arguments that a node sees.
type bindings struct {
	parent *bindings
	v      value.Value
	node   filter    // of an argument: what it evaluates
	outer  *bindings // of an argument: what that sees
}

func (e *bindings) up(n int) *bindings {
	for range n {
		e = e.parent
	}
	return e
}

// run is one run of a program.
type run struct {
	m       *meter.Meter
	regexes *javaregex.Cache
	clock   Clock
	library *library
	depth   int // of the calls under way
	nested  int // nodes under evaluation, and how many there were at most
	deepest int
}

// maxDepth is how deep functions of a program may call each other, maxProgram how long one may be, in bytes.
const (
	maxDepth   = 5000
	maxProgram = 20_000
)

func (r *run) enter() error {
	if r.depth++; r.depth > maxDepth {
		return meter.NewFault(meter.ClassLimit, -1, "jq program calls functions deeper than %d levels", maxDepth)
	}
	return nil
}
