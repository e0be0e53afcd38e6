package condition

import (
	"context"
	"slices"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

func dayWeekSpec() flow.Spec {
	spec := kestraSpec("DayWeek", "Met on one day of the week.")
	spec.Properties = []flow.Property{dateProperty, dayOfWeekProperty}
	spec.Example = `type: io.kestra.plugin.core.condition.DayWeek
date: "{{ now() }}"
dayOfWeek: MONDAY
`
	spec.Compile = func(c *flow.Component) (any, error) {
		date, err := newDate(c, new(calendar).day)
		if err != nil {
			return nil, err
		}
		on, err := newSetting(c, "dayOfWeek", readWeekday)
		return dayWeek{date, on}, err
	}
	spec.Check = checkDate
	return spec
}

var dayOfWeekProperty = flow.Property{
	Name: "dayOfWeek", Type: flow.String, Required: true, Dynamic: true, Values: weekdays, Summary: "The day of the week.",
}

// weekdays are Java's names, in Java's order.
var weekdays = []string{"MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"}

func readWeekday(text string) (time.Weekday, error) {
	name, err := oneOf(weekdays)(text)
	return time.Weekday((slices.Index(weekdays, name) + 1) % 7), err
}

// dayWeek is Kestra's DayWeek.
type dayWeek struct {
	date setting[time.Time]
	on   setting[time.Weekday]
}

// Holds implements [Condition].
func (d dayWeek) Holds(ctx context.Context, e *Event) (bool, error) {
	date, err := d.date.get(ctx, e)
	if err != nil {
		return false, err
	}
	on, err := d.on.get(ctx, e)
	return err == nil && date.Weekday() == on, err
}
