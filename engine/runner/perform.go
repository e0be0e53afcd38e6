package runner

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.uber.org/zap"

	"github.com/caddy-kestra/kestra-webhook/engine/admission"
	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/guard"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// What an execution fails with when it needs more memory than there is for one, whatever else is under way.
var (
	errMemory  = errors.New("not enough memory for the evaluation, even alone: see memory_limit")
	errOutputs = errors.New("the outputs of the execution take more memory than one execution may: see memory_limit")
)

// noOutputs is the text of the outputs of a task that has none. Nobody changes the text of a datum.
var noOutputs = []byte("{}")

// perform performs an effect and returns the event that answers it. An error means that the store failed or, for an
// execution that is not accepted yet, is a refusal of package admission.
//
// An evaluation for which memory ran short is void. An execution that was accepted makes it again with the reserve of
// memory, so that others do not change what becomes of it.
func (x *run) perform(ctx context.Context, effect execution.Effect) (execution.Event, error) {
	for {
		event, err := x.try(ctx, effect)
		if !errors.Is(err, admission.ErrMemory) || x.state.Version == 0 {
			x.spent = false
			return event, err
		}
		err = x.claim.Refill(ctx)
		if x.spent = errors.Is(err, admission.ErrReserved); err != nil && !x.spent {
			return nil, err
		}
	}
}

// try performs an effect once, when it may evaluate.
func (x *run) try(ctx context.Context, effect execution.Effect) (execution.Event, error) {
	if blocks(effect) {
		return x.dispatch(ctx, effect)
	}
	var deadline time.Time
	if x.state.Version == 0 {
		deadline = time.Now().Add(x.runner.admission.Limits().Wait)
	}
	if err := x.claim.Enter(ctx, deadline); err != nil {
		return nil, err
	}
	defer x.claim.Leave()
	return x.dispatch(ctx, effect)
}

// evaluated ends an evaluation that ended with err, and returns the bytes it took and its error. With void, it ran short
// of memory and is to be made again.
func (x *run) evaluated(err error) (made int64, failure, void error) {
	made = x.claim.Evaluation().End()
	switch {
	case !x.claim.Short():
		return made, err, nil
	case x.spent:
		return made, errMemory, nil
	default:
		return made, nil, admission.ErrMemory
	}
}

// dispatch performs an effect.
func (x *run) dispatch(ctx context.Context, effect execution.Effect) (execution.Event, error) {
	switch e := effect.(type) {
	case execution.Evaluate:
		x.pebble.Now, x.pebble.Seed = e.At, e.Seed
		if e.What == execution.RunIf {
			return x.runIf(e)
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
func (x *run) runIf(e execution.Evaluate) (execution.Event, error) {
	x.enter(current{e.Task, e.TaskRun, 0})
	log := x.log(e.Task.ID, e.Task.LogLevel)
	var text string
	err := guarded(&log, func() (err error) {
		text, err = e.Task.RunIf.Render(&x.pebble)
		return err
	})
	_, err, void := x.evaluated(err)
	if void != nil {
		return nil, void
	}
	if err != nil {
		log.Log(task.Error, "failed to evaluate runIf: "+err.Error())
	}
	return execution.Evaluated{What: execution.RunIf, TaskRun: e.TaskRun, True: err == nil && pebble.Truthy(text), Failed: err != nil, At: x.runner.now()}, nil
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
	made, err, void := x.evaluated(err)
	if void != nil {
		return nil, void
	}
	kept := execution.Datum{JSON: noOutputs}
	if err == nil && !outputs.IsNull() {
		if kept, err = x.datum(outputs, made); errors.Is(err, admission.ErrMemory) {
			return nil, err
		}
	}
	status := execution.Success
	if err != nil {
		c.Log.Log(task.Error, err.Error())
		status, outputs = execution.Failed, value.Null
	}
	if outputs.IsNull() {
		outputs = emptyMap
	}
	if err := x.keepApart(ctx, &kept); err != nil {
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
	failed, made := false, int64(0)
	for _, o := range declared {
		var v value.Value
		err := guarded(&log, func() (err error) {
			v, err = x.flowOutput(o)
			return err
		})
		taken, err, void := x.evaluated(err)
		if void != nil {
			return nil, void
		}
		made += taken
		switch {
		case err != nil:
			failed = true
			log.Log(task.Error, "failed to render output values: "+err.Error())
		case !v.IsNull():
			outputs.Set(o.ID, v)
		}
	}
	kept, err := x.datum(value.FromMap(outputs), made)
	if errors.Is(err, admission.ErrMemory) {
		return nil, err
	}
	if err != nil {
		failed, kept = true, execution.Datum{JSON: noOutputs}
		log.Log(task.Error, "failed to keep the outputs: "+err.Error())
	}
	if err := x.keepApart(ctx, &kept); err != nil {
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

// datum makes the text of outputs, which the state keeps beside the value, of which an evaluation made so many bytes. The
// error is [errOutputs], or that memory is short.
func (x *run) datum(v value.Value, made int64) (execution.Datum, error) {
	size := value.SizeJSON(v)
	kept := size + min(made, textToValue*size)
	if x.kept+kept > x.runner.admission.Limits().RunMemory() {
		return execution.Datum{}, errOutputs
	}
	if err := x.claim.Take(kept); err != nil {
		if x.spent {
			return execution.Datum{}, errMemory
		}
		return execution.Datum{}, err
	}
	x.kept += kept
	return execution.Datum{JSON: value.AppendJSON(make([]byte, 0, size), v)}, nil
}

// textToValue bounds how much larger a value is than its JSON text: an empty object within a list has three characters.
const textToValue = 48
