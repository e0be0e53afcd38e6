package site

import (
	"context"
	"time"

	"go.uber.org/zap"

	"github.com/caddy-kestra/kestra-webhook/engine/admission"
	"github.com/caddy-kestra/kestra-webhook/engine/condition"
	"github.com/caddy-kestra/kestra-webhook/engine/guard"
	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

// respond answers a request that one of the trigger's `respond` is for, without an execution; nil: none is.
func (c *call) respond(ctx context.Context) *webhook.Response {
	if len(c.trigger.Respond()) == 0 {
		return nil
	}
	wait := c.site.host.Admission().Limits().Wait
	event := c.event(time.Now().Add(wait))
	var answer *webhook.Response
	err := c.evaluate(ctx, wait, func() (err error) {
		answer, err = c.firstRespond(ctx, event)
		return err
	})
	if err != nil {
		response := unavailable(err)
		return &response
	}
	return answer
}

// firstRespond returns the first of the trigger's answers that is for the request; nil: none is. An error means that it cannot be told now.
func (c *call) firstRespond(ctx context.Context, event *condition.Event) (*webhook.Response, error) {
	all := c.trigger.Respond()
	for i := range all {
		r := &all[i]
		var met bool
		err := guard.Do(c.logError, func() (err error) {
			met, err = r.Holds(ctx, event)
			return err
		})
		switch {
		case condition.IsBusy(err):
			return nil, err
		case err != nil:
			c.log().Warn("whether an answer of respond is for the request could not be evaluated, so it is not", zap.String("respond", r.Path),
				zap.String("reason", webhook.ErrorReason(err)), zap.Error(err))
		case met:
			return c.responded(r)
		}
	}
	return nil, nil
}

// responded makes an answer. The error is that of memory or processor time that is short.
func (c *call) responded(r *webhook.Respond) (*webhook.Response, error) {
	response, err := r.Answer(&c.context, c.site.options.AllowHeaders, c.claim)
	switch {
	case condition.IsBusy(err) || admission.IsFull(err):
		return nil, err
	case err != nil:
		c.log().Warn("an answer of respond could not be made, so it is 500", zap.String("respond", r.Path), zap.Error(err))
	}
	return &response, nil
}
