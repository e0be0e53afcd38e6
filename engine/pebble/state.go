package pebble

import (
	"math/rand/v2"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// state is one evaluation: the context, the variables that the template made, the text so far, and what may still be
// spent. States are pooled; nothing in one outlives its evaluation.
type state struct {
	engine   *Engine
	template *Template
	ctx      *Context
	vars     *value.Map // the variables of the context; nil inside a macro

	locals []local       // variables of the template, innermost last
	floor  int           // index in locals below which nothing is visible: that of the running macro
	args   []value.Value // evaluated arguments of the calls under way

	out      []byte
	captures int         // how many sections that capture their text are open
	typed    bool        // the object of a single print is kept
	held     bool        // the only output so far is object
	object   value.Value // the object that was printed
	filtered value.Value // the text of the filter tag that is being filtered

	steps     int           // left
	bytes     int           // left
	memory    int           // bytes left
	granted   int           // bytes of them that the account has given and that are not used yet
	texts     int           // bytes of text that the last walk came by
	depth     int           // left
	regexTime time.Duration // left
	paid      []paid        // entries of caches that need no further steps
	random    *rand.Rand
	late      fault // the missing fault of a name that is computed
	now       time.Time
	nowTaken  bool
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
	st.engine, st.template, st.ctx, st.vars = e, t, c, c.Vars
	st.steps, st.bytes, st.depth = e.limits.Steps, e.limits.OutputBytes, e.limits.Depth
	st.memory, st.granted = e.limits.Memory, freeMemory
	st.regexTime = e.limits.RegexTime
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
	clear(st.paid)
	*st = state{locals: st.locals[:0], args: st.args[:0], out: st.out[:0], paid: st.paid[:0]}
	e.states.Put(st)
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
	st.steps -= (last - i) / localsPerStep
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
		return runtimeError("%q is a variable of the context and can not be set", cut(name, 40))
	}
	st.declare(name, v)
	return nil
}

// declare adds a variable to the current scope.
func (st *state) declare(name string, v value.Value) {
	st.locals = append(st.locals, local{name, v})
}

// charge takes n steps from the budget.
func (st *state) charge(n int) error {
	if st.steps -= n; st.steps < 0 {
		return newFault(ClassLimit, -1, "evaluation takes more than %d steps", st.engine.limits.Steps)
	}
	return nil
}

// What looking at text costs: how many bytes make a step.
const (
	textPerStep   = 512 // compared or copied as a whole
	textPerCount  = 48  // searched, or counted character by character
	textPerChange = 4   // changed character by character, by tables of Unicode
)

// scan charges for reading texts from their begin to their end.
func (st *state) scan(texts ...string) error {
	n := 0
	for _, text := range texts {
		n += len(text) / textPerCount
	}
	return st.charge(n)
}

// weigh charges for reading a number that may have thousands of digits; of other values nothing is read.
func (st *state) weigh(v value.Value) error {
	if k := v.Kind(); k == value.KindBigInt || k == value.KindDecimal {
		return st.charge(digitCost(v))
	}
	return nil
}

// produce takes n bytes of text from the budget.
func (st *state) produce(n int) error {
	if st.bytes -= n; st.bytes < 0 {
		return newFault(ClassLimit, -1, "evaluation makes more than %d bytes of text", st.engine.limits.OutputBytes)
	}
	return st.allocate(n)
}

// What values take in memory, in bytes: a list and its items, and a map and its members with their places in the index.
const (
	listBytes   = 32
	itemBytes   = 24
	mapBytes    = 96
	memberBytes = 64
)

// How memory is taken from the account: nothing before an evaluation has made that much, and then in pieces.
const (
	freeMemory  = 16 << 10
	memoryPiece = 256 << 10
)

// allocate takes n bytes of memory from the budget, before they are allocated. What is dropped during the evaluation is not
// given back: the budget bounds what an evaluation makes, and with it what it can hold.
func (st *state) allocate(n int) error {
	if st.granted -= n; st.granted >= 0 {
		return nil
	}
	return st.grant()
}

// grant asks the account for the memory that was taken beyond what it has given.
func (st *state) grant() error {
	piece := max(memoryPiece, -st.granted)
	if st.memory -= piece; st.memory < 0 {
		return newFault(ClassLimit, -1, "evaluation makes more than %d bytes of values", st.engine.limits.Memory)
	}
	if st.ctx.Memory != nil {
		if err := st.ctx.Memory.Take(int64(piece)); err != nil {
			return &fault{class: ClassBusy, at: -1, msg: "there is no memory left for the evaluation now", err: err}
		}
	}
	st.granted += piece
	return nil
}

// items checks that a list of n items may be made, and charges for it.
func (st *state) items(n int) error {
	if n > st.engine.limits.RangeItems {
		return newFault(ClassLimit, -1, "list has more than %d items", st.engine.limits.RangeItems)
	}
	if err := st.charge(n); err != nil {
		return err
	}
	return st.allocate(n * itemBytes)
}

// members charges for the memory of a map of n members.
func (st *state) members(n int) error { return st.allocate(mapBytes + n*memberBytes) }

// descend counts one level of nesting; ascend gives it back.
func (st *state) descend() error {
	if st.depth--; st.depth < 0 {
		return newFault(ClassLimit, -1, "evaluation is nested deeper than %d levels", st.engine.limits.Depth)
	}
	return nil
}

func (st *state) ascend() { st.depth++ }

// clock returns the time of the evaluation; it stands still during one.
func (st *state) clock() time.Time {
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
		st.random = rand.New(rand.NewPCG(seed, seed^0x9e3779b97f4a7c15))
	}
	return st.random
}

// missing returns the fault of a computed name that does not exist; it is valid until the next one.
func (st *state) missing(at int, name string) error {
	st.late = fault{class: ClassMissing, at: at, name: name, computed: true}
	return &st.late
}
