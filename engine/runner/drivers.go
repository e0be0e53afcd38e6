package runner

import "errors"

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
			r.lookedAt(a)
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
