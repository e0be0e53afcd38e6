package site

import (
	"context"
	"errors"
	"fmt"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/mask"
	"github.com/caddy-kestra/kestra-webhook/engine/runner"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

// The errors of [Site.Replay], beside those of [runner.Runner.Start] and [execution.ErrNotFound].
var (
	ErrNoFlow   = errors.New("its flow is not loaded any more")
	ErrDisabled = errors.New("its flow is disabled")
	ErrNotEnded = errors.New("it has not ended")
)

// Replay starts an execution that does anew what another one did which has ended, with the same trigger and inputs, by the flow as the
// site has it now. It returns its id, and where it is seen if the site has a URL, when it is kept for certain.
func (s *Site) Replay(ctx context.Context, id string) (next, url string, err error) {
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
	before.Trigger.Variables.Ref, before.Inputs.Ref = "", "" // a value that is kept apart belongs to one execution
	job, err := s.repeat(s.flows[f], before)
	if err != nil {
		return "", "", err
	}
	defer job.Claim.Release()
	next, url = job.State.ID, webhook.ExecutionURL(s.options.BaseURL, job.State)
	if err := s.host.Runner().Start(ctx, job); err != nil {
		return "", "", err
	}
	return next, url, nil
}

// repeat makes the job of an execution that does anew what another one did. Its claim is to be released.
func (s *Site) repeat(f *served, before *execution.State) (*runner.Job, error) {
	next := execution.NewRepeat(f.scope.Plan(), before, s.host.Runner().Now())
	claim := s.host.Admission().Claim(f.name)
	job := &runner.Job{
		Setting: s.Setting(f.scope, next.Trigger),
		State:   next,
		Claim:   claim,
	}
	if err := claim.Take(int64(len(next.Trigger.Variables.JSON) + 2*len(next.Inputs.JSON))); err != nil {
		claim.Release()
		return nil, err
	}
	if secrets := secretInputs(f.scope.Plan().Flow(), next); len(secrets) > 0 {
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
