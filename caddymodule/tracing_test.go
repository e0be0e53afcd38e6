package caddymodule

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/caddyserver/caddy/v2"
	"github.com/google/go-cmp/cmp"
	"go.opentelemetry.io/otel/attribute"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

// exportedSpans has Caddy export its spans to a receiver, and returns what gives the bytes that this has got: the last ones come when Caddy
// stops.
func exportedSpans(t *testing.T) func() string {
	t.Helper()
	var mu sync.Mutex
	var got []byte
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || r.URL.Path != "/v1/traces" {
			t.Errorf("%s: %v", r.URL.Path, err)
		}
		mu.Lock()
		defer mu.Unlock()
		got = append(got, body...)
		w.Header().Set("Content-Type", "application/x-protobuf")
	}))
	t.Cleanup(receiver.Close)
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.URL)
	t.Setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")
	return func() string {
		mu.Lock()
		defer mu.Unlock()
		return string(got)
	}
}

// TestSpansOfServer exports spans as a server does that has Caddy's directive `tracing`, and looks for what they say in the bytes
// that the receiver gets.
func TestSpansOfServer(t *testing.T) {
	got := exportedSpans(t)
	s := newServer(t)
	s.serve("", "tracing {\nspan webhooks\n}\nkestra_webhook * "+writeFlows(t, map[string]string{"fire.yml": webhookFlow("fire", waitForOutputs)}))
	fired := s.do("POST", webhookPath("fire")+"?name=canary", `{"text":"canary"}`)
	fired.want(t, 200, "Hello canary!")
	if err := caddy.Stop(); err != nil { // it sends what is left
		t.Fatal(err)
	}
	for _, part := range []string{
		"webhooks", webhookRoute, "kestra.outcome", "ended", "execution company.team/fire", "task answer", fired.header.Get("X-Kestra-Execution-Id"),
	} {
		if !strings.Contains(got(), part) {
			t.Errorf("no span says %q", part)
		}
	}
	for _, part := range []string{key, "Hello", `"text"`} {
		if strings.Contains(got(), part) {
			t.Errorf("a span says %q", part)
		}
	}
}

// TestSpanOfRequest checks what the span of a request says.
func TestSpanOfRequest(t *testing.T) {
	for _, test := range []struct {
		token    string
		response webhook.Response
		want     []attribute.KeyValue
	}{
		{"", webhook.Response{Outcome: webhook.OutcomeUnknown}, []attribute.KeyValue{attribute.String("kestra.outcome", "unknown")}},
		{"token", webhook.Response{Outcome: webhook.OutcomeUnknown}, []attribute.KeyValue{attribute.String("kestra.outcome", "unknown")}},
		{"token", webhook.Response{Outcome: webhook.OutcomeStatus, Namespace: "n", FlowID: "f"}, []attribute.KeyValue{
			attribute.String("http.route", statusRoute), attribute.String("kestra.flow", "f"), attribute.String("kestra.namespace", "n"), attribute.String("kestra.outcome", "status"),
		}},
		{"", webhook.Response{Outcome: webhook.OutcomeUnmet, Namespace: "n", FlowID: "f"}, []attribute.KeyValue{
			attribute.String("http.route", webhookRoute), attribute.String("kestra.flow", "f"), attribute.String("kestra.namespace", "n"), attribute.String("kestra.outcome", "unmet"),
		}},
		{"", webhook.Response{Outcome: webhook.OutcomeFired, Namespace: "n", FlowID: "f", ExecutionID: "e"}, []attribute.KeyValue{
			attribute.String("http.route", webhookRoute), attribute.String("kestra.execution", "e"), attribute.String("kestra.flow", "f"),
			attribute.String("kestra.namespace", "n"), attribute.String("kestra.outcome", "fired"),
		}},
	} {
		recorder := tracetest.NewSpanRecorder()
		ctx, span := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder)).Tracer("test").Start(t.Context(), "request")
		tellSpan(httptest.NewRequestWithContext(ctx, http.MethodPost, "/", nil), &webhook.Request{Token: test.token}, &test.response)
		span.End()
		got := recorder.Ended()[0].Attributes()
		slices.SortFunc(got, func(a, b attribute.KeyValue) int { return strings.Compare(string(a.Key), string(b.Key)) })
		if diff := cmp.Diff(test.want, got, cmp.Comparer(func(a, b attribute.KeyValue) bool { return a == b })); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.response.Outcome, diff)
		}
	}
	tellSpan(httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", nil), new(webhook.Request), &webhook.Response{}) // nobody traces it
}
