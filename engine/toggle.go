package engine

import (
	"context"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// Toggle switches a trigger of a flow that sites have on or off, until it is switched again or the flow changes. It returns when that is
// kept for certain.
func (e *Engine) Toggle(ctx context.Context, namespace, flowID, trigger string, on bool) error {
	if !e.calls.begin() {
		return ErrClosed
	}
	defer e.calls.end()
	return keeper{e}.Toggle(ctx, task.FlowName{Namespace: namespace, ID: flowID}, trigger, on)
}

// Stopped reports whether a trigger of a flow was switched off, by stopAfter, a task or [Engine.Toggle].
func (e *Engine) Stopped(f *flow.Flow, trigger string) bool { return e.triggers.Stopped(f, trigger) }
