package condition

import (
	"net/http"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type testSecrets map[string]string

func (s testSecrets) Secret(namespace, name string) (string, bool, error) {
	text, ok := s[namespace+"/"+name]
	return text, ok, nil
}

// request describes a test request; a body that is JSON becomes a tree.
type request struct {
	body      string
	header    http.Header
	parameter http.Header
}

// github is a request as GitHub sends it for a pull request.
var github = request{
	body:   `{"action":"opened","number":42,"pull_request":{"labels":[{"name":"bug"}]}}`,
	header: http.Header{"X-Github-Event": {"pull_request"}, "X-Token": {"s3cr3t-token"}},
}

func newEvent(t testing.TB, r request) *Event {
	t.Helper()
	trigger := value.NewMap(3)
	if r.body != "" {
		body, err := value.DecodeJSON([]byte(r.body))
		if err != nil {
			t.Fatal(err)
		}
		trigger.Set("body", body)
	}
	for name, lists := range map[string]http.Header{"headers": r.header, "parameters": r.parameter} {
		m := value.NewFoldMap(len(lists))
		for key, list := range lists {
			m.Set(key, value.Strings(list))
		}
		trigger.Set(name, value.FromMap(m))
	}
	return &Event{
		Pebble: &pebble.Context{
			Vars: value.MapOf("trigger", value.FromMap(trigger), "vars", value.MapOf("branch", value.String("main")),
				"flow", value.MapOf("id", value.String("deploy"), "namespace", value.String("company.team"))).Map(),
			Namespace: "company.team", Secrets: testSecrets{"company.team/TOKEN": "s3cr3t-token"},
		},
		Method: http.MethodPost, Path: func() string { return "/api/v1/executions/webhook/company.team/deploy/REDACTED" }, RemoteAddr: "192.0.2.7",
		URL:     func() string { return "/api/v1/executions/webhook/company.team/deploy/REDACTED?env=prod" },
		RawBody: func() string { return r.body },
		Now:     time.Date(2026, time.November, 23, 10, 30, 0, 0, time.UTC),
	}
}
