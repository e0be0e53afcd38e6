package execution

import "slices"

// Change is one difference between two states of an execution: exactly one member is set. Its JSON form keeps
// everything. What a change says is the whole new content of its place, so applying it twice does no harm.
type Change struct {
	Header  *Header     `json:"header,omitempty"`
	TaskRun *TaskRunRow `json:"taskRun,omitempty"`
}

// Header is the part of a state that belongs to the execution as a whole and changes.
type Header struct {
	History History `json:"history"`
	Outputs Datum   `json:"outputs,omitzero"`
}

// TaskRunRow is the task run with this ordinal.
type TaskRunRow struct {
	Ordinal int     `json:"ordinal"`
	TaskRun TaskRun `json:"row"`
}

// Apply makes changes to s, in their order. It does not touch [State.Version]. The state shares memory with the changes
// afterwards. A row beyond the end of the task runs, which no execution of [Step] has, grows them by empty ones.
func Apply(s *State, changes []Change) {
	for _, c := range changes {
		if h := c.Header; h != nil {
			s.History, s.Outputs = h.History, h.Outputs
		}
		if r := c.TaskRun; r != nil {
			for r.Ordinal >= len(s.TaskRuns) {
				s.TaskRuns = append(s.TaskRuns, TaskRun{})
			}
			s.TaskRuns[r.Ordinal] = r.TaskRun
		}
	}
}

// Merge returns changes followed by later ones, without those that a later one makes void. It may reuse the memory of
// changes.
func Merge(changes, later []Change) []Change {
	for _, l := range later {
		changes = slices.DeleteFunc(changes, func(c Change) bool {
			return c.Header != nil && l.Header != nil ||
				c.TaskRun != nil && l.TaskRun != nil && c.TaskRun.Ordinal == l.TaskRun.Ordinal
		})
		changes = append(changes, l)
	}
	return changes
}
