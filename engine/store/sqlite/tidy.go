package sqlite

import (
	"context"
	"errors"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// What is to go goes a little at a time, each time as a job of the writer, a chore: see [writer.next].

// tidyTime is how often the store looks for what is to go, and tidyGroups after how many transactions.
const (
	tidyTime   = time.Minute
	tidyGroups = 1000
)

// keepTidy does chores until the store is closed.
func (s *Store) keepTidy() {
	defer close(s.tidied)
	timer := time.NewTimer(tidyTime)
	defer timer.Stop()
	for {
		more, err := s.tidy(time.Now())
		switch {
		case errors.Is(err, execution.ErrClosed):
			return
		case more && err == nil:
			continue
		}
		timer.Reset(tidyTime)
		select {
		case <-timer.C:
		case <-s.untidy:
		case <-s.done:
			return
		}
	}
}

// tidySoon lets the store look for what is to go.
func (s *Store) tidySoon() {
	select {
	case s.untidy <- struct{}{}:
	default:
	}
}

// tidy does one chore, and reports whether there may be more.
func (s *Store) tidy(now time.Time) (more bool, err error) {
	err = s.chore(context.Background(), func(w *writer) (err error) {
		more, err = w.tidy(now)
		return err
	})
	return more, err
}

// chore lets the writer do something small that can wait, and returns when it is kept.
func (s *Store) chore(ctx context.Context, do func(w *writer) error) error {
	return s.hand(ctx, s.chores, do)
}

// apart is like chore, but for something that cannot be done in a transaction. It is for calls under way.
func (s *Store) apart(do func(w *writer) error) error {
	j := &job{do: do, chore: true, apart: true, done: make(chan struct{})}
	s.chores <- j
	<-j.done
	return j.err
}

func (w *writer) tidy(now time.Time) (did bool, err error) {
	for _, chore := range []func(w *writer, now time.Time, atMost int) (bool, error){
		(*writer).clear, (*writer).dropEarly, (*writer).dropPairs, (*writer).retain, (*writer).shrink,
	} {
		if did, err = chore(w, now, w.bound()); did || err != nil {
			return did, err
		}
	}
	return false, nil
}

// leastDropped is how many executions are dropped at once when nothing else is to be done.
const leastDropped = 32

// bound is how many executions a chore may drop: every other transaction has one, and more must not come than go.
func (w *writer) bound() int { return leastDropped + 2*w.jobs }
