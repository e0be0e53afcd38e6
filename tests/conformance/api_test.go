package conformance

import (
	"context"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/caddymodule/api"
	"github.com/caddy-kestra/kestra-webhook/engine"
)

// Flows implements [api.Server].
func (s *server) Flows() []api.Flow {
	var flows []api.Flow
	for f := range s.set.All() {
		flows = append(flows, api.Flow{Flow: f, Revision: s.site.Revision(f)})
	}
	return flows
}

// Replay implements [api.Server].
func (s *server) Replay(ctx context.Context, id string, how engine.Replay) (string, error) {
	next, _, err := s.site.Replay(ctx, id, how)
	return next, err
}

// Stopping implements [api.Server].
func (*server) Stopping() <-chan struct{} { return nil }

// isOfAPI reports whether a request is one to the API, of this tenant or another.
func isOfAPI(c recorded) bool {
	target := c.Request.Target
	return target != flowsTarget && (strings.Contains(target, "/executions") || strings.Contains(target, "/logs/")) && !strings.Contains(strings.ToLower(target), "webhook")
}

// remember says which execution here stands for a recorded one, of two answers that are executions.
func (s *server) remember(kestra, ours string) {
	theirs, _ := object(kestra)["id"].(string)
	mine, _ := object(ours)["id"].(string)
	if executionID.MatchString(theirs) && executionID.MatchString(mine) {
		s.ids[theirs] = mine
	}
}

// anyID is an id of an execution or a task run in a path.
var anyID = regexp.MustCompile(`[0-9A-Za-z]{20,22}`)

// compareAPI sends a request to the API and returns the differences. An execution that no recorded request has started is one of the
// flow `slow`, which takes a while.
func (s *server) compareAPI(t *testing.T, c recorded) []difference {
	t.Helper()
	if id := anyID.FindString(c.Request.Target); id != "" {
		if s.ids[id] == "" {
			webhook := request{Method: http.MethodPost, Target: "/api/v1/executions/webhook/t.api/slow/abc", Headers: [][2]string{{"Host", "127.0.0.1:28080"}}}
			got, err := s.send(webhook.Method, webhook.bytes(t))
			if err != nil || got.execution == "" {
				t.Fatalf("%s: nothing to follow: %+v, %v", c.Name, got, err)
			}
			s.ids[id] = got.execution
		}
		c.Request.Target = strings.ReplaceAll(c.Request.Target, id, s.ids[id])
	}
	got, err := s.send(c.Request.Method, c.Request.bytes(t))
	if err != nil {
		return []difference{{"status", c.Response.summary(), "none, " + err.Error()}}
	}
	s.remember(c.Response.Body, string(got.body))
	if c.Response.Status != got.status || got.status >= http.StatusBadRequest {
		return compareAnswers(c.Response, got)
	}
	var found []difference
	if theirs, mine := mediaType(c.Response.header("Content-Type")), mediaType(got.contentType); theirs != mine {
		found = append(found, difference{"content type", theirs, mine})
	}
	return append(found, diff("answer", shown(c.Response.Body), shown(string(got.body)))...)
}

// shown returns what an answer of the API shows, without what differs from execution to execution: JSON, or of a stream each kind of event
// with the last one of it.
func shown(body string) any {
	if v := decode([]byte(body)); v != nil || body == "" {
		return plain(v)
	}
	events := map[string]any{}
	var kinds []any
	for event := range strings.SplitSeq(strings.TrimSpace(body), "\n\n") {
		head, data, _ := strings.Cut(event, "\ndata: ")
		kind := strings.TrimPrefix(strings.TrimSpace(head), "id: ")
		if events[kind] == nil {
			kinds = append(kinds, kind)
		}
		events[kind] = plain(decode([]byte(data)))
	}
	delete(events, "progress") // how far it is by then depends on who looks
	return map[string]any{"kinds": kinds, "events": events}
}

// plain replaces ids, dates and durations of the right form.
func plain(v any) any {
	switch v := v.(type) {
	case string:
		switch {
		case executionID.MatchString(v):
			return "(id)"
		case instant.MatchString(v):
			return "(date)"
		case duration.MatchString(v):
			return "(duration)"
		}
	case []any:
		for i := range v {
			v[i] = plain(v[i])
		}
	case map[string]any:
		for name := range v {
			v[name] = plain(v[name])
		}
	}
	return v
}
