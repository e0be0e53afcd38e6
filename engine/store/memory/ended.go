package memory

import (
	"context"
	"slices"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// endings are the ends of executions, the oldest first. They hold numbers instead of pointers, because there are thousands.
type endings struct {
	list []ending
	left int // of the list, those that still are the end of an execution
}

// ending is the end of the execution with a number: an execution that goes on and ends again has another one.
type ending struct{ execution, number int64 }

// settle packs an execution that has ended and puts it among those, or takes it out: one that has ended may go on again.
func (s *Store) settle(e *entry) {
	if e.over {
		s.pack(e)
	}
	switch {
	case e.over && e.ended == 0:
		s.last.ending++
		e.ended = s.last.ending
		s.ended.list = append(s.ended.list, ending{e.seq, e.ended})
		s.ended.left++
		s.endedBytes += e.bytes
	case !e.over && e.ended != 0:
		e.ended = 0
		s.ended.left--
		s.endedBytes -= e.bytes
		s.trimEndings()
	}
}

// endedBy returns the execution that has ended by an ending; nil if it has gone on.
func (s *Store) endedBy(end ending) *numbered {
	n := s.order.find(end.execution)
	if n == nil || n.entry == nil && n.record.ended != end.number || n.entry != nil && n.entry.ended != end.number {
		return nil
	}
	return n
}

// grow counts what e has grown by.
func (s *Store) grow(e *entry, bytes int) {
	e.bytes += bytes
	if e.ended != 0 {
		s.endedBytes += bytes
	}
	s.hold(e)
}

// drop lets go of the executions that ended first until what is left fits.
func (s *Store) drop() {
	for s.ended.left > s.options.Ended || s.ended.left > 0 && s.endedBytes+s.pairs.bytes+s.deliveries.bytes() > s.options.EndedBytes {
		n := s.endedBy(s.ended.list[0])
		s.ended.list = s.ended.list[1:]
		if n != nil {
			s.remove(n)
		}
	}
}

// remove lets go of an execution that has ended. Its ending stays in the list.
func (s *Store) remove(n *numbered) {
	s.ended.left--
	s.forget(n)
	if e := n.entry; e != nil {
		s.endedBytes -= e.bytes
		delete(s.executions, e.id)
		for _, ref := range e.refs {
			delete(s.values, ref)
		}
	} else {
		s.endedBytes -= n.record.bytes
		s.archive.remove(n.record)
	}
	s.order.remove(n.seq)
}

// Delete implements [execution.Store].
func (s *Store) Delete(_ context.Context, ids []string) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return 0, execution.ErrClosed
	}
	deleted := 0
	for _, id := range ids {
		n := s.archived(id)
		if e := s.executions[id]; e != nil && e.ended != 0 {
			n = s.order.find(e.seq)
		}
		if n != nil {
			s.remove(n)
			deleted++
		}
	}
	s.trimEndings()
	return deleted, nil
}

// trimEndings drops the endings of executions that have gone on, or are gone, when there are many.
func (s *Store) trimEndings() {
	if len(s.ended.list) > 2*s.ended.left {
		s.ended.list = slices.DeleteFunc(s.ended.list, func(end ending) bool { return s.endedBy(end) == nil })
	}
}

// forget says that an execution goes.
func (s *Store) forget(n *numbered) {
	if s.options.Forgotten == nil || s.options.Remembers != nil && !s.options.Remembers() {
		return
	}
	e := n.entry
	if e == nil {
		filed := s.packedEntry(n)
		e = &filed
	}
	s.options.Forgotten(e.flow.namespace, e.flow.id, e.id)
}

// The sizes of what is kept beside its texts, in bytes. Strings of an execution that its task runs share count once.
const (
	startBytes      = 850 // with the entry and its places in the indexes
	packedBytes     = 480 // likewise, of a packed one
	archivedBytes   = 200 // likewise, of one in the archive
	labelBytes      = 32
	transitionBytes = 40
	runBytes        = 288
	attemptBytes    = 24
	valueBytes      = 16
	severalBytes    = 80
	countBytes      = 24
	signalBytes     = 360
)

// size returns what the state and the task runs of an entry take.
func (e *entry) size() int {
	if e.state == nil {
		return packedBytes + len(e.packed.text) + len(e.packed.variables)
	}
	n := sizeOfStart(&e.state.Start) + sizeOfHead(&e.state.Head)
	for _, r := range e.runs {
		if r != nil {
			n += sizeOfRun(r)
		}
	}
	return n
}

// sizeOf returns what a state takes that is not packed.
func sizeOf(st *execution.State) int {
	n := sizeOfStart(&st.Start) + sizeOfHead(&st.Head)
	for i := range st.Runs {
		n += sizeOfRun(&st.Runs[i])
	}
	return n
}

func sizeOfStart(s *execution.Start) int {
	return startBytes + len(s.Trigger.Variables.JSON) + len(s.Inputs.JSON)
}

func sizeOfHead(h *execution.Head) int {
	n := len(h.History)*transitionBytes + len(h.Variables.JSON) + len(h.Outputs.JSON)
	for _, labels := range [][]flow.Label{h.Labels, h.First} {
		for i := range labels {
			n += labelBytes + len(labels[i].Key) + len(labels[i].Value)
		}
	}
	return n
}

func sizeOfRun(r *execution.Run) int {
	n := runBytes + len(r.ID) + len(r.Value) + len(r.History)*transitionBytes + len(r.Outputs.JSON)
	n += 4 * len(r.Children)
	if v := r.Several; v != nil {
		n += severalBytes + 4*len(v.Open) + countBytes*len(v.Ended) + len(v.Given)
	}
	for _, v := range r.Values {
		n += valueBytes + len(v)
	}
	for i := range r.Attempts {
		n += attemptBytes + len(r.Attempts[i].History)*transitionBytes
	}
	return n
}

func sizeOfSignal(s *execution.Signal) int {
	return signalBytes + 2*len(s.ID) + len(s.Event.Outputs.JSON) + len(s.Event.Variables.JSON)
}
