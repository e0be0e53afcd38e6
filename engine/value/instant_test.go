package value

import (
	"testing"
	"time"
)

func TestAppendInstant(t *testing.T) {
	at := time.Date(2024, 2, 29, 11, 12, 13, 0, time.UTC)
	for _, test := range []struct {
		nanoseconds time.Duration
		want        string
	}{
		{0, "2024-02-29T11:12:13Z"},
		{500_000_000, "2024-02-29T11:12:13.500Z"},
		{1_000_000, "2024-02-29T11:12:13.001Z"},
		{1_000, "2024-02-29T11:12:13.000001Z"},
		{120_000, "2024-02-29T11:12:13.000120Z"},
		{1, "2024-02-29T11:12:13.000000001Z"},
		{999_999_990, "2024-02-29T11:12:13.999999990Z"},
	} {
		if got := string(AppendInstant(nil, at.Add(test.nanoseconds))); got != test.want {
			t.Errorf("%v: %s, want %s", test.nanoseconds, got, test.want)
		}
	}
	if got := string(AppendInstant(nil, at.In(time.FixedZone("", -5*3600)))); got != "2024-02-29T11:12:13Z" {
		t.Errorf("in another zone: %s", got)
	}
}

// TestAppendTimeFollowsFormat compares with the layouts of package time, for years of all lengths.
func TestAppendTimeFollowsFormat(t *testing.T) {
	zone := time.FixedZone("", 3600)
	for _, year := range []int{-12345, -1, 0, 7, 999, 2024, 9999, 10000, 123456} {
		for i := range 400 {
			at := time.Date(year, 1, 1+i, i, 7*i, 11*i, 123_456_789, time.UTC)
			if got, want := string(appendTime(nil, at)), at.Format("2006-01-02T15:04:05.000000000Z"); got != want {
				t.Fatalf("%s, want %s", got, want)
			}
			if got, want := string(appendTime(nil, at.In(zone))), at.In(zone).Format("2006-01-02T15:04:05.000000000-07:00"); got != want {
				t.Fatalf("%s, want %s", got, want)
			}
		}
	}
}

func TestAppendDuration(t *testing.T) {
	for _, test := range []struct {
		duration time.Duration
		want     string
	}{
		{0, "PT0S"},
		{-time.Second, "PT0S"}, // a clock that was put back
		{1, "PT0.000000001S"},
		{time.Microsecond, "PT0.000001S"},
		{123 * time.Microsecond, "PT0.000123S"},
		{1234 * time.Millisecond, "PT1.234S"},
		{59*time.Second + 999_999_999, "PT59.999999999S"},
		{time.Minute, "PT1M"},
		{time.Hour, "PT1H"},
		{time.Hour + 30*time.Minute, "PT1H30M"},
		{time.Hour + 2*time.Minute + 3500*time.Millisecond, "PT1H2M3.5S"},
		{49*time.Hour + time.Second, "PT49H1S"},
	} {
		if got := string(AppendDuration(nil, test.duration)); got != test.want {
			t.Errorf("%v: %s, want %s", test.duration, got, test.want)
		}
	}
}
