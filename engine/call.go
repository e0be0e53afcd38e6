package engine

import (
	"context"
	"errors"
	"net/http"
	"time"

	"go.uber.org/zap"

	"github.com/caddy-kestra/kestra-webhook/engine/condition"
	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/runner"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

// conditionsTime is how long all conditions of one request may take together (spec/expressions.md §5.3).
const conditionsTime = 100 * time.Millisecond

// call is a request with the right key on its way through a site. One goroutine works on it.
type call struct {
	site     *Site
	served   *served
	trigger  *webhook.Trigger
	request  *webhook.Request
	delivery *webhook.Delivery
	now      time.Time
	context  *pebble.Context
	state    *execution.State // nil until somebody needs it: most requests that are not met have none
}

// fire reads the body of an admitted request, decides, and runs the flow.
func (s *Site) fire(ctx context.Context, t *webhook.Trigger, r *webhook.Request) webhook.Response {
	slot, err := s.engine.runner.Reserve()
	if err != nil {
		return unavailable(err)
	}
	defer slot.Release()

	// Memory is taken before the body is read: what is declared, or else by and by.
	size := r.ContentLength
	if size < 0 {
		size = webhook.UndeclaredBody
	}
	if err := slot.Hold(min(size, s.options.MaxBody)); err != nil {
		return unavailable(err)
	}
	r.Hold = slot.Hold
	c := &call{site: s, served: s.flows[t.Flow], trigger: t, request: r, now: time.Now()}
	if c.delivery, err = webhook.Receive(r, s.options.MaxBody); err != nil {
		return c.refuseBody(err)
	}
	if err := slot.Hold(c.delivery.Size()); err != nil {
		return unavailable(err)
	}
	c.context = &pebble.Context{Now: c.now, Secrets: s.environment, Namespace: t.Flow.Namespace}
	c.context.Vars = c.requestVars()
	if refusal := c.decide(ctx); refusal != nil {
		return *refusal
	}
	return c.run(ctx, slot)
}

func (c *call) refuseBody(err error) webhook.Response {
	if errors.Is(err, runner.ErrFull) {
		return unavailable(err)
	}
	status, message := http.StatusBadRequest, "request body could not be read"
	if e := new(webhook.BodyError); errors.As(err, &e) {
		status, message = e.Status, e.Message
	}
	c.log().Debug("webhook body refused", zap.Int("status", status), zap.Error(err))
	if c.site.engine.exiting.Load() {
		return unavailable(runner.ErrStopping) // the sender is cut off, and may come again
	}
	return webhook.Message(status, webhook.OutcomeBody, http.StatusText(status)+": "+message)
}

// decide asks the conditions of the site and of the trigger; nil means that all hold.
func (c *call) decide(ctx context.Context) *webhook.Response {
	event := c.event()
	for _, site := range c.site.conditions {
		if met, err := site.Holds(ctx, event); !met {
			what := "site condition " + site.source
			c.explainUnmet(what, func() string { return site.expression })
			return c.unmet(what, err)
		}
	}
	if question, err := c.trigger.Unmet(ctx, event); question != nil {
		c.explainUnmet(question.Path, question.Source)
		return c.unmet("condition of the trigger", err)
	}
	return nil
}

func (c *call) event() *condition.Event {
	return &condition.Event{
		Pebble:     c.context,
		Method:     c.request.Method,
		Path:       c.request.Path,
		RemoteAddr: c.request.RemoteAddr,
		RawBody:    c.delivery.RawBody,
		Now:        c.now,
		Deadline:   time.Now().Add(conditionsTime), // c.now is before the body, which may take its time
	}
}

// unmet answers a request whose conditions do not hold, or, with an error, could not be evaluated.
func (c *call) unmet(what string, err error) *webhook.Response {
	response := webhook.Unmet(webhook.OutcomeUnmet)
	if err != nil {
		response.Outcome = webhook.OutcomeError
		c.log().Warn(what+" could not be evaluated, so it is not met", zap.String("reason", webhook.ErrorReason(err)), zap.Error(err))
	}
	return &response
}

// run creates the execution and answers with it: at once, or when it has ended if the trigger waits.
func (c *call) run(ctx context.Context, slot *runner.Slot) webhook.Response {
	e, baseURL := c.site.engine, c.site.options.BaseURL
	s := c.execution()
	labels, err := c.trigger.Labels(c.context, s.ID)
	if err != nil {
		c.log().Warn("labels of the trigger could not be rendered and are left out", zap.Error(err))
	}
	s.Labels = labels
	c.context.Vars.Set("labels", value.FromMap(flow.NestLabels(labels)))
	s.Trigger.Variables.JSON = c.delivery.Variables()
	job := &runner.Job{
		Plan:    c.served.plan,
		State:   s,
		Vars:    c.context.Vars,
		Secrets: c.site.environment,
		Mask:    c.site.environment.mask,
		Slot:    slot,
		Ended:   func(status execution.Status) { e.ended(c.trigger, status) },
	}

	wait, timeout := c.trigger.Wait()
	if !wait {
		response := webhook.Accepted(200, webhook.OutcomeFired, s, baseURL)
		if err := e.runner.Start(ctx, job); err != nil {
			return c.notKept(err)
		}
		return response
	}
	if timeout == 0 {
		timeout = c.site.options.WaitTimeout
	}
	ended, done, err := e.runner.RunAndWait(ctx, job, c.now.Add(timeout))
	switch {
	case err != nil:
		return c.notKept(err)
	case !done && e.exiting.Load() && !e.store.Durable():
		return unavailable(runner.ErrStopping)
	case !done:
		return webhook.Accepted(202, webhook.OutcomeTimeout, ended, baseURL)
	}
	c.context.Vars = job.Vars
	response, err := c.trigger.Ended(ended, c.context, baseURL)
	if err != nil {
		c.log().Warn("responseCode could not be used, so the answer is 500", zap.String("execution", s.ID), zap.Error(err))
	}
	return response
}

func (c *call) notKept(err error) webhook.Response {
	if errors.Is(err, runner.ErrFull) || errors.Is(err, runner.ErrStopping) {
		return unavailable(err)
	}
	c.log().Error("the store could not keep a delivery", zap.Error(err))
	return webhook.Unavailable(webhook.OutcomeUnstored, "the delivery could not be kept", retryBusy)
}

func unavailable(err error) webhook.Response {
	if errors.Is(err, runner.ErrStopping) {
		return webhook.Unavailable(webhook.OutcomeStopping, "the server is stopping", retryStopping)
	}
	return webhook.Unavailable(webhook.OutcomeBusy, "too many executions are under way", retryBusy)
}

// execution returns the execution that the call may become.
func (c *call) execution() *execution.State {
	if c.state == nil {
		c.state = execution.New(c.served.plan, c.now, nil, execution.Trigger{ID: c.trigger.ID(), Type: c.trigger.Type()})
	}
	return c.state
}

func (c *call) log() *zap.Logger {
	return c.site.options.Logger.With(
		zap.String("namespace", c.trigger.Flow.Namespace), zap.String("flow", c.trigger.Flow.ID), zap.String("trigger", c.trigger.ID()))
}
