package runner

import (
	"context"
	"errors"
	"fmt"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// atBarrier commits all that happened since the last barrier, and reports whether the execution has ended. One that only
// waits is parked by the same commit; its actor is then at an end too, but not the execution.
func (a *actor) atBarrier(ctx context.Context) (ended bool, err error) {
	a.barrier = false
	ended = a.state.Over()
	var park *execution.Park
	if !ended {
		park = a.park()
	}
	if err := a.commit(ctx, park); err != nil {
		return false, a.broken("the execution could not be kept", err)
	}
	if park != nil {
		return false, errParked
	}
	if !ended {
		a.setTimers()
	}
	return ended, nil
}

// errParked ends the driving of an actor whose execution was parked.
var errParked = errors.New("execution is parked")

// accepted commits an execution that has not been committed yet, as it stands, or as it begins if it needs a place for that. It
// reports whether it has ended by that.
func (a *actor) accepted(ctx context.Context) (ended bool, err error) {
	a.sitDown()
	defer a.getUp()
	if a.state.Wait == execution.WaitPlace {
		return a.begin(ctx)
	}
	return false, a.commit(ctx, nil)
}

// commit keeps all that happened since the last commit.
func (a *actor) commit(ctx context.Context, park *execution.Park) error {
	if err := a.keepTrigger(ctx); err != nil {
		return err
	}
	b := &a.batch
	*b = execution.Batch{}
	if lines, bytes := a.journal.take(); len(lines) > 0 {
		defer a.journal.taken()
		defer a.claim.Give(int64(bytes))
		b.Logs = lines
	}
	a.fill(b, &a.batchRoom, a.state, park)
	if a.state.Version == 0 && park == nil && !a.state.Over() {
		a.runner.takeUp(a) // before the commit: from then on there may be signals
	}
	if err := a.runner.store.Commit(ctx, b); err != nil {
		return err
	}
	a.committed(b, a.state)
	if len(b.Give) > 0 {
		a.runner.wakeNow()
	}
	return nil
}

// batchRoom is the memory for what most batches have.
type batchRoom struct {
	accept [1]execution.Accept
	write  [1]execution.Write
}

// fill makes b what keeps a state of the execution.
func (a *actor) fill(b *execution.Batch, r *batchRoom, s *execution.State, park *execution.Park) {
	if s.Over() {
		if a.stop != nil {
			if t := a.stop(s.Status()); t != nil {
				b.Triggers = []execution.TriggerState{*t}
			}
		}
		if a.placed {
			place, _ := a.plan.Place()
			b.Give = []execution.Place{place}
		}
	}
	if s.Version == 0 {
		s.Settle()
		r.accept[0] = execution.Accept{State: s, Park: park}
		b.Accept = r.accept[:]
		return
	}
	r.write[0] = execution.Write{ID: s.ID, Version: s.Version, Changes: s.Changes(), Park: park, Consumed: a.heard}
	b.Write = r.write[:]
}

// committed notes that a batch has kept a state.
func (a *actor) committed(b *execution.Batch, s *execution.State) {
	if len(b.Accept) > 0 {
		a.claim.Accept()
		return
	}
	s.Version++
}

// keepTrigger puts the trigger's variables of an execution that is about to be accepted where they belong.
func (a *actor) keepTrigger(ctx context.Context) error {
	if a.state.Version > 0 {
		return nil
	}
	return a.keepApart(ctx, &a.state.Trigger.Variables)
}

// keepApart puts a text that is too long to travel into the store, and keeps it at hand.
func (a *actor) keepApart(ctx context.Context, d *execution.Datum) error {
	if d.Ref != "" || len(d.JSON) <= execution.InlineLimit {
		return nil
	}
	ref, err := a.runner.store.PutValue(ctx, a.state.ID, d.JSON)
	if err != nil {
		return fmt.Errorf("value of %d bytes: %w", len(d.JSON), err)
	}
	d.Ref = ref
	return nil
}

// resolve fills in all texts of a state.
func (r *Runner) resolve(ctx context.Context, s *execution.State) error {
	err := errors.Join(r.resolveDatum(ctx, &s.Trigger.Variables), r.resolveDatum(ctx, &s.Inputs),
		r.resolveDatum(ctx, &s.Variables), r.resolveDatum(ctx, &s.Outputs))
	for i := range s.Runs {
		err = errors.Join(err, r.resolveDatum(ctx, &s.Runs[i].Outputs))
	}
	return err
}

// resolveDatum fills in the text of a datum that is kept apart.
func (r *Runner) resolveDatum(ctx context.Context, d *execution.Datum) error {
	if d.Ref == "" || d.JSON != nil {
		return nil
	}
	data, err := r.store.GetValue(ctx, d.Ref)
	if err != nil {
		return err
	}
	d.JSON = data
	return nil
}
