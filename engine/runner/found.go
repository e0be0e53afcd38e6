package runner

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"go.uber.org/zap"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/mask"
	"github.com/caddy-kestra/kestra-webhook/engine/scope"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// A store that was opened has executions that nobody here has accepted. They are due, and go on as those do that were parked here, but
// that their setting has to be found first, and that an attempt may have been under way when the process ended that drove them.

// Recover returns what an execution needs that is found in the store. Of the mask, it gives what hides the secrets of the environment.
type Recover func(ctx context.Context, s *execution.State) (Setting, error)

// recovers reports whether the runner finds what executions need that somebody else has accepted, or that wait in the store.
func (r *Runner) recovers() bool { return r.options.Load().Recover != nil }

// TakeUp lets executions go on that were found in the store, now that their settings can be found: at first all of them, later those
// whose setting was missing before. Until the first call a runner with [Options.Recover] wakes no execution.
func (r *Runner) TakeUp() {
	r.mu.Lock()
	r.takesUp = true
	stuck := r.stuck
	r.stuck = map[string]struct{}{}
	r.wakeAt(r.now())
	r.mu.Unlock()
	for id := range stuck {
		r.again(id)
	}
}

// again goes on with an execution that this runner has claimed, from what was committed last.
func (r *Runner) again(id string) {
	s, err := r.store.Load(r.context, id)
	switch {
	case errors.Is(err, execution.ErrNotFound):
	case err != nil:
		r.later(id, err)
	case !s.Over():
		r.resume(s)
	}
}

// later goes on with an execution when the store may be well again.
func (r *Runner) later(id string, err error) {
	if r.context.Err() != nil {
		return
	}
	r.options.Load().Logger.Error("the execution could not be loaded, which is tried again", zap.String("execution", id), zap.Error(err))
	time.AfterFunc(storePause, func() { r.again(id) })
}

// find returns what is to be known of an execution that was found in the store; nil if it cannot go on now.
func (r *Runner) find(s *execution.State) *parked {
	setting, err := r.options.Load().Recover(r.context, s)
	r.mu.Lock()
	defer r.mu.Unlock()
	h := &handle{done: make(chan struct{})}
	if w := r.awaited[s.ID]; w != nil {
		h = &w.handle
		delete(r.awaited, s.ID)
	}
	if err != nil {
		r.stuck[strings.Clone(s.ID)] = struct{}{}
		h.err = fmt.Errorf("execution %s: %w", s.ID, ErrNotRunning)
		close(h.done)
		r.options.Load().Logger.Error("the execution cannot go on now; it is tried again when the configuration is loaded again",
			zap.String("execution", s.ID), zap.String("namespace", s.Namespace), zap.String("flow", s.FlowID), zap.Error(err))
		return nil
	}
	p := &parked{setup: setup{Setting: setting}, handle: h, found: true}
	r.parked[strings.Clone(s.ID)] = p // so that whoever waits finds it
	return p
}

// secretsOf returns what the log of an execution must not show beside the secrets of the environment: its inputs of type SECRET,
// those of its Pauses, and those of the executions that have started it.
func (r *Runner) secretsOf(ctx context.Context, s *execution.State, f *scope.Flow) ([]string, error) {
	secrets := ownSecrets(s, f)
	for s.Parent.ID != "" {
		parent, err := r.store.Load(ctx, s.Parent.ID)
		if errors.Is(err, execution.ErrNotFound) {
			break
		}
		if err == nil {
			err = r.resolve(ctx, parent)
		}
		if err != nil {
			return nil, err
		}
		if f, err := r.flowOf(ctx, parent); err == nil { // else its flow says nothing any more
			secrets = append(secrets, ownSecrets(parent, f)...)
		}
		s = parent
	}
	return secrets, nil
}

func ownSecrets(s *execution.State, f *scope.Flow) []string {
	p := f.Plan()
	secrets := p.Flow().SecretInputs(members(s.Inputs.JSON))
	for i := range s.Runs {
		if s.Runs[i].Free() {
			continue
		}
		pause, ok := p.Node(s.Runs[i].Node).Task.Compiled.(task.Pause)
		if !ok || len(pause.Inputs()) == 0 {
			continue
		}
		given, _ := members(s.Runs[i].Outputs.JSON).Get("onResume")
		secrets = append(secrets, flow.SecretsOf(pause.Inputs(), given.Map())...)
	}
	return secrets
}

// members returns the members of an object; none when there is none.
func members(text []byte) *value.Map {
	if len(text) == 0 {
		return nil
	}
	m, err := value.DecodeMembers(text)
	if err != nil { // never: it was made by AppendJSON
		return nil
	}
	return m
}

// hideAll hides secrets from now on.
func (a *actor) hideAll(secrets []string) {
	if len(secrets) > 0 {
		a.claim.Charge(mask.Size(secrets))
		a.Mask = a.Mask.With(secrets)
	}
}

// interrupt begins those attempts anew that may have been under way when the process ended.
func (a *actor) interrupt() {
	left := a.blocking[:0]
	for _, e := range a.blocking {
		if e.Kind != execution.RunTask {
			left = append(left, e)
			continue
		}
		a.inbox = append(a.inbox, message{event: execution.Event{Kind: execution.Interrupted, Run: e.Run, Attempt: e.Attempt}})
		log := a.taskLog(e.Run)
		log.Log(task.Warn, "The attempt was interrupted by the end of the process and begins anew")
	}
	a.blocking = left
}
