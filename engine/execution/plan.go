package execution

import (
	"fmt"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// Plan is a revision of a flow in the form that [Step] works with. It is immutable and made once per loaded flow.
type Plan struct {
	flow     *flow.Flow
	revision int
	tasks    []*flow.Component // without those that are disabled: they count as absent
	pure     bool
}

// NewPlan returns the plan of this revision of f, which must not change any more.
func NewPlan(f *flow.Flow, revision int) *Plan {
	p := &Plan{flow: f, revision: revision, tasks: make([]*flow.Component, 0, len(f.Tasks)), pure: true}
	for _, t := range f.Tasks {
		if !t.Disabled {
			p.tasks = append(p.tasks, t)
			p.pure = p.pure && t.Spec.Pure
		}
	}
	return p
}

// Flow returns the flow, for reading.
func (p *Plan) Flow() *flow.Flow { return p.flow }

// Revision returns the revision of the flow.
func (p *Plan) Revision() int { return p.revision }

// Pure reports whether all tasks are pure, so that an execution has no barrier but that at its end.
func (p *Plan) Pure() bool { return p.pure }

// check reports whether s can go on under this plan and this core.
func (p *Plan) check(s *State) error {
	switch {
	case s.Core != Core:
		return fmt.Errorf("execution %s: runs under core version %d, this one is %d", s.ID, s.Core, Core)
	case s.Namespace != p.flow.Namespace || s.FlowID != p.flow.ID || s.Revision != p.revision:
		return fmt.Errorf("execution %s: is of %s.%s revision %d, the plan is of %s.%s revision %d",
			s.ID, s.Namespace, s.FlowID, s.Revision, p.flow.Namespace, p.flow.ID, p.revision)
	case len(s.TaskRuns) > len(p.tasks):
		return fmt.Errorf("execution %s: has %d task runs, the plan %d tasks", s.ID, len(s.TaskRuns), len(p.tasks))
	}
	return nil
}
