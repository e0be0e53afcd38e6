package runner

import (
	"context"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// received takes the memory for the outputs that a signal brings. If there is not enough, the attempt has failed.
func (a *actor) received(ctx context.Context, e execution.Event) (message, error) {
	if err := a.runner.resolveDatum(ctx, &e.Outputs); err != nil {
		return message{}, err
	}
	if a.startsSeveral(e.Run) {
		return a.receivedOne(ctx, e)
	}
	outputs, err := value.DecodeMembers(e.Outputs.JSON)
	if err != nil { // never: it was made by AppendJSON
		outputs = value.NewMap(0)
	}
	m := message{event: e, outputs: value.FromMap(outputs), kept: int64(len(e.Outputs.JSON))}
	if err := a.take(m.kept, true); err != nil {
		log := a.taskLog(e.Run)
		log.Log(task.Error, err.Error())
		m.kept, m.outputs = 0, emptyMap
		m.event.Status, m.event.Outputs = execution.Failed, execution.Datum{JSON: noOutputs}
	}
	return m, nil
}

// tellParent adds to the batch with the end of an execution that its parent is told of it.
func (a *actor) tellParent(ctx context.Context, b *execution.Batch, s *execution.State) error {
	if s.Parent.ID == "" || s.Status() == execution.Retried { // it waits for the last try
		return nil
	}
	outputs := execution.Datum{JSON: outcome(s)}
	if len(outputs.JSON) > execution.InlineLimit {
		ref, err := a.runner.store.PutValue(ctx, s.Parent.ID, outputs.JSON)
		if err != nil {
			return err
		}
		outputs.Ref = ref
	}
	b.Signals = append(b.Signals, s.Ended(outputs))
	return nil
}

// outcome returns the outputs of a task run that has started an execution.
func outcome(s *execution.State) []byte {
	text := append([]byte(`{"executionId":`), value.JSON(value.String(s.ID))...)
	text = append(text, `,"state":`...)
	text = append(text, value.JSON(value.String(string(s.Status())))...)
	if len(s.Outputs.JSON) > len(noOutputs) {
		text = append(text, `,"outputs":`...)
		text = append(text, s.Outputs.JSON...)
	}
	return append(text, '}')
}

// logChildEnded says how an execution has ended that a task run has waited for, if that was not well.
func (a *actor) logChildEnded(ctx context.Context, e execution.Event) {
	status, level := a.state.Runs[e.Run].Status(), task.Error
	switch status {
	case execution.Success:
		return
	case execution.Warning:
		level = task.Warn
	case execution.Retrying:
		status = execution.Failed
	default:
	}
	id := a.state.ChildID(e.Run, e.Attempt, e.Iteration)
	flowID, namespace := "", ""
	if s, err := a.runner.store.Load(ctx, id); err == nil { // else it is gone
		flowID, namespace = s.FlowID, s.Namespace
	}
	log := a.taskLog(e.Run)
	log.Log(level, "Subflow execution "+link(id, flowID, namespace)+" ends in "+string(status)+" state")
}
