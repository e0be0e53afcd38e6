package runner

import (
	"context"
	"fmt"

	"go.uber.org/zap"

	"github.com/caddy-kestra/kestra-webhook/engine/admission"
	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/mask"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// run is an execution under way. One goroutine at a time works on it.
type run struct {
	runner  *Runner
	claim   *admission.Claim
	plan    *execution.Plan
	state   *execution.State
	trigger execution.Trigger // of the state, resolved; for callers while others change the state
	ended   func(execution.Status)
	queued  func()

	effect  execution.Effect // to be performed; nil: event is to be stepped
	event   execution.Event
	pending []execution.Change // since the last commit

	vars    *value.Map
	unread  [variableCount]bool // which of the variables are set, and were not read since
	current current
	outputs []taskOutputs // of the task runs that ran, as values: they are made into text once, and never read back
	pebble  pebble.Context
	task    task.Context
	kept    int64 // bytes that the outputs of its tasks and its own take
	spent   bool  // the effect is performed again although there is no more memory to be had
	mask    *mask.Mask
	logger  *zap.Logger // nil: that of the runner

	done chan struct{} // closed when the run is over; nil before it is handed to the workers
	err  error         // why it is over without having ended; to be read after done
}

// taskOutputs are the outputs of the task run of a task.
type taskOutputs struct {
	task  string
	value value.Value
}

func newRun(r *Runner, job *Job, claim *admission.Claim) *run {
	vars := job.Vars
	if vars == nil {
		vars = value.NewMap(5)
		job.Vars = vars
	}
	return &run{
		runner:  r,
		claim:   claim,
		plan:    job.Plan,
		state:   job.State,
		trigger: job.State.Trigger,
		ended:   job.Ended,
		queued:  job.Queued,
		vars:    vars,
		pebble:  pebble.Context{Vars: vars, Secrets: job.Secrets, Namespace: job.State.Namespace, Memory: claim.Evaluation()},
		mask:    job.Mask,
		logger:  job.Logger,
	}
}

// drive steps the execution to its end and returns true. With late, it returns false before the first effect that blocks
// or finds the caller late; the run can then be driven on by somebody else. Without, it gives up when ctx is done: an
// effect that was cut short is not taken for one that failed.
func (x *run) drive(ctx context.Context, late func() bool) (ended bool, err error) {
	for {
		if x.effect != nil {
			if late != nil && (blocks(x.effect) || late()) {
				return false, nil
			}
			if ctx.Err() != nil {
				return false, ErrStopping
			}
			if x.event, err = x.perform(ctx, x.effect); err != nil {
				if ctx.Err() != nil {
					return false, ErrStopping
				}
				return false, x.broken("an effect could not be performed", err)
			}
			if ctx.Err() != nil {
				return false, ErrStopping
			}
			x.effect = nil
		}
		if x.event == nil {
			x.event = execution.Started{At: x.runner.now()}
		}
		result, err := execution.Step(x.plan, x.state, x.event)
		if err != nil {
			return false, x.broken("the execution cannot go on", err)
		}
		if len(result.Effects) > 0 {
			x.effect = result.Effects[0]
		}
		if x.state.Version > 0 {
			x.pending = execution.Merge(x.pending, result.Changes)
		}
		if result.Barrier {
			if err := x.commit(ctx); err != nil {
				return false, x.broken("the execution could not be kept", err)
			}
		}
		if len(result.Effects) == 0 {
			x.enter(current{})
			return true, nil
		}
	}
}

// blocks reports whether an effect may take long, or reaches outside of the execution.
func blocks(e execution.Effect) bool {
	run, ok := e.(execution.RunTask)
	return ok && !run.Task.Spec.Pure
}

// commit keeps all that happened since the last commit.
func (x *run) commit(ctx context.Context) error {
	if x.state.Version == 0 {
		return x.accept(ctx)
	}
	if err := x.runner.store.Commit(ctx, x.state.ID, x.state.Version, x.pending); err != nil {
		return err
	}
	x.pending = x.pending[:0]
	x.state.Version++
	return nil
}

// accept keeps the execution for the first time, as it is.
func (x *run) accept(ctx context.Context) error {
	if err := x.keepApart(ctx, &x.state.Trigger.Variables); err != nil {
		return err
	}
	x.trigger = x.state.Trigger
	if err := x.runner.store.Accept(ctx, x.state); err != nil {
		return err
	}
	x.state.Version = 1
	x.claim.Accept()
	return nil
}

// keepApart puts a text that is too long to travel into the store, and keeps it at hand.
func (x *run) keepApart(ctx context.Context, d *execution.Datum) error {
	if d.Ref != "" || len(d.JSON) <= execution.InlineLimit {
		return nil
	}
	ref, err := x.runner.store.PutValue(ctx, x.state.ID, d.JSON)
	if err != nil {
		return fmt.Errorf("value of %d bytes: %w", len(d.JSON), err)
	}
	d.Ref = ref
	return nil
}

// broken logs why a run is given up. What was committed stays.
func (x *run) broken(message string, err error) error {
	if x.state.Version > 0 { // else the caller gets the error
		log := x.log("", "")
		log.Log(task.Error, message, zap.Error(err))
	}
	return err
}

// finish gives the place back and tells whoever waits; err says why the execution has not ended.
func (x *run) finish(err error) {
	x.err = err
	if err == nil && x.ended != nil {
		x.ended(x.state.Status())
	}
	if err != nil && x.state.Version > 0 {
		x.runner.left.Add(1)
	}
	x.claim.Vacate()
	x.claim.Release()
	if x.done != nil {
		close(x.done)
	}
}

// snapshot returns a copy of the present state, with trigger variables resolved.
func (x *run) snapshot() *execution.State {
	s := x.state.Clone()
	s.Trigger = x.trigger
	return s
}

// log returns the logger of a task, or with "" of the execution itself.
func (x *run) log(taskID, minimum string) task.Logger {
	to := x.logger
	if to == nil {
		to = x.runner.options.Load().Logger
	}
	l := task.Logger{To: to, Mask: x.mask, Execution: x.state.ID, Namespace: x.state.Namespace, Flow: x.state.FlowID, Task: taskID}
	if minimum != "" {
		l.Minimum, _ = task.ParseLevel(minimum) // loading has checked it
	}
	return l
}
