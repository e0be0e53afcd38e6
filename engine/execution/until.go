package execution

import (
	"fmt"
	"slices"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// An Until runs its main list, as a Sequence, in rounds, until an expression says that a round was the last one. Between two rounds
// it waits for a time. Its output iterationCount is the number of the round, from 1, and as in Kestra the expression is asked twice
// after a round: with that number, and if it does not hold, with the next one.
//
// The task runs of a round go when the next one begins, as in Kestra, and their rows are used again: an Until that waits for days
// does not grow.

// holds reports whether a flowable whose list has ended goes on with no other now: it is paused, asks whether it has ended, or waits
// for its files. An Until, and one with a directory, that has not asked yet does so.
func (w *walk) holds(row int32) bool {
	r := &w.state.Runs[row]
	if r.Wait != WaitNone {
		return true
	}
	switch n := w.node(row); {
	case r.Progress.Stage != StageMain:
		return false
	case n.Shared:
		w.limitNoMore(row)
		w.files(row, Collect)
		return true
	case n.Shape == flow.ShapeUntil && !r.Progress.Broken:
		w.ask(row)
		return true
	default:
		return false
	}
}

func (w *walk) ask(row int32) {
	r := w.run(row)
	w.wait(r, WaitEval)
	r.Wake = w.at
	w.effect(w.state.evalEffect(row, Until))
}

// judged goes on with an Until when it is known whether the round was the last one. If that could not be found out, it fails, and
// runs no list.
func (w *walk) judged(e *Event) {
	r := w.run(e.Run)
	g := &r.Progress
	switch {
	case e.Failed:
		w.endFlowable(e.Run, w.allowed(r, Failed))
		w.childEnded(e.Run)
	case e.True:
		w.nextStage(e.Run)
		w.settle(e.Run)
	case !g.Asked:
		g.Asked = true
		w.setRound(e.Run, g.Round+1)
		w.ask(e.Run)
	default:
		w.wait(r, WaitRound)
		r.Wake = e.Wake.UTC().Round(0)
		w.timed(e.Run)
		r.History = r.History.pause(w.at)
		w.result.Rows = append(w.result.Rows, e.Run)
		w.result.Barrier = true
	}
}

// nextRound begins a round.
func (w *walk) nextRound(row int32) {
	r := w.run(row)
	w.wait(r, WaitNone)
	r.Wake = time.Time{}
	w.timed(row)
	r.Progress.Asked, r.Progress.Next, r.Progress.Worst = false, 0, ""
	if w.state.Status() == Paused {
		w.enterHead(Running)
	}
	w.enter(row, r, Running)
	w.clear(row)
	w.settle(row)
}

// setRound sets the output of an Until.
func (w *walk) setRound(row, round int32) {
	r := w.run(row)
	r.Progress.Round = round
	r.Outputs = Datum{JSON: fmt.Appendf(nil, `{"iterationCount":%d}`, round)}
	w.result.Rows = append(w.result.Rows, row)
}

// clear removes the task runs below a flowable, all of which have ended.
func (w *walk) clear(below int32) {
	s := w.state
	for row := int32(len(s.Runs)) - 1; row > below; row-- { // from the leaves up
		if s.Runs[row].Free() || !s.within(row, below) {
			continue
		}
		w.free(row)
	}
}

// free removes a task run. Its row is used again.
func (w *walk) free(row int32) {
	s, r := w.state, w.run(row)
	switch w.node(row).Shape {
	case flow.ShapeUntil, flow.ShapePause, flow.ShapeChildren: // made here
	default:
		if n := len(r.Outputs.JSON); n > len(noOutputs) {
			w.result.Freed += int64(n)
		}
	}
	*r = Run{marked: true}
	w.result.Rows = append(w.result.Rows, row)
	at, _ := slices.BinarySearch(s.free, row)
	s.free = slices.Insert(s.free, at, row)
}

// Free reports whether there is no task run in a row, but was in an earlier round of an Until.
func (r *Run) Free() bool { return r.TaskID == "" }

// row returns the row for the run of a child: the first free one after its parent, since parents come before their children, or
// a new one.
func (s *State) row(parent int32) int32 {
	at, _ := slices.BinarySearch(s.free, parent+1)
	if at == len(s.free) {
		return int32(len(s.Runs))
	}
	return s.free[at]
}

// taken notes that a row is not free any more.
func (s *State) taken(row int32) {
	at, _ := slices.BinarySearch(s.free, row)
	s.free = slices.Delete(s.free, at, at+1)
}

// mostTransitions is up to which length the history of what pauses again and again grows: of more pauses the last one is kept.
const mostTransitions = 100

// pause returns h with a pause at its end. The history of what was paused very often loses the pause before.
func (h History) pause(at time.Time) History {
	if n := len(h); n >= mostTransitions && h[n-1].Status == Running && h[n-2].Status == Paused {
		h = slices.Clip(h[:n-2]) // a new list: entries never change
	}
	return append(h, Transition{Paused, at})
}
