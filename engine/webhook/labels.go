package webhook

import (
	"fmt"
	"slices"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// The labels that every execution of a webhook carries, as in Kestra.
const (
	labelFrom        = "system.from"
	labelCorrelation = "system.correlationId"
)

// Labels returns the labels of an execution with this id: system.from (see [Request.From]), those of the flow, those of the trigger
// rendered with scope (nil: without them), and system.correlationId. Of a key given twice the last value stands at the first
// place, an empty key or value is left out, and a key under "system." is the engine's alone. With an error the
// trigger's labels are left out. They are in room if that is large enough.
func (t *Trigger) Labels(room []flow.Label, scope *pebble.Context, from, executionID string) ([]flow.Label, error) {
	labels := slices.Grow(room[:0], len(t.Flow.Labels)+2)
	labels = append(labels, flow.Label{Key: labelFrom, Value: from})
	for _, l := range t.Flow.Labels {
		labels = addLabel(labels, l.Key, l.Value)
	}
	var err error
	if t.labels != nil && scope != nil {
		var rendered value.Value
		if rendered, err = t.labels.Render(scope); err != nil {
			err = fmt.Errorf("labels: %w", err)
		}
		for key, v := range rendered.Map().All() {
			labels = addLabel(labels, key, value.Text(v))
		}
	}
	return append(labels, flow.Label{Key: labelCorrelation, Value: executionID}), err
}

func addLabel(labels []flow.Label, key, text string) []flow.Label {
	if key == "" || text == "" || strings.HasPrefix(key, flow.SystemLabel) {
		return labels
	}
	for i := range labels {
		if labels[i].Key == key {
			labels[i].Value = text
			return labels
		}
	}
	return append(labels, flow.Label{Key: key, Value: text})
}
