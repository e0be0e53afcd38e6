package execution

import "slices"

// Changes are the differences between two states of an execution. What they say is the whole new content of their places,
// so applying them twice does no harm. They share memory that never changes, such as histories, with the state.
type Changes struct {
	Head *Head `json:"head,omitempty"`
	Rows []Row `json:"rows,omitempty"`
}

// Row is the task run in a row. The memory of each is apart from that of the others: a store keeps it as it is, until the row
// is written again.
type Row struct {
	Row int32 `json:"row"`
	Run *Run  `json:"run"`
}

// Changes returns what has changed since the last call, or since the state was made.
func (s *State) Changes() Changes {
	var c Changes
	if s.headChanged {
		head := s.Head
		head.History = slices.Clip(head.History)
		head.Labels = slices.Clip(head.Labels)
		c.Head = &head
	}
	if len(s.changed) > 0 {
		c.Rows = make([]Row, len(s.changed))
		for i, row := range s.changed {
			run := s.Runs[row].share()
			c.Rows[i] = Row{row, &run}
		}
	}
	s.Settle()
	return c
}

// NewTexts calls f with each text that has changed since the last call of [State.Changes], until one fails. f may put it elsewhere.
func (s *State) NewTexts(f func(*Datum) error) error {
	if s.headChanged {
		if err := f(&s.Variables); err != nil {
			return err
		}
		if err := f(&s.Outputs); err != nil {
			return err
		}
	}
	for _, row := range s.changed {
		if err := f(&s.Runs[row].Outputs); err != nil {
			return err
		}
	}
	return nil
}

// Settle says that nothing has changed: all of s is kept as it is.
func (s *State) Settle() {
	for _, row := range s.changed {
		s.Runs[row].marked = false
	}
	s.headChanged, s.changed = false, s.changed[:0]
}

// share returns a copy that what happens to r does not change. Histories only grow at their ends, where they are clipped.
func (r *Run) share() Run {
	c := *r
	c.marked = false
	c.History = slices.Clip(c.History)
	if n := len(c.Attempts); n > 0 && !c.Attempts[n-1].History.Current().Terminated() { // it will change in its place
		c.Attempts = slices.Clone(c.Attempts)
		c.Attempts[n-1].History = slices.Clip(c.Attempts[n-1].History)
	}
	c.Attempts = slices.Clip(c.Attempts)
	return c
}

// Share returns a copy that what happens to s does not change.
func (s *State) Share() *State {
	c := &State{Start: s.Start, Head: s.Head, Version: s.Version}
	c.History, c.Labels = slices.Clip(c.History), slices.Clip(c.Labels)
	if s.Runs != nil {
		c.Runs = make([]Run, len(s.Runs))
		for i := range s.Runs {
			c.Runs[i] = s.Runs[i].share()
		}
	}
	return c
}

// Apply makes changes to s. It does not touch [State.Version]. A row beyond the end of the task runs grows them by empty ones.
func Apply(s *State, c Changes) {
	s.waits = waits{}
	if c.Head != nil {
		s.Head = *c.Head
	}
	for i := range c.Rows {
		row := int(c.Rows[i].Row)
		for row >= len(s.Runs) {
			s.Runs = append(s.Runs, Run{})
		}
		s.Runs[row] = c.Rows[i].Run.share()
	}
}
