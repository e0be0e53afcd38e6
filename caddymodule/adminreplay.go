package caddymodule

import (
	"context"
	"errors"

	"github.com/caddy-kestra/kestra-webhook/engine"
)

// adminReplayed is the execution that a replay has started.
type adminReplayed struct {
	ID  string `json:"id"`
	URL string `json:"url,omitempty"`
}

// replayExecution starts an execution that does anew what another one did which has ended.
func replayExecution(c *adminCall) error {
	if err := c.query.end(); err != nil {
		return err
	}
	started, err := c.app.replay(c.request.Context(), c.request.PathValue("id"))
	if err != nil {
		return err
	}
	return c.answer(started)
}

// replay lets the first site replay an execution that has its flow.
func (a *App) replay(ctx context.Context, id string) (started adminReplayed, err error) {
	err = engine.ErrNoFlow
	for _, h := range a.sites {
		started.ID, started.URL, err = h.compiled.Load().Replay(ctx, id)
		if !errors.Is(err, engine.ErrNoFlow) {
			break
		}
	}
	return started, err
}
