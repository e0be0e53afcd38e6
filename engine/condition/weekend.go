package condition

import (
	"context"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

func weekendSpec() flow.Spec {
	spec := kestraSpec("Weekend", "Met on Saturdays and Sundays.")
	spec.Properties = []flow.Property{dateProperty}
	spec.Example = `type: io.kestra.plugin.core.condition.Weekend
date: "{{ now() }}"
`
	spec.Compile = func(c *flow.Component) (any, error) {
		date, err := newDate(c, new(calendar).day)
		return weekend{date}, err
	}
	spec.Check = checkDate
	return spec
}

// weekend is Kestra's Weekend.
type weekend struct{ date setting[time.Time] }

// Holds implements [Condition].
func (w weekend) Holds(ctx context.Context, e *Event) (bool, error) {
	date, err := w.date.get(ctx, e)
	if err != nil {
		return false, err
	}
	return date.Weekday() == time.Saturday || date.Weekday() == time.Sunday, nil
}
