package runner

// enqueue hands a run, which is accepted, to the workers. A runner that is closed leaves it as it was committed.
func (r *Runner) enqueue(x *run) {
	x.done = make(chan struct{})
	r.mu.Lock()
	if r.closed {
		r.mu.Unlock()
		x.finish(ErrStopping)
		return
	}
	r.runs[x.state.ID] = x
	if r.last == nil {
		r.first = x
	} else {
		r.last.next = x
	}
	r.last = x
	r.startWorker()
	r.mu.Unlock()
}

// startWorker starts a worker if there may be one more, with the lock held.
func (r *Runner) startWorker() bool {
	if r.workers >= r.options.Load().Workers {
		return false
	}
	r.workers++
	go r.work()
	return true
}

// work drives queued runs until there is none, or there are more workers than there should be.
func (r *Runner) work() {
	for x := r.dequeue(); x != nil; x = r.dequeue() {
		_, err := x.drive(r.context, nil)
		x.finish(err)
		r.mu.Lock()
		delete(r.runs, x.state.ID)
		r.mu.Unlock()
	}
}

// dequeue returns the run that waits longest; nil tells the worker to go.
func (r *Runner) dequeue() *run {
	r.mu.Lock()
	defer r.mu.Unlock()
	x := r.first
	if x == nil || r.workers > r.options.Load().Workers {
		r.workers--
		if r.closed && r.workers == 0 {
			close(r.idle)
		}
		return nil
	}
	r.first = x.next
	if r.first == nil {
		r.last = nil
	}
	x.next = nil
	return x
}
