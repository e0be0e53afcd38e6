package execution

import "github.com/caddy-kestra/kestra-webhook/engine/flow"

// An Each runs its main list, as a sequence, once for each of its values: for as many at once as its limit allows. Of one whose
// tasks are apart, each task is a round of its own. Which values
// an expression says, once, when it begins. After a failure nothing begins any more, for no value, and what runs ends first.

// looped goes on with an Each. One whose values failed fails, and runs no list at all.
func (w *walk) looped(e *Event) {
	r := w.run(e.Run)
	w.result.Rows = append(w.result.Rows, e.Run)
	if e.Failed {
		w.endFlowable(e.Run, w.allowed(r, Failed))
		w.childEnded(e.Run)
		return
	}
	if len(e.Values) > 0 { // as a store gives it back
		r.Values = e.Values
	}
	w.settle(e.Run)
}

// rounds begins the main list of an Each for values whose turn it is.
func (w *walk) rounds(row int32) {
	n := w.node(row)
	for {
		r := w.run(row) // rows may have moved
		g := &r.Progress
		heads := n.Main[0] // the first tasks of the rounds of one value
		if !n.Apart {
			heads = heads[:min(1, len(heads))]
		}
		if int(g.Next) >= len(r.Values)*len(heads) || g.Broken || n.Limit > 0 && g.Open >= n.Limit {
			return
		}
		iteration, head := int(g.Next)/len(heads), int(g.Next)%len(heads)
		g.Next++
		g.Open++
		if child, ended := w.create(row, heads[head], r.Values[iteration], int32(iteration)); ended {
			w.count(row, w.state.Runs[child].Status())
			w.nextInRound(child)
		}
	}
}

// nextInRound begins the task after one that has ended, for the same value of an Each; of other parents, nothing.
func (w *walk) nextInRound(row int32) {
	for {
		r := &w.state.Runs[row]
		parent := r.Parent
		n := w.node(parent)
		if n.Shape != flow.ShapeEach {
			return
		}
		g := w.progress(parent)
		next := w.plan.nodes[r.Node].Follows
		if g.Stage != StageMain || g.Broken || next == 0 {
			return
		}
		g.Open++
		child, ended := w.create(parent, next, r.Value, r.Iteration)
		if !ended {
			return
		}
		w.count(parent, w.state.Runs[child].Status())
		row = child
	}
}
