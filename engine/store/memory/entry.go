package memory

import (
	"slices"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/store/packing"
)

// entry is one execution, or the values of one that has not been accepted yet. It changes with the lock held; the task runs,
// and all that a state points to, never change.
type entry struct {
	seq     int64 // in the order of acceptance; 0 before it
	id      string
	flow    flowKey
	status  execution.Status
	over    bool // it has ended
	version int64
	state   *execution.State // without its task runs and its version; nil when it is packed
	runs    []*execution.Run // by row
	packed  packed
	bytes   int   // the size of all that belongs to it, estimated
	ended   int64 // the number of its ending; 0: it goes on
	batch   int64 // the last one that looked at it

	takenOut  bool // of the archive
	parked    bool
	held      int       // of bytes, those that Options.Held was told of
	wake      time.Time // of one in the queue of those that are due: when; zero: at once
	place     string    // the key of the place that it waits for
	dueAt     int       // where it stands in the queues
	waitingAt int

	inbox *inbox
	lines lines
	refs  []string // of its values
}

// newEntry returns an entry with a copy of st: of all that st points to if it has ended, but for the variables of the trigger as long as it
// is packed; of one that goes on they share what only grows.
func (s *Store) newEntry(st *execution.State) *entry {
	e := s.lendEntry()
	e.id, e.flow, e.status, e.over, e.version = st.ID, flowKey{st.Namespace, st.FlowID}, st.Status(), st.Over(), 1
	if e.over && sizeOf(st) <= packLimit {
		e.packed = packNew(e.packed.text, st)
		e.bytes = e.size()
		return e
	}
	e.packed.text = nil
	if e.over {
		e.packed = packNew(nil, st)
		e.keepVariables()
		e.unpack()
		e.bytes = e.size()
		return e
	}
	kept := st.Share()
	runs := kept.Runs
	kept.Runs = nil
	kept.Inputs, kept.Trigger.Variables = kept.Inputs.Kept(), kept.Trigger.Variables.Kept()
	kept.Head = keepHead(kept.Head)
	e.state = kept
	if len(runs) > 0 {
		e.runs = make([]*execution.Run, len(runs))
	}
	for row := range runs {
		runs[row].Outputs = runs[row].Outputs.Kept()
		e.runs[row] = &runs[row]
	}
	e.bytes = e.size()
	return e
}

// lendEntry returns an empty entry, which may have room for a packed text and for lines.
func (s *Store) lendEntry() *entry {
	if e, ok := s.entries.Get().(*entry); ok {
		return e
	}
	return new(entry)
}

// largestLent is how much room for texts an entry may have to be lent again, in bytes.
const largestLent = 4 << 10

// takeBackEntry lends an entry again that nobody knows any more.
func (s *Store) takeBackEntry(e *entry) {
	if cap(e.packed.text)+cap(e.lines.bytes) > largestLent {
		return
	}
	*e = entry{packed: packed{text: e.packed.text[:0]}, lines: lines{bytes: e.lines.bytes[:0]}}
	s.entries.Put(e)
}

// keepHead returns what is kept of h: a head to whose lists nobody adds.
func keepHead(h execution.Head) execution.Head {
	h.Labels, h.History = slices.Clip(h.Labels), slices.Clip(h.History)
	h.Variables, h.Outputs = h.Variables.Kept(), h.Outputs.Kept()
	return h
}

// accepted reports whether e is there, and is more than a place for values.
func (e *entry) accepted() bool { return e != nil && e.seq != 0 }

// put makes changes to an entry that is not packed. It returns by how much e has grown.
func (e *entry) put(c *execution.Changes) (grown int) {
	if c.Head != nil {
		grown -= sizeOfHead(&e.state.Head)
		e.state.Head = keepHead(*c.Head)
		e.status, e.over = e.state.Status(), e.state.Over()
		grown += sizeOfHead(&e.state.Head)
	}
	last := -1
	for i := range c.Rows {
		last = max(last, int(c.Rows[i].Row))
	}
	if missing := last + 1 - len(e.runs); missing > 0 {
		e.runs = append(e.runs, make([]*execution.Run, missing)...)
	}
	for i := range c.Rows {
		row := c.Rows[i].Row
		if e.runs[row] != nil {
			grown -= sizeOfRun(e.runs[row])
		}
		e.runs[row] = keepRun(c.Rows[i].Run)
		grown += sizeOfRun(e.runs[row])
	}
	return grown
}

// keepRun returns what is kept of r: r itself, or without a text that is kept apart.
func keepRun(r *execution.Run) *execution.Run {
	if r.Outputs.Ref == "" {
		return r
	}
	kept := *r
	kept.Outputs = r.Outputs.Kept()
	return &kept
}

// view is an execution as it stood at one time, to be read without the lock.
type view struct {
	packed  packed
	start   *execution.Start
	head    execution.Head
	runs    []*execution.Run
	version int64
}

func (e *entry) view() view {
	v := view{packed: e.packed, version: e.version}
	if e.state != nil {
		v.start, v.head, v.runs = &e.state.Start, e.state.Head, slices.Clone(e.runs)
	}
	return v
}

// state returns the caller's own copy.
func (v view) state() *execution.State {
	if len(v.packed.text) > 0 {
		v.start = new(execution.Start)
		c := v.packed.reader()
		c.Start(v.start)
		c.Head(&v.head)
		packing.Items(&c, &v.runs, keptRun)
	}
	s := execution.State{Start: *v.start, Head: v.head, Version: v.version, Runs: make([]execution.Run, len(v.runs))}
	for row, r := range v.runs {
		if r != nil { // a row that was never written, with later ones that were
			s.Runs[row] = *r
		}
	}
	return s.Share()
}
