package javatime

import (
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
)

// field is a part of a date-time that a pattern prints or reads, as Java's ChronoField and its relatives.
type field uint8

const (
	fieldEra field = iota // 0 before, 1 after Christ
	fieldYear
	fieldYearOfEra
	fieldQuarter
	fieldMonth
	fieldDay
	fieldDayOfYear
	fieldWeekOfMonthAligned // week 1 begins on day 1
	fieldDayOfWeek          // 1 is Monday
	fieldLocalDayOfWeek     // 1 is the first day of the week of the locale
	fieldWeekOfMonth
	fieldWeekOfYear
	fieldWeekYear
	fieldISOWeek
	fieldISOWeekYear
	fieldJulianDay // modified: 0 is 1858-11-17
	fieldHalfDay   // 0 before, 1 after noon
	fieldHour
	fieldClockHour     // 1 to 24
	fieldHourOfHalf    // 0 to 11
	fieldClockHourHalf // 1 to 12
	fieldMinute
	fieldSecond
	fieldNano
	fieldMilliOfDay
	fieldNanoOfDay
	fieldCount
)

// maxYear is the last year of a date, and its negation the first, as in Java.
const maxYear = 999_999_999

// fieldInfo holds the name of a field for errors and the values it may have.
var fieldInfo = [fieldCount]struct {
	name     string
	min, max int64
}{
	fieldEra: {"era", 0, 1}, fieldYear: {"year", -maxYear, maxYear}, fieldYearOfEra: {"year of era", 1, maxYear + 1},
	fieldQuarter: {"quarter", 1, 4}, fieldMonth: {"month", 1, 12}, fieldDay: {"day of month", 1, 31},
	fieldDayOfYear: {"day of year", 1, 366}, fieldWeekOfMonthAligned: {"week of month", 1, 5},
	fieldDayOfWeek: {"day of week", 1, 7}, fieldLocalDayOfWeek: {"day of week", 1, 7},
	fieldWeekOfMonth: {"week of month", 0, 6}, fieldWeekOfYear: {"week of year", 1, 54},
	fieldWeekYear: {"week-based year", -maxYear, maxYear}, fieldISOWeek: {"week of year", 1, 53},
	fieldISOWeekYear: {"week-based year", -maxYear, maxYear}, fieldJulianDay: {"julian day", -365_242_139_000, 365_242_139_000},
	fieldHalfDay: {"half of day", 0, 1}, fieldHour: {"hour", 0, 23}, fieldClockHour: {"hour", 1, 24},
	fieldHourOfHalf: {"hour", 0, 11}, fieldClockHourHalf: {"hour", 1, 12}, fieldMinute: {"minute", 0, 59},
	fieldSecond: {"second", 0, 59}, fieldNano: {"nanosecond", 0, 999_999_999},
	fieldMilliOfDay: {"millisecond of day", 0, 86_400_000 - 1}, fieldNanoOfDay: {"nanosecond of day", 0, 86_400_000_000_000 - 1},
}

// String returns the name of the field.
func (f field) String() string { return fieldInfo[f].name }

// check returns an error when the field cannot have this value.
func (f field) check(v int64) error {
	if info := &fieldInfo[f]; v < info.min || v > info.max {
		return meter.RuntimeError("%s of a date is not from %d to %d: %d", info.name, info.min, info.max, v)
	}
	return nil
}

// daySeconds is how many seconds an ordinary day has.
const daySeconds = 86_400

// julianEpoch is the modified Julian day of 1970-01-01.
const julianEpoch = 40_587

// civil is a date-time without a zone, taken apart.
type civil struct {
	year                         int
	month, day, yearDay, weekday int // weekday: 1 is Monday
	hour, minute, second, nano   int
	epochDay                     int64
}

// takeApart returns the parts of t in its zone.
func takeApart(t time.Time) civil {
	_, offset := t.Zone()
	local := t.Unix() + int64(offset)
	c := civil{epochDay: floorDiv(local, daySeconds), nano: t.Nanosecond()}
	second := int(local - c.epochDay*daySeconds)
	c.hour, c.minute, c.second = second/3600, second/60%60, second%60
	year, month, day := t.Date()
	c.year, c.month, c.day, c.yearDay = year, int(month), day, t.YearDay()
	c.weekday = weekdayOf(c.epochDay)
	return c
}

// civilDate returns the parts of a date.
func civilDate(epochDay int64) civil { return takeApart(time.Unix(epochDay*daySeconds, 0).UTC()) }

// epochDayOf returns the number of days from 1970-01-01 to a date; the parts may be out of their ranges as in time.Date.
func epochDayOf(year, month, day int) int64 {
	return floorDiv(time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC).Unix(), daySeconds)
}

func weekdayOf(epochDay int64) int { return int(floorMod(epochDay+3, 7)) + 1 }

func leap(year int) bool { return year%4 == 0 && (year%100 != 0 || year%400 == 0) }

func yearLength(year int) int {
	if leap(year) {
		return 366
	}
	return 365
}

func monthLength(year, month int) int {
	switch month {
	case 2:
		if leap(year) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	default:
		return 31
	}
}

// get returns the value of a field of c; week rules the fields that depend on the locale.
func (c *civil) get(f field, week weekRule) int64 {
	switch f {
	case fieldEra:
		if c.year > 0 {
			return 1
		}
		return 0
	case fieldYear:
		return int64(c.year)
	case fieldYearOfEra:
		if c.year > 0 {
			return int64(c.year)
		}
		return 1 - int64(c.year)
	case fieldQuarter:
		return int64(c.month-1)/3 + 1
	case fieldMonth:
		return int64(c.month)
	case fieldDay:
		return int64(c.day)
	case fieldDayOfYear:
		return int64(c.yearDay)
	case fieldWeekOfMonthAligned:
		return int64(c.day-1)/7 + 1
	case fieldDayOfWeek:
		return int64(c.weekday)
	case fieldLocalDayOfWeek:
		return int64(week.localDay(c.weekday))
	case fieldWeekOfMonth:
		return int64(week.number(c.day, week.localDay(c.weekday)))
	case fieldWeekOfYear:
		n, _ := week.ofYear(c)
		return int64(n)
	case fieldWeekYear:
		_, year := week.ofYear(c)
		return int64(year)
	case fieldISOWeek:
		n, _ := isoWeek.ofYear(c)
		return int64(n)
	case fieldISOWeekYear:
		_, year := isoWeek.ofYear(c)
		return int64(year)
	case fieldJulianDay:
		return c.epochDay + julianEpoch
	default:
		return c.getTime(f)
	}
}

func (c *civil) getTime(f field) int64 {
	switch f {
	case fieldHalfDay:
		return int64(c.hour / 12)
	case fieldHour:
		return int64(c.hour)
	case fieldClockHour:
		return int64((c.hour+23)%24 + 1)
	case fieldHourOfHalf:
		return int64(c.hour % 12)
	case fieldClockHourHalf:
		return int64((c.hour+11)%12 + 1)
	case fieldMinute:
		return int64(c.minute)
	case fieldSecond:
		return int64(c.second)
	case fieldNano:
		return int64(c.nano)
	case fieldMilliOfDay:
		return int64(c.secondOfDay())*1000 + int64(c.nano/1e6)
	default:
		return int64(c.secondOfDay())*1e9 + int64(c.nano)
	}
}

func (c *civil) secondOfDay() int { return c.hour*3600 + c.minute*60 + c.second }

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b != 0 && (a < 0) != (b < 0) {
		q--
	}
	return q
}

func floorMod(a, b int64) int64 { return a - floorDiv(a, b)*b }
