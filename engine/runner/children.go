package runner

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/caddy-kestra/kestra-webhook/engine/admission"
	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// A task that starts several executions starts as many at a time as there is room for, and one commit accepts them. If there is not
// enough memory for all of those it starts fewer: others begin when some have ended.

// startChildren starts executions of a Children. The next commit accepts them.
func (a *actor) startChildren(ctx context.Context, e execution.Effect) (message, error) {
	c, t := &a.task, a.component(e.Run).Compiled.(task.Children)
	*c = a.taskContext(e, &a.pebble, &a.functions)
	v := a.state.Runs[e.Run].Several
	m := message{event: execution.Event{Kind: execution.Evaluated, Run: e.Run, Total: v.Total}}
	if v.Next == 0 {
		if err := a.countChildren(ctx, t, c, &m.event); err != nil || m.event.Failed {
			return m, err
		}
	}
	made, short, err := a.makeChildren(ctx, e, t, c, min(a.plan.Room(a.state, e.Run), m.event.Total-v.Next))
	if err != nil && (!short || len(made) == 0 && len(v.Open) == 0) {
		a.dismiss(made)
		if errors.Is(err, admission.ErrMemory) { // all is to be made again
			return message{}, err
		}
		c.Log.Log(task.Error, err.Error())
		return message{event: execution.Event{Kind: execution.Evaluated, Run: e.Run, Failed: true}}, nil
	}
	for _, ch := range made {
		a.start(ch, &c.Log)
	}
	m.event.Begun = int32(len(made))
	return m, nil
}

// countChildren asks how many executions an attempt is to have.
func (a *actor) countChildren(ctx context.Context, t task.Children, c *task.Context, e *execution.Event) error {
	var s task.Several
	err := guarded(&c.Log, func() (err error) {
		if s, err = t.Several(ctx, c); err == nil && int(int32(s.Number)) != s.Number {
			err = fmt.Errorf("%d executions are too many", s.Number)
		}
		return err
	})
	_, err, void := evaluated(&a.evaluation, a.spent, err)
	if void != nil {
		return void
	}
	if err != nil {
		c.Log.Log(task.Error, err.Error())
		e.Failed = true
		return nil
	}
	e.Total, e.True = int32(s.Number), s.Wait
	if !s.Outputs.IsNull() {
		e.Outputs = execution.Datum{JSON: value.AppendJSON(nil, s.Outputs)}
	}
	return nil
}

// makeChildren makes the next so many executions of a Children. With short, the error says that there is no memory for more of them.
func (a *actor) makeChildren(ctx context.Context, e execution.Effect, t task.Children, c *task.Context, n int32) (made []*child, short bool, err error) {
	next := a.state.Runs[e.Run].Several.Next
	for i := range n {
		ch, err, void := a.makeOne(ctx, e.OneOf(next+i), t, c)
		if err := cmp.Or(void, err); err != nil {
			return made, full(err), err
		}
		made = append(made, ch)
	}
	return made, false, nil
}

// makeOne makes one of the executions of a Children. With void, memory ran short and it is to be made again.
func (a *actor) makeOne(ctx context.Context, one execution.Effect, t task.Children, c *task.Context) (ch *child, err, void error) {
	a.setContext(&a.pebble, &a.functions, one, &a.evaluation)
	a.functions.Context = ctx
	return a.makeChild(one, c, func() (task.Call, error) { return t.Call(ctx, c, a.place(one.Run, one.Iteration)) })
}

// place returns for which of the executions of a Children one with a number stands, from 0.
func (a *actor) place(row, number int32) int { return int(a.state.Runs[row].Several.Place(number)) }

// receivedOne hands the outputs of an execution of a Children to the task, which keeps them: the state does not.
func (a *actor) receivedOne(ctx context.Context, e execution.Event) (message, error) {
	outputs, err := value.DecodeMembers(e.Outputs.JSON)
	if err != nil { // never: it was made by AppendJSON
		outputs = value.NewMap(0)
	}
	e.Outputs = execution.Datum{}
	own, _ := outputs.Get("outputs")
	if own.Map().Len() == 0 {
		return message{event: e}, nil
	}
	c := task.Context{Log: a.taskLog(e.Run), Origin: a.origin(e.Run), Services: a.runner.Services()}
	if e.Status, err = a.handOver(ctx, &c, e.Run, int32(a.place(e.Run, e.Iteration)), own.Map(), e.Status); err != nil {
		return message{}, err
	}
	return message{event: e}, nil
}

// handOver hands the outputs of the execution at a place to the task, and returns the status that it has by that. The error is that of
// the context.
func (a *actor) handOver(ctx context.Context, c *task.Context, row, place int32, outputs *value.Map, status execution.Status) (execution.Status, error) {
	err := guarded(&c.Log, func() error {
		return a.component(row).Compiled.(task.Children).Ended(ctx, c, int(place), outputs)
	})
	switch {
	case ctx.Err() != nil:
		return "", ctx.Err()
	case err != nil:
		c.Log.Log(task.Warn, fmt.Sprintf("Failed to extract outputs with the error: '%s'", err))
		return execution.Failed, nil
	default:
		return status, nil
	}
}

// startsSeveral reports whether a task run starts several executions.
func (a *actor) startsSeveral(row int32) bool {
	return a.component(row).Spec.Shape == flow.ShapeChildren
}
