package caddymodule

import (
	"net/http"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// adminList is a part of a list, and where the next part begins; 0 after the last.
type adminList[T any] struct {
	Results []T   `json:"results"`
	Next    int64 `json:"next"`
}

// listExecutions answers with executions, the newest first.
func listExecutions(c *adminCall) error {
	q, err := executionsQuery(c.query)
	if err != nil {
		return err
	}
	found, next, err := c.engine.Summaries(c.request.Context(), q)
	if err != nil {
		return err
	}
	return c.answer(adminList[engine.Summary]{found, next})
}

func executionsQuery(p *parameters) (q engine.Query, err error) {
	q = engine.Query{
		Namespace: p.text("namespace"), FlowID: p.text("flowId"), Unfinished: p.flag("unfinished"),
		Before: p.number("before", 1, maxNumber), Limit: int(p.number("limit", 1, engine.MaxListLimit)),
		Since: p.since("since", time.Now()),
	}
	for _, name := range p.texts("state") {
		status, ok := flow.ParseStatus(name)
		if !ok {
			p.wrong("state", "%q is no state of an execution, as FAILED is", name)
		}
		q.Statuses = append(q.Statuses, status)
	}
	return q, p.end()
}

// showExecution answers with an execution in Kestra's shape.
func showExecution(c *adminCall) error {
	if err := c.query.end(); err != nil {
		return err
	}
	found, err := c.engine.Show(c.request.Context(), c.request.PathValue("id"))
	if err != nil {
		return err
	}
	return c.answer(found)
}

// killExecution ends an execution.
func killExecution(c *adminCall) error {
	if err := c.query.end(); err != nil {
		return err
	}
	if err := c.engine.Kill(c.request.Context(), c.request.PathValue("id")); err != nil {
		return err
	}
	c.WriteHeader(http.StatusAccepted)
	return nil
}

// restartExecution lets an execution go on from where it has failed, or one that is paused.
func restartExecution(c *adminCall) error {
	if err := c.query.end(); err != nil {
		return err
	}
	if err := c.engine.Restart(c.request.Context(), c.request.PathValue("id")); err != nil {
		return err
	}
	c.WriteHeader(http.StatusAccepted)
	return nil
}

// passBreakpoint lets an execution go on that is at a breakpoint, with those of the parameter.
func passBreakpoint(c *adminCall) error {
	next := c.query.text("breakpoints")
	if err := c.query.end(); err != nil {
		return err
	}
	return c.engine.ResumeFromBreakpoint(c.request.Context(), c.request.PathValue("id"), next)
}

// resumeExecution lets an execution go on that is paused. The body is a JSON object with the values of the inputs that its Pause asks
// for, or empty.
func resumeExecution(c *adminCall) error {
	if err := c.query.end(); err != nil {
		return err
	}
	body, err := c.body()
	if err != nil {
		return err
	}
	inputs, err := engine.DecodeInputs(body)
	if err != nil {
		return badRequest(err)
	}
	return c.engine.Resume(c.request.Context(), c.request.PathValue("id"), inputs)
}
