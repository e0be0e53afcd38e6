package site

import (
	"context"
	"time"

	"go.uber.org/zap"

	"github.com/caddy-kestra/kestra-webhook/engine/condition"
	"github.com/caddy-kestra/kestra-webhook/engine/guard"
	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

// limitRate answers a request beyond the rate limit of its trigger; nil: it is within.
func (c *call) limitRate(ctx context.Context) *webhook.Response {
	limit := c.trigger.RateLimit()
	if limit == nil {
		return nil
	}
	key, err := c.rateKey(ctx, limit)
	if err != nil {
		response := unavailable(err)
		return &response
	}
	wait, ok := c.site.host.Rates().Take(c.trigger, key, c.now)
	if ok {
		return nil
	}
	response := webhook.TooMany(int((wait + time.Second - 1) / time.Second))
	return &response
}

// rateKey returns what a request is counted under. An error means that it cannot be evaluated now.
func (c *call) rateKey(ctx context.Context, limit *webhook.RateLimit) (key string, err error) {
	if !limit.HasKey() {
		return "", nil
	}
	evaluated, err := c.evaluateKey(ctx, "rateLimit", "it counts as empty", func() (err error) {
		key, err = limit.Key(&c.context)
		return err
	})
	if !evaluated {
		return "", err
	}
	return key, nil
}

// evaluateKey calls evaluate, which evaluates the key of a property, when it may run. If that fails the log says what the request counts
// as then. An error means that the key cannot be evaluated now.
func (c *call) evaluateKey(ctx context.Context, property, otherwise string, evaluate func() error) (evaluated bool, err error) {
	err = c.evaluate(ctx, c.site.host.Admission().Limits().Wait, func() error {
		err := guard.Do(c.logError, evaluate)
		evaluated = err == nil
		if err == nil || condition.IsBusy(err) {
			return err
		}
		c.log().Warn("the key of "+property+" could not be evaluated, so "+otherwise, zap.Error(err))
		return nil
	})
	return evaluated && err == nil, err
}
