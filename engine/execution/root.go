package execution

// An execution gets its last status when its outputs have been evaluated, after `finally`. Nothing changes that status any more; what
// runs as `afterExecution` sees it.

// closeRoot goes on when the lists in force have ended: it evaluates the outputs of the flow if there are any, and else gives the
// execution its last status, or ends what comes after it.
func (w *walk) closeRoot() {
	s := w.state
	switch {
	case s.Wait != WaitNone:
		return
	case s.Status().Terminated():
		w.result.Barrier = true
		return
	}
	switch outcome := s.outcome(); {
	case outcome == Retried:
		w.retried()
		return
	case len(w.plan.flow.Outputs) == 0:
		w.finish(outcome)
		return
	}
	s.headChanged = true
	s.Wait = WaitEval
	w.effect(s.outputsEffect())
}

// outputs answers the outputs.
func (w *walk) outputs(e *Event) {
	s := w.state
	s.Wait, s.Outputs = WaitNone, e.Outputs
	outcome := s.outcome()
	if !e.Failed || outcome == Failed {
		w.finish(outcome)
		return
	}
	// Kestra has entered the final status when it finds that the outputs fail, and shows both.
	w.enterHead(outcome)
	w.finish(Failed)
}

// outcome returns the status that the ended task runs give the execution.
func (s *State) outcome() Status {
	switch {
	case s.Exit != "":
		return s.Exit
	case s.Progress.Worst != "":
		return s.Progress.Worst
	default:
		return Success
	}
}

// finish enters the last status of the execution, and begins what is to run after it.
func (w *walk) finish(status Status) {
	w.enterHead(status)
	w.result.Barrier = true
	if len(w.state.Promises) > 0 {
		w.timed(RootRow)
	}
	if len(w.plan.nodes[root].Later) == 0 {
		return
	}
	g := w.progress(RootRow)
	*g = Progress{Stage: StageAfter, Worst: g.Worst}
	w.settle(RootRow)
}
