package memory

import (
	"context"
	"errors"
	"fmt"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// What a batch must not be.
var (
	errNothingDelivered = errors.New("a batch with a delivery accepts no execution")
	errNoElse           = errors.New("a batch that takes places does not say what else to do")
)

// Commit implements [execution.Store].
func (s *Store) Commit(_ context.Context, b *execution.Batch) error {
	// What is kept is copied before the lock is taken, of all batches of which one will be.
	var (
		entryRoom [2]*entry
		hintRoom  [4]execution.Hint
	)
	c := commit{entries: entryRoom[:0], hints: hintRoom[:0]}
	if b.Delivery != nil && len(b.Accept) == 0 {
		return errNothingDelivered
	}
	for x := b; x != nil; x = x.Else {
		if len(x.Take) > 0 && x.Else == nil {
			return errNoElse
		}
		c.entries = s.copyAccepted(c.entries, x.Accept)
	}
	hints, err := s.commit(b, c)
	s.watchers.Tell(hints)
	return err
}

// commit is what a call of Commit works with.
type commit struct {
	entries []*entry // of what is accepted, in its order
	hints   []execution.Hint
}

func (s *Store) copyAccepted(to []*entry, accept []execution.Accept) []*entry {
	for i := range accept {
		to = append(to, s.newEntry(accept[i].State))
	}
	return to
}

// commit keeps b, or what stands in for it, and returns what to tell.
func (s *Store) commit(b *execution.Batch, c commit) ([]execution.Hint, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, execution.ErrClosed
	}
	switch again, err := s.again(b); {
	case err != nil:
		return nil, err
	case again:
		return nil, nil
	}
	x := b
	for {
		if err := s.check(x); err != nil {
			return nil, err
		}
		if s.free(x.Take) {
			break
		}
		c.entries = c.entries[len(x.Accept):]
		x = x.Else
	}
	b.Instead = x != b
	if b.Delivery != nil && len(x.Accept) > 0 {
		s.deliveries.set(b.Delivery, x.Accept[0].State.ID)
		s.trimDeliveries()
	}
	return s.keep(x, c), nil
}

// again reports whether b has been kept before: as a whole, so one execution that it accepts tells.
func (s *Store) again(b *execution.Batch) (bool, error) {
	delivered := ""
	if d := b.Delivery; d != nil {
		delivered = s.deliveries.id(d.Key, d.At)
	}
	again := false
	for x := b; x != nil; x = x.Else {
		for i := range x.Accept {
			id := x.Accept[i].State.ID
			if i == 0 && id == delivered && delivered != "" {
				delivered, again = "", true
			}
			again = again || s.has(id)
		}
	}
	if delivered != "" && delivered != b.Delivery.Replaces {
		return false, &execution.Delivered{ID: delivered}
	}
	for x := b; again && x != nil; x = x.Else {
		for i := range x.Accept {
			x.Accept[i].State.Version = 1
		}
	}
	return again, nil
}

// check looks at the versions of a batch, and whether what it belongs to is there.
func (s *Store) check(b *execution.Batch) error {
	s.last.batch++
	for i := range b.Write {
		w := &b.Write[i]
		e := s.entry(w.ID)
		switch {
		case !e.accepted():
			return notFound(w.ID)
		case e.version != w.Version:
			return fmt.Errorf("execution %s: version is %d, not %d: %w", w.ID, e.version, w.Version, execution.ErrConflict)
		case e.batch == s.last.batch:
			return fmt.Errorf("execution %s: written twice at once: %w", w.ID, execution.ErrConflict)
		}
		e.batch = s.last.batch
	}
	for i := range b.Signals {
		if id := b.Signals[i].To; !s.willBe(id, b) {
			return notFound(id)
		}
	}
	for i := range b.Logs {
		if id := b.Logs[i].Execution; !s.willBe(id, b) {
			return notFound(id)
		}
	}
	return nil
}

// willBe reports whether an execution is there once b is kept.
func (s *Store) willBe(id string, b *execution.Batch) bool {
	if s.has(id) {
		return true
	}
	for i := range b.Accept {
		if b.Accept[i].State.ID == id {
			return true
		}
	}
	return false
}

// keep keeps a batch that holds.
func (s *Store) keep(b *execution.Batch, c commit) []execution.Hint {
	endings := s.last.ending
	for i := range b.Accept {
		a := &b.Accept[i]
		c.hints = s.accept(c.entries[i], a.Park, c.hints)
		a.State.Version = 1
	}
	for i := range b.Write {
		c.hints = s.write(&b.Write[i], c.hints)
	}
	for i := range b.Signals {
		c.hints = s.signal(b.Signals[i], c.hints)
	}
	c.hints = s.move(b.Take, b.Give, c.hints)
	for i := range b.Triggers {
		s.setTrigger(b.Triggers[i])
	}
	for i := range b.Pairs {
		s.pairs.set(b.Pairs[i])
	}
	for i := range b.Logs {
		s.log(&b.Logs[i])
	}
	if s.last.ending > endings {
		s.fileAll(b, c)
	}
	s.drop() // last: until here all that the batch names is there
	return c.hints
}

// fileAll files the executions of a batch that have ended.
func (s *Store) fileAll(b *execution.Batch, c commit) {
	for i := range b.Accept {
		if e := c.entries[i]; e.accepted() && !s.file(e) {
			e.keepVariables()
		}
	}
	for i := range b.Write {
		s.file(s.executions[b.Write[i].ID])
	}
}

// accept hangs in an execution.
func (s *Store) accept(e *entry, p *execution.Park, hints []execution.Hint) []execution.Hint {
	if before := s.executions[e.id]; before != nil {
		if before.accepted() { // twice in one batch
			return hints
		}
		e.refs = before.refs
		e.bytes += before.bytes
	}
	s.last.execution++
	e.seq = s.last.execution
	s.executions[e.id] = e
	s.order.add(e)
	s.settle(e)
	return s.park(e, p, hints)
}

// write changes an execution.
func (s *Store) write(w *execution.Write, hints []execution.Hint) []execution.Hint {
	e := s.executions[w.ID]
	s.unpack(e)
	s.grow(e, -s.release(e, &w.Changes))
	s.grow(e, e.put(&w.Changes)-e.consume(w.Consumed))
	e.version++
	s.settle(e)
	return s.park(e, w.Park, hints)
}
