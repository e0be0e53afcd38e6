package execution

import (
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// A Pause waits until somebody resumes it, or for its time, which an expression says when it begins. Meanwhile the task of its
// `onPause` runs, whose end changes nothing but must have come before it goes on. Then its tasks follow, as in a Sequence. The
// execution is PAUSED while something in it is and nothing else is under way.

// paused lets a Pause wait when it is known until when.
func (w *walk) paused(e *Event) {
	if e.Failed {
		w.fail(e.Run)
		return
	}
	r := w.run(e.Run)
	w.wait(r, WaitResume)
	r.Wake = e.Wake.UTC().Round(0)
	w.timed(e.Run)
	r.Progress.Stage = StagePause
	w.enter(e.Run, r, Paused)
	w.result.Barrier = true
	w.advance(e.Run) // it does not end by that
}

// resumed lets the Pause go on that somebody means.
func (w *walk) resumed(e *Event) bool {
	row := w.state.RowOf(e.ID)
	if row < 0 || w.run(row).Wait != WaitResume {
		return false
	}
	w.resume(row, Success, e.Outputs, e.By)
	return true
}

// RowOf returns the row of the task run with an id; -1 if there is none.
func (s *State) RowOf(id string) int32 {
	for row := range s.Runs {
		if s.Runs[row].ID == id {
			return int32(row)
		}
	}
	return -1
}

// Paused returns the row of the task run that has been paused for longest; -1 if there is none.
func (s *State) Paused() int32 {
	first := int32(-1)
	for row := range s.Runs {
		if s.Runs[row].Wait == WaitResume && (first < 0 || s.Runs[row].pausedAt().Before(s.Runs[first].pausedAt())) {
			first = int32(row)
		}
	}
	return first
}

// pausedAt returns since when a Pause waits.
func (r *Run) pausedAt() time.Time { return r.History[len(r.History)-1].At }

// resume lets a Pause go on, with the status that it has by that.
func (w *walk) resume(row int32, status Status, inputs Datum, by string) {
	r := w.run(row)
	w.wait(r, WaitNone)
	r.Wake = time.Time{}
	w.timed(row)
	w.result.Barrier = true
	r.Outputs = w.resumption(w.allowed(r, status), inputs, by)
	w.result.Rows = append(w.result.Rows, row)
	if status == Cancelled {
		r.Progress = Progress{Stage: StageEnd}
		w.exit(&Event{Run: row, Exit: Cancelled, Outputs: r.Outputs})
		return
	}
	if w.state.Status() == Paused {
		w.enterHead(Restarted)
		w.enterHead(Running)
	}
	r.Progress.Worst = worse("", status)
	w.settle(row)
}

// resumption returns the outputs of a Pause, as Kestra has them.
func (w *walk) resumption(to Status, inputs Datum, by string) Datum {
	text := []byte("{")
	if !inputs.IsZero() {
		text = append(append(append(text, `"onResume":`...), inputs.JSON...), ',')
	}
	resumed := value.NewMap(3)
	if by != "" {
		resumed.Set("by", value.String(by))
	}
	resumed.Set("on", value.String(w.at.UTC().Format("2006-01-02T15:04:05.999999999"))) // without a zone
	resumed.Set("to", value.String(string(to)))
	text = append(text, `"resumed":`...)
	return Datum{JSON: append(value.AppendJSON(text, value.FromMap(resumed)), '}')}
}

// waits counts the task runs of a state that wait for an answer or a time of their own, and those that are paused. It is made
// when a state was loaded, and kept by Step.
type waits struct {
	counted      bool
	busy, paused int
}

func (c *waits) add(what Wait, n int) {
	switch what {
	case WaitNone, WaitBreak:
	case WaitResume, WaitRound:
		c.paused += n
	default:
		c.busy += n
	}
}

// countWaits makes the counts of a state that has none. Nobody needs them without a Pause, an Until or a breakpoint, or of one that
// never ended.
func (s *State) countWaits(p *Plan) {
	if s.waits.counted || !p.pauses && s.Restarts == 0 && s.Breakpoints == nil {
		return
	}
	s.waits, s.free = waits{counted: true}, s.free[:0]
	for row := range s.Runs {
		s.waits.add(s.Runs[row].Wait, 1)
		if s.Runs[row].Free() {
			s.free = append(s.free, int32(row))
		}
	}
}

// wait lets a task run wait for something.
func (w *walk) wait(r *Run, what Wait) {
	w.state.waits.add(r.Wait, -1)
	w.state.waits.add(what, 1)
	r.Wait = what
}

// rest pauses the execution if something in it is paused, and nothing else is under way. Of one at a breakpoint all is to be kept then.
func (w *walk) rest() {
	if s := w.state; s.Status() == AtBreakpoint {
		w.result.Barrier = w.result.Barrier || s.waits.busy == 0
	} else if s.waits.paused > 0 && s.waits.busy == 0 && s.Wait != WaitAssert && s.Status() == Running {
		s.headChanged = true
		s.History = s.History.pause(w.at)
		w.result.Barrier = true
	}
}
