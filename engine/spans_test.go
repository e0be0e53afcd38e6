package engine

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

// traced sends a request in a trace of its own, and returns the trace.
func traced(t *testing.T, provider trace.TracerProvider, site *Site, r *webhook.Request) (trace.TraceID, webhook.Response) {
	t.Helper()
	ctx, span := provider.Tracer("test").Start(context.Background(), "request")
	defer span.End()
	response, release := site.Webhook(ctx, r)
	release()
	if response.ExecutionID == "" {
		t.Fatalf("%s is answered with %d", r.Target.FlowID, response.Status)
	}
	return span.SpanContext().TraceID(), response
}

// TestSpansOutliveTheEnd checks that what runs after the process was started anew is in the trace of the request that has started it,
// as soon as there was a request with a span.
func TestSpansOutliveTheEnd(t *testing.T) {
	recorder := tracetest.NewSpanRecorder()
	provider := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder))
	open := onDisk(t)
	texts := []string{
		taskFlow("pauses", "- {id: p, type: io.kestra.plugin.core.flow.Pause}\n- {id: r, type: io.kestra.plugin.core.debug.Return, format: x}", ""),
		webhookFlow("other", ""),
	}
	e, _ := open()
	of, response := traced(t, provider, newSite(t, e, SiteOptions{}, texts...), newRequest("pauses", "{}"))
	for {
		s, err := e.Get(t.Context(), response.ExecutionID)
		if err != nil {
			t.Fatal(err)
		}
		if s.Status() == execution.Paused {
			break
		}
		<-time.After(time.Millisecond)
	}

	e, _ = open()
	site := newSite(t, e, SiteOptions{}, texts...)
	traced(t, provider, site, newRequest("other", "{}"))
	if err := e.Resume(t.Context(), response.ExecutionID, nil); err != nil {
		t.Fatal(err)
	}
	waitFor(t, e, response.ExecutionID)
	open() // by that the one before has ended all spans
	var names []string
	for _, s := range recorder.Ended() {
		if s.SpanContext().TraceID() == of {
			names = append(names, s.Name())
		}
	}
	slices.Sort(names)
	// One part of the execution until it pauses, and one or two afterwards: it may be looked at before it is resumed.
	names = slices.Compact(names)
	if diff := cmp.Diff([]string{"execution company.team/pauses", "request", "task r"}, names); diff != "" {
		t.Errorf("spans of the trace (-want +got):\n%s", diff)
	}
}
