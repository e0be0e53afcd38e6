package runner

import (
	"context"
	"errors"
	"fmt"

	"github.com/caddy-kestra/kestra-webhook/engine/admission"
	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// An attempt that goes on after its end, and has started several executions, looks at each of them: those that have ended well are
// counted as they are, and those that have failed go on, as in Kestra. Where one was killed, is not there any more, or had not begun,
// another one begins in its place; with restartBehavior NEW_EXECUTION, in the place of each.

// mostRecalled is at how many executions one effect looks.
const mostRecalled = 256

// again is what becomes of one of the executions of an attempt that goes on.
type again struct {
	status execution.Status // that it has ended with; "": it is under way
	number int32            // else
	child  *child           // of one that begins
	failed *restarted       // of one that goes on
}

// recallChildren decides what becomes of the next executions of a Children whose attempt goes on. The next commit accepts those that begin.
func (a *actor) recallChildren(ctx context.Context, e execution.Effect) (message, error) {
	c := &a.task
	*c = a.taskContext(e, &a.pebble, &a.functions)
	m := message{event: execution.Event{Kind: execution.Evaluated, Run: e.Run}}
	v, room := a.state.Runs[e.Run].Several, a.plan.Room(a.state, e.Run)
	var over execution.Several
	var x recalled
	for m.event.Begun < min(v.Total-v.Next, mostRecalled) && int32(len(m.event.Open)) < room {
		one, err, void := a.recallOne(ctx, e, c, v.Next+m.event.Begun)
		if (full(err) || full(void)) && (m.event.Begun > 0 || len(v.Open) > 0) {
			break // until some have ended
		}
		if err != nil || void != nil {
			a.dismiss(x.begin)
			if void != nil { // all is to be made again
				return message{}, void
			}
			c.Log.Log(task.Error, err.Error())
			return message{event: execution.Event{Kind: execution.Evaluated, Run: e.Run, Failed: true}}, nil
		}
		m.event.Begun++
		if one.status != "" {
			over.Count(one.status, 1)
			continue
		}
		m.event.Open = append(m.event.Open, one.number)
		switch {
		case one.child != nil:
			x.begin = append(x.begin, one.child)
		case one.failed != nil:
			x.failed = append(x.failed, one.failed)
		}
	}
	if err := a.heardEnds(ctx, e.Run); err != nil {
		a.dismiss(x.begin)
		return message{}, err
	}
	a.recalled = x
	m.event.Over = over.Ended
	return m, nil
}

// full reports whether there is no memory for another execution now.
func full(err error) bool {
	return errors.Is(err, errOutputs) || errors.Is(err, errMemory) || errors.Is(err, errShare) || errors.Is(err, admission.ErrMemory)
}

// dismiss gives back what executions have taken that are not to begin.
func (a *actor) dismiss(made []*child) {
	for _, ch := range made {
		ch.dismiss()
		a.give(ch.kept)
	}
}

// recallOne decides what becomes of the execution at a place. An error fails the attempt; void means that it is not known.
func (a *actor) recallOne(ctx context.Context, e execution.Effect, c *task.Context, place int32) (one again, err, void error) {
	if !a.startsAnew(e.Run) {
		s, number, err := a.oneBefore(ctx, e, place)
		if err != nil {
			return again{}, nil, err
		}
		if s != nil {
			one, found, err := a.goesOn(ctx, e.Run, c, s, number, place)
			if found || err != nil {
				return one, nil, err
			}
		}
	}
	number, ok := a.state.NextNumber(e.Run, place)
	if !ok {
		return again{}, fmt.Errorf("%d executions, started so often, are too many", a.state.Runs[e.Run].Several.Total), nil
	}
	ch, err, void := a.makeOne(ctx, e.OneOf(number), a.component(e.Run).Compiled.(task.Children), c)
	return again{number: number, child: ch}, err, void
}

// startsAnew reports whether an attempt of a task run that goes on is to start other executions.
func (a *actor) startsAnew(row int32) bool {
	t, ok := a.component(row).Compiled.(interface{ Anew() bool }) // restartBehavior
	return ok && t.Anew()
}

// oneBefore returns the execution that has begun last at a place, or its last try; nil if there is none.
func (a *actor) oneBefore(ctx context.Context, e execution.Effect, place int32) (*execution.State, int32, error) {
	for number := range a.state.Numbers(e.Run, place) {
		id := a.runner.lastTry(ctx, a.state.ChildID(e.Run, e.Attempt, number))
		s, err := a.runner.store.Load(ctx, id)
		if !errors.Is(err, execution.ErrNotFound) {
			return s, number, err
		}
	}
	return nil, 0, nil
}

// goesOn lets an execution go on that has failed, or says with what it has ended well. False: neither is possible.
func (a *actor) goesOn(ctx context.Context, row int32, c *task.Context, s *execution.State, number, place int32) (one again, found bool, err error) {
	switch status := s.Status(); {
	case !s.Over():
		return again{number: number}, true, nil
	case status == execution.Success, status == execution.Warning, status == execution.Cancelled:
		status, err := a.hasOutputs(ctx, row, c, s, place)
		return again{status: status}, true, err
	case s.Restartable() != nil:
		return again{}, false, nil //nolint:nilerr // another one is to be started
	}
	setting, err := a.runner.settingOf(ctx, s)
	if err != nil {
		return again{}, false, nil //nolint:nilerr // its flow is not at hand any more
	}
	failed, err := a.runner.restarted(ctx, s, setting)
	return again{number: number, failed: failed}, err == nil, err
}

// hasOutputs hands the outputs of an execution that has ended well to the task once more, and returns the status that it has by that.
func (a *actor) hasOutputs(ctx context.Context, row int32, c *task.Context, s *execution.State, place int32) (execution.Status, error) {
	if err := a.runner.resolveDatum(ctx, &s.Outputs); err != nil {
		return "", err
	}
	outputs, err := value.DecodeMembers(s.Outputs.JSON)
	if err != nil || outputs.Len() == 0 || a.state.Runs[row].Several.Alone {
		return s.Status(), nil //nolint:nilerr // never: it was made by AppendJSON
	}
	return a.handOver(ctx, c, row, place, outputs, s.Status())
}
