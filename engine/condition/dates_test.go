package condition

import (
	"testing"
	"time"
)

// FuzzDates: no text of a request makes reading it fail otherwise than by an error, and what is read is within its bounds.
func FuzzDates(f *testing.F) {
	for _, seed := range []string{
		"", " ", "2024-02-29", "+12024-02-29", "-0001-01-01", "2024-02-29T13:14:15+01:00[Europe/Paris]", "2024-02-29T13:14:15.123456789Z",
		"2024-02-29T13:14:15+0100", "946684800", "-5.25", "999999999999.999999999", "16:00:00+02:00", "23:59:59.999999999-18:00", "08:00z", "2024-02-29T13:14Z[",
		"999999999-12-31T23:59:59-18:00", "2026-03-29T02:30+01:00[Europe/Paris]",
	} {
		f.Add(seed)
	}
	var c calendar
	f.Fuzz(func(t *testing.T, text string) {
		day, err := c.day(text)
		instant, instantErr := c.instant(text)
		if instantErr == nil && (err != nil || !day.Equal(instant)) {
			t.Errorf("%q is an instant %v, and as a day %v, %v", text, instant, day, err)
		}
		if end, err := c.instantBound(text); err == nil && instantErr == nil && !(end.given && end.at.Equal(instant)) {
			t.Errorf("%q is an instant %v, and as an end %v", text, instant, end)
		}
		const most = clock((24 + 18) * time.Hour)
		if end, err := c.clockBound(text); err == nil && (end.at >= most || end.at < -clock(18*time.Hour)) || err != nil && end.given {
			t.Errorf("%q is the time %v, %v", text, end, err)
		}
	})
}
