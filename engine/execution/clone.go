package execution

import "slices"

// Clone returns a copy that shares nothing with s. Of data with a reference it keeps only that, as stores do.
func (s *State) Clone() *State {
	c := *s
	m := newMemory(s)
	c.Labels = slices.Clone(s.Labels)
	c.Trigger.Variables = m.datum(s.Trigger.Variables)
	c.History = m.history(s.History)
	c.Outputs = m.datum(s.Outputs)
	c.TaskRuns = slices.Clone(s.TaskRuns)
	for i := range c.TaskRuns {
		c.TaskRuns[i] = m.taskRun(c.TaskRuns[i])
	}
	return &c
}

// Clone returns a copy that shares nothing with c.
func (c Change) Clone() Change {
	if c.Header != nil {
		m := memory{transitionCount: len(c.Header.History), byteCount: len(c.Header.Outputs.Kept().JSON)}
		m.allocate()
		c.Header = &Header{History: m.history(c.Header.History), Outputs: m.datum(c.Header.Outputs)}
	}
	if c.TaskRun != nil {
		c.TaskRun = &TaskRunRow{Ordinal: c.TaskRun.Ordinal, TaskRun: c.TaskRun.TaskRun.clone()}
	}
	return c
}

func (t TaskRun) clone() TaskRun {
	m := memory{}
	m.count(&t)
	m.allocate()
	return m.taskRun(t)
}

// memory is where the parts of a copy stand, allocated at once. Nothing in it grows into what follows.
type memory struct {
	transitions []Transition
	attempts    []Attempt
	bytes       []byte

	transitionCount, attemptCount, byteCount int
}

func newMemory(s *State) *memory {
	m := &memory{transitionCount: len(s.History), byteCount: len(s.Trigger.Variables.Kept().JSON) + len(s.Outputs.Kept().JSON)}
	for i := range s.TaskRuns {
		m.count(&s.TaskRuns[i])
	}
	m.allocate()
	return m
}

func (m *memory) count(t *TaskRun) {
	m.transitionCount += len(t.History)
	m.attemptCount += len(t.Attempts)
	m.byteCount += len(t.Outputs.Kept().JSON)
	for i := range t.Attempts {
		m.transitionCount += len(t.Attempts[i].History)
	}
}

func (m *memory) allocate() {
	m.transitions = make([]Transition, 0, m.transitionCount)
	m.bytes = make([]byte, 0, m.byteCount)
	if m.attemptCount > 0 {
		m.attempts = make([]Attempt, 0, m.attemptCount)
	}
}

func (m *memory) history(h History) History {
	if h == nil {
		return nil
	}
	from := len(m.transitions)
	m.transitions = append(m.transitions, h...)
	return slices.Clip(History(m.transitions[from:]))
}

func (m *memory) datum(d Datum) Datum {
	if d = d.Kept(); len(d.JSON) > 0 {
		from := len(m.bytes)
		m.bytes = append(m.bytes, d.JSON...)
		d.JSON = slices.Clip(m.bytes[from:])
	}
	return d
}

func (m *memory) taskRun(t TaskRun) TaskRun {
	t.History = m.history(t.History)
	t.Outputs = m.datum(t.Outputs)
	if len(t.Attempts) > 0 {
		from := len(m.attempts)
		m.attempts = append(m.attempts, t.Attempts...)
		t.Attempts = slices.Clip(m.attempts[from:])
		for i := range t.Attempts {
			t.Attempts[i].History = m.history(t.Attempts[i].History)
		}
	}
	return t
}
