package execution

import "github.com/caddy-kestra/kestra-webhook/engine/flow"

// A Sequence runs its list one after the other and stops at the first task that fails. A Parallel runs its main list at once,
// as many as its limit allows; after a failure it begins no other, and lets those end that run. `errors` and `finally` run
// as sequences, whatever the shape, and to their ends, whatever fails there.

// advance begins what is next below a flowable or the flow, and reports whether that has ended by it.
func (w *walk) advance(row int32) (ended bool) {
	n := w.node(row)
	for {
		g := w.progress(row)
		if g.Stage == StageEnd {
			w.close(row)
			return true
		}
		if (n.Shape == flow.ShapeEach || n.Shape == flow.ShapeDag) && g.Stage == StageMain {
			if n.Shape == flow.ShapeEach {
				w.rounds(row)
			} else {
				w.ready(row)
			}
			if w.progress(row).Open > 0 {
				return false
			}
			w.nextStage(row)
			continue
		}
		list := n.list(g)
		parallel := n.Shape == flow.ShapeParallel && g.Stage == StageMain
		for int(g.Next) < len(list) && (!g.Broken || g.Stage != StageMain) && (g.Open == 0 || parallel && (n.Limit == 0 || g.Open < n.Limit)) {
			g.Next++
			g.Open++
			iteration := int32(0)
			if w.plan.nodes[list[g.Next-1]].Rounds {
				iteration = g.Round - 1
			}
			child, ended := w.create(row, list[g.Next-1], "", iteration)
			if ended {
				w.count(row, w.state.Runs[child].Status())
			}
			g = w.progress(row) // rows may have moved
		}
		if g.Open > 0 || row != RootRow && w.holds(row) {
			return false
		}
		w.nextStage(row)
	}
}

// nextStage goes on to the list that comes after the one in force.
func (w *walk) nextStage(row int32) {
	g, n := w.progress(row), w.node(row)
	if g.Stage == StageMain && row != RootRow {
		w.limitNoMore(row)
	}
	if g.Stage == StagePause {
		g.Stage, g.Next, g.Broken = StageMain, 0, g.Worst == Failed
		if !g.Broken && len(n.Main[0]) > 0 || g.Broken && len(n.Errors) > 0 || len(n.Finally) > 0 {
			w.enter(row, w.run(row), Running)
		}
		return
	}
	switch {
	case g.Stage == StageMain && g.Broken && len(n.Errors) > 0:
		g.Stage = StageErrors
	case g.Stage < StageFinally && len(n.Finally) > 0 && (row != RootRow || g.Worst != Retried):
		g.Stage = StageFinally
	default:
		g.Stage = StageEnd
	}
	g.Next, g.Broken = 0, false
}

// close ends a flowable, or the flow, all of whose lists have ended. Its status looks at the tasks of its main list alone.
func (w *walk) close(row int32) {
	if row == RootRow {
		w.closeRoot()
		return
	}
	r := w.run(row)
	status := r.Progress.Worst
	if status == "" {
		status = Success
	}
	if status == Failed && w.node(row).Forgive { // allowWarning does not apply to it (case "AllowFailure, allowWarning" of Kestra)
		w.endFlowable(row, Warning)
		return
	}
	w.endFlowable(row, w.allowed(r, status))
}

// endFlowable ends a flowable. Its one attempt ends as the task run does, whatever is allowed.
func (w *walk) endFlowable(row int32, status Status) {
	w.endAttempt(w.run(row), status)
	w.end(row, status)
}
