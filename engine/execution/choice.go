package execution

// A Choice runs one of its lists, as a sequence, or none. Which one an expression decides, once, when it begins.

// chosen goes on with a Choice. One that could not choose fails, and runs no list at all.
func (w *walk) chosen(e *Event) {
	r := w.run(e.Run)
	r.Outputs = e.Outputs
	w.result.Rows = append(w.result.Rows, e.Run)
	if e.Failed {
		w.endFlowable(e.Run, w.allowed(r, Failed))
		w.childEnded(e.Run)
		return
	}
	r.Progress.Case = e.Case
	if n := w.node(e.Run); e.Case < 0 || int(e.Case) >= len(n.Main) {
		r.Progress.Case = int32(len(n.Main)) // none
	}
	w.settle(e.Run)
}
