package webhook

import (
	"context"
	"errors"
	"fmt"

	"github.com/caddy-kestra/kestra-webhook/engine/condition"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
)

// Met reports whether the trigger's `when` and all its conditions hold, asked in this order up to the first that does
// not. Any error means that it does not; it is for the log.
func (t *Trigger) Met(ctx context.Context, e *condition.Event) (bool, error) {
	if t.when != nil {
		text, err := t.when.Render(e.Pebble)
		if err != nil {
			return false, fmt.Errorf("when: %w", err)
		}
		if !pebble.Truthy(text) {
			return false, nil
		}
	}
	for i, c := range t.conditions {
		met, err := c.Holds(ctx, e)
		if err != nil {
			return false, fmt.Errorf("conditions[%d]: %w", i, err)
		}
		if !met {
			return false, nil
		}
	}
	return true, nil
}

// ErrorReason returns the word for metrics and logs that says why a condition could not be answered.
func ErrorReason(err error) string {
	if e := new(condition.Error); errors.As(err, &e) {
		return string(e.Reason)
	}
	return string(condition.ReasonError)
}
