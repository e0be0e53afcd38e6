package runner

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/admission"
	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// An execution that is accepted, or found in the store, when no place is free waits in the store. Here is only its id. Flows take turns
// when places become free, and the executions of a flow begin in their order.

// DefaultPending is how many executions may wait for a place in a runner whose options name no number.
const DefaultPending = 100_000

// backlog are the executions that wait for a place; the lock of the runner guards it.
type backlog struct {
	ids      map[string][]string // by flow, the oldest first
	turns    []string            // those flows, the one whose turn it is first
	count    int                 // of ids, and of those that are about to be accepted
	starting bool                // somebody starts those for whom there are places
}

// reserve makes room for an execution of a flow, and reports whether there was some.
func (b *backlog) reserve(limit int) bool {
	if b.count >= limit {
		return false
	}
	b.count++
	return true
}

// add adds an execution for which there is room.
func (b *backlog) add(flow, id string) {
	if b.ids == nil {
		b.ids = map[string][]string{}
	}
	if len(b.ids[flow]) == 0 {
		b.turns = append(b.turns, flow)
	}
	b.ids[flow] = append(b.ids[flow], id)
}

// next takes the first execution of the first flow for which take returns true, and returns "" when there is none.
func (b *backlog) next(take func(flow string) bool) (flow, id string) {
	for i, flow := range b.turns {
		if !take(flow) {
			continue
		}
		ids := b.ids[flow]
		b.turns = slices.Delete(b.turns, i, i+1)
		if len(ids) == 1 {
			delete(b.ids, flow)
		} else {
			b.ids[flow] = ids[1:]
			b.turns = append(b.turns, flow)
		}
		b.count--
		return flow, ids[0]
	}
	return "", ""
}

// putBack undoes next.
func (b *backlog) putBack(flow, id string) {
	b.count++
	b.add(flow, id)
	ids := b.ids[flow]
	copy(ids[1:], ids)
	ids[0] = id
}

// behind reports whether executions of the same flow wait, which come first.
func (r *Runner) behind(s *execution.State) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.backlog.turns) > 0 && len(r.backlog.ids[flowName(s)]) > 0
}

// pend accepts the execution of a job that has found no place. The error is [admission.ErrPlaces] when too many wait already.
func (r *Runner) pend(ctx context.Context, job *Job) error {
	r.mu.Lock()
	room := !r.closed && r.backlog.reserve(r.options.Load().Pending)
	r.mu.Unlock()
	if !room {
		return admission.ErrPlaces
	}
	claim := r.admission.Claim(flowName(job.State))
	defer claim.Release()
	a := r.newActor(setup{Setting: job.Setting}, job.State, claim)
	a.delivery = job.Delivery
	var b execution.Batch
	err := a.keepTrigger(ctx)
	if err == nil {
		err = a.fill(ctx, &b, new(batchRoom), a.state, nil)
	}
	if err == nil {
		err = r.store.Commit(ctx, &b)
	}
	if err != nil {
		r.mu.Lock()
		r.backlog.count--
		r.mu.Unlock()
		return err
	}
	r.tellCreated(&b)
	r.mu.Lock()
	r.backlog.add(flowName(a.state), a.state.ID)
	r.startPending()
	r.mu.Unlock()
	return nil
}

// flowName is the name by which the flow of an execution has its share.
func flowName(s *execution.State) string { return s.Namespace + "/" + s.FlowID }

// startPending lets executions begin that wait for a place, with the lock held.
func (r *Runner) startPending() {
	if r.backlog.starting || len(r.backlog.turns) == 0 || r.context.Err() != nil {
		return
	}
	r.backlog.starting = true
	r.working.Go(r.startAll)
}

// takePlace takes a place for an execution that was found in the store. Without one it waits for it.
func (r *Runner) takePlace(s *execution.State) (*admission.Claim, bool) {
	claim := r.admission.Claim(flowName(s))
	if !r.behind(s) && claim.Place() == nil {
		return claim, true
	}
	claim.Release()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.backlog.count++
	r.backlog.add(flowName(s), strings.Clone(s.ID)) // which may be a part of all that was read
	r.startPending()                                // a place may have become free meanwhile
	return nil, false
}

// startAll starts executions as long as there are places.
func (r *Runner) startAll() {
	for {
		var claim *admission.Claim
		r.mu.Lock()
		flow, id := r.backlog.next(func(flow string) bool {
			claim = r.admission.Claim(flow)
			if claim.Place() == nil {
				return true
			}
			claim.Release()
			return false
		})
		r.backlog.starting = id != "" && r.context.Err() == nil
		goesOn := r.backlog.starting
		r.mu.Unlock()
		if !goesOn {
			return
		}
		s, err := r.store.Load(r.context, id)
		switch {
		case err == nil && !s.Over():
			r.goOn(s, claim)
			continue
		case err != nil && !errors.Is(err, execution.ErrNotFound):
			r.mu.Lock()
			r.backlog.putBack(flow, id)
			r.backlog.starting = false
			time.AfterFunc(storePause, func() { r.mu.Lock(); defer r.mu.Unlock(); r.startPending() })
			r.mu.Unlock()
			claim.Release()
			return
		default: // it has ended, or is gone
			claim.Release()
		}
	}
}
