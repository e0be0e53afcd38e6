package http

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/javaregex"
	"github.com/caddy-kestra/kestra-webhook/engine/jq"
	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/setting"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

func sseRequestSpec() flow.Spec {
	return flow.Spec{
		Kind:    flow.KindTask,
		Type:    "io.kestra.plugin.core.http.SseRequest",
		Summary: "Send a request to another server that answers with a stream of events, and read it to its end.",
		Properties: properties(
			flow.Property{Name: "concatJqExpression", Type: flow.String, Dynamic: true, Summary: "A jq program that gives a text, number or boolean of each event; they are joined to one text, which is the output in place of the events."},
			flow.Property{Name: "failedOnMissingJq", Type: flow.Boolean, Dynamic: true, Default: "true", Summary: "The task fails when the program gives none for an event; otherwise that event is skipped."},
		),
		Outputs: []flow.TaskOutput{
			{Name: "uri", Type: flow.TypeString, Summary: "The address, without redirects."},
			{Name: "events", Type: flow.TypeJSON, Summary: "The events, each with its data, and its id, name, comment and retry if it has them. Data that is JSON is what it means."},
			{Name: "size", Type: flow.TypeInt, Summary: "How many events there were."},
			{Name: "result", Type: flow.TypeString, Summary: "What concatJqExpression gave."},
		},
		Example: `id: complete
type: io.kestra.plugin.core.http.SseRequest
uri: https://api.example.com/completions
method: POST
body: {prompt: "{{ trigger.body.prompt }}", stream: true}
concatJqExpression: .data.token
`,
		Compile: func(c *flow.Component) (any, error) {
			q, err := newCall(c)
			if err != nil {
				return nil, err
			}
			q.accept = "text/event-stream"
			s := &sseRequest{call: q, program: setting.Of(&c.Members, "concatJqExpression"), strict: setting.Of(&c.Members, "failedOnMissingJq")}
			if text, constant := s.program.Constant(); constant && s.program.Written() {
				if _, err := s.programs.Compile(nil, text); err != nil {
					return nil, c.Errorf("concatJqExpression", "%w", err)
				}
			}
			return s, nil
		},
	}
}

// sseRequest is io.kestra.plugin.core.http.SseRequest.
type sseRequest struct {
	call            *call
	program, strict setting.Setting
	programs        jq.Programs
	regexes         javaregex.Cache
}

func (s *sseRequest) Run(ctx context.Context, c *task.Context) (task.Result, error) {
	program, err := s.program.Trimmed(c)
	if err != nil {
		return task.Result{}, err
	}
	strict, err := s.strict.OnOff(c, true)
	if err != nil {
		return task.Result{}, err
	}
	a, err := s.call.send(ctx, c)
	if err != nil {
		return task.Result{}, err
	}
	defer func() { _ = a.Body.Close() }()
	var events []value.Value
	var result strings.Builder
	results, made := 0, newMeter(c)
	err = readEvents(a.Body, made, func(e event) error {
		v, err := e.value(made)
		if err != nil {
			return err
		}
		events = append(events, v)
		if program == "" {
			return nil
		}
		text, ok, err := s.extract(c, program, v)
		if err == nil {
			err = made.Allocate(len(text))
		}
		if err != nil {
			return err
		}
		if !ok {
			failure := fmt.Sprintf("Failed to resolve JQ expression '%s' and value '%s'", program, value.JSON(v))
			if strict {
				return errors.New(failure)
			}
			c.Log.Log(task.Debug, failure+". Skipping this event.")
			return nil
		}
		results++
		_, err = result.WriteString(text)
		return err
	})
	if err != nil {
		return task.Result{}, err
	}
	out := value.MapOf("uri", value.String(a.uri))
	if results == 0 {
		out.Map().Set("events", value.ListOf(events...))
	}
	out.Map().Set("size", value.Int(int64(len(events))))
	if results > 0 {
		out.Map().Set("result", value.String(result.String()))
	}
	return task.Result{Outputs: out}, nil
}

// extract returns the last output of a program for an event as text, and whether there is one that is a text, number or boolean.
func (s *sseRequest) extract(c *task.Context, program string, v value.Value) (string, bool, error) {
	m := newMeter(c)
	compiled, err := s.programs.Compile(m, program)
	if err != nil {
		return "", false, err
	}
	outputs, err := compiled.Run(jq.Context{Meter: m, Regexes: &s.regexes, Clock: clock(c.Pebble.Now)}, v)
	if err != nil || outputs.List().Len() == 0 {
		return "", false, limitOf(err)
	}
	switch last := outputs.List().At(outputs.List().Len() - 1); last.Kind() {
	case value.KindNull, value.KindList, value.KindMap:
		return "", false, nil
	default:
		return value.Text(last), true, nil
	}
}

// limitOf returns an error unless it is one of the program itself.
func limitOf(err error) error {
	if fault, ok := err.(*meter.Fault); ok && fault.Class == meter.ClassEvaluation { //nolint:errorlint // faults are not wrapped
		return nil
	}
	return err
}

// clock is a clock that stands still.
type clock time.Time

// Now implements [jq.Clock].
func (c clock) Now() time.Time { return time.Time(c) }

// newMeter returns the budget of an evaluation of an expression.
func newMeter(c *task.Context) *meter.Meter {
	l, m := pebble.DefaultLimits, new(meter.Meter)
	m.Reset(&meter.Limits{
		Steps: l.Steps, OutputBytes: l.OutputBytes, Depth: l.Depth, RangeItems: l.RangeItems, Memory: l.Memory, RegexTime: l.RegexTime,
	}, c.Pebble.Memory)
	return m
}
