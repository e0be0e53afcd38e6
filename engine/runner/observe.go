package runner

import (
	"time"

	"go.uber.org/zap"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// Observer is told what becomes of executions, so that somebody can count them. Its methods are called concurrently, by whoever
// drives an execution, and must not block.
type Observer interface {
	// ExecutionCreated tells of an execution that was accepted.
	ExecutionCreated(namespace, flowID string)

	// ExecutionEnded tells of the end of an execution that was committed: its state, and how long after it was created that came.
	ExecutionEnded(namespace, flowID, state string, took time.Duration)
}

// tellCreated tells of the executions that a batch has accepted.
func (r *Runner) tellCreated(b *execution.Batch) {
	o := r.options.Load().Observer
	if o == nil {
		return
	}
	for i := range b.Accept {
		s := b.Accept[i].State
		o.ExecutionCreated(s.Namespace, s.FlowID)
	}
}

// tellEnd tells of the end of the execution, which was committed: its trigger, whoever counts, and the log of the server, where who
// has the id of an answer looks for it.
func (a *actor) tellEnd() {
	s := a.state
	status, took := s.Status(), s.History.Duration()
	if a.Ended != nil {
		a.Ended(status)
	}
	if o := a.runner.options.Load().Observer; o != nil {
		o.ExecutionEnded(s.Namespace, s.FlowID, string(status), took)
	}
	log, level := a.log(), levelOfEnd(status)
	log.Journal = nil // its state says so already
	if log.Enabled(level) {
		log.Log(level, endLine, zap.String("state", string(status)), zap.Duration("duration", took))
	}
}

// endLine is the message of the line about an execution that has ended.
const endLine = "execution has ended"

// levelOfEnd returns the level of the line about an execution that has ended so.
func levelOfEnd(status execution.Status) task.Level {
	switch status {
	case execution.Failed:
		return task.Error
	case execution.Warning, execution.Cancelled:
		return task.Warn
	case execution.Killed, execution.Retried:
		return task.Info
	default: // well, and there are many
		return task.Debug
	}
}
