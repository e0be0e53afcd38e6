package runner

// Usage is what a runner has at hand at one moment.
type Usage struct {
	Pending int // executions that wait for a place, or have one and wait for a driver
	Parked  int // executions that wait for a time, a signal, another execution or a place of `concurrency`
	Running int // tasks that reach outside and run, of which there are [Options.Workers]
	Waiting int // tasks that reach outside and wait for a worker
}

// Usage returns what the runner has at hand now.
func (r *Runner) Usage() Usage {
	r.mu.Lock()
	defer r.mu.Unlock()
	return Usage{Pending: r.backlog.count + r.ready.Len(), Parked: len(r.parked), Running: r.workers, Waiting: r.tasks.Len()}
}
