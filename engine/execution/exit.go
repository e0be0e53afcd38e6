package execution

// exit ends the execution because a task wants it. The run of that task and the flowables around it end as the execution does,
// whatever they allow; all else that is under way is killed, and neither `errors` nor `finally` begin.
func (w *walk) exit(e *Event) {
	s := w.state
	r := w.run(e.Run)
	r.Outputs = e.Outputs
	w.endAttempt(r, e.Exit)
	w.end(e.Run, e.Exit)
	w.apply(e)
	for row := r.Parent; row != RootRow; row = s.Runs[row].Parent {
		r := w.run(row)
		r.Progress = Progress{Stage: StageEnd}
		w.endAttempt(r, e.Exit)
		w.end(row, e.Exit)
	}
	s.headChanged = true
	s.Exit, s.Since = e.Exit, w.at
	s.Progress = Progress{Stage: StageEnd}
	w.kill(RootRow)
	w.closeRoot()
}
