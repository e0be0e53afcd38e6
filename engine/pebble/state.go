package pebble

import (
	"math/rand/v2"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// state is one evaluation: the context, the variables that the template made, the text so far, and what may still be
// spent. States are pooled; nothing in one outlives its evaluation.
type state struct {
	meter.Meter // what may still be spent
	evaluation

	// The memory of these is kept for the next evaluation.
	locals []local       // variables of the template, innermost last
	args   []value.Value // evaluated arguments of the calls under way
	out    []byte
}

// evaluation is what nothing is kept of.
type evaluation struct {
	engine   *Engine
	template *Template // the one under way, which render() changes
	stream   uint64    // of random numbers: that of the outermost template
	ctx      *Context
	vars     *value.Map // the variables of the context; nil inside a macro
	floor    int        // index in locals below which nothing is visible: that of the running macro

	captures int         // how many sections that capture their text are open
	typed    bool        // the object of a single print is kept
	held     bool        // the only output so far is object
	object   value.Value // the object that was printed
	filtered value.Value // the text of the filter tag that is being filtered

	random   *rand.Rand
	late     meter.Fault // the missing fault of a name that is computed
	now      time.Time
	nowTaken bool
}

// local is a variable that the template made.
type local struct {
	name  string
	value value.Value
}

// What a pooled state keeps at most: an output buffer in bytes, and variables or arguments.
const (
	keptBuffer = 64 << 10
	keptStack  = 256
)

func (e *Engine) acquire(t *Template, c *Context) *state {
	if c == nil {
		c = &Context{}
	}
	st := e.states.Get().(*state)
	st.engine, st.template, st.stream, st.ctx, st.vars = e, t, t.stream, c, c.Vars
	st.Reset(&e.budget, c.Memory)
	return st
}

func (e *Engine) release(st *state) {
	if cap(st.out) > keptBuffer {
		st.out = nil
	}
	if cap(st.locals) > keptStack {
		st.locals = nil
	}
	if cap(st.args) > keptStack {
		st.args = nil
	}
	clear(st.locals[:cap(st.locals)])
	clear(st.args[:cap(st.args)])
	st.Release()
	st.evaluation = evaluation{}
	st.locals, st.args, st.out = st.locals[:0], st.args[:0], st.out[:0]
	e.states.Put(st)
}

// budget returns the meter of an evaluation; nil without one, while literals are folded.
func (st *state) budget() *meter.Meter {
	if st == nil {
		return nil
	}
	return &st.Meter
}

// lookup returns a variable: of the template, else of the context.
func (st *state) lookup(name string) (value.Value, bool) {
	if i := st.place(name); i >= 0 {
		return st.locals[i].value, true
	}
	return st.vars.Get(name)
}

// place returns the index of a variable of the template, or -1. Templates have few, so they are searched one by one; those
// that have many pay for it.
func (st *state) place(name string) int {
	last := len(st.locals) - 1
	i := last
	for i >= st.floor && st.locals[i].name != name {
		i--
	}
	st.Owe((last - i) / localsPerStep)
	if i < st.floor {
		return -1
	}
	return i
}

// localsPerStep is how many variables are looked at in the time of a step.
const localsPerStep = 16

// set gives a variable a value: in the nearest scope that has it, else in the current one. The context is read only.
func (st *state) set(name string, v value.Value) error {
	if i := st.place(name); i >= 0 {
		st.locals[i].value = v
		return nil
	}
	if st.vars.Has(name) {
		return runtimeError("%q is a variable of the context and can not be set", meter.Cut(name, 40))
	}
	st.declare(name, v)
	return nil
}

// declare adds a variable to the current scope.
func (st *state) declare(name string, v value.Value) {
	st.locals = append(st.locals, local{name, v})
}

// Now returns the time of the evaluation; it stands still during one.
func (st *state) Now() time.Time {
	if !st.nowTaken {
		st.nowTaken = true
		if st.now = st.ctx.Now; st.now.IsZero() {
			st.now = time.Now()
		}
	}
	return st.now
}

func (st *state) location() *time.Location {
	if st.ctx.Location != nil {
		return st.ctx.Location
	}
	return systemLocation()
}

// dice returns the source of randomness of the evaluation.
func (st *state) dice() *rand.Rand {
	if st.random == nil {
		seed := st.ctx.Seed
		if seed == 0 {
			seed = rand.Uint64()
		}
		seed ^= st.stream
		st.random = rand.New(rand.NewPCG(seed, seed^0x9e3779b97f4a7c15))
	}
	return st.random
}

// missing returns the fault of a computed name that does not exist; it is valid until the next one.
func (st *state) missing(at int, name string) error {
	st.late = meter.Fault{Class: ClassMissing, At: at, Name: name, Computed: true}
	return &st.late
}
