package runner

import (
	"context"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// judge decides whether a round of an Until was the last one.
func (a *actor) judge(ctx context.Context, e execution.Effect) (message, error) {
	c := &a.task
	*c = a.taskContext(e, &a.pebble, &a.functions)
	r := &a.state.Runs[e.Run]
	var v task.Verdict
	err := guarded(&c.Log, func() (err error) {
		v, err = a.component(e.Run).Compiled.(task.Until).Judge(ctx, c, int(r.Progress.Round), e.At.Sub(r.History.Start()))
		return err
	})
	_, err, void := evaluated(&a.evaluation, a.spent, err)
	if void != nil {
		return message{}, void
	}
	if err != nil {
		c.Log.Log(task.Error, err.Error())
	}
	return message{event: execution.Event{
		Kind: execution.Evaluated, Run: e.Run, True: v.Done && err == nil, Failed: err != nil, Wake: e.At.Add(v.Wait),
	}}, nil
}

// freed gives back the memory of outputs that have gone with their round.
func (a *actor) freed(bytes int64) {
	a.mu.Lock()
	a.kept = max(0, a.kept-bytes)
	a.mu.Unlock()
	a.claim.Give(bytes)
}
