package execution

import "github.com/caddy-kestra/kestra-webhook/engine/flow"

// An execution of a flow with `concurrency` needs a place. Until it has one it waits, and nothing of it has begun. The place is
// taken by the commit in which it begins, and given back by the one in which it ends. For which of the two events comes,
// [Started] or [NoPlace], the store decides: see [Batch.Else]. Of one that is refused nothing runs but `afterExecution`.

// Place returns the place that an execution needs, one of those that all executions of the flow share; false if it needs none.
func (p *Plan) Place() (Place, bool) {
	c := p.flow.Concurrency
	if c == nil {
		return Place{}, false
	}
	return Place{Key: p.PlaceKey(), Limit: c.Limit}, true
}

// PlaceKey returns the key of the places that all executions of the flow share, of whatever revision.
func (p *Plan) PlaceKey() string { return p.flow.Namespace + "/" + p.flow.ID }

// HasPlace reports whether a place is to be given back when the execution ends.
func (p *Plan) HasPlace(s *State) bool {
	return p.flow.Concurrency != nil && s.Wait != WaitPlace && !s.Refused
}

// noPlace lets an execution wait for a place, or ends it if the flow says so. One that waits already goes on to.
func (w *walk) noPlace() bool {
	s := w.state
	if s.Wait != WaitPlace || s.Status() == Queued {
		return false
	}
	switch w.plan.flow.Concurrency.Behavior {
	case flow.CancelExecution:
		s.Refused = true
		w.giveUp(Cancelled)
	case flow.FailExecution:
		s.Refused = true
		w.giveUp(Failed)
	default: // QueueExecution
		w.enterHead(Queued)
		w.result.Barrier = true
	}
	return true
}
