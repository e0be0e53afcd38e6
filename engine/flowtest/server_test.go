package flowtest

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// TestRunAt runs cases against a server that answers all requests alike, and says of every execution the same.
func TestRunAt(t *testing.T) {
	set, found := engine.Core().Load([]*flow.Source{flow.NewSource("checked.yml", []byte(checkedFlow))})
	if err := found.Err(); err != nil {
		t.Fatal(err)
	}
	var got *http.Request
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got = r
		w.Header().Set("X-Kestra-Execution-Id", "e1")
		fmt.Fprintf(w, "%s %s %s", r.Method, r.URL.RawQuery, body)
	}))
	defer s.Close()
	server := Server{URL: s.URL, HTTP: s.Client(), Admin: func(path string, query url.Values) ([]byte, error) {
		switch path + "?" + query.Encode() {
		case "/kestra/executions/e1/logs?follow=true":
			return []byte(`{"level":"INFO","taskId":"one","message":"first"}` + "\n" + `{"level":"ERROR","message":"second"}` + "\n"), nil
		case "/kestra/executions/e1?":
			return []byte(`{"state":{"current":"FAILED"},"inputs":{"n":1},"labels":[{"key":"team","value":"red"}],"taskRunList":[
				{"taskId":"one","state":{"current":"SUCCESS"},"attempts":[{},{}],"value":"v","outputs":{"a":1}}]}`), nil
		default:
			return nil, errors.New("who asks for " + path + "?")
		}
	}}
	const request, why = "request: {flow: company.team/checked, body: hi, parameters: {a: 1}}", " cannot be had of a server that runs: run the case without one"
	for _, tt := range []struct{ name, of, want string }{
		{"all", request + "\n    expect: {status: 200, body: POST a=1 hi, state: FAILED, inputs: {n: 1}, labels: {team: red}, outputs: {}, " +
			"logs: [first, {has: sec, level: ERROR}], tasks: {one: {state: SUCCESS, attempts: 2, value: v, outputs: {a: 1}}, two: []}}", ""},
		{"another state", request + "\n    expect: {state: SUCCESS}", "state: want SUCCESS, got FAILED"},
		{"another status", request + "\n    expect: {status: 201}", "status: want 201, got 200"},
		{"steps", "steps:\n    - {" + request + "}\n    - request: {flow: company.team/checked, body: '{{ steps[0].executionId }}'}\n      expect: {body: 'POST  e1'}", ""},
		{"a host", "request: {flow: company.team/checked, headers: {Host: example.com}}", ""},
		{"a path", "request: {path: '/a%2Fb?c', method: PUT}\n    expect: {body: 'PUT c '}", ""},
		{"a method that is none", "request: {path: /, method: 'A B'}", "the path or method cannot be sent"},
		{"now", "now: 2026-02-01T00:00:00Z\n    " + request, "`now`" + why},
		{"http", "http: {url: '*'}\n    " + request, "`http`" + why},
		{"baseUrl", "baseUrl: http://x\n    " + request, "`baseUrl`" + why},
		{"waitTimeout", "waitTimeout: PT1S\n    " + request, "`waitTimeout`" + why},
		{"at", "steps: [{at: PT1S, " + request + "}]", "`at`" + why},
		{"resume", "steps: [{resume: {}}]", "a step without a `request`" + why},
		{"remoteAddress", "request: {flow: company.team/checked, remoteAddress: 10.0.0.1}", "`remoteAddress`" + why},
		{"outcome", request + "\n    expect: {outcome: fired}", "`outcome`" + why},
		{"asked", request + "\n    expect: {asked: []}", "`asked`" + why},
		{"executions", request + "\n    expect: {executions: {company.team/checked: []}}", "`executions`" + why},
		{"a pause", request + "\n    expect: {state: PAUSED}", "a state in which an execution has not ended" + why},
	} {
		files, found := Load([]*flow.Source{flow.NewSource("a.test.yml", []byte("cases:\n  - name: a\n    "+tt.of+"\n"))})
		if err := found.Err(); err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		failures, err := NewSuite(set, nil).RunAt(t.Context(), files[0].Cases[0], server)
		var messages []string
		for _, f := range failures {
			messages = append(messages, strings.TrimPrefix(f.Path+": "+f.Message, ": "))
		}
		if diff := cmp.Diff(tt.want, strings.Join(messages, "\n")); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", tt.name, err, diff)
		}
		if tt.name == "a host" && got.Host != "example.com" {
			t.Errorf("the host was %s", got.Host)
		}
	}
	s.Close()
	files, _ := Load([]*flow.Source{flow.NewSource("a.test.yml", []byte("cases: [{name: a, "+request+"}]"))})
	failures, err := NewSuite(set, nil).RunAt(t.Context(), files[0].Cases[0], server)
	if err != nil || len(failures) != 1 || !strings.HasPrefix(failures[0].Message, s.URL+": dial tcp ") || strings.Contains(failures[0].Message, "4wjtkzwVGBM9yKnjm3yv8r") {
		t.Errorf("without a server: %v, %v", failures, err)
	}
}
