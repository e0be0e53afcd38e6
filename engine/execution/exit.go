package execution

import "github.com/caddy-kestra/kestra-webhook/engine/flow"

// exit ends the execution because a task wants it. The run of that task and the flowables around it end as the execution does,
// whatever they allow; all else that is under way is killed, and neither `errors` nor `finally` begin. In `afterExecution` it ends that
// list, and not the execution anew.
func (w *walk) exit(e *Event) {
	s := w.state
	r := w.run(e.Run)
	r.Outputs = e.Outputs
	w.endAttempt(r, e.Exit)
	w.end(e.Run, e.Exit)
	w.apply(e)
	for row := r.Parent; row != RootRow; row = s.Runs[row].Parent {
		w.run(row).Progress = Progress{Stage: StageEnd}
		w.endFlowable(row, e.Exit)
	}
	w.leave(e.Exit)
	w.closeRoot()
}

// killed ends the execution because somebody wants it: all that is under way is killed, neither `errors` nor `finally` begin, and
// its outputs are not evaluated. Of one that has its last status it ends `afterExecution`.
func (w *walk) killed() bool {
	s := w.state
	if s.Over() {
		return false
	}
	if s.Status().Terminated() {
		w.leave(Killed)
		w.closeRoot()
		return true
	}
	s.Refused = s.Wait == WaitPlace
	w.enterHead(Killing)
	w.giveUp(Killed)
	return true
}

// giveUp ends the execution with a status, whatever it is at.
func (w *walk) giveUp(status Status) {
	w.leave(status)
	w.state.Wait = WaitNone
	w.finish(status)
}

// leave gives up what is under way, since the execution is to end with a status.
func (w *walk) leave(status Status) {
	s := w.state
	s.headChanged = true
	s.Exit, s.Since = status, w.at
	s.Progress = Progress{Stage: StageEnd}
	if s.Wait == WaitAssert {
		s.Wait, s.Asking = WaitNone, nil
	}
	w.kill(RootRow)
}

// kill ends all that is under way below a flowable, or in the whole execution, from the leaves up.
func (w *walk) kill(below int32) {
	w.result.Cut = true
	for row := int32(len(w.state.Runs)) - 1; row > below; row-- {
		if w.state.Runs[row].Free() || w.state.Runs[row].Status().Terminated() || !w.state.within(row, below) {
			continue
		}
		w.cancel(row)
		r := w.run(row)
		if r.Progress != (Progress{}) {
			r.Progress = Progress{Stage: StageEnd}
		}
		if len(r.Attempts) > 0 && r.Outputs.IsZero() && w.node(row).Shape == flow.ShapeLeaf {
			r.Outputs = Datum{JSON: noOutputs}
		}
		w.endAttempt(r, Killed)
		w.end(row, Killed)
	}
}

// within reports whether a task run is below another one, or with RootRow in the execution.
func (s *State) within(row, below int32) bool {
	for row > below {
		row = s.Runs[row].Parent
	}
	return row == below
}

// cancel ends the attempt of a leaf if it runs, what is done with the files of a directory, and the executions that the attempt of a
// Child or a Children waits for.
func (w *walk) cancel(row int32) {
	if w.node(row).many() {
		w.killSeveral(row)
		return
	}
	switch r := &w.state.Runs[row]; r.Wait {
	case WaitTask:
		w.effect(Effect{Kind: Cancel, Run: row, Attempt: int32(len(r.Attempts) - 1)})
	case WaitFiles:
		w.effect(Effect{Kind: Cancel, Run: row})
	case WaitChild:
		w.run(row).Outputs = w.state.killedChild(row)
		w.effect(Effect{Kind: KillChild, Run: row, Attempt: int32(len(r.Attempts) - 1)})
		w.result.Barrier = true
	default: // nothing runs
	}
}
