package memory

import (
	"context"
	"slices"
	"sort"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// inbox holds the signals to an execution that are not done.
type inbox struct {
	signals []execution.Signal // in the order of their numbers
	ids     map[string]struct{}
}

// unread reports whether there are signals.
func (in *inbox) unread() bool { return in != nil && len(in.signals) > 0 }

// after returns the signals that came after one.
func (in *inbox) after(seq int64) []execution.Signal {
	if in == nil {
		return nil
	}
	return in.signals[sort.Search(len(in.signals), func(i int) bool { return in.signals[i].Seq > seq }):]
}

// signal keeps a signal, and makes its execution due if it is parked.
func (s *Store) signal(signal execution.Signal, hints []execution.Hint) []execution.Hint {
	e := s.entry(signal.To)
	if e.inbox == nil {
		e.inbox = &inbox{ids: map[string]struct{}{}}
	}
	if _, twice := e.inbox.ids[signal.ID]; twice {
		return hints
	}
	s.last.signal++
	signal.Seq = s.last.signal
	signal.Event.Outputs, signal.Event.Variables = signal.Event.Outputs.Kept(), signal.Event.Variables.Kept()
	e.inbox.ids[signal.ID] = struct{}{}
	e.inbox.signals = append(e.inbox.signals, signal)
	s.grow(e, sizeOfSignal(&signal))
	return append(hints, execution.Hint{ID: signal.To, Signalled: true, Due: s.wake(e)})
}

// consume forgets the signals up to one, and returns their size.
func (e *entry) consume(seq int64) (bytes int) {
	if !e.inbox.unread() {
		return 0
	}
	left := e.inbox.after(seq)
	done := e.inbox.signals[:len(e.inbox.signals)-len(left)]
	for i := range done {
		bytes += sizeOfSignal(&done[i])
		delete(e.inbox.ids, done[i].ID)
	}
	clear(done)
	e.inbox.signals = left
	return bytes
}

// Inbox implements [execution.Store].
func (s *Store) Inbox(_ context.Context, id string, after int64) ([]execution.Signal, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.closed {
		return nil, execution.ErrClosed
	}
	e := s.look(id)
	if e == nil {
		return nil, nil
	}
	return slices.Clone(e.inbox.after(after)), nil
}
