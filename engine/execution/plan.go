package execution

import (
	"fmt"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// Plan is a revision of a flow in the form that [Step] works with: its tasks as a tree of nodes in preorder. It is immutable
// and made once per loaded flow. A node keeps its index within a revision.
type Plan struct {
	flow     *flow.Flow
	revision int
	nodes    []Node
	pauses   bool // it has a Pause or an Until
}

// Node is a task of a plan; the first one is the flow itself. Tasks that are disabled have none: they count as absent.
type Node struct {
	Task   *flow.Component // nil at the root
	Shape  flow.Shape
	Path   string // ids of the tasks from the top, as in "a/b/c"; "" at the root
	Parent int32  // -1 at the root
	Stage  Stage  // at which its parent runs the list that it is in

	Main     [][]int32     // lists of children: one, but of a Choice one for each case
	Looped   bool          // it is in the main list of an Each, so its runs have a value
	Rounds   bool          // it is in the main list of an Until, so its runs have a round
	Follows  int32         // of one that is looped: the node after it in the list; 0: none
	Errors   []int32       // the list that runs when the main one has failed
	Beside   []int32       // of a Pause: the list that runs while it is paused
	Lapse    Status        // of a Pause: what it ends with when its time is over
	Finally  []int32       // the list that runs at the end in any case
	Later    []int32       // of the root: the list that runs when the execution has its last status
	Limit    int32         // of a Parallel: how many children may run at once; of an Each: for how many values; 0: all; of a Children: how many executions
	Apart    bool          // of an Each: the tasks of one value begin together
	After    [][]int32     // of a Dag: for each child of its main list, the places of those that it waits for
	Forgive  bool          // failures inside make it end with WARNING
	Transmit bool          // of a Child and a Children: what its execution ends with counts
	Shared   bool          // of a Sequence: the tasks of its main list share a directory
	Retry    *flow.Retry   // of a leaf, a Child and a Children, its own or inherited; nil: it has one attempt
	Timeout  *flow.Timeout // nil: it may take any time

	pure bool // running it, with all below, has no effect outside of the execution
}

// root is the index of the flow's node, and the row of the execution itself where a row is meant.
const (
	root    = 0
	RootRow = -1
)

// NewPlan returns the plan of this revision of f, which must not change any more.
func NewPlan(f *flow.Flow, revision int) *Plan {
	p := &Plan{flow: f, revision: revision}
	p.add(nil, "", -1, flow.Branches{Main: [][]*flow.Component{f.Tasks}, Errors: f.Errors, Finally: f.Finally}, flow.ShapeSequence)
	p.nodes[root].Later = p.addList(f.AfterExecution, "", root, StageAfter)
	return p
}

// add adds a node with all below it, and returns its index.
func (p *Plan) add(task *flow.Component, path string, parent int32, b flow.Branches, shape flow.Shape) int32 {
	i := int32(len(p.nodes))
	p.nodes = append(p.nodes, Node{Task: task, Shape: shape, Path: path, Parent: parent, Limit: int32(b.Limit), Apart: b.Apart, Forgive: b.Forgive, Transmit: b.Transmit, Lapse: b.Lapse, Shared: b.Shared})
	if task != nil {
		p.nodes[i].Timeout = task.Timeout
	}
	if shape == flow.ShapeLeaf {
		p.nodes[i].pure = task.Spec.Pure && !task.Waits
		p.nodes[i].Retry = p.retry(i)
		return i
	}
	if shape == flow.ShapeChild || shape == flow.ShapeChildren {
		p.nodes[i].Retry = p.retry(i)
	}
	n := Node{Main: make([][]int32, len(b.Main))}
	for j, list := range b.Main {
		n.Main[j] = p.addList(list, path, i, StageMain)
	}
	if shape == flow.ShapeEach {
		for j, child := range n.Main[0] {
			p.nodes[child].Looped = true
			if j+1 < len(n.Main[0]) && !b.Apart {
				p.nodes[child].Follows = n.Main[0][j+1]
			}
		}
	}
	p.pauses = p.pauses || shape == flow.ShapePause || shape == flow.ShapeUntil
	if shape == flow.ShapeUntil {
		for _, child := range n.Main[0] {
			p.nodes[child].Rounds = true
		}
	}
	if shape == flow.ShapeDag {
		p.nodes[i].After = orderOf(b)
	}
	n.Errors = p.addList(b.Errors, path, i, StageErrors)
	n.Finally = p.addList(b.Finally, path, i, StageFinally)
	n.Beside = p.addList(b.Beside, path, i, StagePause)
	p.nodes[i].Main, p.nodes[i].Errors, p.nodes[i].Finally, p.nodes[i].Beside = n.Main, n.Errors, n.Finally, n.Beside
	return i
}

// retry returns when a leaf is tried again: by its own rule, else by that of the closest flowable around it that has one, else
// by that of the flow. Only its own rule turns its success into a warning.
func (p *Plan) retry(leaf int32) *flow.Retry {
	if own := p.nodes[leaf].Task.Retry; own != nil {
		return own
	}
	inherited := p.flow.Retry
	for i := p.nodes[leaf].Parent; i > root; i = p.nodes[i].Parent {
		if r := p.nodes[i].Task.Retry; r != nil {
			inherited = r
			break
		}
	}
	if inherited == nil || !inherited.Warning {
		return inherited
	}
	quiet := *inherited
	quiet.Warning = false
	return &quiet
}

func (p *Plan) addList(tasks []*flow.Component, path string, parent int32, stage Stage) []int32 {
	var list []int32
	for _, t := range tasks {
		if t.Disabled {
			continue
		}
		below := t.ID
		if path != "" {
			below = path + "/" + t.ID
		}
		var branches flow.Branches
		if t.Spec.Shape != flow.ShapeLeaf {
			branches = t.Spec.Branches(t)
		}
		i := p.add(t, below, parent, branches, t.Spec.Shape)
		p.nodes[i].Stage = stage
		list = append(list, i)
	}
	return list
}

// Flow returns the flow, for reading.
func (p *Plan) Flow() *flow.Flow { return p.flow }

// Revision returns the revision of the flow.
func (p *Plan) Revision() int { return p.revision }

// Node returns the node with this index, for reading.
func (p *Plan) Node(i int32) *Node { return &p.nodes[i] }

// Below returns how many nodes are below one.
func (p *Plan) Below(i int32) int {
	n := 0
	for j := int(i) + 1; j < len(p.nodes) && p.nodes[j].Parent >= i; j++ { // they follow it
		n++
	}
	return n
}

// Single reports whether a node runs by itself, with attempts and outputs of its own, and no task inside of it.
func (n *Node) Single() bool {
	return n.Shape == flow.ShapeLeaf || n.Shape == flow.ShapeChild || n.Shape == flow.ShapeChildren
}

// list returns the children of a node that are in force at a stage.
func (n *Node) list(g *Progress) []int32 {
	switch g.Stage {
	case StageErrors:
		return n.Errors
	case StageFinally:
		return n.Finally
	case StageAfter:
		return n.Later
	case StagePause:
		return n.Beside
	default:
		if int(g.Case) >= len(n.Main) { // no case was chosen
			return nil
		}
		return n.Main[g.Case]
	}
}

// check reports whether s can go on under this plan and this core.
func (p *Plan) check(s *State) error {
	switch {
	case s.Core != Core:
		return fmt.Errorf("execution %s: runs under core version %d, this one is %d", s.ID, s.Core, Core)
	case s.Namespace != p.flow.Namespace || s.FlowID != p.flow.ID || s.Revision != p.revision:
		return fmt.Errorf("execution %s: is of %s.%s revision %d, the plan is of %s.%s revision %d",
			s.ID, s.Namespace, s.FlowID, s.Revision, p.flow.Namespace, p.flow.ID, p.revision)
	}
	return nil
}

// Blocks reports whether an effect reaches outside of the execution, and so may take long: the attempt of a task that is not
// pure, and what is done with the files of a directory.
func (p *Plan) Blocks(s *State, e Effect) bool {
	return e.Kind == RunTask && !p.nodes[s.Runs[e.Run].Node].pure || e.What == Prepare || e.What == Collect
}
