package trace

import (
	"testing"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// TestParent checks that the text of a span names it, and that other texts begin a trace of their own.
func TestParent(t *testing.T) {
	provider := sdktrace.NewTracerProvider()
	ctx, request := provider.Tracer("test").Start(t.Context(), "request")
	defer request.End()
	var tracer Tracer
	if s := tracer.Execution(&Execution{Parent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}); !s.None() {
		t.Error("a span before there was a request with one")
	}
	text := tracer.Parent(ctx)
	if got, want := read(text), request.SpanContext().WithRemote(true); !got.Equal(want) {
		t.Errorf("%q is %v, want %v", text, got, want)
	}
	for _, test := range []struct {
		parent string
		within bool // the trace of the request
	}{
		{text, true},
		{"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", false},
		{"none", false},
	} {
		s := tracer.Execution(&Execution{Parent: test.parent})
		if s.None() || (s.span.SpanContext().TraceID() == request.SpanContext().TraceID()) != test.within {
			t.Errorf("below %q: %+v", test.parent, s)
		}
		within, task := (&Task{Within: s}).Begin(t.Context())
		if trace.SpanFromContext(within) != task.span || task.span.SpanContext().TraceID() != s.span.SpanContext().TraceID() {
			t.Errorf("the span of a task is %v, in a trace of its own", task)
		}
		task.End("", false)
		s.End("SUCCESS", false)
	}
}

// TestNothing checks that what nobody traces takes no memory.
func TestNothing(t *testing.T) {
	var tracer Tracer
	ctx := t.Context()
	n := testing.AllocsPerRun(100, func() {
		s := tracer.Execution(&Execution{Parent: tracer.Parent(ctx)})
		var none *Task
		within, task := none.Begin(ctx)
		if within != ctx || task.Parent()+s.Parent() != "" {
			t.Error("there is a span")
		}
		task.End("", false)
		s.End("", false)
	})
	if n != 0 {
		t.Errorf("%v allocations", n)
	}
}
