package flow

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// ParseDuration reads a duration in Go's form (1m30s) or ISO-8601's (PT1M30S, P1D). It must not be negative.
func ParseDuration(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if err != nil {
		if d, err = parseISODuration(text); err != nil {
			return 0, errNoDuration
		}
	}
	if d < 0 {
		return 0, errNegativeDuration
	}
	return d, nil
}

var (
	errNoDuration       = errors.New("must be a duration, as in PT30S or 30s")
	errNegativeDuration = errors.New("must not be a negative duration")
)

// ParseSeconds reads what [ParseDuration] does, a number of seconds as flows may have it in its place, and negative durations,
// such as the time to an instant that has passed.
func ParseSeconds(text string) (time.Duration, error) {
	if d, err := time.ParseDuration(text); err == nil {
		return d, nil
	}
	if d, err := parseISODuration(text); err == nil {
		return d, nil
	}
	const most = math.MaxInt64 / int64(time.Second)
	if seconds, err := strconv.ParseFloat(text, 64); err == nil && math.Abs(seconds) < float64(most) {
		return time.Duration(seconds * float64(time.Second)), nil
	}
	return 0, errNoDuration
}

var isoDuration = regexp.MustCompile(`^([-+]?)P(?:([-+]?\d+)D)?(T(?:([-+]?\d+)H)?(?:([-+]?\d+)M)?(?:([-+]?\d+)(?:[.,](\d{0,9}))?S)?)?$`)

// parseISODuration reads what Java's Duration.parse does: days to seconds, each with a sign, up to 146 years.
func parseISODuration(text string) (time.Duration, error) {
	m := isoDuration.FindStringSubmatch(strings.ToUpper(text))
	if len(m) == 0 || m[2] == "" && m[3] == "" || m[3] == "T" {
		return 0, fmt.Errorf("`%s` is no duration as in PT1H30M", shorten(text))
	}
	var d time.Duration
	room := float64(math.MaxInt64 / 2)
	for _, part := range []struct {
		digits string
		unit   time.Duration
	}{{m[2], 24 * time.Hour}, {m[4], time.Hour}, {m[5], time.Minute}, {m[6], time.Second}} {
		if part.digits == "" {
			continue
		}
		n, err := strconv.ParseInt(part.digits, 10, 64)
		room -= math.Abs(float64(n) * float64(part.unit))
		if err != nil || room < 0 {
			return 0, fmt.Errorf("the duration `%s` is too long", shorten(text))
		}
		d += time.Duration(n) * part.unit
	}
	if m[7] != "" {
		nanos, _ := strconv.ParseInt((m[7] + "000000000")[:9], 10, 64)
		if strings.HasPrefix(m[6], "-") {
			nanos = -nanos
		}
		d += time.Duration(nanos)
	}
	if m[1] == "-" {
		d = -d
	}
	return d, nil
}
