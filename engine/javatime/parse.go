package javatime

import (
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
)

// ZonedDateTime reads what Java's ZonedDateTime.parse does, as 2024-02-29T13:14:15+01:00[Europe/Paris], and returns the instant
// in its zone.
func (f *Formats) ZonedDateTime(text string) (time.Time, error) {
	return f.parse(text, "iso_zoned_date_time")
}

// LocalDate reads what Java's LocalDate.parse does, as 2024-02-29, and returns its midnight in UTC.
func (f *Formats) LocalDate(text string) (time.Time, error) { return f.parse(text, "iso_local_date") }

// OffsetTime reads what Java's OffsetTime.parse does, as 13:14:15+01:00, and returns the nanoseconds since midnight and the distance
// from UTC in seconds.
func (f *Formats) OffsetTime(text string) (nanos int64, offset int, err error) {
	d, err := f.resolved(text, "iso_offset_time")
	return d.nanos, d.offset, err
}

func (f *Formats) parse(text, format string) (time.Time, error) {
	d, err := f.resolved(text, format)
	if err != nil {
		return time.Time{}, err
	}
	return checkYear(d.in(time.UTC), meter.RuntimeError("year of a date is not from %d to %d", -maxYear, maxYear))
}

func (f *Formats) resolved(text, format string) (resolvedDate, error) {
	if len(text) > MaxText {
		return resolvedDate{}, meter.NewFault(meter.ClassLimit, -1, "text of a date has more than %d bytes", MaxText)
	}
	read, err := isoPatterns()[format].read(text, English(), &f.zones)
	if err != nil {
		return resolvedDate{}, err
	}
	return read.resolve(isoWeek, true)
}
