package flow

import (
	"testing"
	"time"
)

func TestRetryAfter(t *testing.T) {
	const never = -1
	s := time.Second
	tests := []struct {
		name     string
		retry    Retry
		attempts int
		since    time.Duration
		fraction float64
		want     time.Duration
	}{
		{"constant", Retry{Kind: Constant, Interval: s}, 1, 0, 0, s},
		{"constant, without a bound", Retry{Kind: Constant, Interval: s}, 1e6, 0, 0, s},
		{"constant, attempts left", Retry{Kind: Constant, Interval: s, MaxAttempts: 3}, 2, 0, 0, s},
		{"constant, no attempts left", Retry{Kind: Constant, Interval: s, MaxAttempts: 3}, 3, 0, 0, never},
		{"constant, just in time", Retry{Kind: Constant, Interval: s, MaxDuration: 3 * s}, 1, 2 * s, 0, s},
		{"constant, too late", Retry{Kind: Constant, Interval: s, MaxDuration: 3 * s}, 1, 2*s + 1, 0, never},
		{"exponential, first", Retry{Kind: Exponential, Interval: s, MaxInterval: 10 * s, Factor: 3}, 1, 0, 0, s},
		{"exponential, third", Retry{Kind: Exponential, Interval: s, MaxInterval: 10 * s, Factor: 3}, 3, 0, 0, 9 * s},
		{"exponential, above", Retry{Kind: Exponential, Interval: s, MaxInterval: 10 * s, Factor: 3}, 4, 0, 0, 10 * s},
		{"exponential, far above", Retry{Kind: Exponential, Interval: s, MaxInterval: 10 * s, Factor: 3}, 1e6, 0, 0, 10 * s},
		{"random, least", Retry{Kind: Random, MinInterval: s, MaxInterval: 3 * s}, 1, 0, 0, s},
		{"random, middle", Retry{Kind: Random, MinInterval: s, MaxInterval: 3 * s}, 1, 0, 0.5, 2 * s},
	}
	for _, test := range tests {
		delay, ok := test.retry.After(test.attempts, test.since, test.fraction)
		if !ok {
			delay = never
		}
		if delay != test.want {
			t.Errorf("%s: %v, want %v", test.name, delay, test.want)
		}
	}
}

// TestRetryBehavior loads what is tried again.
func TestRetryBehavior(t *testing.T) {
	for behavior, whole := range map[string]bool{"": false, ", behavior: RETRY_FAILED_TASK": false, ", behavior: CREATE_NEW_EXECUTION": true} {
		set, found := loadText(t, "id: x\nnamespace: n\nretry: {type: constant, interval: PT1S"+behavior+"}\ntasks: [{id: t, type: test.All}]\n")
		if err := found.Err(); err != nil {
			t.Errorf("%q: %v", behavior, err)
		} else if got := set.Flow("n", "x").Retry.Whole; got != whole {
			t.Errorf("%q: the whole is tried again: %v", behavior, got)
		}
	}
}
