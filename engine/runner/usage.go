package runner

// Usage is what a runner has at hand at one moment.
type Usage struct {
	Pending int // executions that wait for a place, or have one and wait for a driver
	Parked  int // executions that wait for a time, a signal, another execution or a place of `concurrency`
	Running int // tasks that reach outside and run, see [Options.Workers]
	Waiting int // tasks that reach outside and wait for a worker
}

// Usage returns what the runner has at hand now.
func (r *Runner) Usage() Usage {
	r.mu.Lock()
	defer r.mu.Unlock()
	return Usage{Pending: r.backlog.count + r.ready.Len(), Parked: len(r.parked), Running: r.tasks.atWork + r.patient.atWork, Waiting: r.tasks.queue.Len() + r.patient.queue.Len()}
}
