package caddymodule

import (
	"context"
	"errors"
	"math"

	"github.com/caddy-kestra/kestra-webhook/engine"
)

// adminReplayed is the execution that a replay has started.
type adminReplayed struct {
	ID  string `json:"id"`
	URL string `json:"url,omitempty"`
}

// replayExecution starts an execution that does anew what another one did which has ended.
func replayExecution(c *adminCall) error {
	how := engine.Replay{TaskRun: c.query.text("taskRunId"), Revision: int(c.query.number("revision", 1, math.MaxInt32))}
	how.Breakpoints = c.query.text("breakpoints")
	if err := c.query.end(); err != nil {
		return err
	}
	started, err := c.app.replay(c.request.Context(), c.request.PathValue("id"), how)
	if err != nil {
		return err
	}
	return c.answer(started)
}

// replay lets the first site replay an execution that has its flow.
func (a *App) replay(ctx context.Context, id string, how engine.Replay) (started adminReplayed, err error) {
	err = engine.ErrNoFlow
	for _, h := range a.sites {
		started.ID, started.URL, err = h.compiled.Load().Replay(ctx, id, how)
		if !errors.Is(err, engine.ErrNoFlow) {
			break
		}
	}
	return started, err
}
