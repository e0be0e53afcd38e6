package caddymodule

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine"
)

// showLogs answers with lines of an execution's log, or, with follow=true, with each line as it comes, until the execution has ended.
func showLogs(c *adminCall) error {
	p := c.query
	q := engine.LogQuery{After: p.number("after", 0, maxNumber), Limit: int(p.number("limit", 1, engine.MaxListLimit))}
	if level := p.text("level"); level != "" {
		var err error
		if q.Level, err = engine.ParseLevel(level); err != nil {
			p.errs = append(p.errs, err)
		}
	}
	follow := p.flag("follow")
	if err := p.end(); err != nil {
		return err
	}
	if follow {
		return followLogs(c, q)
	}
	if q.Limit == 0 {
		q.Limit = engine.MaxListLimit
	}
	found, next, err := c.engine.Lines(c.request.Context(), c.request.PathValue("id"), q)
	if err != nil {
		return err
	}
	return c.answer(adminList[engine.LogLine]{found, next})
}

// followLogs answers with a JSON object on a line for each line of a log.
func followLogs(c *adminCall, q engine.LogQuery) error {
	out := http.NewResponseController(c.ResponseWriter)
	_ = out.SetReadDeadline(time.Time{}) // after which the server would take it that the client has gone
	begun := false
	encoder := json.NewEncoder(c)
	encoder.SetEscapeHTML(false)
	for found, err := range c.engine.Follow(c.request.Context(), c.request.PathValue("id"), q) {
		switch {
		case err != nil && begun: // the status has been sent
			return nil
		case err != nil:
			return err
		case !begun:
			begun = true
			c.Header().Set("Content-Type", "application/x-ndjson")
			c.WriteHeader(http.StatusOK)
		}
		for _, line := range found {
			if encoder.Encode(line) != nil {
				return nil // who asked has gone
			}
		}
		if out.Flush() != nil {
			return nil
		}
	}
	return nil
}
