package scope

import (
	"slices"
	"sync"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// index knows the task runs of an execution by the ids of their tasks. The goroutine that drives the execution adds to it
// while others read snapshots of it.
type index struct {
	mu      sync.RWMutex
	clock   int // counts what was recorded
	runs    []entry
	byTask  map[string]int32 // the last run of a task; nil while there are few
	inLoops map[string]int32 // the run under a key of within, or of several the first; nil while there is none
	room    [2]entry
}

// entry is a task run. Clocks say since when something is so; 0 is never.
type entry struct {
	id      string // of the task run
	task    string
	values  []string // of the loops around it, the outermost first
	earlier int32    // the run of the same task before it; -1: none
	began   int
	ended   int
	open    execution.Status // until it has ended
	status  execution.Status // from then on
	shown   int              // since when it has outputs
	outputs value.Value      // from then on; of a Pause and a task that is tried again, the newest
}

// fewRuns is up to how many task runs are searched one by one.
const fewRuns = 8

// record notes the present state of the task run in a row. looped says that it is in a round of a loop itself.
func (x *index) record(row int32, r *execution.Run, looped bool, outputs value.Value) {
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
	if e.began > 0 && e.id != r.ID { // that of an earlier round
		x.remove(row)
	}
	if e.began == 0 {
		e.began, e.id, e.task = x.clock, r.ID, r.TaskID
		if r.Parent != execution.RootRow {
			e.values = x.runs[r.Parent].values
		}
		if looped {
			e.values = append(slices.Clip(e.values), r.Value)
		}
		x.add(row)
		x.enter(row)
	}
	if !outputs.IsNull() {
		if e.outputs = outputs; e.shown == 0 {
			e.shown = x.clock
		}
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
			e := &x.runs[i]
			if last, ok := x.byTask[e.task]; int32(i) != row && e.began > 0 && (!ok || x.runs[last].began < e.began) {
				x.byTask[e.task] = int32(i)
			}
		}
	}
	if earlier, ok := x.byTask[x.runs[row].task]; ok {
		x.runs[row].earlier = earlier
	}
	x.byTask[x.runs[row].task] = row
}

// clear forgets the task run in a row, which has gone with its round.
func (x *index) clear(row int32) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if int(row) < len(x.runs) && x.runs[row].began > 0 {
		x.remove(row)
	}
}

// remove forgets the task run in a row. Who reads an earlier snapshot does not see it any more either.
func (x *index) remove(row int32) {
	gone := x.runs[row]
	x.runs[row] = entry{earlier: -1}
	for i := range x.runs {
		if x.runs[i].earlier == row && x.runs[i].began > 0 {
			x.runs[i].earlier = gone.earlier
		}
	}
	if last, ok := x.byTask[gone.task]; ok && last == row {
		if gone.earlier >= 0 {
			x.byTask[gone.task] = gone.earlier
		} else {
			delete(x.byTask, gone.task)
		}
	}
	x.exit(row, gone.task, gone.values)
}

// last returns the last run of a task, but for one; -1 if there is none.
func (x *index) last(task string, but int32) int32 {
	last := int32(-1)
	for i := range x.runs {
		if e := &x.runs[i]; int32(i) != but && e.began > 0 && e.task == task && (last < 0 || x.runs[last].began < e.began) {
			last = int32(i)
		}
	}
	return last
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

func showOutputs(s snapshot, e *entry) (value.Value, bool) {
	return e.outputs, e.shown > 0 && e.shown <= s.clock
}

// Get implements [value.Source].
func (v outputsView) Get(task string) (value.Value, bool) { return v.variable(task, showOutputs) }

// Has implements [value.Source].
func (v outputsView) Has(task string) bool {
	_, ok := v.Get(task)
	return ok
}

// Map implements [value.Source].
func (v outputsView) Map() *value.Map { return v.all(showOutputs) }

// tasksView is the variable `tasks`: the states of all task runs.
type tasksView struct{ snapshot }

func showState(s snapshot, e *entry) (value.Value, bool) {
	status := e.open
	if e.ended > 0 && e.ended <= s.clock {
		status = e.status
	}
	return value.MapOf("state", value.String(string(status))), true
}

// Get implements [value.Source].
func (v tasksView) Get(task string) (value.Value, bool) { return v.variable(task, showState) }

// Has implements [value.Source].
func (v tasksView) Has(task string) bool {
	_, ok := v.Get(task)
	return ok
}

// Map implements [value.Source].
func (v tasksView) Map() *value.Map { return v.all(showState) }

// all returns what a variable shows of all tasks, in the order in which they began.
func (s snapshot) all(show shown) *value.Map {
	var tasks []string
	seen := make(map[string]bool)
	s.each(func(e *entry) {
		if _, ok := show(s, e); ok && !seen[e.task] {
			seen[e.task] = true
			tasks = append(tasks, e.task)
		}
	})
	m := value.NewMap(len(tasks))
	for _, task := range tasks {
		if v, ok := s.variable(task, show); ok {
			m.Set(task, v)
		}
	}
	return m
}

// valuesOf returns the values of the loops around a task run, the outermost first.
func (x *index) valuesOf(row int32) []string {
	if int(row) >= len(x.runs) {
		return nil
	}
	return x.runs[row].values
}
