package show

import (
	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/mask"
)

// Summary is what lists show of an execution.
type Summary struct {
	Seq          int64       `json:"seq"` // its number in the order of acceptance
	ID           string      `json:"id"`
	Namespace    string      `json:"namespace"`
	FlowID       string      `json:"flowId"`
	FlowRevision int         `json:"flowRevision"`
	TriggerID    string      `json:"triggerId"`
	State        flow.Status `json:"state"`
	StartDate    Instant     `json:"startDate"`
	EndDate      *Instant    `json:"endDate,omitempty"`
	Duration     *Duration   `json:"duration,omitempty"`
	Labels       []Label     `json:"labels"`
}

// Summaries returns what a list shows. m masks secrets in labels, which hold what a trigger has rendered.
func Summaries(found []execution.Summary, m *mask.Mask) []Summary {
	h := hider{mask: m}
	list := make([]Summary, len(found))
	for i := range found {
		s := &found[i]
		list[i] = Summary{
			Seq: s.Seq, ID: s.ID, Namespace: s.Namespace, FlowID: s.FlowID, FlowRevision: s.Revision, TriggerID: s.TriggerID,
			State: s.Head.History.Current(), StartDate: Instant{s.Head.History.Start()}, Labels: h.labels(s.Head.Labels),
		}
		list[i].EndDate, list[i].Duration = ending(s.Head.History)
	}
	return list
}

// Line is a line of an execution's log. Its secrets were masked when it was written.
type Line struct {
	Seq           int64   `json:"seq"`
	Timestamp     Instant `json:"timestamp"`
	Level         string  `json:"level"`
	TaskID        string  `json:"taskId,omitempty"`
	TaskRunID     string  `json:"taskRunId,omitempty"`
	AttemptNumber int32   `json:"attemptNumber"`
	Message       string  `json:"message"`
}

// LineOf returns what is shown of a line.
func LineOf(l *execution.LogLine) Line {
	return Line{
		Seq: l.Seq, Timestamp: Instant{l.At}, Level: l.Level, TaskID: l.Task, TaskRunID: l.Run, AttemptNumber: l.Attempt, Message: l.Message,
	}
}
