package memory

import (
	"cmp"
	"context"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// newDue returns the queue of executions by when they are due. Those that are due at once come first; of equals, the older.
func newDue() queue[*entry] {
	return queue[*entry]{
		before: func(a, b *entry) bool {
			return cmp.Or(a.wake.Compare(b.wake), cmp.Compare(a.seq, b.seq)) < 0
		},
		at: func(e *entry) *int { return &e.dueAt },
	}
}

// newWaiting returns a queue of executions by their age.
func newWaiting() *queue[*entry] {
	return &queue[*entry]{
		before: func(a, b *entry) bool { return a.seq < b.seq },
		at:     func(e *entry) *int { return &e.waitingAt },
	}
}

// park leaves e until something happens; without p, or after its end, e is not left.
func (s *Store) park(e *entry, p *execution.Park, hints []execution.Hint) []execution.Hint {
	s.unpark(e)
	hint := execution.Hint{ID: e.id, Ended: e.ended != 0}
	if p != nil && !hint.Ended {
		e.parked = true
		switch {
		case e.inbox.unread():
			s.due.add(e)
		default:
			e.place = p.For
			if e.place != "" {
				waiting := s.waiting[e.place]
				if waiting == nil {
					waiting = newWaiting()
					s.waiting[e.place] = waiting
				}
				waiting.add(e)
			}
			if e.wake = p.Wake; !e.wake.IsZero() {
				s.due.add(e)
			}
		}
		hint.Due = e.dueAt != 0
	}
	s.hold(e)
	if hint.Ended || hint.Due {
		hints = append(hints, hint)
	}
	return hints
}

// unpark takes e out of all queues.
func (s *Store) unpark(e *entry) {
	s.due.remove(e)
	if e.place != "" {
		waiting := s.waiting[e.place]
		waiting.remove(e)
		if waiting.Len() == 0 {
			delete(s.waiting, e.place)
		}
	}
	e.parked, e.wake, e.place = false, time.Time{}, ""
	s.hold(e)
}

// hold tells what e takes while it is parked, if that has changed.
func (s *Store) hold(e *entry) {
	held := 0
	if e.parked {
		held = e.bytes
	}
	if grown := held - e.held; grown != 0 && s.options.Held != nil {
		e.held = held
		s.options.Held(e.flow.namespace, e.flow.id, grown)
	}
}

// wake makes a parked execution due at once, and reports whether it was not before.
func (s *Store) wake(e *entry) bool {
	if !e.parked || e.dueAt != 0 && e.wake.IsZero() {
		return false
	}
	s.unpark(e)
	e.parked = true
	s.due.add(e)
	s.hold(e)
	return true
}

// free reports whether places can be taken.
func (s *Store) free(take []execution.Place) bool {
	for i, p := range take {
		taken := s.places[p.Key]
		for _, other := range take[:i] {
			if other.Key == p.Key {
				taken++
			}
		}
		if taken >= p.Limit {
			return false
		}
	}
	return true
}

// move takes places and gives them back. One that is given back goes to nobody: the execution that has waited longest is
// told, and takes it like anybody else.
func (s *Store) move(take, give []execution.Place, hints []execution.Hint) []execution.Hint {
	for _, p := range take {
		s.places[p.Key]++
	}
	for _, p := range give {
		if s.places[p.Key] > 1 {
			s.places[p.Key]--
		} else {
			delete(s.places, p.Key)
		}
		if waiting := s.waiting[p.Key]; waiting != nil {
			e := waiting.first()
			s.wake(e)
			hints = append(hints, execution.Hint{ID: e.id, Due: true})
		}
	}
	return hints
}

// Claim implements [execution.Store].
func (s *Store) Claim(_ context.Context, n int, now time.Time) (due []*execution.State, next time.Time, err error) {
	views, next, err := s.claim(n, now)
	for _, v := range views {
		due = append(due, v.state())
	}
	return due, next, err
}

func (s *Store) claim(n int, now time.Time) (views []view, next time.Time, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, time.Time{}, execution.ErrClosed
	}
	for s.due.Len() > 0 {
		e := s.due.first()
		if e.wake.After(now) {
			return views, e.wake, nil
		}
		if len(views) >= n {
			return views, now, nil
		}
		s.unpark(e)
		e.version++
		views = append(views, e.view())
	}
	return views, time.Time{}, nil
}
