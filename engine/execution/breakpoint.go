package execution

import (
	"slices"
	"strings"
)

// An execution that is done anew can have breakpoints, as in Kestra: before it begins a task run of one of those tasks, be it the first
// time, once more after a failure, or after an end, the task run and the execution are at a breakpoint (BREAKPOINT). What runs beside
// it ends, but nothing else begins, until somebody lets the execution go on ([PassOn]), with other breakpoints or without.
// Nothing stops that runs after the execution.

// Breakpoint says before which task runs an execution stops.
type Breakpoint struct {
	ID    string  `json:"id"`              // of the task
	Value *string `json:"value,omitempty"` // only for this value of the ForEach around it; nil: for any, and without one
}

// ParseBreakpoints reads breakpoints as Kestra's API writes them: ids of tasks with commas between, each perhaps with a dot and a value.
func ParseBreakpoints(text string) []Breakpoint {
	var list []Breakpoint
	for one := range strings.SplitSeq(text, ",") {
		if one == "" {
			continue
		}
		b := Breakpoint{ID: one}
		if at := strings.IndexByte(one, '.'); at > 0 {
			value := one[at+1:]
			b.ID, b.Value = one[:at], &value
		}
		list = append(list, b)
	}
	return list
}

// is reports whether an execution stops before a task run.
func (b *Breakpoint) is(r *Run) bool {
	return b.ID == r.TaskID && (b.Value == nil || *b.Value == r.Value)
}

// stops lets a task run wait that is about to begin, and reports it, if it is at a breakpoint or the execution is at one.
func (w *walk) stops(row int32) bool {
	s := w.state
	if s.Breakpoints == nil && s.Status() != AtBreakpoint || s.Status().Terminated() {
		return false
	}
	r := w.run(row)
	here := slices.ContainsFunc(s.Breakpoints, func(b Breakpoint) bool { return b.is(r) })
	if !here && s.Status() != AtBreakpoint {
		return false
	}
	w.wait(r, WaitBreak)
	if here {
		w.enter(row, r, AtBreakpoint)
	}
	if s.Status() != AtBreakpoint {
		w.enterHead(AtBreakpoint)
		w.result.Stopped = true
	}
	w.result.Barrier = true
	return true
}

// passOn lets an execution go on that is at a breakpoint: the task runs there begin, whatever the next breakpoints are.
func (w *walk) passOn(e *Event) bool {
	s := w.state
	if s.Status() != AtBreakpoint {
		return false
	}
	w.result.Barrier = true
	s.Breakpoints = e.Breakpoints
	w.enterHead(Running)
	type stopped struct {
		row int32
		id  string // the row may be another one's when it comes to it
	}
	var all []stopped
	for row := range s.Runs {
		if r := &s.Runs[row]; r.Wait == WaitBreak {
			all = append(all, stopped{int32(row), r.ID})
		}
	}
	for _, one := range all {
		if s.Status().Terminated() {
			break
		}
		r := &s.Runs[one.row]
		if r.Wait != WaitBreak || r.ID != one.id {
			continue
		}
		r = w.run(one.row)
		w.wait(r, WaitNone)
		was := r.Status()
		if was == AtBreakpoint {
			was = r.History[len(r.History)-2].Status
			w.enter(one.row, r, Created)
		} else if w.stops(one.row) {
			continue
		}
		w.goOnWith(one.row, was == Restarted)
	}
	return true
}
