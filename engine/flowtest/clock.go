package flowtest

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine"
)

// clock is the time of a case: it stands still while anything is at work, and then goes at once to where something is due. It is an
// [engine.Clock].
type clock struct {
	mu       sync.Mutex
	now      time.Time
	timers   []*timer // those that run, in no order
	set      int      // how many timers were set, which tells equal ones apart
	callers  int      // requests under way that do not wait
	sleepers int      // of what is at work, what waits for a stub that takes its time
	changes  int      // of all that is above, and not yet seen by run
	poked    chan struct{}
}

// timer is a call that is due at a time, or somebody who waits for it.
type timer struct {
	clock *clock
	at    time.Time
	order int
	runs  bool
	call  func()          // nil: somebody waits
	come  chan time.Time  // for whoever waits
	done  <-chan struct{} // what they wait for as well; nil: nothing
	woken func()          // undoes with the lock held that whoever waits is not at work
}

func newClock(now time.Time) *clock { return &clock{now: now, poked: make(chan struct{}, 1)} }

// poke tells run to look again.
func (c *clock) poke() {
	select {
	case c.poked <- struct{}{}:
	default:
	}
}

// Now implements [engine.Clock].
func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Rest implements [engine.Clock].
func (c *clock) Rest() { c.poke() }

// AfterFunc implements [engine.Clock]. f is called by run.
func (c *clock) AfterFunc(d time.Duration, f func()) engine.Timer {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := &timer{clock: c, call: f}
	c.start(t, d)
	return t
}

// start sets a timer, with the lock held.
func (c *clock) start(t *timer, d time.Duration) {
	c.set++
	c.changes++
	t.at, t.order, t.runs = c.now.Add(max(0, d)), c.set, true
	c.timers = append(c.timers, t)
}

// Stop implements [engine.Timer].
func (t *timer) Stop() bool {
	t.clock.mu.Lock()
	defer t.clock.mu.Unlock()
	return t.clock.stop(t)
}

func (c *clock) stop(t *timer) bool {
	ran := t.runs
	t.runs = false
	c.changes++
	c.timers = slices.DeleteFunc(c.timers, func(other *timer) bool { return other == t })
	return ran
}

// Reset implements [engine.Timer].
func (t *timer) Reset(d time.Duration) bool {
	t.clock.mu.Lock()
	defer t.clock.mu.Unlock()
	ran := t.clock.stop(t)
	t.clock.start(t, d)
	return ran
}

// Until implements [engine.Clock]. The caller is one of a request, which is not at work while it waits.
func (c *clock) Until(at time.Time, done <-chan struct{}) (<-chan time.Time, func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.callers--
	t := &timer{clock: c, come: make(chan time.Time, 1), done: done, woken: func() { c.callers++ }}
	c.start(t, at.Sub(c.now))
	c.poke()
	return t.come, t.wake
}

// wake says that whoever waits is at work again.
func (t *timer) wake() {
	t.clock.mu.Lock()
	defer t.clock.mu.Unlock()
	if t.clock.stop(t) {
		t.woken()
	}
	t.clock.poke()
}

// sleep lets some time pass for somebody at work.
func (c *clock) sleep(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	c.sleepers++
	t := &timer{clock: c, come: make(chan time.Time, 1), done: ctx.Done(), woken: func() { c.sleepers-- }}
	c.start(t, d)
	c.mu.Unlock()
	c.poke()
	defer t.wake()
	select {
	case <-t.come:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// begun and ended tell of a request.
func (c *clock) begun() { c.count(1) }

func (c *clock) ended() { c.count(-1) }

func (c *clock) count(callers int) {
	c.mu.Lock()
	c.callers += callers
	c.changes++
	c.mu.Unlock()
	c.poke()
}

// maxTurns is how often time may pass in a step: a flow that asks again and again is never at rest.
const maxTurns = 20_000

var errNeverAtRest = errors.New("the executions do not come to rest: something waits again and again")

// run lets time pass until nothing is under way and nothing is due, or nothing is due up to a time, which is then now; the zero time
// stands for none. atWork returns how many are at work beside callers.
func (c *clock) run(atWork func() int, until time.Time) error {
	for range maxTurns {
		t, rests := c.next(atWork, until)
		switch {
		case rests:
			return nil
		case t.call != nil:
			t.call()
		default:
			t.come <- t.at
		}
	}
	return errNeverAtRest
}

// next waits until nothing is at work, and returns the timer that is due next, which runs no longer; with rests there is none.
func (c *clock) next(atWork func() int, until time.Time) (due *timer, rests bool) {
	for {
		c.mu.Lock()
		busy, seen := c.callers-c.sleepers, c.changes
		c.mu.Unlock()
		busy += atWork() // with no lock held: the runner calls the clock with its own
		c.mu.Lock()
		if busy > 0 || seen != c.changes || c.called() {
			changed := seen != c.changes
			c.mu.Unlock()
			if !changed {
				<-c.poked
			}
			continue
		}
		for _, t := range c.timers {
			if due == nil || t.at.Before(due.at) || t.at.Equal(due.at) && t.order < due.order {
				due = t
			}
		}
		if due == nil || !until.IsZero() && due.at.After(until) {
			if until.After(c.now) {
				c.now = until
			}
			c.mu.Unlock()
			return nil, true
		}
		c.stop(due)
		if due.woken != nil {
			due.woken()
		}
		if due.at.After(c.now) {
			c.now = due.at
		}
		c.mu.Unlock()
		return due, false
	}
}

// called reports whether somebody who waits is about to be at work again, with the lock held.
func (c *clock) called() bool {
	for _, t := range c.timers {
		if t.done == nil {
			continue
		}
		select {
		case <-t.done:
			return true
		default:
		}
	}
	return false
}
