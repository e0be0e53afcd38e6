package execution

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// An execution that has ended can be done anew from one of its task runs on, as another execution: that begins like one that goes on after
// its end, with copies of the task runs that came before. It may be of another revision of the flow, in which those tasks still are.

// ErrNotReplayable is the error of a task run from which nothing can be done anew, or of a revision of the flow by which it cannot; to be
// tested with errors.Is.
var ErrNotReplayable = errors.New("the execution is not replayed from there")

// NewRepeatFrom returns the state of an execution of the flow of p that does anew what an ended one did, from the task run with an id on;
// with "", from those that have failed. The texts of s must be filled in. The error is [ErrNothingToRestart] if there is no such task run,
// [ErrNotRestartable], or [ErrNotReplayable].
func NewRepeatFrom(p *Plan, s *State, run string, at time.Time) (*State, error) {
	label := replayLabel
	if run == "" {
		label = restartedLabel
		if err := s.Restartable(); err != nil {
			return nil, err
		}
	}
	if !s.Over() {
		return nil, ErrNotRestartable
	}
	next := s.Share()
	next.Version, next.Revision, next.Core, next.Parent, next.Depth, next.Trace = 0, p.revision, Core, Parent{}, 0, ""
	next.ID, next.Seed = newIdentity(at)
	next.Origin = s.nextOrigin()
	next.Origin.Tries-- // that it is another try stands in its history
	next.Labels, next.First = s.labelsAnew(label), nil
	if s.Revision != p.revision {
		next.Variables = Datum{} // those of the flow
	}
	from := int32(-1)
	if run != "" {
		if from = s.RowOf(run); from < 0 {
			return nil, ErrNothingToRestart
		}
	}
	w := walk{plan: p, state: next, at: at, result: new(Result)}
	again, gone, err := w.cut(s, from)
	if err != nil {
		return nil, err
	}
	if err := w.transplant(again, gone); err != nil {
		return nil, err
	}
	w.reopen(again, gone)
	return next, w.fits()
}

// cut returns which task runs are to run again, and which go: what comes after the one in a row, or with -1 nothing.
func (w *walk) cut(s *State, from int32) (again, gone []bool, err error) {
	again, gone = make([]bool, len(s.Runs)), make([]bool, len(s.Runs))
	if from < 0 {
		for row := range s.Runs {
			again[row] = s.failed(int32(row))
		}
		return again, gone, nil
	}
	again[from] = true
	nodes := w.plan.byPath()
	for row := from; row != RootRow; row = s.Runs[row].Parent {
		node, ok := nodes[s.pathOf(row)]
		if !ok {
			return nil, nil, fmt.Errorf("revision %d has no task %s: %w", w.plan.revision, s.pathOf(row), ErrNotReplayable)
		}
		if w.plan.nodes[node].Stage != StageMain {
			return nil, nil, fmt.Errorf("task %s is not one of the flow's tasks, but of those that run beside or after them: %w", s.Runs[row].TaskID, ErrNotReplayable)
		}
		after := w.plan.followers(node)
		for other := range s.Runs {
			o := &s.Runs[other]
			if o.Free() || o.Parent != s.Runs[row].Parent {
				continue
			}
			n := nodes[s.pathOf(int32(other))]
			parent := w.plan.nodes[w.plan.nodes[node].Parent]
			same := o.Iteration == s.Runs[row].Iteration || parent.Shape != flow.ShapeEach
			later := parent.Shape == flow.ShapeEach && parent.Limit == 1 && o.Iteration > s.Runs[row].Iteration
			if later || same && slices.Contains(after, n) {
				gone[other] = true
			}
		}
	}
	for row := range s.Runs { // what the task run itself had below
		if p := s.Runs[row].Parent; p != RootRow && !s.Runs[row].Free() && (p == from || gone[p]) {
			gone[row] = true
		}
	}
	return again, gone, nil
}

// followers returns the nodes of the same list that begin after one has ended, each because of it.
func (p *Plan) followers(node int32) []int32 {
	parent := &p.nodes[p.nodes[node].Parent]
	switch {
	case parent.Shape == flow.ShapeParallel, parent.Apart:
		return nil
	case parent.Shape == flow.ShapeDag:
		var after []int32
		main := parent.Main[0]
		for again := true; again; {
			again = false
			for place, n := range main {
				waits := slices.ContainsFunc(parent.After[place], func(before int32) bool {
					return main[before] == node || slices.Contains(after, main[before])
				})
				if waits && !slices.Contains(after, n) {
					after, again = append(after, n), true
				}
			}
		}
		return after
	default:
		for _, list := range parent.Main {
			if i := slices.Index(list, node); i >= 0 {
				return list[i+1:]
			}
		}
		return nil
	}
}

// byPath returns the nodes by their paths.
func (p *Plan) byPath() map[string]int32 {
	nodes := make(map[string]int32, len(p.nodes))
	for i := range p.nodes {
		nodes[p.nodes[i].Path] = int32(i)
	}
	return nodes
}

// pathOf returns the path of the node of a task run, in whatever revision of the flow.
func (s *State) pathOf(row int32) string {
	var ids []string
	for ; row != RootRow; row = s.Runs[row].Parent {
		ids = append(ids, s.Runs[row].TaskID)
	}
	slices.Reverse(ids)
	return strings.Join(ids, "/")
}

// transplant makes the task runs those of the new execution, by the plan that this one has: with ids and nodes of their own, and texts
// that belong to it. Those whose tasks the plan does not have go.
func (w *walk) transplant(again, gone []bool) error {
	s := w.state
	nodes := w.plan.byPath()
	for _, d := range []*Datum{&s.Trigger.Variables, &s.Inputs, &s.Variables} {
		d.Ref = ""
	}
	paths := make([]string, len(s.Runs))
	for row := range s.Runs {
		paths[row] = s.pathOf(int32(row))
	}
	for row := range s.Runs {
		if s.Runs[row].Free() {
			continue
		}
		r := w.run(int32(row))
		node, ok := nodes[paths[row]]
		if again[row] && !ok {
			return fmt.Errorf("revision %d has no task %s: %w", w.plan.revision, paths[row], ErrNotReplayable)
		}
		if gone[row] || !ok || r.Parent != RootRow && s.Runs[r.Parent].Free() {
			*r = Run{marked: true}
			continue
		}
		parent := ""
		if r.Parent != RootRow {
			parent = s.Runs[r.Parent].ID
		}
		r.Node, r.Outputs.Ref = node, ""
		if again[row] {
			r.Several = nil // the other one has started those
		}
		r.ID = RunID(s.ID, parent, paths[row], int(r.Iteration), 0)
	}
	return nil
}

// fits returns an error when what is left does not stand at the beginnings of the lists of the plan: it has other tasks before those from
// which the execution goes on.
func (w *walk) fits() error {
	s := w.state
	type round struct{ parent, iteration int32 }
	begun := make(map[round]map[int32]bool)
	for row := range s.Runs {
		r := &s.Runs[row]
		if r.Free() || w.plan.nodes[r.Node].Stage != StageMain {
			continue
		}
		key := round{r.Parent, 0}
		if w.node(r.Parent).Shape == flow.ShapeEach {
			key.iteration = r.Iteration
		}
		if begun[key] == nil {
			begun[key] = make(map[int32]bool)
		}
		begun[key][r.Node] = true
	}
	for key, nodes := range begun {
		n := w.node(key.parent)
		if n.Shape == flow.ShapeDag {
			continue
		}
		g := &s.Progress
		if key.parent != RootRow {
			g = &s.Runs[key.parent].Progress
		}
		list := n.Main[min(int(g.Case), len(n.Main)-1)]
		for i := range min(len(nodes), len(list)) {
			if !nodes[list[i]] {
				return fmt.Errorf("in revision %d another task, %s, comes before: %w", w.plan.revision, w.plan.nodes[list[i]].Task.ID, ErrNotReplayable)
			}
		}
	}
	return nil
}
