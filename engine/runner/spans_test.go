package runner

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/caddy-kestra/kestra-webhook/engine/scope"
)

// drawSpans prints spans as "name state" below their parents, in the order in which they began, with ! for an error. Many begin at the
// same time of a test, so their times do not tell that order.
func drawSpans(spans []sdktrace.ReadWriteSpan) []string {
	var lines []string
	var below func(parent sdktrace.ReadOnlySpan, indent string)
	below = func(parent sdktrace.ReadOnlySpan, indent string) {
		for _, s := range spans {
			if s.Parent().SpanID() != parent.SpanContext().SpanID() || s.Parent().TraceID() != parent.SpanContext().TraceID() {
				continue
			}
			line := indent + s.Name()
			for _, a := range s.Attributes() {
				switch {
				case a.Key == "kestra.state", a.Key == "kestra.attempt" && a.Value.AsInt64() > 1:
					line += " " + a.Value.String()
				case a.Key == "kestra.resumed" && a.Value.AsBool():
					line += " resumed"
				}
			}
			if s.Status().Code == codes.Error {
				line += " !"
			}
			lines = append(lines, line)
			below(s, indent+"  ")
		}
	}
	request := slices.IndexFunc(spans, func(s sdktrace.ReadWriteSpan) bool { return s.Name() == "request" })
	below(spans[request], "")
	return lines
}

// TestSpans checks which spans an execution has that a traced request has started, and that all of them are in the trace of the
// request, also those of what runs after it was out of memory and of the executions that it starts.
func TestSpans(t *testing.T) {
	tests := []struct {
		name, flow string
		want       []string
	}{
		{"tasks", "tasks: [{id: a, type: test.Open}, {id: b, type: io.kestra.plugin.core.debug.Return, format: x}]", []string{
			"execution company.team/hello SUCCESS", "  task a SUCCESS", "  task b SUCCESS",
		}},
		{"a failure", "tasks: [{id: a, type: io.kestra.plugin.core.execution.Fail}]", []string{
			"execution company.team/hello FAILED !", "  task a FAILED !",
		}},
		{"attempts", "tasks: [{id: a, type: io.kestra.plugin.core.execution.Fail, retry: {type: constant, interval: PT10S, maxAttempts: 2}}]", []string{
			"execution company.team/hello", "  task a FAILED !", "execution company.team/hello resumed FAILED !", "  task a 2 FAILED !",
		}},
		{"a time out of memory", "tasks: [{id: a, type: test.Sleep}, {id: b, type: test.Open}]", []string{
			"execution company.team/hello", "  task a", "execution company.team/hello resumed SUCCESS", "  task a SUCCESS", "  task b SUCCESS",
		}},
		{"an execution that it starts", "tasks: [{id: a, type: io.kestra.plugin.core.flow.Subflow, namespace: company.team, flowId: other}]", []string{
			"execution company.team/hello", "  task a", "    execution company.team/hello SUCCESS", "      task c SUCCESS",
			"execution company.team/hello resumed SUCCESS",
		}},
		{"another try", "retry: {type: constant, interval: PT10S, maxAttempts: 2, behavior: CREATE_NEW_EXECUTION}\ntasks: [{id: a, type: io.kestra.plugin.core.execution.Fail}]", []string{
			"execution company.team/hello RETRIED", "  task a FAILED !", "execution company.team/hello FAILED !", "  task a FAILED !",
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				recorder := tracetest.NewSpanRecorder()
				provider := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder))
				f := newFixture(t, Options{})
				job := f.job(f.plan(test.flow), "{}")
				callee := f.scope(f.plan("tasks: [{id: c, type: test.Open}]"))
				job.Flows = func(string, string) *scope.Flow { return callee }
				ctx, request := provider.Tracer("test").Start(t.Context(), "request")
				if err := f.runner.Start(ctx, job); err != nil {
					t.Fatal(err)
				}
				request.End()
				<-time.After(5 * time.Minute)
				synctest.Wait()
				if diff := cmp.Diff(test.want, drawSpans(recorder.Started())); diff != "" {
					t.Errorf("spans (-want +got):\n%s", diff)
				}
				if begun, ended := len(recorder.Started()), len(recorder.Ended()); begun != ended {
					t.Errorf("%d spans have begun, and %d ended", begun, ended)
				}
			})
		})
	}
}

// TestSpansSay checks what the spans of an execution and a task say, and what they do not.
func TestSpansSay(t *testing.T) {
	recorder := tracetest.NewSpanRecorder()
	provider := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder))
	f := newFixture(t, Options{})
	job := f.job(f.plan(`tasks: [{id: a, type: io.kestra.plugin.core.debug.Return, format: "{{ trigger.body.secret }}"}]`), `{"secret":"canary"}`)
	id := job.State.ID
	ctx, request := provider.Tracer("test").Start(t.Context(), "request")
	s, _, done, err := f.runner.RunAndWait(ctx, job, time.Now().Add(time.Minute))
	if err != nil || !done {
		t.Fatal(done, err)
	}
	request.End()
	names := []attribute.KeyValue{
		attribute.String("kestra.execution", id), attribute.String("kestra.namespace", "company.team"), attribute.String("kestra.flow", "hello"),
		attribute.String("kestra.state", "SUCCESS"),
	}
	for name, own := range map[string][]attribute.KeyValue{
		"execution company.team/hello": {attribute.String("kestra.trigger", s.Trigger.ID), attribute.Bool("kestra.resumed", false)},
		"task a": {
			attribute.String("kestra.task", "a"), attribute.String("kestra.task_type", "io.kestra.plugin.core.debug.Return"),
			attribute.String("kestra.task_run", s.Runs[0].ID), attribute.Int("kestra.attempt", 1),
		},
	} {
		i := slices.IndexFunc(recorder.Ended(), func(s sdktrace.ReadOnlySpan) bool { return s.Name() == name })
		if i < 0 {
			t.Fatalf("no span %q", name)
		}
		span := recorder.Ended()[i]
		got := span.Attributes()
		if diff := cmp.Diff(attribute.NewSet(append(own, names...)...), attribute.NewSet(got...), cmp.Comparer(func(a, b attribute.Set) bool { return a.Equals(&b) })); diff != "" {
			t.Errorf("%s says %v", name, got)
		}
		if strings.Contains(fmt.Sprint(got, span.Events(), span.Status()), "canary") {
			t.Errorf("%s holds the body", name)
		}
	}
}

// TestNoSpans checks that nothing is kept and nothing made for a request that nobody traces, after one that somebody does.
func TestNoSpans(t *testing.T) {
	recorder := tracetest.NewSpanRecorder()
	provider := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder), sdktrace.WithSampler(sdktrace.NeverSample()))
	f := newFixture(t, Options{})
	plan := f.plan("tasks: [{id: a, type: test.Open}]")
	ctx, _ := provider.Tracer("test").Start(t.Context(), "request")
	for _, job := range []*Job{f.job(plan, "{}"), f.job(plan, "{}")} {
		s, _, done, err := f.runner.RunAndWait(ctx, job, time.Now().Add(time.Minute))
		if err != nil || !done || s.Trace != "" {
			t.Errorf("ended %v with %v; it keeps %q", done, err, s.Trace)
		}
		ctx = t.Context()
	}
	if n := len(recorder.Started()); n != 0 {
		t.Errorf("%d spans", n)
	}
}
