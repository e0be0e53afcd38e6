package flowable

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

func forEachSpec() flow.Spec {
	return eachSpec(flow.Spec{
		Type:    "io.kestra.plugin.core.flow.ForEach",
		Summary: "Run tasks once for each of several values.",
		Example: `id: each_commit
type: io.kestra.plugin.core.flow.ForEach
values: "{{ trigger.body.commits }}"
concurrencyLimit: 2
tasks:
  - id: note
    type: io.kestra.plugin.core.log.Log
    message: "{{ taskrun.iteration }}: {{ fromJson(taskrun.value).message }}"
`,
	}, "values", flow.Property{
		Name: "concurrencyLimit", Type: flow.Integer, Default: "1", Summary: "For how many values the tasks run at once at most; 0: for all.",
	}, 1)
}

func eachSequentialSpec() flow.Spec {
	return eachSpec(flow.Spec{
		Type:    "io.kestra.plugin.core.flow.EachSequential",
		Aliases: []string{"io.kestra.core.tasks.flows.EachSequential"},
		Summary: "Run tasks once for each of several values, one value after the other. Kestra's older form of ForEach.",
		Example: `id: each_name
type: io.kestra.plugin.core.flow.EachSequential
value: ["one", "two"]
tasks:
  - id: note
    type: io.kestra.plugin.core.log.Log
    message: "{{ taskrun.value }}"
`,
	}, "value", flow.Property{}, 1)
}

func eachParallelSpec() flow.Spec {
	s := eachSpec(flow.Spec{
		Type:    "io.kestra.plugin.core.flow.EachParallel",
		Aliases: []string{"io.kestra.core.tasks.flows.EachParallel"},
		Summary: "Run tasks once for each of several values, all at once, those for one value too. Kestra's older form of ForEach.",
		Example: `id: each_name
type: io.kestra.plugin.core.flow.EachParallel
value: ["one", "two"]
tasks:
  - id: note
    type: io.kestra.plugin.core.log.Log
    message: "{{ taskrun.value }}"
`,
	}, "value", flow.Property{
		Name: "concurrent", Type: flow.Integer, Default: "0", Summary: "How many tasks run at once at most, whatever their values; 0: all.",
	}, 0)
	together := s.Branches
	s.Branches = func(c *flow.Component) flow.Branches {
		b := together(c)
		b.Apart = true
		return b
	}
	return s
}

// eachSpec completes the spec of a loop over the values of a property. The property that bounds how many run at once may be none.
func eachSpec(s flow.Spec, values string, bound flow.Property, limit int) flow.Spec {
	s.Kind = flow.KindTask
	own := []flow.Property{
		{Name: values, Type: flow.Any, Required: true, Dynamic: true, Summary: "A list, a map, whose members are taken one by one, or an expression that gives one of them. Equal values count once."},
		{Name: "tasks", Type: flow.Tasks, Required: true, Summary: "The tasks. In them taskrun.value is the value, and taskrun.iteration its number."},
	}
	if bound.Name != "" {
		own = append(own, bound)
	}
	s.Properties = withEnds(own...)
	s.Shape = flow.ShapeEach
	s.Branches = func(c *flow.Component) flow.Branches {
		b := branches(c, c.Children("tasks"))
		b.Limit = limit
		if c.Has(bound.Name) {
			b.Limit = int(c.Int(bound.Name))
		}
		return b
	}
	s.Compile = func(c *flow.Component) (any, error) {
		if bound.Name != "" && c.Has(bound.Name) {
			if n := c.Int(bound.Name); n < 0 || n > mostConcurrent {
				return nil, c.Errorf(bound.Name, "must be between 0 and %d", mostConcurrent)
			}
		}
		return &loop{c.Structure(values)}, nil
	}
	return s
}

// loop is a task of shape Each.
type loop struct{ values *pebble.Structure }

// Values implements [task.Each].
func (l *loop) Values(_ context.Context, c *task.Context) ([]string, error) {
	v, err := l.values.Render(c.Pebble)
	if err != nil {
		return nil, err
	}
	if v.Kind() == value.KindString {
		text := strings.TrimSpace(v.Str())
		if err := c.Pebble.ChargeJSON(text); err != nil {
			return nil, err
		}
		if v, err = value.DecodeJSONText(text); err != nil {
			return nil, fmt.Errorf("values must be a list or a map, or JSON text of one: %w", err)
		}
	}
	switch v.Kind() {
	case value.KindList:
		return distinct(v.List().Slice())
	case value.KindMap:
		items := make([]value.Value, 0, v.Map().Len())
		for name, member := range v.Map().All() {
			items = append(items, value.MapOf("key", value.String(name), "value", member))
		}
		return distinct(items)
	default:
		return nil, errNoValues
	}
}

var errNoValues = errors.New("values must be a list or a map, or JSON text of one")

// distinct returns values as text, equal ones once. Values of other types than text are JSON text; null is an error, in Kestra's
// words.
func distinct(items []value.Value) ([]string, error) {
	texts := make([]string, 0, len(items))
	seen := make(map[string]bool, len(items))
	nulls := 0
	for _, item := range items {
		text := item.Str()
		switch item.Kind() {
		case value.KindNull:
			nulls++
			continue
		case value.KindString:
		default:
			text = value.JSON(item)
		}
		if !seen[text] {
			seen[text] = true
			texts = append(texts, text)
		}
	}
	if nulls > 0 {
		return nil, fmt.Errorf("Found '%d' null values on Each, with values=%s", nulls, value.Text(value.ListOf(items...))) //nolint:staticcheck // Kestra's words
	}
	return texts, nil
}
