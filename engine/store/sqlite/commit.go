package sqlite

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
func (s *Store) Commit(ctx context.Context, b *execution.Batch) error {
	if b.Delivery != nil && len(b.Accept) == 0 {
		return errNothingDelivered
	}
	for x := b; x != nil; x = x.Else {
		if len(x.Take) > 0 && x.Else == nil {
			return errNoElse
		}
	}
	e := encode(b) // not by the writer, for whom all others wait
	var kept *execution.Batch
	again := false
	err := s.write(ctx, func(w *writer) (err error) {
		kept, again, err = w.commit(e)
		return err
	})
	if err != nil {
		return err
	}
	if again {
		for x := b; x != nil; x = x.Else {
			accepted(x)
		}
		return nil
	}
	b.Instead = kept != b
	accepted(kept)
	return nil
}

func accepted(b *execution.Batch) {
	for i := range b.Accept {
		b.Accept[i].State.Version = 1
	}
}

// commit keeps b, or what stands in for it, and returns which. It returns true when b has been kept before.
func (w *writer) commit(b *encoded) (kept *execution.Batch, again bool, err error) {
	if b.tells() {
		again, err = w.keep(b, nil)
		return b.Batch, again, err
	}
	delivered, again, err := w.again(b.Batch)
	if err != nil || again {
		return nil, again, err
	}
	if delivered != "" {
		return nil, false, &execution.Delivered{ID: delivered}
	}
	for x := b; ; x = x.otherwise {
		entries, err := w.check(x.Batch)
		if err != nil {
			return nil, false, err
		}
		free, err := w.free(x.Take)
		if err != nil {
			return nil, false, err
		}
		if free {
			if b.Delivery != nil && len(x.Accept) > 0 {
				if err := w.setDelivery(b.Delivery, x.Accept[0].State.ID); err != nil {
					return nil, false, err
				}
			}
			_, err := w.keep(x, entries)
			return x.Batch, false, err
		}
	}
}

// again reports whether b has been kept before: as a whole, so one execution that it accepts tells. Else it returns the execution that
// its delivery has started before, unless that is to be replaced; "" for none.
func (w *writer) again(b *execution.Batch) (delivered string, again bool, err error) {
	if d := b.Delivery; d != nil {
		if _, err := w.row(deliveredQuery, []any{d.Key[:], d.At.UnixNano()}, &delivered); err != nil {
			return "", false, err
		}
	}
	for x := b; x != nil; x = x.Else {
		for i := range x.Accept {
			id := x.Accept[i].State.ID
			if i == 0 && id == delivered && delivered != "" {
				delivered, again = "", true
			}
			there, err := w.has(id)
			if err != nil {
				return "", false, err
			}
			again = again || there
		}
	}
	if delivered != "" && delivered != b.Delivery.Replaces {
		return delivered, false, nil
	}
	return "", again, nil
}

func (w *writer) has(id string) (bool, error) {
	var one int
	return w.row("SELECT 1 FROM execution WHERE id = ?", []any{id}, &one)
}

// check looks at the versions of a batch, and whether what it belongs to is there. It returns the executions that are written to.
func (w *writer) check(b *execution.Batch) ([]*entry, error) {
	entries := make([]*entry, len(b.Write))
	for i := range b.Write {
		x := &b.Write[i]
		e, err := w.entry(x.ID)
		switch {
		case err != nil:
			return nil, err
		case e == nil:
			return nil, notFound(x.ID)
		case e.version != x.Version:
			return nil, fmt.Errorf("execution %s: version is %d, not %d: %w", x.ID, e.version, x.Version, execution.ErrConflict)
		}
		for _, other := range entries[:i] {
			if other.seq == e.seq {
				return nil, fmt.Errorf("execution %s: written twice at once: %w", x.ID, execution.ErrConflict)
			}
		}
		entries[i] = e
	}
	for i := range b.Signals {
		if err := w.willBe(b.Signals[i].To, b); err != nil {
			return nil, err
		}
	}
	for i := range b.Logs {
		if err := w.willBe(b.Logs[i].Execution, b); err != nil {
			return nil, err
		}
	}
	return entries, nil
}

// willBe returns an error for an execution that is not there even when b is kept.
func (w *writer) willBe(id string, b *execution.Batch) error {
	for i := range b.Accept {
		if b.Accept[i].State.ID == id {
			return nil
		}
	}
	for i := range b.Write {
		if b.Write[i].ID == id {
			return nil
		}
	}
	there, err := w.has(id)
	if err == nil && !there {
		err = notFound(id)
	}
	return err
}

// keep keeps a batch that holds, unless its first execution is there already: then it was kept before. Others that are there already
// are in the batch twice.
func (w *writer) keep(b *encoded, entries []*entry) (again bool, err error) {
	for i := range b.Accept {
		isNew, err := w.accept(&b.Accept[i], &b.accepts[i])
		if again = i == 0 && !isNew; again || err != nil {
			return again, err
		}
	}
	for i := range b.Write {
		if err := w.change(entries[i], &b.Write[i], &b.writes[i]); err != nil {
			return false, err
		}
	}
	for i := range b.Signals {
		if err := w.signal(&b.Signals[i]); err != nil {
			return false, err
		}
	}
	if err := w.move(b.Take, b.Give); err != nil {
		return false, err
	}
	for i := range b.Triggers {
		if err := w.setTrigger(&b.Triggers[i]); err != nil {
			return false, err
		}
	}
	for i := range b.Pairs {
		if err := w.setPair(&b.Pairs[i]); err != nil {
			return false, err
		}
	}
	for _, l := range b.lines {
		if err := w.log(l); err != nil {
			return false, err
		}
	}
	return false, nil
}
