package scope

import (
	"sync"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// index knows the task runs of an execution by the ids of their tasks. The goroutine that drives the execution adds to it
// while others read snapshots of it.
type index struct {
	mu     sync.RWMutex
	clock  int // counts what was recorded
	runs   []entry
	byTask map[string]int32 // the last run of a task; nil while there are few
	room   [2]entry
}

// entry is a task run. Clocks say since when something is so; 0 is never.
type entry struct {
	task    string
	earlier int32 // the run of the same task before it; -1: none
	began   int
	ended   int
	open    execution.Status // until it has ended
	status  execution.Status // from then on
	shown   int              // since when it has outputs
	outputs value.Value      // from then on
}

// fewRuns is up to how many task runs are searched one by one.
const fewRuns = 8

// record notes the present state of the task run in a row.
func (x *index) record(row int32, r *execution.Run, outputs value.Value) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.clock++
	if x.runs == nil {
		x.runs = x.room[:0]
	}
	for int(row) >= len(x.runs) {
		x.runs = append(x.runs, entry{earlier: -1})
	}
	e := &x.runs[row]
	if e.began == 0 {
		e.began, e.task = x.clock, r.TaskID
		x.add(row)
	}
	if e.shown == 0 && !outputs.IsNull() {
		e.shown, e.outputs = x.clock, outputs
	}
	if status := r.Status(); !status.Terminated() {
		e.open = status
	} else if e.ended == 0 {
		e.ended, e.status = x.clock, status
	}
}

// add enters a row under its task.
func (x *index) add(row int32) {
	if x.byTask == nil {
		if len(x.runs) <= fewRuns {
			x.runs[row].earlier = x.last(x.runs[row].task, row)
			return
		}
		x.byTask = make(map[string]int32, 2*len(x.runs))
		for i := range x.runs {
			if int32(i) != row && x.runs[i].began > 0 {
				x.byTask[x.runs[i].task] = int32(i)
			}
		}
	}
	if earlier, ok := x.byTask[x.runs[row].task]; ok {
		x.runs[row].earlier = earlier
	}
	x.byTask[x.runs[row].task] = row
}

// last returns the last run of a task, but for one; -1 if there is none.
func (x *index) last(task string, but int32) int32 {
	for i := int32(len(x.runs)) - 1; i >= 0; i-- {
		if i != but && x.runs[i].began > 0 && x.runs[i].task == task {
			return i
		}
	}
	return -1
}

// snapshot is the index as it stands at one moment.
type snapshot struct {
	index *index
	clock int
}

func (x *index) snapshot() snapshot { return snapshot{x, x.clock} } // by the goroutine that records

// find returns the last run of a task that began before the snapshot and for which ok holds.
func (s snapshot) find(task string, ok func(e *entry) bool) (entry, bool) {
	x := s.index
	x.mu.RLock()
	defer x.mu.RUnlock()
	row := int32(-1)
	if x.byTask == nil {
		row = x.last(task, -1)
	} else if last, found := x.byTask[task]; found {
		row = last
	}
	for ; row >= 0; row = x.runs[row].earlier {
		if e := &x.runs[row]; e.began <= s.clock && ok(e) {
			return *e, true
		}
	}
	return entry{}, false
}

// each calls f for every run that began before the snapshot, in the order of the rows.
func (s snapshot) each(f func(e *entry)) {
	x := s.index
	x.mu.RLock()
	defer x.mu.RUnlock()
	for i := range x.runs {
		if e := &x.runs[i]; e.began > 0 && e.began <= s.clock {
			f(e)
		}
	}
}

// outputsView is the variable `outputs`: the outputs of the task runs that have some, be they none of their own.
type outputsView struct{ snapshot }

func (v outputsView) shows(e *entry) bool {
	return e.shown > 0 && e.shown <= v.clock
}

// Get implements [value.Source].
func (v outputsView) Get(task string) (value.Value, bool) {
	e, ok := v.find(task, v.shows)
	return e.outputs, ok
}

// Has implements [value.Source].
func (v outputsView) Has(task string) bool {
	_, ok := v.find(task, v.shows)
	return ok
}

// Map implements [value.Source].
func (v outputsView) Map() *value.Map {
	m := value.NewMap(4)
	v.each(func(e *entry) {
		if v.shows(e) {
			m.Set(e.task, e.outputs)
		}
	})
	return m
}

// tasksView is the variable `tasks`: the states of all task runs.
type tasksView struct{ snapshot }

func (v tasksView) state(e *entry) value.Value {
	status := e.open
	if e.ended > 0 && e.ended <= v.clock {
		status = e.status
	}
	return value.MapOf("state", value.String(string(status)))
}

// Get implements [value.Source].
func (v tasksView) Get(task string) (value.Value, bool) {
	e, ok := v.find(task, func(*entry) bool { return true })
	if !ok {
		return value.Null, false
	}
	return v.state(&e), true
}

// Has implements [value.Source].
func (v tasksView) Has(task string) bool {
	_, ok := v.find(task, func(*entry) bool { return true })
	return ok
}

// Map implements [value.Source].
func (v tasksView) Map() *value.Map {
	m := value.NewMap(4)
	v.each(func(e *entry) { m.Set(e.task, v.state(e)) })
	return m
}
