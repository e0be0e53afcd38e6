package runner

import "time"

// Clock is the time that executions, and callers who wait for them, go by. Its methods are called from several goroutines, and with
// locks of the runner held: they must not wait, nor call the runner.
type Clock interface {
	// Now returns the time.
	Now() time.Time

	// AfterFunc calls f, as [time.AfterFunc] does, without locks of the runner.
	AfterFunc(d time.Duration, f func()) Timer

	// Until returns a channel from which there is something to be had once it is at, for a caller who waits for that or for done,
	// whichever is first. stop ends the wait.
	Until(at time.Time, done <-chan struct{}) (reached <-chan time.Time, stop func())

	// Rest says that a goroutine of the runner has nothing more to do, see [Runner.AtWork].
	Rest()
}

// Timer is a call that a [Clock] is to make.
type Timer interface {
	Stop() bool
	Reset(d time.Duration) bool
}

// wallClock is the time of the machine.
type wallClock struct{}

func (wallClock) Now() time.Time { return time.Now() }

func (wallClock) AfterFunc(d time.Duration, f func()) Timer { return time.AfterFunc(d, f) }

func (wallClock) Until(at time.Time, _ <-chan struct{}) (<-chan time.Time, func()) {
	t := time.NewTimer(time.Until(at))
	return t.C, func() { t.Stop() }
}

func (wallClock) Rest() {}

func (r *Runner) clock() Clock { return r.options.Load().Clock }

// Now returns the time by the clock of the executions.
func (r *Runner) Now() time.Time { return r.clock().Now() }

// now returns that time as histories and stores keep it: in UTC, without a monotonic reading.
func (r *Runner) now() time.Time { return r.Now().UTC().Round(0) }

// AtWork returns how many goroutines of the runner do something now. Callers who drive an execution are not among them. As long as there
// are none of both, nothing happens before a time has come, or somebody calls the runner.
func (r *Runner) AtWork() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.drivers - r.idle + r.tasks.atWork + r.patient.atWork
}
