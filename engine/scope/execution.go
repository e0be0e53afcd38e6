package scope

import (
	"sync"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// Execution is the variables of an execution that is under way. Its methods belong to the goroutine that drives it; what
// they return may be read by others.
type Execution struct {
	flow       *Flow
	state      *execution.State
	trigger    *value.Map  // nil until it is decoded
	decode     sync.Once   // of the trigger
	inputs     value.Value // null until they are decoded
	inputsOnce sync.Once
	runs       index
	labels     *nested  // as the state has them now
	first      nested   // those that it had at first
	variables  *decoded // that a task has set; nil: none has
	outputs    *decoded // of the flow; nil before there are some
	logs       pebble.Logs
	views      [2]view // the first that are asked for
	viewed     int     // how many were
}

// New returns the variables of an execution. The trigger is that of its request while that is at hand; nil: it is decoded
// from the state. Task runs that the state has are recorded.
func New(f *Flow, s *execution.State, trigger *value.Map) *Execution {
	x := new(Execution)
	x.Init(f, s, trigger)
	return x
}

// Init makes x, which is new or zero again, what [New] returns.
func (x *Execution) Init(f *Flow, s *execution.State, trigger *value.Map) {
	x.flow, x.state, x.trigger, x.first.labels = f, s, trigger, s.Labels
	x.labels = &x.first
	for row := range s.Runs {
		x.Record(int32(row), decodeDatum(s.Runs[row].Outputs))
	}
}

// SetInputs gives the values of the inputs, which are decoded from the state otherwise. It must be called before they are read.
func (x *Execution) SetInputs(v value.Value) { x.inputs = v }

// SetLogs gives the log of the execution, which has its variable `error`.
func (x *Execution) SetLogs(logs pebble.Logs) { x.logs = logs }

// SetVariables notes that a task has set the variables that the state keeps now as text.
func (x *Execution) SetVariables(v value.Value) {
	x.variables = &decoded{text: x.state.Variables, value: v}
}

// Record notes that a task run has changed. outputs is the value of its outputs, in the form of [value.Normal]; null while
// it has none. A flowable has outputs, if only empty ones, as soon as what is inside of it runs.
func (x *Execution) Record(row int32, outputs value.Value) {
	r := &x.state.Runs[row]
	if r.Free() {
		x.runs.clear(row)
		return
	}
	if outputs.IsNull() && r.Wait != execution.WaitEval && r.Status() != execution.Skipped && !x.flow.plan.Node(r.Node).Single() {
		outputs = noOutputs
	}
	x.runs.record(row, r, x.flow.plan.Node(r.Node).Looped, outputs)
}

var noOutputs = value.FromMap(value.NewMap(0))

// Context returns what an evaluation sees now: about a task run, or with [execution.RootRow] about the execution as a whole.
func (x *Execution) Context(row int32) pebble.Context { return x.flow.Context(x.At(row)) }

// At returns the variables as they stand now.
func (x *Execution) At(row int32) *value.Map {
	x.follow()
	var v *view
	if x.viewed < len(x.views) {
		v = &x.views[x.viewed]
		x.viewed++
	} else {
		v = new(view)
	}
	v.execution, v.row, v.id, v.start, v.status, v.labels = x, row, x.state.ID, x.state.History[0], x.state.Status(), x.labels
	v.variables, v.outputs, v.runs = x.variables, x.outputs, x.runs.snapshot()
	if row != execution.RootRow {
		r := &x.state.Runs[row]
		v.run = runView{id: r.ID, start: r.History[0], attempts: len(r.Attempts), values: x.runs.valuesOf(row), node: r.Node}
		v.run.iteration, v.run.looped = x.iteration(row)
		if r.Status() != execution.Created { // its present attempt is among them
			v.run.attempts--
		}
		if r.Parent != execution.RootRow {
			v.run.parent = x.state.Runs[r.Parent].ID
		}
	}
	return v.Drawn.From(v)
}

// follow takes what the state has now of what is made once. Before, nothing that the state has changed is seen.
func (x *Execution) follow() {
	if !same(x.labels.labels, x.state.Labels) {
		x.labels = &nested{labels: x.state.Labels}
	}
	if now := x.state.Variables; !now.IsZero() && (x.variables == nil || !same(x.variables.text.JSON, now.JSON)) {
		x.variables = &decoded{text: now}
	}
	if now := x.state.Outputs; !now.IsZero() && x.outputs == nil {
		x.outputs = &decoded{text: now}
	}
}

// iteration returns the number of the round, in the innermost loop around a task run, that it is in; false if there is no loop.
func (x *Execution) iteration(row int32) (int32, bool) {
	for row != execution.RootRow {
		r := &x.state.Runs[row]
		if n := x.flow.plan.Node(r.Node); n.Looped || n.Rounds {
			return r.Iteration, true
		}
		row = r.Parent
	}
	return 0, false
}

// triggerMap returns the variable `trigger`.
func (x *Execution) triggerMap() *value.Map {
	x.decode.Do(func() {
		if x.trigger == nil {
			x.trigger = x.flow.env.DecodeTrigger(x.state.Trigger.Variables)
		}
	})
	return x.trigger
}

// inputsValue returns the variable `inputs`; null when there are none.
func (x *Execution) inputsValue() value.Value {
	x.inputsOnce.Do(func() {
		if x.inputs.IsNull() {
			x.inputs = decodeDatum(x.state.Inputs)
		}
	})
	return x.inputs
}

// lastError returns the last line of level ERROR of the execution's log; false when there is none.
func (x *Execution) lastError() (value.Value, bool) {
	if x.logs == nil {
		return value.Null, false
	}
	errors, err := x.logs.ErrorLogs()
	if err != nil || len(errors) == 0 {
		return value.Null, false
	}
	return value.FromMap(errors[len(errors)-1]), true
}

// view is the variables at one moment.
type view struct {
	value.Drawn
	execution *Execution
	row       int32
	id        string
	start     execution.Transition
	status    execution.Status
	labels    *nested
	variables *decoded
	outputs   *decoded
	runs      snapshot
	run       runView
}

// runView is the task run that variables are about.
type runView struct {
	id, parent string
	start      execution.Transition
	attempts   int      // before this one
	values     []string // of the loops around it, the outermost first
	iteration  int32    // of the innermost one
	looped     bool     // there is one
	node       int32
}

var names = []string{"trigger", "execution", "labels", "inputs", "outputs", "tasks", "taskrun", "task", "parent", "parents", "error"}

// Get implements [value.Source].
func (v *view) Get(name string) (value.Value, bool) {
	x := v.execution
	switch name {
	case "trigger":
		return value.FromMap(x.triggerMap()), true
	case "outputs":
		return value.FromMap(value.DrawMap(outputsView{v.runs})), true
	case "inputs":
		inputs := x.inputsValue()
		return inputs, !inputs.IsNull()
	case "execution":
		m := value.NewMap(5)
		m.Set("id", value.String(v.id))
		m.Set("startDate", value.Time(v.start.At))
		m.Set("originalId", value.String(v.execution.state.OriginalID()))
		m.Set("state", value.String(string(v.status)))
		if v.outputs != nil { // for afterExecution
			if outputs := v.outputs.get(); outputs.Map().Len() > 0 {
				m.Set("outputs", outputs)
			}
		}
		return value.FromMap(m), true
	case "labels":
		return v.labels.get(), true
	case "error":
		return x.lastError()
	case "tasks":
		return value.FromMap(value.DrawMap(tasksView{v.runs})), true
	case "taskrun":
		return v.taskRun(), true
	case "task":
		return v.task(), true
	case "parent":
		if parents := v.parents().List(); parents.Len() > 0 {
			return parents.At(0), true
		}
		return value.Null, false
	case "parents":
		return v.parents(), true
	case "vars":
		if v.variables != nil {
			return v.variables.get(), true
		}
	}
	return x.flow.constants.Get(name)
}

// Has implements [value.Source].
func (v *view) Has(name string) bool {
	switch name {
	case "trigger", "outputs", "execution", "labels", "tasks", "taskrun", "task", "parents":
		return true
	default:
		_, ok := v.Get(name)
		return ok
	}
}

// Map implements [value.Source].
func (v *view) Map() *value.Map {
	m := v.execution.flow.join(names, v.Get)
	if vars, ok := v.Get("vars"); ok {
		m.Set("vars", vars)
	}
	return m
}

func (v *view) taskRun() value.Value {
	if v.row == execution.RootRow {
		return value.Null
	}
	m := value.NewMap(6)
	m.Set("id", value.String(v.run.id))
	m.Set("startDate", value.Time(v.run.start.At))
	m.Set("attemptsCount", value.Int(int64(max(0, v.run.attempts))))
	if v.run.parent != "" {
		m.Set("parentId", value.String(v.run.parent))
	}
	if n := len(v.run.values); n > 0 {
		m.Set("value", value.String(v.run.values[n-1]))
	}
	if v.run.looped {
		m.Set("iteration", value.Int(int64(v.run.iteration)))
	}
	return value.FromMap(m)
}

// parents returns the rounds around the one that the task run is in itself, the innermost first; those of all loops for a task
// run that is deeper in a round.
func (v *view) parents() value.Value {
	values := v.run.values
	if len(values) > 0 && v.execution.flow.plan.Node(v.run.node).Looped {
		values = values[:len(values)-1]
	}
	parents := make([]value.Value, len(values))
	for i, text := range values {
		parents[len(values)-1-i] = value.MapOf("taskrun", value.MapOf("value", value.String(text)))
	}
	return value.ListOf(parents...)
}

func (v *view) task() value.Value {
	if v.row == execution.RootRow {
		return value.Null
	}
	task := v.execution.flow.plan.Node(v.run.node).Task
	m := value.NewMap(2)
	m.Set("id", value.String(task.ID))
	m.Set("type", value.String(task.Type))
	return value.FromMap(m)
}
