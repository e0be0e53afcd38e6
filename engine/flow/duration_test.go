package flow

import (
	"strconv"
	"testing"
	"time"
)

func TestDurations(t *testing.T) {
	const none = "must be a duration, as in PT30S or 30s"
	for _, tt := range []struct {
		text    string
		seconds time.Duration
		err     string
	}{
		{"90s", 90 * time.Second, ""},
		{"PT1M30S", 90 * time.Second, ""},
		{"p1dt-1h", 23 * time.Hour, ""},
		{"90", 90 * time.Second, ""},
		{"0.25", 250 * time.Millisecond, ""},
		{"300.0", 5 * time.Minute, ""},
		{"-PT1S", -time.Second, ""},
		{"-1.5", -1500 * time.Millisecond, ""},
		{"9223372032", 9223372032 * time.Second, ""},
		{"9223372037", 0, none},
		{"-1e300", 0, none},
		{"NaN", 0, none},
		{"infinity", 0, none},
		{"soon", 0, none},
		{"P", 0, none},
		{"", 0, none},
	} {
		got, err := ParseSeconds(tt.text)
		if message := text(err); got != tt.seconds || message != tt.err {
			t.Errorf("%q: %v %q, want %v %q", tt.text, got, message, tt.seconds, tt.err)
		}
		switch _, number := strconv.ParseFloat(tt.text, 64); {
		case number == nil:
			tt.seconds, tt.err = 0, none
		case tt.seconds < 0:
			tt.seconds, tt.err = 0, "must not be a negative duration"
		}
		got, err = ParseDuration(tt.text)
		if message := text(err); got != tt.seconds || message != tt.err {
			t.Errorf("%q without seconds: %v %q, want %v %q", tt.text, got, message, tt.seconds, tt.err)
		}
	}
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
