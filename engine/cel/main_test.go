package cel

import (
	"maps"
	"net/http"
	"net/url"
	"os"
	"runtime/debug"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

func TestMain(m *testing.M) {
	debug.SetGCPercent(400) // each evaluation drops what it made: to collect that seldom saves much of the time of these tests
	goleak.VerifyTestMain(m)
}

// testNow is the time of all test requests.
var testNow = time.Date(2026, time.November, 23, 10, 30, 0, 0, time.UTC)

type testSecrets map[string]string

func (s testSecrets) Secret(namespace, name string) (string, bool, error) {
	text, ok := s[namespace+"/"+name]
	return text, ok, nil
}

// requestWork is how much work all conditions of a test request may do together.
const requestWork = 4 * MaxWork

// work is the budget of a test request.
type work struct{ done atomic.Int64 }

func (w *work) Take(units int) bool { return w.done.Add(int64(units)) <= requestWork }

// request describes a test request; body is a file of testdata, or text.
type request struct {
	method string
	body   string
	header http.Header
	query  string
	form   map[string][]string
}

// newRequest builds a request as the webhook trigger does: a body that is JSON becomes a tree when it is
// first read, and reads counts how often that happened.
func newRequest(t testing.TB, r request, reads *int) *Request {
	t.Helper()
	raw := r.body
	if data, err := os.ReadFile("testdata/" + r.body); err == nil && r.body != "" {
		raw = string(data)
	}
	header := value.NewFoldMap(len(r.header))
	for _, name := range slices.Sorted(maps.Keys(r.header)) {
		header.Set(name, value.Strings(r.header[name]))
	}
	query, err := url.ParseQuery(r.query)
	if err != nil {
		t.Fatal(err)
	}
	parameters := value.NewMap(len(query))
	for _, name := range slices.Sorted(maps.Keys(query)) {
		parameters.Set(name, value.Strings(query[name]))
	}
	trigger := value.NewMap(4)
	if raw != "" {
		trigger.SetLazy("body", func() value.Value {
			if reads != nil {
				*reads++
			}
			if v, err := value.DecodeJSON([]byte(raw)); err == nil && (v.Kind() == value.KindMap || v.Kind() == value.KindList) {
				return v
			}
			return value.String(raw)
		})
	}
	trigger.Set("headers", value.FromMap(header))
	trigger.Set("parameters", value.FromMap(parameters))
	if r.form != nil {
		form := value.NewMap(len(r.form))
		for _, name := range slices.Sorted(maps.Keys(r.form)) {
			form.Set(name, value.Strings(r.form[name]))
		}
		trigger.Set("formFields", value.FromMap(form))
	}
	vars := value.NewMap(4)
	vars.Set("trigger", value.FromMap(trigger))
	vars.Set("flow", value.MapOf("id", value.String("deploy"), "namespace", value.String("company.team"),
		"revision", value.Int(3), "tenantId", value.String("main")))
	vars.Set("vars", value.MapOf("branch", value.String("main"), "limit", value.Int(1000)))
	method := r.method
	if method == "" {
		method = http.MethodPost
	}
	return &Request{
		Vars: vars, Namespace: "company.team", Secrets: testSecrets{"company.team/TOKEN": "s3cr3t-token"},
		Method: method, Path: func() string { return "/api/v1/executions/webhook/company.team/deploy/REDACTED" }, RemoteAddr: "192.0.2.7",
		URL: func() string { return "/api/v1/executions/webhook/company.team/deploy/REDACTED?" + r.query },
		RawBody: func() string {
			if reads != nil {
				*reads++
			}
			return raw
		},
		Now:  testNow,
		Work: new(work),
	}
}

func compile(t testing.TB, expression string) *Program {
	t.Helper()
	c, err := Compile(expression)
	if err != nil {
		t.Fatalf("Compile(%q): %v", expression, err)
	}
	return c
}
