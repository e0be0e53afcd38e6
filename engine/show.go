package engine

import (
	"context"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/show"
)

// What operators ask an engine for. Nothing of it shows a secret.

type (
	// Query says which executions [Engine.Summaries] returns.
	Query = execution.Query

	// Execution is what is shown of an execution, see package show.
	Execution = show.Execution

	// Summary is what a list shows of an execution, see package show.
	Summary = show.Summary
)

// MaxListLimit is the largest limit of a [Query].
const MaxListLimit = execution.MaxListLimit

// shownFlow is the name under which what is shown takes memory.
const shownFlow = "show"

// shownFactor is how many bytes of memory a byte of an execution takes about while it is made ready to be shown.
const shownFactor = 8

// Show returns an execution in Kestra's shape. An unknown one is [execution.ErrNotFound]; one for which there is no memory now, a
// refusal of package admission.
func (e *Engine) Show(ctx context.Context, id string) (Execution, error) {
	if !e.calls.begin() {
		return Execution{}, ErrClosed
	}
	defer e.calls.end()
	s, err := e.runner.Load(ctx, id)
	if err != nil {
		return Execution{}, err
	}
	claim := e.admission.Claim(shownFlow)
	defer claim.Release()
	if err := claim.Take(shownFactor * textSize(s)); err != nil {
		return Execution{}, err
	}
	return show.Of(s, e.planOf(ctx, s), e.hidden.mask()), nil
}

// textSize returns how many bytes the texts of an execution have.
func textSize(s *execution.State) int64 {
	n := len(s.Trigger.Variables.JSON) + len(s.Inputs.JSON) + len(s.Variables.JSON) + len(s.Outputs.JSON)
	for i := range s.Runs {
		n += len(s.Runs[i].Outputs.JSON)
	}
	return int64(n)
}

// planOf returns the plan by which an execution runs; nil if its flow does not load any more.
func (e *Engine) planOf(ctx context.Context, s *execution.State) *execution.Plan {
	setting, err := e.recover(ctx, s)
	if err != nil {
		return nil
	}
	return setting.Flow.Plan()
}

// Summaries returns executions, the newest first, and where to go on; 0 after the last.
func (e *Engine) Summaries(ctx context.Context, q Query) (found []Summary, next int64, err error) {
	list, next, err := e.List(ctx, q)
	return show.Summaries(list, e.hidden.mask()), next, err
}
