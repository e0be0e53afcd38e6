package pebble

import (
	"time"
)

// resolvedDate is what the fields that were read mean together.
type resolvedDate struct {
	epochDay  int64
	hasDate   bool
	nanos     int64 // of the day
	hasTime   bool
	zone      *time.Location
	offset    int
	hasOffset bool
	instant   time.Time
}

// resolve puts the fields together as Java's resolvers do: days beyond the end of their month are its last one and 24:00 is
// the next day, or, if it is strict, an error; fields that say the same thing twice must agree.
func (d *readDate) resolve(week weekRule, strict bool) (resolvedDate, error) {
	out := resolvedDate{zone: d.zone, offset: d.offset, hasOffset: d.hasOffset, instant: d.instant}
	if !d.instant.IsZero() {
		return out, nil
	}
	fields := *d
	if n, ok := fields.take(fieldLocalDayOfWeek); ok {
		if err := fieldLocalDayOfWeek.check(n); err != nil {
			return out, err
		}
		if !fields.put(fieldDayOfWeek, int64(week.weekday(int(n)))) {
			return out, disagree(fieldDayOfWeek)
		}
	}
	if strict {
		if err := fields.exact(); err != nil {
			return out, err
		}
	}
	day, ok, err := fields.date(week)
	if err != nil {
		return out, err
	}
	out.epochDay, out.hasDate = day, ok
	nanos, ok, err := fields.time()
	if err != nil {
		return out, err
	}
	out.nanos, out.hasTime = nanos, ok
	if out.hasDate && nanos == daySeconds*1e9 {
		out.epochDay, out.nanos = out.epochDay+1, 0
	}
	return out, fields.verify(&out, week)
}

// exact refuses what only the smart resolver takes.
func (d *readDate) exact() error {
	year, month, day := d.values[fieldYear], d.values[fieldMonth], d.values[fieldDay]
	switch {
	case d.has(fieldHour) && d.values[fieldHour] > 23:
		return fieldHour.check(d.values[fieldHour])
	case d.has(fieldYear) && d.has(fieldMonth) && d.has(fieldDay) && day > int64(monthLength(int(year), int(month))):
		return runtimeError("month %d of a date has no day %d in its year", month, day)
	case d.has(fieldISOWeek) && d.values[fieldISOWeek] > int64(isoWeek.weeks(int(d.values[fieldISOWeekYear]))):
		return runtimeError("year of a date has no week %d", d.values[fieldISOWeek])
	}
	return nil
}

func disagree(f dateField) error {
	return runtimeError("%s of a date does not fit its other fields", f)
}

// verify compares the fields that the date and the time did not need with them.
func (d *readDate) verify(out *resolvedDate, week weekRule) error {
	if !out.hasDate && !out.hasTime {
		return nil
	}
	c := civilDate(out.epochDay)
	c.hour, c.minute, c.second = int(out.nanos/3600e9), int(out.nanos/60e9%60), int(out.nanos/1e9%60)
	c.nano = int(out.nanos % 1e9)
	for f := range fieldCount {
		if !d.has(f) || f >= fieldHalfDay && !out.hasTime || f < fieldHalfDay && !out.hasDate {
			continue
		}
		if c.get(f, week) != d.values[f] {
			return disagree(f)
		}
	}
	return nil
}

// date returns the day that the fields name, and whether they name one.
func (d *readDate) date(week weekRule) (epochDay int64, ok bool, err error) {
	if err := d.year(); err != nil {
		return 0, false, err
	}
	if n, ok := d.take(fieldJulianDay); ok {
		return n - julianEpoch, true, fieldJulianDay.check(n)
	}
	if d.has(fieldYear) {
		for _, need := range []struct {
			fields []dateField
			day    func(v []int64) int64
		}{
			{[]dateField{fieldMonth, fieldDay}, func(v []int64) int64 {
				return epochDayOf(int(v[0]), int(v[1]), min(int(v[2]), monthLength(int(v[0]), int(v[1]))))
			}},
			{[]dateField{fieldMonth, fieldWeekOfMonthAligned, fieldDayOfWeek}, func(v []int64) int64 {
				day := epochDayOf(int(v[0]), int(v[1]), 1) + (v[2]-1)*7
				return day + floorMod(v[3]-int64(weekdayOf(day)), 7)
			}},
			{[]dateField{fieldDayOfYear}, func(v []int64) int64 { return epochDayOf(int(v[0]), 1, int(v[1])) }},
			{[]dateField{fieldMonth, fieldWeekOfMonth, fieldDayOfWeek}, func(v []int64) int64 {
				return week.inMonth(int(v[0]), int(v[1]), int(v[2]), week.localDay(int(v[3])))
			}},
		} {
			if day, ok, err := d.together(append([]dateField{fieldYear}, need.fields...), need.day); ok || err != nil {
				return day, ok, err
			}
		}
	}
	if d.has(fieldWeekYear) && d.has(fieldWeekOfYear) && d.has(fieldDayOfWeek) {
		if year, n := d.values[fieldWeekYear], d.values[fieldWeekOfYear]; fieldWeekYear.check(year) == nil && n > int64(week.weeks(int(year))) {
			return 0, false, runtimeError("year of a date has no week %d", n)
		}
	}
	day, ok, err := d.together([]dateField{fieldWeekYear, fieldWeekOfYear, fieldDayOfWeek}, func(v []int64) int64 {
		return week.epochDay(int(v[0]), int(v[1]), week.localDay(int(v[2])))
	})
	if ok || err != nil {
		return day, ok, err
	}
	return d.together([]dateField{fieldISOWeekYear, fieldISOWeek, fieldDayOfWeek}, func(v []int64) int64 {
		return isoWeek.epochDay(int(v[0]), int(v[1]), int(v[2]))
	})
}

// together returns the day that some fields name, if all of them are there, and takes them.
func (d *readDate) together(fields []dateField, day func(v []int64) int64) (epochDay int64, ok bool, err error) {
	var values [4]int64
	for i, f := range fields {
		if !d.has(f) {
			return 0, false, nil
		}
		values[i] = d.values[f]
	}
	for i, f := range fields {
		if err := f.check(values[i]); err != nil {
			return 0, false, err
		}
		d.take(f)
	}
	if fields[len(fields)-1] == fieldDayOfYear && int(values[1]) > yearLength(int(values[0])) {
		return 0, false, runtimeError("day of year of a date is 366, and the year is no leap year")
	}
	return day(values[:]), true, nil
}

// year makes the year of the year of era and the era.
func (d *readDate) year() error {
	n, ok := d.take(fieldYearOfEra)
	if !ok {
		return nil
	}
	if err := fieldYearOfEra.check(n); err != nil {
		return err
	}
	era, hasEra := d.take(fieldEra)
	if hasEra && era == 0 || !hasEra && d.has(fieldYear) && d.values[fieldYear] <= 0 {
		n = 1 - n
	}
	if !d.put(fieldYear, n) {
		return disagree(fieldYearOfEra)
	}
	return nil
}

// time returns the nanoseconds of the day that the fields name, and whether they name a time; 24:00 is a whole day.
func (d *readDate) time() (nanos int64, ok bool, err error) {
	for _, f := range []dateField{fieldNanoOfDay, fieldMilliOfDay} {
		if n, ok := d.take(f); ok {
			if f == fieldMilliOfDay {
				return n * 1e6, true, f.check(n)
			}
			return n, true, f.check(n)
		}
	}
	if err := d.hour(); err != nil {
		return 0, false, err
	}
	hour, hasHour := d.values[fieldHour], d.has(fieldHour)
	hasMinute, hasSecond, hasNano := d.has(fieldMinute), d.has(fieldSecond), d.has(fieldNano)
	if !hasHour {
		if hasMinute || hasSecond || hasNano {
			return 0, false, nil
		}
		return d.middle()
	}
	if !hasMinute && (hasSecond || hasNano) || !hasSecond && hasNano {
		return 0, false, nil
	}
	for _, f := range []dateField{fieldMinute, fieldSecond, fieldNano} {
		if n, ok := d.take(f); ok {
			if err := f.check(n); err != nil {
				return 0, false, err
			}
		} else {
			d.values[f] = 0
		}
	}
	d.take(fieldHour)
	nanos = d.values[fieldMinute]*60e9 + d.values[fieldSecond]*1e9 + d.values[fieldNano]
	if hour == 24 && nanos == 0 {
		return daySeconds * 1e9, true, nil
	}
	if err := fieldHour.check(hour); err != nil {
		return 0, false, err
	}
	if d.period != nil && !d.period.includes(int(hour*60+d.values[fieldMinute])) {
		return 0, false, runtimeError("part of the day of a date does not fit its hour")
	}
	return hour*3600e9 + nanos, true, nil
}

func (p *dayPeriod) includes(minute int) bool { return p.from <= minute && minute < p.to }

// hour makes the hour of the hours that count otherwise.
func (d *readDate) hour() error {
	if n, ok := d.take(fieldClockHour); ok {
		if err := fieldClockHour.check(n); err != nil {
			return err
		}
		if !d.put(fieldHour, n%24) {
			return disagree(fieldClockHour)
		}
	}
	if n, ok := d.take(fieldClockHourHalf); ok {
		if err := fieldClockHourHalf.check(n); err != nil {
			return err
		}
		if !d.put(fieldHourOfHalf, n%12) {
			return disagree(fieldClockHourHalf)
		}
	}
	n, ok := d.values[fieldHourOfHalf], d.has(fieldHourOfHalf)
	if !ok {
		return nil
	}
	if err := fieldHourOfHalf.check(n); err != nil {
		return err
	}
	switch {
	case d.has(fieldHalfDay):
		n += 12 * d.values[fieldHalfDay]
		d.take(fieldHalfDay)
	case d.period != nil:
		minute := 0
		if d.has(fieldMinute) {
			minute = int(d.values[fieldMinute])
		}
		if !d.period.includes(int(n)*60+minute) && d.period.includes(int(n+12)*60+minute) {
			n += 12
		}
		d.period = nil
	default:
		return nil
	}
	d.take(fieldHourOfHalf)
	if !d.put(fieldHour, n) {
		return disagree(fieldHourOfHalf)
	}
	return nil
}

// middle is the time of a date that has a part of the day but no hour: the middle of that part.
func (d *readDate) middle() (nanos int64, ok bool, err error) {
	if d.period != nil {
		return int64(d.period.from+d.period.to) / 2 * 60e9, true, nil
	}
	if n, ok := d.values[fieldHalfDay], d.has(fieldHalfDay); ok && !d.has(fieldHourOfHalf) {
		return (n*12 + 6) * 3600e9, true, nil
	}
	return 0, false, nil
}

// in returns the instant: of a date and a time in the zone that was read or else in this one, of a date alone at
// midnight in this one, as Kestra's three attempts find them (spec/expressions.md §2.5). There has to be a date.
func (d *resolvedDate) in(loc *time.Location) time.Time {
	if !d.instant.IsZero() {
		return d.instant
	}
	local := d.epochDay * daySeconds
	if !d.hasTime {
		return inZone(local, 0, loc, nil)
	}
	local += d.nanos / 1e9
	nano := int(d.nanos % 1e9)
	switch {
	case d.hasOffset && d.zone != nil:
		return time.Unix(local-int64(d.offset), int64(nano)).In(d.zone)
	case d.hasOffset:
		return time.Unix(local-int64(d.offset), int64(nano)).In(offsetZone(d.offset))
	case d.zone != nil:
		return inZone(local, nano, d.zone, nil)
	default:
		return inZone(local, nano, loc, nil)
	}
}
