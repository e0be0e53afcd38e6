package condition

import (
	"context"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

func timeBetweenSpec() flow.Spec {
	spec := kestraSpec("TimeBetween", "Met after one time of the day, before another, or between both, also over midnight; neither of them is in the range.")
	spec.Properties = []flow.Property{
		instantProperty,
		{Name: "after", Type: flow.String, Dynamic: true, Summary: "The beginning, as in 16:00:00+02:00; this or `before` is required."},
		{Name: "before", Type: flow.String, Dynamic: true, Summary: "The end, in the same form; one that does not come after `after` is on the next day."},
	}
	spec.Example = `type: io.kestra.plugin.core.condition.TimeBetween
date: "{{ now() }}"
after: "16:00:00+02:00"
before: "20:00:00+02:00"
`
	spec.Compile = func(c *flow.Component) (any, error) {
		var calendar calendar
		date, err := newDate(c, calendar.instant)
		if err != nil {
			return nil, err
		}
		ends, err := newEnds(c, calendar.clockBound)
		return timeBetween{date, ends}, err
	}
	spec.Check = checkDate
	return spec
}

// timeBetween is Kestra's TimeBetween.
type timeBetween struct {
	date setting[time.Time]
	ends ends[clock]
}

// Holds implements [Condition].
func (t timeBetween) Holds(ctx context.Context, e *Event) (bool, error) {
	date, err := t.date.get(ctx, e)
	if err != nil {
		return false, err
	}
	after, before, err := t.ends.get(ctx, e)
	if err != nil {
		return false, err
	}
	now := clockOf(date)
	begun, notOver := now > after.at, now < before.at
	switch {
	case !before.given:
		return begun, nil
	case !after.given:
		return notOver, nil
	case after.at < before.at:
		return begun && notOver, nil
	default:
		return begun || notOver, nil
	}
}
