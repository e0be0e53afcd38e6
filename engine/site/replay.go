package site

import (
	"context"
	"errors"
	"fmt"

	"go.uber.org/zap"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/mask"
	"github.com/caddy-kestra/kestra-webhook/engine/runner"
	"github.com/caddy-kestra/kestra-webhook/engine/scope"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

// The errors of [Site.Replay], beside those of [runner.Runner.Start] and [execution.ErrNotFound].
var (
	ErrNoFlow   = errors.New("its flow is not loaded any more")
	ErrDisabled = errors.New("its flow is disabled")
	ErrNotEnded = errors.New("it has not ended")
)

// Replay says how an execution is done anew.
type Replay struct {
	TaskRun  string // id of the one from which on; empty: all of it
	Failed   bool   // from those that have failed on
	Revision int    // of the flow; 0: the one that the site has now

	Breakpoints string // before which task runs it stops, as of [execution.ParseBreakpoints]
}

// Replay starts an execution that does anew what another one did which has ended, with the same trigger and inputs. It returns its id, and
// where it is seen if the site has a URL, when it is kept for certain. The errors are those above, those of [execution.NewRepeatFrom],
// [NoRevisionError], [task.ErrNoRequest] of a flow that is handed on, and those of [runner.Runner.Start].
func (s *Site) Replay(ctx context.Context, id string, how Replay) (next, url string, err error) {
	if !s.host.Begin() {
		return "", "", runner.ErrStopping
	}
	defer s.host.End()
	before, err := s.host.Runner().Load(ctx, id)
	if err != nil {
		return "", "", err
	}
	f := s.all.Flow(before.Namespace, before.FlowID)
	switch {
	case !before.Over():
		err = ErrNotEnded
	case f == nil:
		err = ErrNoFlow
	case f.Disabled:
		err = ErrDisabled
	}
	if err != nil {
		return "", "", fmt.Errorf("execution %s: %w", id, err)
	}
	in := s.flows[f].scope
	if how.Revision != 0 && how.Revision != in.Plan().Revision() {
		if in, err = s.revision(ctx, before, how.Revision); err != nil {
			return "", "", err
		}
	}
	before.Trigger.Variables.Ref, before.Inputs.Ref = "", "" // a value that is kept apart belongs to one execution
	job, err := s.repeat(s.flows[f].name, in, before, how)
	if err != nil {
		return "", "", err
	}
	defer job.Claim.Release()
	next, url = job.State.ID, webhook.ExecutionURL(s.options.BaseURL, job.State)
	if err := s.handOnAgain(ctx, before, job); err != nil {
		return "", "", err
	}
	if err := s.host.Runner().Start(ctx, job); err != nil {
		s.forget(job.State)
		return "", "", err
	}
	if how.Failed { // that is a restart, by another revision
		return next, url, nil
	}
	if err := s.host.Runner().MarkReplayed(ctx, id); err != nil { // the new one has begun
		s.options.Logger.Warn("the execution that was replayed could not be labelled", zap.String("execution", id), zap.Error(err))
	}
	return next, url, nil
}

// NoRevisionError is the error of a revision of a flow that is not kept.
type NoRevisionError struct {
	Namespace, FlowID string
	Revision          int
}

// Error says it in Kestra's words.
func (e *NoRevisionError) Error() string {
	return fmt.Sprintf("Unable to find revision %d on flow %s.%s", e.Revision, e.Namespace, e.FlowID)
}

// revision returns the flow of an execution in another revision.
func (s *Site) revision(ctx context.Context, of *execution.State, number int) (*scope.Flow, error) {
	other := execution.State{Start: of.Start}
	other.Revision = number
	f, err := s.host.Former(ctx, s, &other)
	if errors.Is(err, execution.ErrNotFound) {
		return nil, &NoRevisionError{of.Namespace, of.FlowID, number}
	}
	return f, err
}

// repeat makes the job of an execution that does anew what another one did. Its claim is to be released.
func (s *Site) repeat(name string, f *scope.Flow, before *execution.State, how Replay) (*runner.Job, error) {
	now := s.host.Runner().Now()
	next := execution.NewRepeat(f.Plan(), before, now)
	if how.TaskRun != "" || how.Failed {
		var err error
		if next, err = execution.NewRepeatFrom(f.Plan(), before, how.TaskRun, now); err != nil {
			return nil, fmt.Errorf("execution %s: %w", before.ID, err)
		}
	}
	next.Breakpoints = execution.ParseBreakpoints(how.Breakpoints)
	claim := s.host.Admission().Claim(name)
	job := &runner.Job{
		Setting: s.Setting(f, next.Trigger),
		State:   next,
		Claim:   claim,
	}
	size := len(next.Trigger.Variables.JSON) + 2*len(next.Inputs.JSON) + len(next.Variables.JSON)
	for i := range next.Runs {
		size += 2 * len(next.Runs[i].Outputs.JSON)
	}
	if err := claim.Take(int64(size)); err != nil {
		claim.Release()
		return nil, err
	}
	if secrets := secretInputs(f.Plan().Flow(), next); len(secrets) > 0 {
		claim.Charge(mask.Size(secrets))
		job.Mask = job.Mask.With(secrets)
	}
	return job, nil
}

// secretInputs returns the inputs of an execution that no log must show.
func secretInputs(f *flow.Flow, s *execution.State) []string {
	inputs, err := value.DecodeMembers(s.Inputs.JSON)
	if err != nil { // there are none
		return nil
	}
	return f.SecretInputs(inputs)
}
