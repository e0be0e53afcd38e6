package memory

import (
	"bytes"
	"context"
	"math"
	"slices"
	"sort"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// order is all executions in the order of acceptance, by number.
type order struct {
	numbers []numbered
	removed int // of numbers, those that were removed
}

// numbered is an execution. Without an entry and a record it was removed.
type numbered struct {
	seq    int64
	entry  *entry
	record record
}

func (n *numbered) removed() bool { return n.entry == nil && n.record.page == 0 }

// add adds the newest.
func (o *order) add(e *entry) { o.numbers = append(o.numbers, numbered{seq: e.seq, entry: e}) }

// find returns the execution with a number; nil if there is none.
func (o *order) find(seq int64) *numbered {
	if i := o.older(seq); i < len(o.numbers) && o.numbers[i].seq == seq && !o.numbers[i].removed() {
		return &o.numbers[i]
	}
	return nil
}

// remove removes an execution. Its number stays until there are more of those than of executions, so that removing costs
// little, wherever it stands.
func (o *order) remove(seq int64) {
	n := &o.numbers[o.older(seq)]
	n.entry, n.record = nil, record{}
	if o.removed++; o.removed > len(o.numbers)/2 {
		o.numbers = slices.DeleteFunc(o.numbers, func(n numbered) bool { return n.removed() })
		o.removed = 0
	}
}

// older returns how many numbers are smaller.
func (o *order) older(seq int64) int {
	if len(o.numbers) > 0 { // without gaps, which mostly stand before it, its place follows from the first number
		if i := seq - o.numbers[0].seq; i >= 0 && i < int64(len(o.numbers)) && o.numbers[i].seq == seq {
			return int(i)
		}
	}
	return sort.Search(len(o.numbers), func(i int) bool { return o.numbers[i].seq >= seq })
}

// piece is how many executions are looked at without letting go of the lock.
const piece = 1000

// List implements [execution.Store].
func (s *Store) List(ctx context.Context, q execution.Query) (found []execution.Summary, next int64, err error) {
	before := q.Before
	if before <= 0 {
		before = math.MaxInt64
	}
	recent := q.Recent()
	for before > 0 {
		if err := ctx.Err(); err != nil {
			return nil, 0, err
		}
		if found, before, err = s.listPiece(&q, recent, found, before); err != nil {
			return nil, 0, err
		}
	}
	if bound := q.Bound(); len(found) > bound { // one more, to know that there is one
		found = found[:bound]
		next = found[bound-1].Seq
	}
	return found, next, nil
}

// listPiece looks at some executions before a number, and returns where it stopped; 0 when that is enough.
func (s *Store) listPiece(q *execution.Query, recent func(time.Time) (has, over bool), found []execution.Summary, before int64) ([]execution.Summary, int64, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.closed {
		return nil, 0, execution.ErrClosed
	}
	older := s.order.numbers[:s.order.older(before)]
	for n := 0; len(older) > 0; n++ {
		last := &older[len(older)-1]
		if n == piece {
			return found, last.seq + 1, nil
		}
		older = older[:len(older)-1]
		e := last.entry
		switch {
		case last.removed():
			continue
		case e == nil:
			filed := s.packedEntry(last)
			e = &filed
		}
		if !matches(q, e) {
			continue
		}
		if last.entry == nil {
			e.packed.text = bytes.Clone(e.packed.text) // out of its page
		}
		summary := e.summary()
		if summary.Bytes = int64(e.bytes); last.entry == nil {
			summary.Bytes = int64(last.record.bytes)
		}
		has, over := recent(summary.Head.History.Start())
		if has {
			found = append(found, summary)
		}
		if over || len(found) > q.Bound() {
			break
		}
	}
	return found, 0, nil
}

func matches(q *execution.Query, e *entry) bool {
	return (q.Namespace == "" || q.Namespace == e.flow.namespace) &&
		(q.FlowID == "" || q.FlowID == e.flow.id) &&
		(len(q.Statuses) == 0 || slices.Contains(q.Statuses, e.status)) &&
		(!q.Unfinished || !e.over)
}

func (e *entry) summary() execution.Summary {
	s := e.state
	if s == nil {
		s = new(execution.State)
		c := e.packed.reader()
		c.Start(&s.Start)
		c.Head(&s.Head)
	}
	return execution.Summary{
		Seq: e.seq, ID: s.ID, Namespace: s.Namespace, FlowID: s.FlowID, Revision: s.Revision, TriggerID: s.Trigger.ID, StartedBy: s.StartedBy(), Head: s.Head,
	}
}

// Stats implements [execution.Store].
func (s *Store) Stats(context.Context) (execution.Stats, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.closed {
		return execution.Stats{}, execution.ErrClosed
	}
	all := len(s.order.numbers) - s.order.removed
	return execution.Stats{Executions: int64(all), Unfinished: int64(all - s.ended.left), Bytes: int64(s.endedBytes + s.pairs.bytes)}, nil
}
