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
	err = c.evaluate(ctx, c.site.host.Admission().Limits().Wait, func() error {
		err := guard.Do(c.logError, func() (err error) {
			key, err = limit.Key(&c.context)
			return err
		})
		if err != nil && !condition.IsBusy(err) {
			key = ""
			c.log().Warn("the key of rateLimit could not be evaluated, so it counts as empty", zap.Error(err))
			return nil
		}
		return err
	})
	return key, err
}
