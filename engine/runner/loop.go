package runner

import (
	"context"
	"errors"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// runBytes is about what a task run takes in memory, in bytes, beside its outputs.
const runBytes = 1 << 10

// values decides for which values an Each runs its tasks. The memory for all its rounds is taken before the first begins.
func (a *actor) values(ctx context.Context, e execution.Effect) (message, error) {
	c := &a.task
	*c = a.taskContext(e, &a.pebble, &a.functions)
	var values []string
	err := guarded(&c.Log, func() (err error) {
		values, err = a.component(e.Run).Compiled.(task.Each).Values(ctx, c)
		return err
	})
	_, err, void := evaluated(&a.evaluation, a.spent, err)
	if void != nil {
		return message{}, void
	}
	m := message{event: execution.Event{Kind: execution.Evaluated, Run: e.Run}}
	if err == nil {
		m.kept = int64(len(values)) * runBytes * int64(a.plan.Below(a.state.Runs[e.Run].Node))
		for _, v := range values {
			m.kept += int64(len(v))
		}
		switch err = a.take(m.kept, a.spent); {
		case errors.Is(err, errOutputs):
			err = errRounds
		case err != nil && !errors.Is(err, errMemory):
			return message{}, err
		}
	}
	if err != nil {
		c.Log.Log(task.Error, err.Error())
		m.event.Failed, m.kept = true, 0
		return m, nil
	}
	m.event.Values = values
	return m, nil
}
