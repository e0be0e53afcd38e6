package pebble

import (
	"strings"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/javatime"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// timeMethods are the methods of a date-time, those of Java's ZonedDateTime that need no other Java type.
func timeMethods() methodTable {
	field := func(get func(t time.Time) int64) methodCall {
		return plain(0, func(v value.Value, _ []value.Value) value.Value { return value.Int(get(v.Time())) })
	}
	text := func(get func(t time.Time) string) methodCall {
		return plain(0, func(v value.Value, _ []value.Value) value.Value { return value.String(get(v.Time())) })
	}
	milli := func(t time.Time) int64 { return t.Unix()*1e3 + int64(t.Nanosecond()/1e6) }
	table := methodTable{
		"getyear":        field(func(t time.Time) int64 { return int64(t.Year()) }),
		"getmonthvalue":  field(func(t time.Time) int64 { return int64(t.Month()) }),
		"getdayofmonth":  field(func(t time.Time) int64 { return int64(t.Day()) }),
		"getdayofyear":   field(func(t time.Time) int64 { return int64(t.YearDay()) }),
		"gethour":        field(func(t time.Time) int64 { return int64(t.Hour()) }),
		"getminute":      field(func(t time.Time) int64 { return int64(t.Minute()) }),
		"getsecond":      field(func(t time.Time) int64 { return int64(t.Second()) }),
		"getnano":        field(func(t time.Time) int64 { return int64(t.Nanosecond()) }),
		"getmonth":       text(func(t time.Time) string { return strings.ToUpper(t.Month().String()) }),
		"getdayofweek":   text(func(t time.Time) string { return strings.ToUpper(t.Weekday().String()) }),
		"getzone":        text(func(t time.Time) string { id, _ := javatime.ZoneID(t); return id }),
		"getoffset":      text(func(t time.Time) string { _, offset := t.Zone(); return javatime.OffsetID(offset) }),
		"toepochsecond":  field(time.Time.Unix),
		"getepochsecond": field(time.Time.Unix),
		"toepochmilli":   field(milli),
		"toinstant":      plain(0, func(v value.Value, _ []value.Value) value.Value { return value.Time(v.Time().UTC()) }),
		"tolocaldate":    text(func(t time.Time) string { return t.Format("2006-01-02") }),
		"tostring":       textMethod,
		"isbefore":       orderOfDates(func(a, b time.Time) bool { return a.Before(b) }),
		"isafter":        orderOfDates(func(a, b time.Time) bool { return a.After(b) }),
		"isequal":        orderOfDates(func(a, b time.Time) bool { return a.Equal(b) }),
	}
	for _, unit := range []string{"nanos", "seconds", "minutes", "hours", "days", "weeks", "months", "years"} {
		table["plus"+unit] = moving(strings.ToUpper(unit), 1)
		table["minus"+unit] = moving(strings.ToUpper(unit), -1)
	}
	return table
}

// moving is plusDays(1) and the like.
func moving(unit string, sign int64) methodCall {
	return methodCall{1, 1, func(_ *state, v value.Value, args []value.Value) (value.Value, error) {
		if args[0].Kind() != value.KindInt || args[0].Int() == -1<<63 {
			return value.Null, errNoMethod
		}
		t, err := javatime.AddUnits(v.Time(), sign*args[0].Int(), unit)
		if err != nil {
			return value.Null, err
		}
		return value.Time(t), nil
	}}
}

// orderOfDates is isBefore(date) and the like.
func orderOfDates(holds func(a, b time.Time) bool) methodCall {
	return methodCall{1, 1, func(_ *state, v value.Value, args []value.Value) (value.Value, error) {
		if args[0].Kind() != value.KindTime {
			return value.Null, errNoMethod
		}
		return value.Bool(holds(v.Time(), args[0].Time())), nil
	}}
}
