package memory

import "github.com/caddy-kestra/kestra-webhook/engine/execution"

// endings are the executions that have ended, in the order of their ends: a list whose links are in the entries.
type endings struct {
	first, last *entry
	number      int
}

// link is the place of an entry among the endings.
type link struct {
	ended         bool
	before, after *entry
}

func (l *endings) add(e *entry) {
	e.link = link{ended: true, before: l.last}
	if l.last == nil {
		l.first = e
	} else {
		l.last.after = e
	}
	l.last = e
	l.number++
}

func (l *endings) remove(e *entry) {
	if e.before == nil {
		l.first = e.after
	} else {
		e.before.after = e.after
	}
	if e.after == nil {
		l.last = e.before
	} else {
		e.after.before = e.before
	}
	e.link = link{}
	l.number--
}

// settle packs an execution that has ended and puts it among those, or takes it out: one that has ended may go on again.
func (s *Store) settle(e *entry) {
	if e.over {
		s.pack(e)
	}
	switch {
	case e.over && !e.ended:
		s.ended.add(e)
		s.endedBytes += e.bytes
	case !e.over && e.ended:
		s.ended.remove(e)
		s.endedBytes -= e.bytes
	}
}

// grow counts what e has grown by.
func (s *Store) grow(e *entry, bytes int) {
	e.bytes += bytes
	if e.ended {
		s.endedBytes += bytes
	}
}

// drop lets go of the executions that ended first until what is left fits.
func (s *Store) drop() {
	for s.ended.number > s.options.Ended || s.endedBytes > s.options.EndedBytes {
		e := s.ended.first
		s.ended.remove(e)
		s.endedBytes -= e.bytes
		s.order.remove(e.seq)
		delete(s.executions, e.id)
		for _, ref := range e.refs {
			delete(s.values, ref)
		}
	}
}

// The sizes of what is kept beside its texts, in bytes. Strings of an execution that its task runs share count once.
const (
	startBytes      = 850 // with the entry and its places in the indexes
	packedBytes     = 400 // likewise, of a packed one
	labelBytes      = 32
	transitionBytes = 40
	runBytes        = 280
	attemptBytes    = 24
	valueBytes      = 16
	signalBytes     = 360
	linesBytes      = 160
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
	n := len(h.History)*transitionBytes + len(h.Labels)*labelBytes + len(h.Variables.JSON) + len(h.Outputs.JSON)
	for i := range h.Labels {
		n += len(h.Labels[i].Key) + len(h.Labels[i].Value)
	}
	return n
}

func sizeOfRun(r *execution.Run) int {
	n := runBytes + len(r.ID) + len(r.Value) + len(r.History)*transitionBytes + len(r.Outputs.JSON)
	n += 4 * len(r.Children)
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
