package runner

import (
	"context"
	"errors"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// enlist hands an actor whose execution has been accepted to the drivers. A runner that is closed leaves it as it was committed.
func (r *Runner) enlist(a *actor) {
	if a.queued != nil {
		a.queued()
	}
	r.takeUp(a)
	a.mu.Lock()
	a.scheduled = true
	a.mu.Unlock()
	r.schedule(a)
}

// schedule queues an actor for a driver.
func (r *Runner) schedule(a *actor) {
	if r.context.Err() != nil { // the runner is closed: the execution stays as it was committed
		a.finish(ErrStopping)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ready.Push(a.claim, a)
	if !r.wakeDriver() && r.drivers < maxDrivers() {
		r.drivers++
		r.working.Go(r.driveAll)
	}
}

// wakeDriver wakes an idle driver if there is one, with the lock held.
func (r *Runner) wakeDriver() bool {
	if r.idle == 0 {
		return false
	}
	r.idle--
	r.turn.Signal()
	return true
}

// driveAll drives actors until the runner is closed. Drivers that are idle stay, because a new goroutine would have to grow
// its stack for every execution.
func (r *Runner) driveAll() {
	for {
		a := r.nextActor()
		if a == nil {
			return
		}
		claim := a.claim // a is somebody else's when it has been driven
		ended, err := a.drive(r.context, nil)
		switch {
		case errors.Is(err, errParked):
			a.leave()
		case errors.Is(err, errUnkept): // it goes on by itself
		case ended || err != nil:
			a.finish(err)
		}
		r.mu.Lock()
		r.ready.Done(claim)
		r.mu.Unlock()
	}
}

// nextActor waits for an actor whose turn it is; nil when the runner is closed.
func (r *Runner) nextActor() *actor {
	r.mu.Lock()
	defer r.mu.Unlock()
	for {
		if a, ok := r.ready.Pop(); ok {
			if r.ready.Len() > 0 { // a flow that is alone now may have more out
				r.wakeDriver()
			}
			return a
		}
		if r.context.Err() != nil {
			return nil
		}
		r.idle++ // until somebody wakes it
		r.clock().Rest()
		r.turn.Wait()
	}
}

// checkDrained tells Close when nothing is under way any more, with the lock held.
func (r *Runner) checkDrained() {
	if r.closed && len(r.runs) == 0 {
		select {
		case <-r.drained:
		default:
			close(r.drained)
		}
	}
}

// attempt is a task that is to run on a goroutine of its own.
type attempt struct {
	actor  *actor
	effect execution.Effect
	run    func(ctx context.Context) message
	ctx    context.Context
	cancel context.CancelFunc
}

// startBlocking starts the effects that were waiting for a commit.
func (a *actor) startBlocking() {
	for _, e := range a.blocking {
		ctx, cancel := context.WithCancel(a.runner.context)
		a.mu.Lock()
		if a.running == nil {
			a.running = make(map[int32]context.CancelFunc)
		}
		a.running[e.Run] = cancel
		a.mu.Unlock()
		a.runner.startTask(&attempt{actor: a, effect: e, run: a.prepare(e), ctx: ctx, cancel: cancel})
	}
	a.blocking = a.blocking[:0]
}

// cancel ends an attempt that runs.
func (a *actor) cancel(row int32) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if cancel := a.running[row]; cancel != nil {
		cancel()
		delete(a.running, row)
	}
}

func (r *Runner) startTask(t *attempt) {
	if t.ctx.Err() != nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tasks.Push(t.actor.claim, t)
	r.startWorker()
}

// startWorker starts a worker if there may be one more, with the lock held.
func (r *Runner) startWorker() {
	if r.workers < r.options.Load().Workers {
		r.workers++
		r.working.Go(r.work)
	}
}

// work runs attempts until there is none whose turn it is, or there are more workers than there should be.
func (r *Runner) work() {
	for {
		r.mu.Lock()
		var t *attempt
		ok := false
		if r.workers <= r.options.Load().Workers {
			t, ok = r.tasks.Pop()
		}
		if !ok {
			r.workers--
			r.clock().Rest()
			r.mu.Unlock()
			return
		}
		r.mu.Unlock()
		claim := t.actor.claim
		claim.Retain() // the actor may be gone when the attempt ends
		t.finish()
		r.mu.Lock()
		r.tasks.Done(claim)
		r.mu.Unlock()
		claim.Release()
	}
}

// finish runs an attempt and tells the actor of its end, unless it was cut short by the end of the runner.
func (t *attempt) finish() {
	a := t.actor
	var m message
	if t.ctx.Err() == nil {
		m = t.run(t.ctx)
	}
	defer t.cancel()
	a.postIf(m, func() bool {
		if t.ctx.Err() != nil { // nobody waits for it; another task run may have its row by now
			return false
		}
		delete(a.running, t.effect.Run)
		return true
	})
}
