package condition

import (
	"context"
	"slices"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

func dayWeekInMonthSpec() flow.Spec {
	spec := kestraSpec("DayWeekInMonth", "Met on the first, second, third, fourth or last such day of the week in a month.")
	spec.Properties = []flow.Property{
		dateProperty, dayOfWeekProperty,
		{Name: "dayInMonth", Type: flow.String, Required: true, Dynamic: true, Values: daysInMonth, Summary: "Which of them."},
	}
	spec.Example = `type: io.kestra.plugin.core.condition.DayWeekInMonth
date: "{{ now() }}"
dayOfWeek: MONDAY
dayInMonth: FIRST
`
	spec.Compile = func(c *flow.Component) (any, error) {
		date, err := newDate(c, new(calendar).day)
		if err != nil {
			return nil, err
		}
		on, err := newSetting(c, "dayOfWeek", readWeekday)
		if err != nil {
			return nil, err
		}
		which, err := newSetting(c, "dayInMonth", oneOf(daysInMonth))
		return dayWeekInMonth{date, on, which}, err
	}
	spec.Check = checkDate
	return spec
}

const last = "LAST"

// daysInMonth are Kestra's; the index of all but the last one says how many weeks come before.
var daysInMonth = []string{"FIRST", "SECOND", "THIRD", "FOURTH", last}

// dayWeekInMonth is Kestra's DayWeekInMonth.
type dayWeekInMonth struct {
	date  setting[time.Time]
	on    setting[time.Weekday]
	which setting[string]
}

// Holds implements [Condition].
func (d dayWeekInMonth) Holds(ctx context.Context, e *Event) (bool, error) {
	date, err := d.date.get(ctx, e)
	if err != nil {
		return false, err
	}
	on, err := d.on.get(ctx, e)
	if err != nil {
		return false, err
	}
	which, err := d.which.get(ctx, e)
	if err != nil || date.Weekday() != on {
		return false, err
	}
	if which == last {
		return date.AddDate(0, 0, 7).Month() != date.Month(), nil
	}
	return (date.Day()-1)/7 == slices.Index(daysInMonth, which), nil
}
