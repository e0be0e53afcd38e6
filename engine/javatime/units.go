package javatime

import (
	"math"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
)

// unitNanos are the exact durations of ChronoUnit, in nanoseconds.
var unitNanos = map[string]int64{
	"NANOS": 1, "MICROS": 1e3, "MILLIS": 1e6, "SECONDS": 1e9, "MINUTES": 60e9, "HOURS": 3600e9, "HALF_DAYS": 12 * 3600e9,
}

// unitDays and unitMonths are the units that move the date and keep the time on the clock.
var (
	unitDays   = map[string]int64{"DAYS": 1, "WEEKS": 7}
	unitMonths = map[string]int64{"MONTHS": 1, "YEARS": 12, "DECADES": 120, "CENTURIES": 1200, "MILLENNIA": 12000}
)

// CheckUnit says what is wrong with the name of a unit.
func CheckUnit(unit string) error {
	if unitNanos[unit] != 0 || unitDays[unit] != 0 || unitMonths[unit] != 0 || unit == "ERAS" {
		return nil
	}
	return meter.RuntimeError("unit of a date does not exist; units are NANOS MICROS MILLIS SECONDS MINUTES HOURS HALF_DAYS DAYS WEEKS MONTHS YEARS DECADES CENTURIES MILLENNIA ERAS")
}

// AddUnits returns t moved by an amount of a ChronoUnit, by the rules of Java's ZonedDateTime: time units are exact; date
// units keep the time on the clock in the zone of t, and the offset where that time occurs twice; a day that the month does
// not have is its last one.
func AddUnits(t time.Time, amount int64, unit string) (time.Time, error) {
	tooFar := meter.RuntimeError("date is moved beyond the year %d", maxYear)
	if n, ok := unitNanos[unit]; ok {
		var seconds, nanos int64
		if n >= 1e9 {
			hi, lo := n/1e9, amount
			if lo > math.MaxInt64/hi || lo < math.MinInt64/hi {
				return t, tooFar
			}
			seconds = hi * lo
		} else {
			perSecond := 1e9 / n
			seconds, nanos = floorDiv(amount, perSecond), floorMod(amount, perSecond)*n
		}
		return moved(t, seconds, nanos, tooFar)
	}
	_, offset := t.Zone()
	local := t.Unix() + int64(offset)
	c := takeApart(t)
	day := c.epochDay
	switch {
	case unitDays[unit] != 0:
		n := unitDays[unit]
		if amount > maxEpochDay*2/n || amount < -maxEpochDay*2/n {
			return t, tooFar
		}
		day += amount * n
	case unitMonths[unit] != 0:
		n := unitMonths[unit]
		if limit := int64(maxYear) * 24 / n; amount > limit || amount < -limit {
			return t, tooFar
		}
		months := int64(c.year)*12 + int64(c.month-1) + amount*n
		day = monthDay(months, c.day)
	case unit == "ERAS":
		era := c.get(fieldEra, isoWeek) + amount
		if amount > 1 || amount < -1 || era < 0 || era > 1 {
			return t, meter.RuntimeError("date has no era %d steps away", amount)
		}
		if amount != 0 {
			day = monthDay(int64(1-c.year)*12+int64(c.month-1), c.day)
		}
	default:
		return t, CheckUnit(unit)
	}
	if day > maxEpochDay || day < -maxEpochDay {
		return t, tooFar
	}
	return checkYear(inZone(local+(day-c.epochDay)*daySeconds, c.nano, t.Location(), &offset), tooFar)
}

// maxEpochDay is a little beyond the last day of a date.
const maxEpochDay = (maxYear + 2) * 366

// monthDay returns the day of a month that is counted from the year 0, or its last day.
func monthDay(months int64, day int) int64 {
	year, month := int(floorDiv(months, 12)), int(floorMod(months, 12))+1
	return epochDayOf(year, month, min(day, monthLength(year, month)))
}

// moved returns t moved by an exact duration.
func moved(t time.Time, seconds, nanos int64, tooFar error) (time.Time, error) {
	if limit := int64(maxEpochDay) * 2 * daySeconds; seconds > limit || seconds < -limit {
		return t, tooFar
	}
	return checkYear(time.Unix(t.Unix()+seconds, int64(t.Nanosecond())+nanos).In(t.Location()), tooFar)
}

func checkYear(t time.Time, tooFar error) (time.Time, error) {
	if y := t.Year(); y > maxYear || y < -maxYear {
		return t, tooFar
	}
	return t, nil
}
