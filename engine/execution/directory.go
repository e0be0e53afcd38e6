package execution

// A Sequence whose tasks share a directory prepares it before it begins, and fails without an attempt if that fails. When its tasks
// have ended, whatever with, it collects from it what is to be kept: that gives it its outputs, and comes before `errors` and
// `finally`, which do not share the directory. Its timeout is for its tasks, and for neither.
//
// No barrier is needed before these effects, since a repeated one does the same. There is one when the outputs are known: from then
// on nobody needs the directory.

// files lets a task run wait for something to be done with the files of its directory.
func (w *walk) files(row int32, what What) {
	w.wait(w.run(row), WaitFiles)
	w.effect(w.state.evalEffect(row, what))
}

// prepared begins a task run whose directory is prepared.
func (w *walk) prepared(e *Event) {
	ended := true
	if e.Failed {
		w.end(e.Run, w.allowed(w.run(e.Run), Failed))
	} else {
		ended = w.begin(e.Run, new(runRoom))
	}
	if ended {
		w.childEnded(e.Run)
	}
}

// collected goes on with a task run when it is known what is kept of its directory. If it could not be kept, the task run fails.
func (w *walk) collected(e *Event) {
	r := w.run(e.Run)
	r.Outputs = e.Outputs
	w.result.Rows = append(w.result.Rows, e.Run)
	w.result.Barrier = true
	if e.Failed {
		r.Progress.Broken, r.Progress.Worst = true, worse(r.Progress.Worst, Failed)
	}
	w.nextStage(e.Run)
	w.settle(e.Run)
}
