package condition

import (
	"context"
	"sync"
	"time"
)

// clock is a context that ends after a time. It is much cheaper than the standard library's: the timer and the channel
// are used again unless the time ran out, which they hardly ever see.
//
// It does not end with its request: an evaluation is shorter than the time it takes to notice.
type clock struct {
	context.Context
	done  chan struct{}
	timer *time.Timer
}

var clocks = sync.Pool{New: func() any {
	c := &clock{Context: context.Background(), done: make(chan struct{})}
	c.timer = time.AfterFunc(time.Hour, func() { close(c.done) })
	c.timer.Stop()
	return c
}}

// startClock returns a clock that ends after d. The caller gives it back with stop.
func startClock(d time.Duration) *clock {
	c := clocks.Get().(*clock)
	c.timer.Reset(d)
	return c
}

func (c *clock) stop() {
	if c.timer.Stop() { // else its channel is closed, or about to be
		clocks.Put(c)
	}
}

// Done implements [context.Context].
func (c *clock) Done() <-chan struct{} { return c.done }

// Err implements [context.Context].
func (c *clock) Err() error {
	select {
	case <-c.done:
		return context.DeadlineExceeded
	default:
		return nil
	}
}

// AfterFunc keeps [context.WithCancel], which the interpreter calls for asynchronous functions, from starting a
// goroutine that waits for the clock. There are no such functions here, so nobody needs to be told.
func (c *clock) AfterFunc(func()) func() bool { return func() bool { return true } }
