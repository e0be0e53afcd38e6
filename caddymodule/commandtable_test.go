package caddymodule

import (
	"testing"
	"time"
)

func TestCut(t *testing.T) {
	for _, c := range []struct {
		text  string
		width int
		want  string
	}{
		{"", 3, ""},
		{"abc", 3, "abc"},
		{"abcd", 3, "ab…"},
		{"äöüß", 3, "äö…"},
		{"a bcd", 3, "a…"},
		{"a\tb\n", 9, `a\tb\n`},
		{"\x1b[31mred\u009b\u202e", 40, `\x1b[31mred\u009b\u202e`},
		{"\x1b[31m", 3, `\x…`},
	} {
		if got := cut(c.text, c.width); got != c.want {
			t.Errorf("cut(%q, %d) = %q, want %q", c.text, c.width, got, c.want)
		}
	}
}

func TestLasted(t *testing.T) {
	begin := time.Date(2026, 1, 31, 9, 0, 0, 0, time.UTC)
	for d, want := range map[time.Duration]string{
		0:                              "0s",
		123456 * time.Nanosecond:       "123µs",
		12345678 * time.Nanosecond:     "12ms",
		1234567890 * time.Nanosecond:   "1.23s",
		62*time.Second + 345678:        "1m2s",
		26*time.Hour + time.Second*3/2: "26h0m2s",
	} {
		if got := lasted(begin, begin.Add(d)); got != want {
			t.Errorf("%d ns: %q, want %q", d, got, want)
		}
	}
	if got := lasted(begin, time.Time{}); got != "" {
		t.Errorf("not ended: %q", got)
	}
	if got := lasted(time.Time{}, begin); got != "" {
		t.Errorf("not begun: %q", got)
	}
}

func TestBinarySize(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0 B", 1023: "1023 B", 1024: "1.0 KiB", 1536: "1.5 KiB", 1 << 20: "1.0 MiB", 5 << 30: "5.0 GiB", 3 << 40: "3.0 TiB", 1 << 60: "1048576.0 TiB",
	} {
		if got := binarySize(n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}

// TestLocalTime prints a time of another zone as one of this machine's.
func TestLocalTime(t *testing.T) {
	at := time.Date(2026, 1, 31, 9, 0, 0, 7_900_000, time.FixedZone("", 5*3600))
	if got, want := localTime(at, exactTime), at.In(time.Local).Format("2006-01-02 15:04:05")+".007"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
