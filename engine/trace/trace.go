package trace

import (
	"cmp"
	"context"
	"net/http"
	"strings"
	"sync/atomic"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// scope is by what name the spans are known as those of this module.
const scope = "github.com/caddy-kestra/kestra-webhook"

// Tracer makes spans with what made the span of the last request that had one. The zero Tracer makes none yet.
type Tracer struct {
	tracer atomic.Pointer[trace.Tracer]
}

// Parent returns the span of ctx as a text, if it is recorded; else "".
func (t *Tracer) Parent(ctx context.Context) string {
	span := trace.SpanFromContext(ctx)
	if !span.IsRecording() {
		return ""
	}
	tracer := span.TracerProvider().Tracer(scope)
	t.tracer.Store(&tracer)
	return textOf(span.SpanContext())
}

// Names are those of an execution.
type Names struct{ ID, Namespace, Flow string }

// attributes returns the names, and more, as a span has them.
func (n *Names) attributes(more ...attribute.KeyValue) trace.SpanStartEventOption {
	return trace.WithAttributes(append(more,
		attribute.String("kestra.execution", n.ID),
		attribute.String("kestra.namespace", n.Namespace),
		attribute.String("kestra.flow", n.Flow),
	)...)
}

// Execution is what the span of an execution says.
type Execution struct {
	Names

	Parent  string // from [Tracer.Parent] or [Span.Parent]; "": the execution is not traced
	Trigger string // id
	Resumed bool   // it had begun before
}

// Execution begins a span of an execution.
func (t *Tracer) Execution(e *Execution) Span {
	tracer := t.tracer.Load()
	if e.Parent == "" || tracer == nil {
		return Span{}
	}
	ctx := trace.ContextWithRemoteSpanContext(context.Background(), read(e.Parent))
	_, span := (*tracer).Start(ctx, "execution "+e.Namespace+"/"+e.Flow,
		e.attributes(attribute.String("kestra.trigger", e.Trigger), attribute.Bool("kestra.resumed", e.Resumed)))
	return Span{span}
}

// Task is what the span of a task says that runs.
type Task struct {
	Names

	Within  Span // of the execution
	Task    string
	Type    string
	Run     string // id of the task run
	Attempt int    // of it, counted from 1
}

// Begin begins the span of a task; nil begins none. What the task does with ctx is a part of it.
func (t *Task) Begin(ctx context.Context) (context.Context, Span) {
	if t == nil || t.Within.None() {
		return ctx, Span{}
	}
	parent := t.Within.span
	ctx, span := parent.TracerProvider().Tracer(scope).Start(trace.ContextWithSpan(ctx, parent), "task "+t.Task, t.attributes(
		attribute.String("kestra.task", t.Task),
		attribute.String("kestra.task_type", t.Type),
		attribute.String("kestra.task_run", t.Run),
		attribute.Int("kestra.attempt", t.Attempt),
	))
	return ctx, Span{span}
}

// Span is one of an execution or a task. The zero Span is none.
type Span struct{ span trace.Span }

// None reports whether the span is the zero Span.
func (s Span) None() bool { return s.span == nil }

// Parent returns the span as a text; of the zero Span "".
func (s Span) Parent() string {
	if s.span == nil {
		return ""
	}
	return textOf(s.span.SpanContext())
}

// End ends the span, in a state of Kestra; "" if it has none that says something. A failure is an error of the span, without its
// message, which may hold data.
func (s Span) End(state string, failed bool) {
	if s.span == nil {
		return
	}
	if state != "" {
		s.span.SetAttributes(attribute.String("kestra.state", state))
	}
	if failed {
		s.span.SetAttributes(attribute.String("error.type", cmp.Or(state, "_OTHER")))
		s.span.SetStatus(codes.Error, "")
	}
	s.span.End()
}

// Inject puts the span of ctx into the headers of a request to another server, if it is recorded and the request names none.
func Inject(ctx context.Context, header http.Header) {
	if !trace.SpanFromContext(ctx).IsRecording() {
		return
	}
	for name := range header { // as the flow has written it
		if strings.EqualFold(name, traceparent) {
			return
		}
	}
	propagation.TraceContext{}.Inject(ctx, propagation.HeaderCarrier(header))
}

// traceparent is the name of the header that names a span, https://www.w3.org/TR/trace-context.
const traceparent = "traceparent"

func textOf(span trace.SpanContext) string {
	return "00-" + span.TraceID().String() + "-" + span.SpanID().String() + "-" + span.TraceFlags().String()
}

// read returns the span of a text; that of a text that is none is not valid, and what is below it begins a trace.
func read(text string) trace.SpanContext {
	parts := strings.Split(text, "-")
	if len(parts) != 4 { // version, trace, span, flags
		return trace.SpanContext{}
	}
	traceID, _ := trace.TraceIDFromHex(parts[1]) // one that is none is zero, which is not valid
	spanID, _ := trace.SpanIDFromHex(parts[2])
	return trace.NewSpanContext(trace.SpanContextConfig{TraceID: traceID, SpanID: spanID, TraceFlags: trace.TraceFlags(0).WithSampled(parts[3] == "01"), Remote: true})
}
