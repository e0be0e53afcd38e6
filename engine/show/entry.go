package show

import "github.com/caddy-kestra/kestra-webhook/engine/execution"

// Entry is a line of an execution's log as Kestra's API has it, but for the name of a thread. Its secrets were masked when it was written.
type Entry struct {
	Namespace     string  `json:"namespace"`
	FlowID        string  `json:"flowId"`
	TaskID        string  `json:"taskId,omitempty"`
	ExecutionID   string  `json:"executionId"`
	TaskRunID     string  `json:"taskRunId,omitempty"`
	AttemptNumber *int32  `json:"attemptNumber,omitempty"` // of lines of a task run, from 0
	Timestamp     Instant `json:"timestamp"`
	Level         string  `json:"level"`
	Message       string  `json:"message"`
}

// EntryOf returns what is shown of a line of an execution of a flow.
func EntryOf(namespace, flowID string, l *execution.LogLine) Entry {
	e := Entry{
		Namespace: namespace, FlowID: flowID, TaskID: l.Task, ExecutionID: l.Execution, TaskRunID: l.Run,
		Timestamp: Instant{l.At}, Level: l.Level, Message: l.Message,
	}
	if l.Run != "" {
		e.AttemptNumber = &l.Attempt
	}
	return e
}
