package value

import (
	"strconv"
	"time"
)

// AppendInstant appends a time as Java's Instant prints it: in UTC, with 0, 3, 6 or 9 digits of the second.
func AppendInstant(dst []byte, t time.Time) []byte { return appendTime(dst, t.UTC()) }

// Duration is a length of time as a value of the language, by [Opaque]: it is printed as Java prints it.
type Duration time.Duration

// String returns the duration as Java prints it.
func (d Duration) String() string { return string(AppendDuration(nil, time.Duration(d))) }

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
	year, month, day := t.Date()
	hour, minute, second := t.Clock()
	if year >= 0 && year <= 9999 {
		dst = appendPadded(dst, year, 4)
	} else {
		dst = t.AppendFormat(dst, "2006")
	}
	dst = appendPadded(append(dst, '-'), int(month), 2)
	dst = appendPadded(append(dst, '-'), day, 2)
	dst = appendPadded(append(dst, 'T'), hour, 2)
	dst = appendPadded(append(dst, ':'), minute, 2)
	nano := t.Nanosecond()
	if nano != 0 || second != 0 || t.Location() == time.UTC {
		dst = appendPadded(append(dst, ':'), second, 2)
	}
	switch {
	case nano%1e3 != 0:
		dst = appendPadded(append(dst, '.'), nano, 9)
	case nano%1e6 != 0:
		dst = appendPadded(append(dst, '.'), nano/1e3, 6)
	case nano != 0:
		dst = appendPadded(append(dst, '.'), nano/1e6, 3)
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

// appendPadded appends a number that is not negative, with zeros before it if it has less than width digits, which are at most 9.
func appendPadded(dst []byte, n, width int) []byte {
	dst = append(dst, "000000000"[:width]...)
	for i := len(dst) - 1; n > 0; i-- {
		dst[i] += byte(n % 10)
		n /= 10
	}
	return dst
}
