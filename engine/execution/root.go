package execution

// closeRoot evaluates the outputs of the flow if there are any, and else ends the execution.
func (w *walk) closeRoot() {
	s := w.state
	if s.Status().Terminated() || s.Wait != WaitNone {
		return
	}
	if len(w.plan.flow.Outputs) == 0 {
		w.finish(s.outcome())
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

func (w *walk) finish(status Status) {
	w.enterHead(status)
	w.result.Barrier = true
}
