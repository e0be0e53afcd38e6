package javatime

import (
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
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
	err = fields.verify(&out, week)
	return out, err
}

// exact refuses what only the smart resolver takes.
func (d *readDate) exact() error {
	year, month, day := d.values[fieldYear], d.values[fieldMonth], d.values[fieldDay]
	switch {
	case d.has(fieldHour) && d.values[fieldHour] > 23:
		return fieldHour.check(d.values[fieldHour])
	case d.has(fieldYear) && d.has(fieldMonth) && d.has(fieldDay) && day > int64(monthLength(int(year), int(month))):
		return meter.RuntimeError("month %d of a date has no day %d in its year", month, day)
	case d.has(fieldISOWeek) && d.values[fieldISOWeek] > int64(isoWeek.weeks(int(d.values[fieldISOWeekYear]))):
		return meter.RuntimeError("year of a date has no week %d", d.values[fieldISOWeek])
	}
	return nil
}

func disagree(f field) error {
	return meter.RuntimeError("%s of a date does not fit its other fields", f)
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
	if d.has(fieldWeekYear) && d.has(fieldWeekOfYear) && d.has(fieldDayOfWeek) {
		if year, n := d.values[fieldWeekYear], d.values[fieldWeekOfYear]; fieldWeekYear.check(year) == nil && n > int64(week.weeks(int(year))) {
			return 0, false, meter.RuntimeError("year of a date has no week %d", n)
		}
	}
	for i := range forms {
		if day, ok, err := d.together(&forms[i], week); ok || err != nil {
			return day, ok, err
		}
	}
	return 0, false, nil
}

// form is some fields that name a day together.
type form struct {
	fields []field
	day    func(v *[4]int, week weekRule) int64
}

// forms are all of them, in the order in which Java tries them.
var forms = []form{
	{[]field{fieldYear, fieldMonth, fieldDay}, func(v *[4]int, _ weekRule) int64 {
		return epochDayOf(v[0], v[1], min(v[2], monthLength(v[0], v[1])))
	}},
	{[]field{fieldYear, fieldMonth, fieldWeekOfMonthAligned, fieldDayOfWeek}, func(v *[4]int, _ weekRule) int64 {
		day := epochDayOf(v[0], v[1], 1) + int64(v[2]-1)*7
		return day + floorMod(int64(v[3]-weekdayOf(day)), 7)
	}},
	{[]field{fieldYear, fieldDayOfYear}, func(v *[4]int, _ weekRule) int64 { return epochDayOf(v[0], 1, v[1]) }},
	{[]field{fieldYear, fieldMonth, fieldWeekOfMonth, fieldDayOfWeek}, func(v *[4]int, week weekRule) int64 {
		return week.inMonth(v[0], v[1], v[2], week.localDay(v[3]))
	}},
	{[]field{fieldWeekYear, fieldWeekOfYear, fieldDayOfWeek}, func(v *[4]int, week weekRule) int64 {
		return week.epochDay(v[0], v[1], week.localDay(v[2]))
	}},
	{[]field{fieldISOWeekYear, fieldISOWeek, fieldDayOfWeek}, func(v *[4]int, _ weekRule) int64 {
		return isoWeek.epochDay(v[0], v[1], v[2])
	}},
}

// together returns the day that the fields of a form name, if all of them are there, and takes them.
func (d *readDate) together(form *form, week weekRule) (epochDay int64, ok bool, err error) {
	var values [4]int
	for _, f := range form.fields {
		if !d.has(f) {
			return 0, false, nil
		}
	}
	for i, f := range form.fields {
		n, _ := d.take(f)
		if err := f.check(n); err != nil {
			return 0, false, err
		}
		values[i] = int(n)
		if f == fieldDayOfYear && values[i] > yearLength(values[0]) {
			return 0, false, meter.RuntimeError("day of year of a date is 366, and the year is no leap year")
		}
	}
	return form.day(&values, week), true, nil
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
	for f := fieldHalfDay; f < fieldCount; f++ {
		if f != fieldHour && d.has(f) { // 24 may be an hour
			if err := f.check(d.values[f]); err != nil {
				return 0, false, err
			}
		}
	}
	if n, ok := d.take(fieldNanoOfDay); ok {
		return n, true, nil
	}
	if n, ok := d.take(fieldMilliOfDay); ok {
		nano := n % 1000 * 1e6
		if finer, ok := d.take(fieldNano); ok {
			if finer/1e6 != n%1000 {
				return 0, false, disagree(fieldNano)
			}
			nano = finer
		}
		return n/1000*1e9 + nano, true, nil
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
	for _, f := range []field{fieldMinute, fieldSecond, fieldNano} {
		if _, ok := d.take(f); !ok {
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
		return 0, false, meter.RuntimeError("part of the day of a date does not fit its hour")
	}
	return hour*3600e9 + nanos, true, nil
}

func (p *dayPeriod) includes(minute int) bool { return p.from <= minute && minute < p.to }

// hour makes the hour of the hours that count otherwise.
func (d *readDate) hour() error {
	if n, ok := d.take(fieldClockHour); ok {
		if !d.put(fieldHour, n%24) {
			return disagree(fieldClockHour)
		}
	}
	if n, ok := d.take(fieldClockHourHalf); ok {
		if !d.put(fieldHourOfHalf, n%12) {
			return disagree(fieldClockHourHalf)
		}
	}
	n, ok := d.values[fieldHourOfHalf], d.has(fieldHourOfHalf)
	if !ok {
		return nil
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
// midnight in this one, as Kestra's three attempts find them. There has to be a date.
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
