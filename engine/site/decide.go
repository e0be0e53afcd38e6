package site

import (
	"context"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/admission"
	"github.com/caddy-kestra/kestra-webhook/engine/condition"
	"github.com/caddy-kestra/kestra-webhook/engine/guard"
	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

// decide asks the conditions of the site and of the trigger; nil means that all hold.
func (c *call) decide(ctx context.Context) *webhook.Response {
	if len(c.site.conditions) == 0 && !c.trigger.HasConditions() {
		return nil
	}
	wait := c.site.host.Admission().Limits().Wait
	deadline := time.Now().Add(wait)
	var refusal *webhook.Response
	err := c.evaluate(ctx, wait, func() error {
		what, met, err := c.met(ctx, deadline)
		if condition.IsBusy(err) {
			return err
		}
		if !met {
			refusal = c.unmet(what, err)
		}
		return nil
	})
	if err != nil {
		response := unavailable(err)
		return &response
	}
	return refusal
}

// met reports whether all conditions hold, and which one does not. A panic is an error of the condition.
func (c *call) met(ctx context.Context, deadline time.Time) (what string, met bool, err error) {
	err = guard.Do(c.logError, func() (err error) {
		what, met, err = c.ask(ctx, deadline)
		return err
	})
	return what, met && err == nil, err
}

// ask asks the conditions one by one, up to the first that does not hold.
func (c *call) ask(ctx context.Context, deadline time.Time) (what string, met bool, err error) {
	event := c.event(deadline)
	for _, site := range c.site.conditions {
		what = "site condition " + site.source
		if met, err = site.Holds(ctx, event); !met {
			if !condition.IsBusy(err) {
				c.explainUnmet(what, func() string { return site.expression })
			}
			return what, met, err
		}
	}
	question, err := c.trigger.Unmet(ctx, event)
	if question != nil && !condition.IsBusy(err) {
		c.explainUnmet(question.Path, question.Source)
	}
	return "condition of the trigger", question == nil, err
}

// evaluate calls f, which evaluates expressions, when it may run, for which it waits so long. The error is that of f, or says why
// the evaluation could not be carried through now.
func (c *call) evaluate(ctx context.Context, patience time.Duration, f func() error) error {
	if err := c.claim.Enter(ctx, patience); err != nil {
		return err
	}
	defer c.claim.Leave()
	err := f()
	if _, short := c.account.End(); short {
		return admission.ErrMemory
	}
	return err
}

// event returns the request as conditions see it.
func (c *call) event(deadline time.Time) *condition.Event {
	r := c.room
	r.event = condition.Event{
		Pebble:     &c.context,
		Flow:       c.trigger.Flow,
		Labels:     r.labelled,
		Method:     c.request.Method,
		Path:       r.path,
		URL:        r.url,
		RemoteAddr: c.request.RemoteAddr,
		RawBody:    r.text,
		Now:        c.now,
		Deadline:   deadline,
	}
	return &r.event
}

func (c *call) path() string { return c.request.RedactedPath() }
func (c *call) url() string  { return c.request.RedactedURL() }

// unmet answers a request whose conditions do not hold, or, with an error, could not be evaluated.
func (c *call) unmet(what string, err error) *webhook.Response {
	response := &c.room.refusal
	*response = webhook.Unmet(webhook.OutcomeUnmet)
	if err != nil {
		response.Outcome = webhook.OutcomeError
		c.log().Warn(what+" could not be evaluated, so it is not met", failureFields(err)...)
	}
	return response
}
