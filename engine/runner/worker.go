package runner

// enqueue hands a run, which is accepted, to the workers. A runner that is closed leaves it as it was committed.
func (r *Runner) enqueue(x *run) {
	x.done = make(chan struct{})
	if x.queued != nil {
		x.queued()
	}
	r.mu.Lock()
	if r.closed {
		r.mu.Unlock()
		x.finish(ErrStopping)
		return
	}
	r.runs[x.state.ID] = x
	r.queue.Push(x.claim, x)
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

// work drives queued runs until there is none that may go, or there are more workers than there should be.
func (r *Runner) work() {
	for x := r.dequeue(); x != nil; x = r.dequeue() {
		_, err := x.drive(r.context, nil)
		r.mu.Lock()
		r.queue.Done(x.claim)
		r.mu.Unlock()
		x.finish(err)
		r.mu.Lock()
		delete(r.runs, x.state.ID)
		r.mu.Unlock()
	}
}

// dequeue returns the run whose turn it is; nil tells the worker to go. A run that has to wait because its flow has enough
// workers is left to those.
func (r *Runner) dequeue() *run {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.workers <= r.options.Load().Workers {
		if x, ok := r.queue.Pop(); ok {
			return x
		}
	}
	r.workers--
	if r.closed && r.workers == 0 {
		close(r.idle)
	}
	return nil
}
