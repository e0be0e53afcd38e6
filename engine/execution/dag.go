package execution

import (
	"slices"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// A Dag begins each task of its main list as soon as those have ended that it comes after, however they ended; as many at once as
// its limit allows. After a failure it begins no other, and lets those end that run.

// orderOf returns, for each task that is not disabled, the places of those it waits for among them. A disabled one counts as
// absent: nobody waits for it.
func orderOf(b flow.Branches) [][]int32 {
	places := make([]int32, len(b.Main[0]))
	enabled := int32(0)
	for i, t := range b.Main[0] {
		places[i] = -1
		if !t.Disabled {
			places[i] = enabled
			enabled++
		}
	}
	order := make([][]int32, 0, enabled)
	for i := range b.Main[0] {
		if places[i] < 0 {
			continue
		}
		var before []int32
		for _, j := range b.After[i] {
			if places[j] >= 0 {
				before = append(before, places[j])
			}
		}
		order = append(order, before)
	}
	return order
}

// ready begins the tasks of a Dag whose turn has come.
func (w *walk) ready(row int32) {
	n := w.node(row)
	for again := true; again; {
		again = false
		for place, node := range n.Main[0] {
			r := w.run(row) // rows may have moved
			g := &r.Progress
			if g.Broken || n.Limit > 0 && g.Open >= n.Limit {
				return
			}
			if r.child(place) >= 0 || !w.ended(r, n.After[place]) {
				continue
			}
			children := make([]int32, len(n.Main[0])) // a new list: stores may hold the old one
			copy(children, r.Children)
			children[place] = w.state.row(row) + 1
			r.Children = children
			g.Open++
			if child, ended := w.create(row, node, "", 0); ended {
				w.count(row, w.state.Runs[child].Status())
				again = true // others may have waited for it
			}
		}
	}
}

// child returns the row of a task of a Dag; -1 when it has not begun.
func (r *Run) child(place int) int32 {
	if r.Children == nil {
		return -1
	}
	return r.Children[place] - 1
}

// ended reports whether all of some tasks of a Dag have ended.
func (w *walk) ended(r *Run, places []int32) bool {
	return !slices.ContainsFunc(places, func(place int32) bool {
		row := r.child(int(place))
		return row < 0 || !w.state.Runs[row].Status().Terminated()
	})
}
