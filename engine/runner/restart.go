package runner

import (
	"context"
	"errors"
	"fmt"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// An execution that has ended goes on by one commit, which parks it: like one that was found in the store it is due then. Nobody drives
// an ended execution, so whoever commits first restarts it.

// conflicts is how often an execution is looked at again that somebody else has changed.
const conflicts = 3

// Restart lets an execution go on from where it has failed, or, if it is paused, as if somebody resumed all that is paused. It returns when that is kept for certain. The error is [execution.ErrNotRestartable], [execution.ErrNothingToRestart],
// [execution.ErrNotFound], [ErrNotRunning] if its flow is
// not at hand, or that of the store.
func (r *Runner) Restart(ctx context.Context, id string) error {
	for try := 0; ; try++ {
		s, err := r.store.Load(ctx, id)
		if err != nil {
			return err
		}
		if err := s.Restartable(); err != nil {
			return fmt.Errorf("execution %s: %w", id, err)
		}
		if s.Status() == execution.Paused {
			return r.signal(ctx, id, "restart", execution.Event{Kind: execution.Restart, Run: execution.RootRow})
		}
		setting, err := r.settingOf(ctx, s)
		if err != nil {
			return err
		}
		c, err := r.restarted(ctx, s, setting)
		if err != nil {
			return err
		}
		err = r.restart(ctx, c)
		if !errors.Is(err, execution.ErrConflict) || try == conflicts {
			return err
		}
	}
}

// restart commits that an execution goes on.
func (r *Runner) restart(ctx context.Context, c *child) error {
	if !r.registerRestarted(c) {
		return fmt.Errorf("execution %s: %w", c.state.ID, execution.ErrNotRestartable)
	}
	err := r.store.Commit(ctx, &execution.Batch{Write: []execution.Write{*c.write}})
	if err != nil {
		r.forget([]*child{c})
		return err
	}
	r.wakeNow()
	return nil
}

// restarted makes what lets an ended execution go on, which is to be committed. Signals that came after its end are done with.
func (r *Runner) restarted(ctx context.Context, s *execution.State, setting Setting) (*child, error) {
	signals, err := r.store.Inbox(ctx, s.ID, 0)
	if err != nil {
		return nil, err
	}
	w := execution.Write{ID: s.ID, Version: s.Version}
	if n := len(signals); n > 0 {
		w.Consumed = signals[n-1].Seq
	}
	now := r.now()
	var result execution.Result
	if err := execution.Step(setting.Flow.Plan(), s, execution.Event{Kind: execution.Restart, Run: execution.RootRow, At: now}, &result); err != nil {
		return nil, err
	}
	w.Changes, w.Park = s.Changes(), &execution.Park{Wake: now}
	return &child{setup: setup{Setting: setting}, state: s, handle: &handle{done: make(chan struct{})}, write: &w, at: now}, nil
}

// registerRestarted makes an execution that goes on one that can be resumed, unless it is one already.
func (r *Runner) registerRestarted(c *child) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.parked[c.state.ID] != nil {
		return false
	}
	if w := r.awaited[c.state.ID]; w != nil {
		c.handle = &w.handle
		delete(r.awaited, c.state.ID)
	}
	if a := r.runs[c.state.ID]; a != nil && a.state.Over() { // it has ended, and its actor is about to go
		delete(r.runs, c.state.ID)
	}
	r.parked[c.state.ID] = &parked{setup: c.setup, handle: c.handle, found: true}
	return true
}

// recall decides what becomes of the execution that an attempt has started which goes on: that goes on too, or has ended well by now.
// If it cannot, or is not to, the next attempt starts another one.
func (a *actor) recall(ctx context.Context, e execution.Effect) (message, error) {
	m := message{event: execution.Event{Kind: execution.Evaluated, Run: e.Run}}
	if a.startsAnew(e.Run) {
		return m, nil
	}
	s, err := a.startedBefore(ctx, e.Run)
	if err != nil || s == nil {
		return m, err
	}
	switch status := s.Status(); {
	case !s.Over():
		m.event.True = true
		return m, nil
	case status == execution.Success || status == execution.Warning:
		if err := a.runner.resolve(ctx, s); err != nil {
			return m, err
		}
		return a.hasEnded(m, s)
	case s.Restartable() != nil:
		return m, nil //nolint:nilerr // another one is to be started
	}
	setting, err := a.runner.settingOf(ctx, s)
	if err != nil {
		return m, nil //nolint:nilerr // its flow is not at hand any more
	}
	ch, err := a.runner.restarted(ctx, s, setting)
	if err != nil {
		return m, err
	}
	log := a.taskLog(e.Run)
	log.Log(task.Info, "Restarted execution "+link(s.ID, s.FlowID, s.Namespace))
	a.children = append(a.children, ch)
	m.event.True = true
	return m, nil
}

// startedBefore returns the execution that the attempt of a task run has started, or its last try; nil if it is gone.
func (a *actor) startedBefore(ctx context.Context, row int32) (*execution.State, error) {
	outputs, err := value.DecodeMembers(a.state.Runs[row].Outputs.JSON)
	if err != nil {
		return nil, nil //nolint:nilerr // never: it was made by AppendJSON
	}
	id, _ := outputs.Get("executionId")
	s, err := a.runner.store.Load(ctx, id.Str())
	switch {
	case errors.Is(err, execution.ErrNotFound):
		return nil, nil
	case err != nil:
		return nil, err
	}
	if want := (execution.Parent{ID: a.state.ID, Run: row, Attempt: int32(len(a.state.Runs[row].Attempts) - 1)}); s.Parent != want {
		return nil, nil // it tells another one of its end
	}
	return s, nil
}

// settingOf returns what an execution needs that nobody drives.
func (r *Runner) settingOf(ctx context.Context, s *execution.State) (Setting, error) {
	find := r.options.Load().Find
	if find == nil {
		return Setting{}, fmt.Errorf("execution %s: %w", s.ID, ErrNotRunning)
	}
	setting, err := find(ctx, s)
	if err != nil {
		return Setting{}, fmt.Errorf("execution %s: %w: %w", s.ID, ErrNotRunning, err)
	}
	return setting, nil
}

// hasEnded answers with the end of an execution that is there already.
func (a *actor) hasEnded(m message, s *execution.State) (message, error) {
	e := s.Ended(execution.Datum{JSON: outcome(s)}).Event
	outputs, err := value.DecodeMembers(e.Outputs.JSON)
	if err != nil {
		return m, nil //nolint:nilerr // never: it was made by AppendJSON
	}
	m.event.Status, m.event.Outputs, m.outputs, m.kept = e.Status, e.Outputs, value.FromMap(outputs), int64(len(e.Outputs.JSON))
	if err := a.take(m.kept, a.spent); err != nil {
		log := a.taskLog(m.event.Run)
		m.kept = 0
		m.event.Status = ""
		return a.failed(m, &log, err)
	}
	return m, nil
}
