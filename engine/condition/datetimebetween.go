package condition

import (
	"context"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

func dateTimeBetweenSpec() flow.Spec {
	spec := kestraSpec("DateTimeBetween", "Met after one instant, before another, or between both; neither of them is in the range.")
	spec.Properties = []flow.Property{
		instantProperty,
		{Name: "after", Type: flow.String, Dynamic: true, Summary: "The beginning, as in 2025-12-31T23:59:59Z, or the seconds since 1970; this or `before` is required."},
		{Name: "before", Type: flow.String, Dynamic: true, Summary: "The end, in the same forms."},
	}
	spec.Example = `type: io.kestra.plugin.core.condition.DateTimeBetween
date: "{{ now() }}"
after: "2025-12-31T23:59:59Z"
`
	spec.Compile = func(c *flow.Component) (any, error) {
		var calendar calendar
		date, err := newDate(c, calendar.instant)
		if err != nil {
			return nil, err
		}
		ends, err := newEnds(c, calendar.instantBound)
		return dateTimeBetween{date, ends}, err
	}
	spec.Check = func(f *flow.Flow, c *flow.Component, report flow.Report) {
		checkDate(f, c, report)
		ends := c.Compiled.(dateTimeBetween).ends
		after, before := ends.after.fixed, ends.before.fixed
		if after.given && before.given && !after.at.Before(before.at) {
			report(flow.SeverityWarning, "before", "never met: it is not after `after`")
		}
	}
	return spec
}

// dateTimeBetween is Kestra's DateTimeBetween.
type dateTimeBetween struct {
	date setting[time.Time]
	ends ends[time.Time]
}

// Holds implements [Condition].
func (d dateTimeBetween) Holds(ctx context.Context, e *Event) (bool, error) {
	date, err := d.date.get(ctx, e)
	if err != nil {
		return false, err
	}
	after, before, err := d.ends.get(ctx, e)
	if err != nil {
		return false, err
	}
	return (!after.given || date.After(after.at)) && (!before.given || date.Before(before.at)), nil
}

// ends are the properties `after` and `before`.
type ends[T any] struct{ after, before setting[bound[T]] }

func newEnds[T any](c *flow.Component, read func(text string) (bound[T], error)) (ends[T], error) {
	after, err := newSetting(c, "after", read)
	if err != nil {
		return ends[T]{}, err
	}
	before, err := newSetting(c, "before", read)
	if err != nil {
		return ends[T]{}, err
	}
	if after.isFixed() && before.isFixed() && !after.fixed.given && !before.fixed.given {
		return ends[T]{}, c.Errorf("", "needs `after` or `before`")
	}
	return ends[T]{after, before}, nil
}

// get returns both, of which at least one is given.
func (x *ends[T]) get(ctx context.Context, e *Event) (after, before bound[T], err error) {
	if after, err = x.after.get(ctx, e); err != nil {
		return after, before, err
	}
	before, err = x.before.get(ctx, e)
	if err == nil && !after.given && !before.given {
		err = failed("properties after and before are both blank")
	}
	return after, before, err
}
