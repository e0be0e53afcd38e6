package site

import (
	"go.uber.org/zap"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/guard"
	"github.com/caddy-kestra/kestra-webhook/engine/mask"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

// Labels implements [scope.Candidate]: conditions see the labels that need no rendering.
func (c *call) Labels() []flow.Label {
	labels, _ := c.trigger.Labels(nil, nil, c.request.From(), c.Execution().ID) // fails only where it renders
	return labels
}

// Inputs implements [scope.Candidate]: conditions see the values of the flow's inputs as they stand until they are resolved.
func (c *call) Inputs() value.Value {
	if c.asked || !c.trigger.GivesInputs() && !c.trigger.Flow.HasInputDefaults() {
		return c.inputs
	}
	c.asked = true
	at := c.context
	at.Seed = c.Execution().InputsSeed()
	var seen *flow.Resolution
	err := guard.Do(c.logError, func() error {
		var given *value.Map
		if c.trigger.GivesInputs() {
			given = c.trigger.UnrenderedInputs(c.delivery.Trigger())
		}
		seen = c.trigger.Flow.UnresolvedInputs(given, &at)
		return nil
	})
	if err == nil {
		c.setInputs(seen)
	}
	return c.inputs
}

// resolveInputs returns the inputs of the execution, which are resolved once, by its clock and its seed. The error is a
// [*flow.InputError], or that of the account.
func (c *call) resolveInputs() (value.Value, error) {
	if c.trigger.GivesInputs() {
		given, err := c.trigger.GivenInputs(&c.context, c.delivery.Trigger())
		if err != nil {
			return value.Null, err
		}
		c.inputs, c.asked = value.Null, true // expressions of inputs see what is resolved
		at := c.context
		at.Seed = c.Execution().InputsSeed()
		resolved, err := flow.ResolveInputs(c.trigger.Flow.Inputs, given, &at)
		if err != nil {
			return value.Null, err
		}
		c.setInputs(resolved)
	}
	inputs := c.Inputs()
	if secrets := c.trigger.Flow.SecretInputs(inputs.Map()); len(secrets) > 0 {
		if err := c.claim.Take(mask.Size(secrets)); err != nil {
			return value.Null, err
		}
		c.mask = c.site.mask.With(secrets)
	}
	return inputs, nil
}

func (c *call) setInputs(r *flow.Resolution) {
	for _, warning := range r.Warnings {
		c.log().Warn("inputs of the flow", zap.Error(warning))
	}
	if r.Values.Len() > 0 {
		c.inputs = value.Normal(value.FromMap(r.Values))
	}
}

// refuseInputs answers a request that gives no inputs with which the flow can run.
func (c *call) refuseInputs(wrong *flow.InputError) webhook.Response {
	if wrong.Busy() {
		return unavailable(wrong)
	}
	c.log().Warn("inputs are refused", zap.Error(wrong))
	return webhook.BadInputs(c.masks().Text(wrong.Public()))
}
