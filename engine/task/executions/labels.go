package executions

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

func labelsSpec() flow.Spec {
	return flow.Spec{
		Kind:     flow.KindTask,
		Type:     "io.kestra.plugin.core.execution.Labels",
		Aliases:  []string{"io.kestra.core.tasks.executions.Labels"},
		Summary:  "Add labels to the execution, or give others with the same key another value.",
		Pure:     true,
		Executor: true,
		Properties: []flow.Property{
			{Name: "labels", Type: flow.MapOrList, Required: true, Dynamic: true, JSONText: true, Summary: "The labels: a map, a list of {key, value}, or text that gives JSON of one."},
		},
		Example: `id: label
type: io.kestra.plugin.core.execution.Labels
labels:
  customer: "{{ trigger.body.customer.id }}"
  priority: high
`,
		Compile: func(c *flow.Component) (any, error) { return &labels{c.Structure("labels")}, nil },
	}
}

// labels is io.kestra.plugin.core.execution.Labels.
type labels struct{ labels *pebble.Structure }

func (l *labels) Run(_ context.Context, c *task.Context) (task.Result, error) {
	v, err := l.labels.RenderJSON(c.Pebble)
	if err != nil {
		return task.Result{}, err
	}
	list, err := readLabels(v)
	return task.Result{Labels: list}, err
}

var errNoLabels = errors.New("labels must be a map or a list of {key, value}, or JSON text of one")

// readLabels returns the labels of a map, or of a list of {key, value}. Values that are no text become text.
func readLabels(v value.Value) ([]flow.Label, error) {
	var list []flow.Label
	add := func(key string, v value.Value) error {
		label := flow.Label{Key: key, Value: value.Text(v)}
		switch {
		case strings.HasPrefix(key, flow.SystemLabel):
			return fmt.Errorf("System labels can only be set by Kestra itself, offending label: %s=%s", key, label.Value) //nolint:staticcheck // Kestra's words
		case key == "":
			return errors.New("Label keys cannot be empty") //nolint:staticcheck // Kestra's words
		case label.Value == "":
			return fmt.Errorf("Label values cannot be empty, offending label: %s", key) //nolint:staticcheck // Kestra's words
		}
		list = append(list, label)
		return nil
	}
	switch v.Kind() {
	case value.KindMap:
		for key, v := range v.Map().All() {
			if err := add(key, v); err != nil {
				return nil, err
			}
		}
	case value.KindList:
		for _, item := range v.List().All() {
			if item.Kind() != value.KindMap {
				return nil, errNoLabels
			}
			key, _ := item.Map().Get("key")
			v, _ := item.Map().Get("value")
			if err := add(value.Text(key), v); err != nil {
				return nil, err
			}
		}
	default:
		return nil, errNoLabels
	}
	return list, nil
}
