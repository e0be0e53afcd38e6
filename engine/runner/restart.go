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
// an ended execution, so of those who restart it at once the one who commits first does. The others look at it again.

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
		again, err := r.restarted(ctx, s, setting)
		if err != nil {
			return err
		}
		err = r.restart(ctx, again)
		if !errors.Is(err, execution.ErrConflict) || try == conflicts {
			return err
		}
	}
}

// restarted is an ended execution that is to go on.
type restarted struct {
	state  *execution.State
	write  execution.Write
	parked *parked // what it is resumed with, which others share who restart it at the same time
	ended  *actor  // that has ended it, if that is about to go
}

// restarted makes what lets an ended execution go on, which is to be committed. Signals that came after its end are done with.
func (r *Runner) restarted(ctx context.Context, s *execution.State, setting Setting) (*restarted, error) {
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
	return &restarted{
		state: s, write: w, parked: &parked{setup: setup{Setting: setting}, handle: &handle{done: make(chan struct{})}, found: true},
	}, nil
}

// restart commits that executions go on: all of them, or none.
func (r *Runner) restart(ctx context.Context, all ...*restarted) error {
	var b execution.Batch
	r.mu.Lock()
	for _, x := range all {
		b.Write = append(b.Write, x.write)
		r.announce(x)
	}
	r.mu.Unlock()
	err := r.store.Commit(ctx, &b)
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, x := range all {
		if err != nil {
			r.renounce(x)
			continue
		}
		x.parked.restarts = 0
		if r.runs[x.write.ID] == x.ended { // else it was taken up already
			delete(r.runs, x.write.ID)
		}
	}
	if err == nil {
		r.wakeAt(r.now())
	}
	return err
}

// announce makes an ended execution one that can be resumed, with the lock held: the store may find it due at once. If others restart it
// too, the store decides who does, and what all of them have announced is one.
func (r *Runner) announce(x *restarted) {
	id := x.write.ID
	x.ended = r.runs[id]
	switch p := r.parked[id]; {
	case p == nil:
		if w := r.awaited[id]; w != nil {
			x.parked.handle = &w.handle
			delete(r.awaited, id)
		}
		r.parked[id] = x.parked
	case p.restarts > 0:
		x.parked = p
	default: // somebody has restarted it already, which the store will tell
		return
	}
	x.parked.restarts++
}

// renounce undoes announce, with the lock held.
func (r *Runner) renounce(x *restarted) {
	if r.parked[x.write.ID] != x.parked || x.parked.restarts == 0 { // it goes on
		return
	}
	if x.parked.restarts--; x.parked.restarts == 0 {
		delete(r.parked, x.write.ID)
	}
}

// errOutdated is the error of an effect that has looked at executions which are not as they were any more: it is performed once more,
// after the signals that have come.
var errOutdated = errors.New("what was looked at has changed meanwhile")

// recalled is what becomes of the executions that an attempt has started which goes on: some go on, and others begin.
type recalled struct {
	failed []*restarted
	begin  []*child
}

// goOn lets executions go on, and the next commit accept those that begin. The first it commits by itself: whoever else restarts one of
// them, or drops it, must not be in the way of the one that waits for them. If that is lost before its next commit, it finds them under
// way, or ended once more. It evaluates nothing, so that it needs no turn for that.
func (a *actor) goOn(ctx context.Context, row int32) error {
	x := a.recalled
	a.recalled = recalled{}
	if len(x.failed) > 0 {
		err := a.runner.restart(ctx, x.failed...)
		if errors.Is(err, execution.ErrConflict) || errors.Is(err, execution.ErrNotFound) {
			err = errOutdated
		}
		if err != nil {
			a.dismiss(x.begin)
			return err
		}
	}
	log := a.taskLog(row)
	for _, r := range x.failed {
		log.Log(task.Info, "Restarted execution "+link(r.state.ID, r.state.FlowID, r.state.Namespace))
	}
	for _, ch := range x.begin {
		a.start(ch, &log)
	}
	return nil
}

// heardEnds returns [errOutdated] if the end of an execution that an attempt has started, and does not wait for yet, was not heard. Who
// has looked at the execution meanwhile knows as much, and would later take that end for another one.
func (a *actor) heardEnds(ctx context.Context, row int32) error {
	signals, err := a.runner.store.Inbox(ctx, a.state.ID, a.heard)
	if err != nil {
		return err
	}
	for i := range signals {
		if e := &signals[i].Event; e.Kind == execution.ChildEnded && e.Run == row && !a.state.AwaitsChild(e) {
			return errOutdated
		}
	}
	return nil
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
	if err := a.heardEnds(ctx, e.Run); err != nil {
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
	again, err := a.runner.restarted(ctx, s, setting)
	if err != nil {
		return m, err
	}
	a.recalled.failed = []*restarted{again}
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
