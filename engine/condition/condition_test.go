package condition

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
)

// TestInTime: a condition of any type is not asked when the backstop has passed or the request is gone.
func TestInTime(t *testing.T) {
	past := newEvent(t, github)
	past.Deadline = time.Now().Add(-time.Millisecond)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	tests := []struct {
		name      string
		ctx       context.Context
		condition Condition
		event     *Event
	}{
		{"cel", t.Context(), celCondition{}, past},
		{"expression", t.Context(), expression{}, past},
		{"the request is gone", gone, celCondition{}, newEvent(t, github)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if met, err := test.condition.Holds(test.ctx, test.event); met || !IsBusy(err) {
				t.Errorf("Holds = %v, %v; want reason busy", met, err)
			}
		})
	}
}

// TestExpressionWork: Pebble expressions, too, take from the budget of the request's conditions, and those with loops take
// more.
func TestExpressionWork(t *testing.T) {
	engine := pebble.New(pebble.Options{})
	tests := []struct {
		template string
		met      int
	}{
		{`{{ trigger.body.action == 'opened' }}`, 400},
		{`{% for x in [1] %}{{ x }}{% endfor %}`, 20},
		{`{{ [1] | jq('.[0]') | first }}`, 20},
	}
	for _, test := range tests {
		template, err := engine.Compile(test.template)
		if err != nil {
			t.Fatal(err)
		}
		c, e := newExpression(template), newEvent(t, github)
		met := 0
		for range 500 {
			ok, err := c.Holds(t.Context(), e)
			var failure *Error
			if !ok && (!errors.As(err, &failure) || failure.Reason != ReasonCost) {
				t.Fatalf("%s: Holds = %v, %v", test.template, ok, err)
			}
			if ok {
				met++
			}
		}
		if diff := cmp.Diff(test.met, met); diff != "" {
			t.Errorf("%s: met (-want +got): %s", test.template, diff)
		}
	}
}
