package runner

import (
	"context"
	"errors"
	"fmt"

	"github.com/caddy-kestra/kestra-webhook/engine/admission"
	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/guard"
	"github.com/caddy-kestra/kestra-webhook/engine/outside"
	"github.com/caddy-kestra/kestra-webhook/engine/scope"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// The errors of [Runner.Resume], beside those of a signal.
var (
	ErrNotPaused   = errors.New("execution is not paused")
	errResumeLarge = fmt.Errorf("the inputs are longer than %d bytes", resumeLimit)
)

// resumeLimit is how long the values of the inputs may be, in bytes of JSON: they stand in the signal, and in outputs.
const resumeLimit = execution.InlineLimit / 2

// pause decides until when a Pause lasts.
func (a *actor) pause(ctx context.Context, e execution.Effect) (message, error) {
	c := &a.task
	*c = a.taskContext(e, &a.pebble, &a.functions)
	m := message{event: execution.Event{Kind: execution.Evaluated, Run: e.Run}}
	err := guarded(&c.Log, func() (err error) {
		m.event.Wake, err = a.component(e.Run).Compiled.(task.Pause).Until(ctx, c)
		return err
	})
	_, err, void := evaluated(&a.evaluation, a.spent, err)
	if void != nil {
		return message{}, void
	}
	if err != nil {
		c.Log.Log(task.Error, err.Error())
		m.event.Failed = true
	}
	return m, nil
}

// Resume lets an execution go on that is paused: the Pause that began first. given are the values of its inputs by id; nil: there
// are none. It returns when that is kept for certain. The error is [*flow.InputError] if these are no values that it asks for,
// after which it is still paused; [ErrNotPaused], [ErrEnded], [ErrNotRunning] if its flow is not at hand here,
// [execution.ErrNotFound], a refusal of package admission, or that of the store.
func (r *Runner) Resume(ctx context.Context, id string, given *value.Map) error {
	s, err := r.store.Load(ctx, id)
	if err != nil {
		return err
	}
	row := s.Paused()
	switch {
	case s.Over():
		return fmt.Errorf("execution %s: %w", id, ErrEnded)
	case row < 0:
		return fmt.Errorf("execution %s: %w", id, ErrNotPaused)
	}
	f, err := r.flowOf(ctx, s)
	if err != nil {
		return err
	}
	if err := r.resolve(ctx, s); err != nil {
		return err
	}
	inputs, err := r.resumeInputs(ctx, f, s, row, given)
	if err != nil {
		return err
	}
	run := s.Runs[row].ID
	return r.signal(ctx, id, "resume "+run, execution.Event{Kind: execution.Resumed, ID: run, Outputs: execution.Datum{JSON: inputs}})
}

// resumeInputs returns the values of the inputs of a Pause, as JSON.
func (r *Runner) resumeInputs(ctx context.Context, f *scope.Flow, s *execution.State, row int32, given *value.Map) ([]byte, error) {
	claim := r.admission.Claim(flowName(s))
	defer claim.Release()
	if err := claim.Enter(ctx, r.admission.Limits().Wait); err != nil {
		return nil, err
	}
	defer claim.Leave()
	account := claim.Evaluation()
	c := scope.New(f, s, nil).Context(row)
	c.Now, c.Seed, c.Memory = r.now(), s.InputsSeed(), &account
	c.Outside = &outside.Functions{
		Context: ctx, Origin: originOf(s, row, f.Plan().Node(s.Runs[row].Node).Task.ID), Now: c.Now, Services: r.Services(),
	}
	var text []byte
	err := guard.Do(r.options.Load().Logger.Error, func() error {
		p := f.Plan().Node(s.Runs[row].Node).Task.Compiled.(task.Pause)
		resolved, err := flow.ResolveInputs(p.Inputs(), given, &c)
		if err != nil {
			return err
		}
		v := value.Normal(value.FromMap(resolved.Values))
		if value.SizeJSON(v) > resumeLimit {
			return errResumeLarge
		}
		text = value.AppendJSON(nil, v)
		return nil
	})
	if _, short := account.End(); short {
		return nil, admission.ErrMemory
	}
	return text, err
}

// hide hides the inputs of type SECRET that somebody gives who resumes a Pause, from now on.
func (a *actor) hide(e *execution.Event) {
	row := a.state.RowOf(e.ID)
	if e.Kind != execution.Resumed || row < 0 {
		return
	}
	given, err := value.DecodeMembers(e.Outputs.JSON)
	if err != nil { // never: it was made by AppendJSON
		return
	}
	p := a.component(row).Compiled.(task.Pause)
	a.hideAll(flow.SecretsOf(p.Inputs(), given))
}

// flowOf returns the flow of an execution. The error is [ErrNotRunning] if it is not at hand.
func (r *Runner) flowOf(ctx context.Context, s *execution.State) (*scope.Flow, error) {
	r.mu.Lock()
	a, p := r.runs[s.ID], r.parked[s.ID]
	r.mu.Unlock()
	switch {
	case a != nil:
		return a.Flow, nil
	case p != nil:
		return p.Flow, nil
	}
	setting, err := r.settingOf(ctx, s) // it was not taken up yet
	return setting.Flow, err
}
