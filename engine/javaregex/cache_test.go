package javaregex

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
)

// TestFaults checks which failures are blamed on the pattern and its text, and which on the machine.
func TestFaults(t *testing.T) {
	m := new(meter.Meter)
	m.Reset(&meter.Limits{Steps: 1_000_000, RegexTime: time.Millisecond}, nil)
	for err, want := range map[error]meter.Class{
		Fault(ErrBusy):             meter.ClassBusy,
		Fault(ErrLimit):            meter.ClassLimit,
		m.Spend(time.Hour):         meter.ClassLimit,
		Fault(m.Charge(1_000_001)): meter.ClassLimit,
		Check("("):                 meter.ClassRuntime,
	} {
		if f, ok := errors.AsType[*meter.Fault](err); !ok || f.Class != want {
			t.Errorf("got %v, want class %s", err, want)
		}
	}
}

// TestCache checks that a search for parts and one for whole texts do not share a compiled pattern, and that errors do not
// quote a pattern.
func TestCache(t *testing.T) {
	m := new(meter.Meter)
	m.Reset(&meter.Limits{Steps: 1_000_000, Memory: 1 << 20, RegexTime: time.Second}, nil)
	var c Cache
	part, err1 := c.Find(m, "abc", "b")
	whole, err2 := c.MatchWhole(m, "abc", "b")
	found := ""
	err3 := c.Matches(m, "abcb", "[bc]", func(match Match) (bool, error) {
		found += "abcb"[match.Start():match.End()]
		return found != "bc", nil
	})
	if err := errors.Join(err1, err2, err3); err != nil || !part || whole || found != "bc" {
		t.Errorf("found %t, matched %t, listed %q, %v", part, whole, found, err)
	}
	if _, err := c.Find(m, "a", "(?<secret>a)\\k<other>"); err == nil || strings.Contains(err.Error(), "other") {
		t.Errorf("an unknown group gives %v", err)
	}
}
