package kv

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

func setSpec() flow.Spec {
	return flow.Spec{
		Kind:    flow.KindTask,
		Type:    "io.kestra.plugin.core.kv.Set",
		Aliases: []string{"io.kestra.core.tasks.kv.Set"},
		Summary: "Write a value into the key-value store, by the commit that ends the task.",
		Pure:    true,
		Properties: []flow.Property{
			keyProperty, namespaceProperty,
			{
				Name: "value", Type: flow.Any, Required: true, Dynamic: true,
				Summary: "The value, at most 1 MiB. An expression keeps its type; everything else is text, but for durations such as PT5M.",
			},
			{Name: "kvType", Type: flow.String, Dynamic: true, Values: types, Summary: "What text is converted to. DATE and DATETIME take a full date-time, as in 2024-02-29T11:12:13Z."},
			{Name: "ttl", Type: flow.Duration, Dynamic: true, Summary: "How long the pair is there; without it, for ever."},
			{
				Name: "overwrite", Type: flow.Boolean, Dynamic: true, Default: "true",
				Summary: "Whether there may be a value already; if not, the task fails when there is one. Of executions that write a key so at once, one succeeds.",
			},
			{Name: "kvDescription", Type: flow.String, Dynamic: true, Summary: "A description, which is kept beside the value."},
		},
		Example: `id: remember
type: io.kestra.plugin.core.kv.Set
key: "order_{{ trigger.body.id }}"
value: "{{ trigger.body }}"
ttl: P7D
`,
		Compile: func(c *flow.Component) (any, error) {
			return &set{
				place: newPlace(c), value: c.Structure("value"), kvType: c.Template("kvType"), description: c.Template("kvDescription"),
				ttl: c.Duration("ttl"), expires: c.Has("ttl"), ttlExpression: c.Template("ttl"), overwrite: task.NewOnOff(c, "overwrite", true),
			}, nil
		},
	}
}

// set is io.kestra.plugin.core.kv.Set.
type set struct {
	place         place
	value         *pebble.Structure
	kvType        *pebble.Template // may be nil
	description   *pebble.Template // may be nil
	ttl           time.Duration
	expires       bool
	ttlExpression *pebble.Template // stands for the duration; nil: there is none
	overwrite     task.OnOff
}

func (s *set) Run(ctx context.Context, c *task.Context) (task.Result, error) {
	pair, err := s.pair(ctx, c)
	return task.Result{Pairs: []task.Pair{pair}}, err
}

func (s *set) pair(ctx context.Context, c *task.Context) (p task.Pair, err error) {
	if p.Namespace, p.Key, err = s.place.render(c); err != nil {
		return p, err
	}
	if p.Value, err = s.render(c); err != nil {
		return p, err
	}
	if err := c.Pairs.Check(ctx, c.Origin, p.Namespace, p.Key); err != nil {
		return p, err
	}
	if s.description != nil {
		if p.Description, err = s.description.Render(c.Pebble); err != nil {
			return p, err
		}
	}
	if p.Expires, err = s.end(c); err != nil {
		return p, err
	}
	overwrite, err := s.overwrite.Render(c)
	if !overwrite {
		p.Absent = fmt.Errorf("Cannot set value for key '%s'. Key already exists and `overwrite` is set to `false`", p.Key) //nolint:staticcheck // Kestra's words
	}
	return p, err
}

// render returns the value with its type.
func (s *set) render(c *task.Context) (value.Value, error) {
	v, err := typed(s.value, c)
	if err != nil {
		return value.Null, err
	}
	kvType := ""
	if s.kvType != nil {
		if kvType, err = s.kvType.Render(c.Pebble); err != nil {
			return value.Null, err
		}
	}
	return convert(v, kvType, c)
}

// end returns when the pair expires.
func (s *set) end(c *task.Context) (time.Time, error) {
	ttl := s.ttl
	switch {
	case !s.expires:
		return time.Time{}, nil
	case s.ttlExpression != nil:
		text, err := s.ttlExpression.Render(c.Pebble)
		if err != nil {
			return time.Time{}, err
		}
		if ttl, err = flow.ParseSeconds(strings.TrimSpace(text)); err != nil {
			return time.Time{}, fmt.Errorf("ttl: %w", err)
		}
	}
	return c.Pebble.Now.Add(ttl), nil
}

// typed renders a value: one expression keeps its type, and what is no text in YAML becomes text.
func typed(s *pebble.Structure, c *task.Context) (value.Value, error) {
	if t := s.Template(); t != nil {
		return t.RenderTyped(c.Pebble)
	}
	v, err := s.Render(c.Pebble)
	return value.String(value.Text(v)), err
}

// types are Kestra's types of values.
var types = []string{"STRING", "NUMBER", "BOOLEAN", "DATETIME", "DATE", "DURATION", "JSON"}

var (
	errNumber   = errors.New("value must be a number for kvType NUMBER")
	errDateTime = errors.New("value must be a date-time for kvType DATE and DATETIME, as in 2024-02-29T11:12:13Z")
	errDuration = errors.New("value must be a duration for kvType DURATION, as in PT5M")
)

// convert returns a value as one of a type; "" is none.
func convert(v value.Value, kvType string, c *task.Context) (value.Value, error) {
	if kvType != "" && !slices.Contains(types, kvType) {
		return value.Null, fmt.Errorf("kvType %q is none of %s", kvType, strings.Join(types, ", "))
	}
	if v.Kind() != value.KindString {
		if kvType == "STRING" && v.IsNumber() {
			return value.String(value.Text(v)), nil
		}
		return v, nil
	}
	text := v.Str()
	switch kvType {
	case "NUMBER":
		n, err := value.DecodeJSONText(text)
		if err != nil || !n.IsNumber() {
			return value.Null, errNumber
		}
		return n, nil
	case "BOOLEAN":
		return value.Bool(strings.EqualFold(text, "true")), nil
	case "DATE", "DATETIME":
		at, ok := flow.ParseDateTime(text)
		if !ok {
			return value.Null, errDateTime
		}
		return value.Time(at.UTC()), nil
	case "DURATION":
		d, ok := duration(text)
		if !ok {
			return value.Null, errDuration
		}
		return d, nil
	case "JSON":
		if err := c.Pebble.ChargeJSON(text); err != nil {
			return value.Null, err
		}
		v, err := value.DecodeJSONText(text)
		if err != nil {
			return value.Null, fmt.Errorf("value must be JSON for kvType JSON: %w", err)
		}
		return v, nil
	case "":
		if d, ok := duration(text); ok {
			return d, nil
		}
	}
	return v, nil
}

// duration reads a duration in the form of ISO-8601.
func duration(text string) (value.Value, bool) {
	if !strings.HasPrefix(text, "P") {
		return value.Null, false
	}
	d, err := flow.ParseDuration(text)
	return value.Opaque(value.Duration(d)), err == nil
}
