package value

import (
	"strconv"
	"time"
)

// AppendInstant appends a time as Java's Instant prints it: in UTC, with 0, 3, 6 or 9 digits of the second.
func AppendInstant(dst []byte, t time.Time) []byte { return appendTime(dst, t.UTC()) }

// AppendDuration appends a duration as Java prints it, as in PT1H2M3.5S.
func AppendDuration(dst []byte, d time.Duration) []byte {
	if d <= 0 {
		return append(dst, "PT0S"...)
	}
	dst = append(dst, "PT"...)
	if h := d / time.Hour; h > 0 {
		dst = append(strconv.AppendInt(dst, int64(h), 10), 'H')
		d %= time.Hour
	}
	if m := d / time.Minute; m > 0 {
		dst = append(strconv.AppendInt(dst, int64(m), 10), 'M')
		d %= time.Minute
	}
	if d > 0 {
		dst = append(strconv.AppendFloat(dst, d.Seconds(), 'f', -1, 64), 'S')
	}
	return dst
}

// appendTime appends t as Java's toString writes it: in UTC like an Instant, elsewhere like a ZonedDateTime, which leaves
// out seconds that are zero and names the zone if it has a name. A fraction has three, six or nine digits.
func appendTime(dst []byte, t time.Time) []byte {
	dst = t.AppendFormat(dst, "2006-01-02T15:04")
	nano := t.Nanosecond()
	switch {
	case nano%1e3 != 0:
		dst = t.AppendFormat(dst, ":05.000000000")
	case nano%1e6 != 0:
		dst = t.AppendFormat(dst, ":05.000000")
	case nano != 0:
		dst = t.AppendFormat(dst, ":05.000")
	case t.Second() != 0 || t.Location() == time.UTC:
		dst = t.AppendFormat(dst, ":05")
	}
	if t.Location() == time.UTC {
		return append(dst, 'Z')
	}
	if _, offset := t.Zone(); offset%60 != 0 {
		dst = t.AppendFormat(dst, "Z07:00:00")
	} else {
		dst = t.AppendFormat(dst, "Z07:00")
	}
	if zone := t.Location().String(); !isOffset(zone) {
		dst = append(dst, '[')
		dst = append(dst, zone...)
		dst = append(dst, ']')
	}
	return dst
}
