package scope

import (
	"slices"
	"strconv"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// What task runs inside of loops show stands under the values of the loops around them, from the outermost in: outputs.a[x] for a
// task a in a loop, outputs.a[x][y] in a loop within.

// within returns the key of the runs of a task below some of the values around them.
func within(task string, values []string) string {
	key := []byte(task)
	for _, v := range values {
		key = append(key, 0)
		key = strconv.AppendInt(key, int64(len(v)), 10)
		key = append(key, ':')
		key = append(key, v...)
	}
	return string(key)
}

// enter notes a run in a loop under its values, and under those of the loops around its own.
func (x *index) enter(row int32) {
	e := &x.runs[row]
	if len(e.values) == 0 {
		return
	}
	if x.inLoops == nil {
		x.inLoops = make(map[string]int32)
	}
	for n := 1; n < len(e.values); n++ {
		key := within(e.task, e.values[:n])
		if _, ok := x.inLoops[key]; !ok {
			x.inLoops[key] = row
		}
	}
	x.inLoops[within(e.task, e.values)] = row
}

// exit undoes enter. A key that names the first of several runs names the next one then.
func (x *index) exit(row int32, task string, values []string) {
	for n := 1; n <= len(values); n++ {
		key := within(task, values[:n])
		if x.inLoops[key] != row {
			continue
		}
		delete(x.inLoops, key)
		next := slices.IndexFunc(x.runs, func(e entry) bool {
			return e.began > 0 && e.task == task && len(e.values) >= n && slices.Equal(e.values[:n], values[:n])
		})
		if next >= 0 {
			x.inLoops[key] = int32(next)
		}
	}
}

// shown is what a variable shows of a task run; false: nothing yet.
type shown func(s snapshot, e *entry) (value.Value, bool)

// variable is what a variable shows of a task: of its last run, or of all its runs if they are in loops.
func (s snapshot) variable(task string, show shown) (value.Value, bool) {
	e, ok := s.find(task, func(e *entry) bool {
		_, ok := show(s, e)
		return ok
	})
	if !ok {
		return value.Null, false
	}
	if len(e.values) > 0 {
		return value.FromMap(value.DrawMap(loopView{snapshot: s, task: task, depth: len(e.values), show: show})), true
	}
	return show(s, &e)
}

// loopView is what a variable shows of the runs of a task below some values of the loops around them.
type loopView struct {
	snapshot
	task   string
	values []string // of outer loops
	depth  int      // how many loops are around the task
	show   shown
}

// Get implements [value.Source].
func (v loopView) Get(name string) (value.Value, bool) {
	values := slices.Concat(v.values, []string{name})
	x := v.index
	x.mu.RLock()
	defer x.mu.RUnlock()
	row, ok := x.inLoops[within(v.task, values)]
	if !ok || x.runs[row].began > v.clock {
		return value.Null, false
	}
	if len(values) < v.depth {
		return value.FromMap(value.DrawMap(loopView{v.snapshot, v.task, values, v.depth, v.show})), true
	}
	return v.show(v.snapshot, &x.runs[row])
}

// Has implements [value.Source].
func (v loopView) Has(name string) bool {
	_, ok := v.Get(name)
	return ok
}

// Map implements [value.Source].
func (v loopView) Map() *value.Map {
	var names []string
	seen := make(map[string]bool)
	v.each(func(e *entry) {
		if e.task != v.task || len(e.values) != v.depth || within("", e.values[:len(v.values)]) != within("", v.values) {
			return
		}
		if name := e.values[len(v.values)]; !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	})
	m := value.NewMap(len(names))
	for _, name := range names {
		if shown, ok := v.Get(name); ok {
			m.Set(name, shown)
		}
	}
	return m
}
