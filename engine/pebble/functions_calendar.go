package pebble

import (
	"strings"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/javatime"
	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// functionsCalendar are the functions of Kestra 2.0 on days. They look at the date as it is written and never move it to
// another zone; dates are ISO texts or date-times.
func functionsCalendar() []Function {
	date := Parameter{Name: "date", Required: true}
	return []Function{
		{
			Entry{
				Name: "dayOfWeek", Parameters: []Parameter{date}, Summary: "the day of the week of a date, as in MONDAY",
				Examples: []Example{{"{{ dayOfWeek('2025-01-06T00:30:00+02:00') }}", "MONDAY"}},
			},
			onDay("dayOfWeek", func(day time.Time, _ []value.Value) (value.Value, error) {
				return value.String(strings.ToUpper(day.Weekday().String())), nil
			}),
		},
		{
			Entry{
				Name: "dayOfMonth", Parameters: []Parameter{date}, Summary: "the day of the month of a date, from 1",
				Examples: []Example{{"{{ dayOfMonth('2024-02-29') }}", "29"}},
			},
			onDay("dayOfMonth", func(day time.Time, _ []value.Value) (value.Value, error) { return value.Int(int64(day.Day())), nil }),
		},
		{
			Entry{
				Name: "monthOfYear", Parameters: []Parameter{date}, Summary: "the month of a date, from 1",
				Examples: []Example{{"{{ monthOfYear('2024-02-29') }}", "2"}},
			},
			onDay("monthOfYear", func(day time.Time, _ []value.Value) (value.Value, error) { return value.Int(int64(day.Month())), nil }),
		},
		{
			Entry{
				Name: "hourOfDay", Parameters: []Parameter{date}, Summary: "the hour of a date with a time, from 0 to 23",
				Examples: []Example{{"{{ hourOfDay('2025-01-06T14:30:00+02:00') }}", "14"}},
			},
			func(st *state, args []value.Value) (value.Value, error) {
				if err := st.Charge(javatime.Cost); err != nil {
					return value.Null, err
				}
				t, form := readWritten(args[0])
				if form < writtenTime {
					return value.Null, evaluationError("function hourOfDay needs a date with a time in ISO form")
				}
				return value.Int(int64(t.Hour())), nil
			},
		},
		{
			Entry{
				Name: "isWeekend", Parameters: []Parameter{date}, Summary: "whether a date is a Saturday or a Sunday",
				Examples: []Example{{"{{ isWeekend('2024-03-02') }}", "true"}},
			},
			onDay("isWeekend", func(day time.Time, _ []value.Value) (value.Value, error) {
				return value.Bool(day.Weekday() == time.Saturday || day.Weekday() == time.Sunday), nil
			}),
		},
		{
			Entry{
				Name: "isDayWeekInMonth", Parameters: []Parameter{date, {Name: "dayOfWeek", Required: true}, {Name: "position", Required: true}},
				Summary:  "whether a date is a day of the week for the FIRST, SECOND, THIRD, FOURTH or LAST time in its month",
				Examples: []Example{{"{{ isDayWeekInMonth('2024-03-04', 'MONDAY', 'FIRST') }}", "true"}},
			},
			onDay("isDayWeekInMonth", dayWeekInMonth),
		},
		{
			Entry{
				Name: "isLastWorkingDay", Parameters: []Parameter{date, {Name: "workingDays", Default: value.String("MONDAY,TUESDAY,WEDNESDAY,THURSDAY,FRIDAY")}},
				Summary:  "whether a date is the last of the working days of its month",
				Examples: []Example{{"{{ isLastWorkingDay('2024-03-29') }}", "true"}, {"{{ isLastWorkingDay('2024-03-29', 'SATURDAY, SUNDAY') }}", "false"}},
			},
			onDay("isLastWorkingDay", lastWorkingDay),
		},
		{
			Entry{
				Name: "isDateBetween", Parameters: []Parameter{date, {Name: "after", Required: true}, {Name: "before", Required: true}},
				Summary:  "whether a date with a time and an offset is after one and before another, both excluded",
				Examples: []Example{{"{{ isDateBetween('2024-03-01T00:30:00+01:00', '2024-02-29T00:00:00Z', '2024-03-01T00:00:00Z') }}", "true"}},
			},
			func(st *state, args []value.Value) (value.Value, error) {
				if err := st.Charge(3 * javatime.Cost); err != nil {
					return value.Null, err
				}
				var at [3]time.Time
				for i, name := range []string{"date", "after", "before"} {
					var form writtenDate
					if at[i], form = readWritten(args[i]); form != writtenZone {
						return value.Null, evaluationError("the %s of isDateBetween must be a date with a time and an offset in ISO form", name)
					}
				}
				return value.Bool(at[0].After(at[1]) && at[0].Before(at[2])), nil
			},
		},
	}
}

// writtenDate is what a date says.
type writtenDate int

const (
	writtenNot writtenDate = iota
	writtenDay
	writtenTime
	writtenZone // a time with an offset
)

// readWritten reads a date as it is written.
func readWritten(v value.Value) (time.Time, writtenDate) {
	if v.Kind() == value.KindTime {
		return v.Time(), writtenZone
	}
	text := v.Str()
	if v.Kind() != value.KindString || len(text) > 100 {
		return time.Time{}, writtenNot
	}
	text, _, _ = strings.Cut(text, "[")
	for _, layout := range []struct {
		text string
		form writtenDate
	}{
		{"2006-01-02T15:04:05Z07:00", writtenZone},
		{"2006-01-02T15:04Z07:00", writtenZone},
		{"2006-01-02T15:04:05", writtenTime},
		{"2006-01-02T15:04", writtenTime},
		{"2006-01-02", writtenDay},
	} {
		if t, err := time.Parse(layout.text, text); err == nil {
			return t, layout.form
		}
	}
	return time.Time{}, writtenNot
}

func onDay(name string, call func(day time.Time, args []value.Value) (value.Value, error)) func(*state, []value.Value) (value.Value, error) {
	return func(st *state, args []value.Value) (value.Value, error) {
		if err := st.Charge(javatime.Cost); err != nil {
			return value.Null, err
		}
		day, form := readWritten(args[0])
		if form == writtenNot {
			return value.Null, evaluationError("function %s needs a date in ISO form", name)
		}
		return call(day, args)
	}
}

// weekday returns the day of the week that a name says.
func weekday(name string) (time.Weekday, bool) {
	for day := range time.Saturday + 1 {
		if strings.EqualFold(day.String(), name) {
			return day, true
		}
	}
	return 0, false
}

func dayWeekInMonth(day time.Time, args []value.Value) (value.Value, error) {
	wanted, ok := weekday(args[1].Str())
	if !ok {
		return value.Null, evaluationError("the dayOfWeek of isDayWeekInMonth must be one of MONDAY, TUESDAY, …")
	}
	nth := (day.Day()-1)/7 + 1
	switch position := strings.ToUpper(args[2].Str()); position {
	case "FIRST", "SECOND", "THIRD", "FOURTH":
		number := map[string]int{"FIRST": 1, "SECOND": 2, "THIRD": 3, "FOURTH": 4}[position]
		return value.Bool(day.Weekday() == wanted && nth == number), nil
	case "LAST":
		return value.Bool(day.Weekday() == wanted && day.AddDate(0, 0, 7).Month() != day.Month()), nil
	default:
		return value.Null, evaluationError("the position of isDayWeekInMonth must be one of FIRST, SECOND, THIRD, FOURTH and LAST")
	}
}

func lastWorkingDay(day time.Time, args []value.Value) (value.Value, error) {
	var working [7]bool
	if len(args[1].Str()) > javatime.MaxText {
		return value.Null, meter.NewFault(ClassLimit, -1, "workingDays of isLastWorkingDay has more than %d bytes", javatime.MaxText)
	}
	names := strings.FieldsFunc(args[1].Str(), func(r rune) bool { return r == ',' || value.IsSpace(r) })
	for _, name := range names {
		d, ok := weekday(name)
		if !ok {
			return value.Null, evaluationError("the workingDays of isLastWorkingDay must be names as in MONDAY, TUESDAY")
		}
		working[d] = true
	}
	if len(names) == 0 {
		return value.Null, evaluationError("the workingDays of isLastWorkingDay must name a day")
	}
	if !working[day.Weekday()] {
		return value.Bool(false), nil
	}
	for next := day.AddDate(0, 0, 1); next.Month() == day.Month(); next = next.AddDate(0, 0, 1) {
		if working[next.Weekday()] {
			return value.Bool(false), nil
		}
	}
	return value.Bool(true), nil
}
