package runner

import (
	"context"
	"errors"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/trace"
)

// trace makes the span of a request the one that a new execution is traced below.
func (r *Runner) trace(ctx context.Context, s *execution.State) {
	if parent := r.tracer.Parent(ctx); parent != "" {
		s.Trace = parent
	}
}

// beginSpan begins the span of the execution that lasts as long as the actor, unless it has begun. An actor that was made before anything
// could be traced, as after a start, begins it with its next task.
func (a *actor) beginSpan() {
	s := a.state
	if s.Trace == "" || !a.span.None() {
		return
	}
	a.span = a.runner.tracer.Execution(&trace.Execution{Names: a.names(), Parent: s.Trace, Trigger: s.Trigger.ID, Resumed: s.Status() != execution.Created})
}

func (a *actor) names() trace.Names {
	return trace.Names{ID: a.state.ID, Namespace: a.state.Namespace, Flow: a.state.FlowID}
}

// endOf returns how the span of an execution ends that has ended or, with an error, is given up.
func endOf(s *execution.State, err error) (state string, failed bool) {
	if err != nil {
		return "", !errors.Is(err, ErrStopping)
	}
	return string(s.Status()), s.Status() == execution.Failed
}

// traced returns what the span of an effect says, which another goroutine may begin; nil if it has none: what is no attempt of a task
// that runs or starts executions, and what nobody traces.
func (a *actor) traced(e execution.Effect) *trace.Task {
	if e.Kind != execution.RunTask && e.What != execution.Call {
		return nil
	}
	if a.beginSpan(); a.span.None() {
		return nil
	}
	c, r := a.component(e.Run), &a.state.Runs[e.Run]
	return &trace.Task{Names: a.names(), Within: a.span, Task: c.ID, Type: c.Type, Run: r.ID, Attempt: int(e.Attempt) + 1}
}

// endOfAttempt returns how the span of an attempt ends that is answered by an event. One that waits for a time, or for what it has
// started, has no state yet.
func endOfAttempt(e *execution.Event) (state string, failed bool) {
	if e.Failed {
		return string(execution.Failed), true
	}
	return string(e.Status), e.Status == execution.Failed
}
