package runner

import (
	"context"
	"errors"
	"fmt"

	"go.uber.org/zap"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/guard"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// noOutputs is the text of the outputs of a task that has none. Nobody changes the text of a datum.
var noOutputs = []byte("{}")

// perform performs an effect and returns the event that answers it. An error means that the store failed.
func (x *run) perform(ctx context.Context, effect execution.Effect) (execution.Event, error) {
	switch e := effect.(type) {
	case execution.Evaluate:
		x.pebble.Now, x.pebble.Seed = e.At, e.Seed
		if e.What == execution.RunIf {
			return x.runIf(e), nil
		}
		return x.flowOutputs(ctx)
	case execution.RunTask:
		x.pebble.Now, x.pebble.Seed = e.At, e.Seed
		return x.runTask(ctx, e)
	default:
		return nil, fmt.Errorf("unknown effect %T", effect)
	}
}

// guarded calls f, and turns a panic into an error, with a line in log.
func guarded(log *task.Logger, f func() error) error {
	return guard.Do(func(message string, fields ...zap.Field) { log.Log(task.Error, message, fields...) }, f)
}

// runIf decides whether a task runs.
func (x *run) runIf(e execution.Evaluate) execution.Event {
	x.enter(current{e.Task, e.TaskRun, 0})
	log := x.log(e.Task.ID, e.Task.LogLevel)
	var text string
	err := guarded(&log, func() (err error) {
		text, err = e.Task.RunIf.Render(&x.pebble)
		return err
	})
	if err != nil {
		log.Log(task.Error, "failed to evaluate runIf: "+err.Error())
	}
	return execution.Evaluated{What: execution.RunIf, TaskRun: e.TaskRun, True: err == nil && pebble.Truthy(text), Failed: err != nil, At: x.runner.now()}
}

// runTask runs an attempt of a task.
func (x *run) runTask(ctx context.Context, e execution.RunTask) (execution.Event, error) {
	x.enter(current{e.Task, e.TaskRun, e.Attempt})
	c := &x.task
	*c = task.Context{Pebble: &x.pebble, Log: x.log(e.Task.ID, e.Task.LogLevel)}
	var outputs value.Value
	err := guarded(&c.Log, func() (err error) {
		outputs, err = e.Task.Compiled.(task.Task).Run(ctx, c)
		return err
	})
	status := execution.Success
	if err != nil {
		c.Log.Log(task.Error, err.Error())
		status, outputs = execution.Failed, value.Null
	}
	kept := execution.Datum{JSON: noOutputs}
	if outputs.IsNull() {
		outputs = emptyMap
	} else if kept, err = x.datum(ctx, outputs); err != nil {
		return nil, err
	}
	x.outputs = append(x.outputs, taskOutputs{e.Task.ID, outputs})
	return execution.TaskEnded{TaskRun: e.TaskRun, Attempt: e.Attempt, Status: status, Outputs: kept, At: x.runner.now()}, nil
}

// flowOutputs evaluates the outputs that the flow declares. Those that fail are left out.
func (x *run) flowOutputs(ctx context.Context) (execution.Event, error) {
	x.enter(current{})
	log := x.log("", "")
	declared := x.plan.Flow().Outputs
	outputs := value.NewMap(len(declared))
	failed := false
	for _, o := range declared {
		var v value.Value
		err := guarded(&log, func() (err error) {
			v, err = x.flowOutput(o)
			return err
		})
		switch {
		case err != nil:
			failed = true
			log.Log(task.Error, "failed to render output values: "+err.Error())
		case !v.IsNull():
			outputs.Set(o.ID, v)
		}
	}
	kept, err := x.datum(ctx, value.FromMap(outputs))
	if err != nil {
		return nil, err
	}
	return execution.Evaluated{What: execution.Outputs, Value: kept, Failed: failed, At: x.runner.now()}, nil
}

// flowOutput evaluates one output; null means that it is left out: it is not required, and null or missing
// (spec/kestra-webhook.md §7.4, golden file 10-outputs).
func (x *run) flowOutput(o *flow.Output) (value.Value, error) {
	v, err := renderOutput(o, &x.pebble)
	if err != nil {
		if e := new(pebble.Error); !o.Required && errors.As(err, &e) && e.Class == pebble.ClassMissing {
			return value.Null, nil
		}
		return value.Null, fmt.Errorf("output `%s`: %w", o.ID, err)
	}
	return o.Convert(v)
}

// renderOutput renders an output to text, but a null stays null, and a list or map does where the type has a use for it.
func renderOutput(o *flow.Output, c *pebble.Context) (value.Value, error) {
	t := o.Value.Template()
	if t == nil {
		return o.Value.Render(c)
	}
	v, err := t.RenderTyped(c)
	switch v.Kind() {
	case value.KindNull, value.KindString:
		return v, err
	case value.KindList, value.KindMap:
		switch o.Type.Name {
		case flow.TypeJSON, flow.TypeYAML, flow.TypeArray, flow.TypeMultiselect:
			return v, err
		default: // text
		}
	default: // text
	}
	return value.String(value.Text(v)), err
}

// datum makes the text of a value that the state keeps.
func (x *run) datum(ctx context.Context, v value.Value) (execution.Datum, error) {
	d := execution.Datum{JSON: value.AppendJSON(make([]byte, 0, 128), v)}
	err := x.keepApart(ctx, &d)
	return d, err
}
