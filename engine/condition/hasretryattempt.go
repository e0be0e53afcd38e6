package condition

import (
	"context"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

func hasRetryAttemptSpec() flow.Spec {
	spec := kestraSpec("HasRetryAttempt", "Kestra looks at the attempts of tasks. Before a webhook's execution has run there are none, so it fails and is never met.")
	spec.Properties = statesProperties
	spec.Example = `type: io.kestra.plugin.core.condition.HasRetryAttempt
in: [FAILED]
`
	spec.Compile = func(c *flow.Component) (any, error) {
		in, err := newStates(c, "in")
		if err != nil {
			return nil, err
		}
		notIn, err := newStates(c, "notIn")
		return hasRetryAttempt{in, notIn}, err
	}
	spec.Check = func(_ *flow.Flow, _ *flow.Component, report flow.Report) {
		report(flow.SeverityWarning, "", "never met: before the execution of a webhook has run, no task of it has an attempt, and so the condition fails")
	}
	return spec
}

// hasRetryAttempt is Kestra's HasRetryAttempt, which fails while an execution has no task runs.
type hasRetryAttempt struct{ in, notIn states }

var errNoAttempts = failed("has nothing to look at: the execution has not run yet, so no task has an attempt")

// Holds implements [Condition].
func (x hasRetryAttempt) Holds(ctx context.Context, e *Event) (bool, error) {
	for _, list := range []*states{&x.in, &x.notIn} {
		if _, err := list.get(ctx, e); err != nil {
			return false, err
		}
	}
	return false, errNoAttempts
}
