package site

import (
	"context"
	"errors"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/scope"
	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

// deduplicate answers a request whose delivery has come before; nil: it is new, and its execution is to be accepted for it. Nobody
// comes here without the key of the trigger and what its conditions ask for, so nobody else can take a delivery's place.
func (c *call) deduplicate(ctx context.Context) *webhook.Response {
	how := c.trigger.Deduplicate()
	if how == nil {
		return nil
	}
	key, ok, err := c.deliveryKey(ctx)
	if err != nil {
		response := unavailable(err)
		return &response
	}
	if !ok {
		return nil
	}
	c.once = &execution.Delivery{Key: key, At: c.now, Expires: c.now.Add(how.Window)}
	r := c.site.host.Runner()
	id, err := r.Delivered(ctx, key, c.now)
	if err == nil && how.RunFailed {
		var failed bool
		if failed, err = r.HasFailed(ctx, id); failed {
			c.once.Replaces = id
			return nil
		}
		if errors.Is(err, execution.ErrNotFound) { // whether it has failed nobody knows any more
			err = nil
		}
	}
	switch {
	case errors.Is(err, execution.ErrNotFound):
		return nil
	case err != nil:
		response := c.notKept(err)
		return &response
	}
	response := c.again(ctx, id)
	return &response
}

// deliveryKey evaluates the key of a request as a delivery; false: it has none. An error means that it cannot be evaluated now.
func (c *call) deliveryKey(ctx context.Context) (key execution.DeliveryKey, ok bool, err error) {
	evaluated, err := c.evaluateKey(ctx, "deduplicate", "the delivery counts as a new one", func() (err error) {
		key, ok, err = c.trigger.DeliveryKey(&c.context)
		return err
	})
	if evaluated && !ok {
		c.log().Info("the key of deduplicate is empty, so the delivery counts as a new one")
	}
	return key, ok && evaluated, err
}

// notStarted answers a request whose execution was not accepted.
func (c *call) notStarted(ctx context.Context, err error) webhook.Response {
	c.forgetFiles()
	if before, ok := errors.AsType[*execution.Delivered](err); ok { // at the same time
		return c.again(ctx, before.ID)
	}
	return c.notKept(err)
}

// again answers a request whose delivery has started an execution before, as that one was answered.
func (c *call) again(ctx context.Context, id string) webhook.Response {
	r := c.site.host.Runner()
	s, err := r.Kept(ctx, id)
	if errors.Is(err, execution.ErrNotFound) {
		return webhook.Forgotten(id)
	}
	if err != nil {
		return c.notKept(err)
	}
	c.kept = id
	if err := c.claim.Take(2 * webhook.AnswerSize(s)); err != nil { // with what was loaded
		return unavailable(err)
	}
	t, f := c.began(ctx, s)
	if t == nil {
		t = c.trigger
	}
	wait, timeout := t.Wait()
	if !wait {
		return c.accepted(200, webhook.OutcomeFired, s.Accepted()).Again()
	}
	s, ended, err := r.Join(ctx, id, c.deadline(timeout))
	switch {
	case errors.Is(err, execution.ErrNotFound):
		return webhook.Forgotten(id)
	case err != nil:
		return c.notKept(err)
	case !ended:
		response := c.late(s)
		if response.Outcome == webhook.OutcomeTimeout {
			response = response.Again()
		}
		return response
	}
	var vars *scope.Execution
	if f != nil && t.RendersAnswer() {
		vars = r.Variables(f, s)
	}
	return c.ended(ctx, t, s, vars).Again()
}
