package runner

import (
	"context"
	"errors"
	"fmt"
	"slices"

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
		if a.state.Version > 0 && passes(err) {
			a.persist(err, park)
			return false, errUnkept
		}
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

// assembled is what belongs to a batch that is to be committed.
type assembled struct {
	ready   bool
	isNew   bool     // it accepts the execution
	started []*child // by tasks, which it accepts
	lines   int      // bytes of the journal that are in it
}

// commit keeps all that happened since the last commit. After an error that may pass it can be called again.
func (a *actor) commit(ctx context.Context, park *execution.Park) error {
	if !a.assembled.ready {
		if err := a.assemble(ctx, park); err != nil {
			return err
		}
	}
	b, c := &a.batch, a.assembled
	err := a.runner.commit(ctx, b)
	if !c.isNew && passes(err) {
		return err
	}
	a.assembled = assembled{}
	if len(b.Logs) > 0 {
		a.journal.taken()
		a.claim.Give(int64(c.lines))
	}
	if err != nil {
		a.runner.forget(c.started)
		return err
	}
	for _, ch := range c.started {
		a.give(ch.kept)
	}
	a.give(a.writes.bytes)
	a.runner.release(a.writes)
	a.writes = writes{}
	a.committed(c.isNew, a.state)
	a.removeDirectories()
	a.runner.committed(b, c.started)
	return nil
}

// assemble makes the batch of a commit. After an error it can be called again.
func (a *actor) assemble(ctx context.Context, park *execution.Park) error {
	if err := a.keepTrigger(ctx); err != nil {
		return err
	}
	if a.again != nil {
		if err := a.replay(ctx, *a.again); err != nil {
			return err
		}
		a.again = nil
	}
	b, isNew := &a.batch, a.state.Version == 0
	*b = execution.Batch{}
	if err := a.fill(ctx, b, &a.batchRoom, a.state, park); err != nil {
		return err
	}
	if isNew && park == nil && !a.state.Over() {
		a.runner.takeUp(a) // before the commit: from then on there may be signals
	}
	c := assembled{ready: true, isNew: isNew}
	b.Logs, c.lines = a.journal.take()
	b.Pairs = a.writes.pairs
	c.started = a.addChildren(ctx, b)
	a.parent = a.parent || len(c.started) > 0
	if place, limited := a.runner.placeOf(a.plan); limited && !isNew && !a.placed && a.state.Over() {
		other := *b // it may have been woken for a place, which is for the next one then
		b.Take, b.Else = []execution.Place{place}, &other
		b.Give = b.Take
	}
	a.assembled = c
	return nil
}

// commit commits a batch. An execution that has ended, and that the store has forgotten, need not be told anything.
func (r *Runner) commit(ctx context.Context, b *execution.Batch) error {
	for {
		err := r.store.Commit(ctx, b)
		if !errors.Is(err, execution.ErrNotFound) || !r.dropSignals(ctx, b) {
			return err
		}
	}
}

// dropSignals drops the signals of a batch to executions that are not kept, and reports whether there were some.
func (r *Runner) dropSignals(ctx context.Context, b *execution.Batch) (dropped bool) {
	for x := b; x != nil; x = x.Else {
		n := len(x.Signals)
		x.Signals = slices.DeleteFunc(slices.Clone(x.Signals), func(s execution.Signal) bool {
			_, err := r.store.Load(ctx, s.To)
			return errors.Is(err, execution.ErrNotFound)
		})
		dropped = dropped || len(x.Signals) < n
	}
	return dropped
}

// committed lets the executions go on for which a batch has done something.
func (r *Runner) committed(b *execution.Batch, started []*child) {
	kept := b
	if b.Instead {
		kept = b.Else
	}
	if len(kept.Give) > 0 {
		r.wakeNow()
	}
	r.tellCreated(kept)
	for i := range kept.Signals {
		r.call(kept.Signals[i].To)
	}
	r.launch(started)
}

// batchRoom is the memory for what most batches have.
type batchRoom struct {
	accept [1]execution.Accept
	write  [1]execution.Write
}

// fill makes b what keeps a state of the execution.
func (a *actor) fill(ctx context.Context, b *execution.Batch, r *batchRoom, s *execution.State, park *execution.Park) error {
	if s.Over() {
		if err := a.tellParent(ctx, b, s); err != nil {
			return err
		}
		if a.Stop != nil {
			if t := a.Stop(s.Status()); t != nil {
				b.Triggers = []execution.TriggerState{*t}
			}
		}
		if a.placed {
			place, _ := a.plan.Place()
			b.Give = []execution.Place{place}
		}
	}
	if err := s.NewTexts(func(d *execution.Datum) error { return a.keepApart(ctx, d) }); err != nil {
		return err
	}
	if s.Version == 0 {
		s.Settle()
		r.accept[0] = execution.Accept{State: s, Park: park}
		b.Accept, b.Delivery = r.accept[:], a.delivery
		return nil
	}
	r.write[0] = execution.Write{ID: s.ID, Version: s.Version, Changes: s.Changes(), Park: park, Consumed: a.heard}
	b.Write = r.write[:]
	return nil
}

// committed notes that a state was kept.
func (a *actor) committed(isNew bool, s *execution.State) {
	if isNew {
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

// keepApart puts a text that is too long to travel into the store, and keeps it at hand. The commit that names it must be the next:
// what nothing names the store would hold until the execution ends, or for ever if it is never accepted.
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
