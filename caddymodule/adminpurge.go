package caddymodule

import (
	"errors"
	"fmt"
	"time"

	"github.com/caddyserver/caddy/v2"

	"github.com/caddy-kestra/kestra-webhook/engine"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// adminPurge says which executions go that have ended.
type adminPurge struct {
	OlderThan string   `json:"olderThan"`
	States    []string `json:"states"`
	Namespace string   `json:"namespace"`
	FlowID    string   `json:"flowId"`
	DryRun    bool     `json:"dryRun"`
}

// adminPurged is what has gone, or would.
type adminPurged struct {
	Executions int   `json:"executions"`
	Bytes      int64 `json:"bytes"`
}

// purgeExecutions removes executions that have ended.
func purgeExecutions(c *adminCall) error {
	var asked adminPurge
	if err := c.object(&asked); err != nil {
		return err
	}
	purge, err := asked.purge(time.Now())
	if err != nil {
		return badRequest(err)
	}
	gone, err := c.engine.Purge(c.request.Context(), purge)
	if err != nil {
		return err
	}
	return c.answer(adminPurged{gone.Executions, gone.Bytes})
}

func (a *adminPurge) purge(now time.Time) (p engine.Purge, err error) {
	if a.OlderThan == "" {
		return p, errors.New("olderThan is missing: a duration since their end, as in 30d, or 0s for all that have ended")
	}
	age, err := caddy.ParseDuration(a.OlderThan)
	if err != nil || age < 0 {
		return p, fmt.Errorf("olderThan must be a duration as in 30d or 1h, is %q", a.OlderThan)
	}
	if a.FlowID != "" && a.Namespace == "" {
		return p, errors.New("flowId needs a namespace")
	}
	p = engine.Purge{Namespace: a.Namespace, FlowID: a.FlowID, Before: now.Add(-age), DryRun: a.DryRun}
	for _, name := range a.States {
		state, ok := flow.ParseStatus(name)
		if !ok || !state.Terminated() {
			return p, fmt.Errorf("%q is no state in which executions end, as FAILED is", name)
		}
		p.States = append(p.States, state)
	}
	return p, nil
}
