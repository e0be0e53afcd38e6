package runner

import "time"

// Parking an execution and taking it up again costs by the number of its task runs, so that a loop with a short wait in each of its
// rounds would cost by their square. A large one is parked only when it has waited for a while.

const (
	largeRuns = 64          // task runs of an execution that lingers before it is parked
	lingering = time.Second // how long
)

// lingers reports whether the execution, which only waits, is not to be parked yet. If so it will be reminded.
func (a *actor) lingers() bool {
	if len(a.state.Runs) < largeRuns || a.lingered {
		return false
	}
	if a.linger == nil {
		a.linger = time.AfterFunc(lingering, func() { a.post(message{reminder: true}) })
	} else {
		a.linger.Reset(lingering)
	}
	return true
}

// reminded lets the execution be parked now if it still only waits.
func (a *actor) reminded() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.effects) == 0 && len(a.blocking) == 0 && len(a.running) == 0 {
		a.lingered, a.barrier = true, true
	}
}
