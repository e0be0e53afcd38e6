package flowable

import (
	"testing"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/task/tasktest"
)

// TestUntil checks until when a Pause lasts.
func TestUntil(t *testing.T) {
	for _, tt := range []struct {
		name, yaml string
		lasts      time.Duration
		ends       bool
		err        string
	}{
		{"for ever", `{type: core.flow.Pause}`, 0, false, ""},
		{"for a time", `{type: core.flow.Pause, pauseDuration: PT1M30S}`, 90 * time.Second, true, ""},
		{"for no time", `{type: core.flow.Pause, pauseDuration: PT0S}`, 0, true, ""},
		{"by the older name", `{type: core.flow.Pause, delay: PT2S}`, 2 * time.Second, true, ""},
		{"for a time that an expression says", `{type: core.flow.Pause, pauseDuration: "PT{{ trigger.body.n }}H"}`, time.Hour, true, ""},
		{"for so many seconds", `{type: core.flow.Pause, pauseDuration: "{{ trigger.body.n }}"}`, time.Second, true, ""},
		{"for a time that is none", `{type: core.flow.Pause, pauseDuration: "{{ trigger.body.name }}"}`, 0, false, "pauseDuration: must be a duration, as in PT30S or 30s"},
		{"for a time that fails", `{type: core.flow.Pause, pauseDuration: "{{ nothing.here }}"}`, 0, false, "unable to find `nothing` used in the expression `{{ nothing.here }}` at line 1:4"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			lasts, ends, err := tasktest.Until(t, withLeaves(), with(tt.yaml), body)
			if lasts != tt.lasts || ends != tt.ends || err != tt.err {
				t.Errorf("%v, %v, error %q, want %v, %v, %q", lasts, ends, err, tt.lasts, tt.ends, tt.err)
			}
		})
	}
}
