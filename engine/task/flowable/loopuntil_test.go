package flowable

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/tasktest"
)

// TestJudge checks after which round a loop ends, and when the next one begins: what Kestra does is recorded in tests/conformance,
// cases "LoopUntil …" of 19-flowables.
func TestJudge(t *testing.T) {
	done := task.Verdict{Done: true}
	for _, tt := range []struct {
		name, condition, more string // as YAML
		count                 int
		since                 time.Duration
		want                  task.Verdict
		log, err              string
	}{
		{"the condition holds", `"{{ trigger.body.n == 1 }}"`, ``, 1, 0, done, "", ""},
		{"it does not", `"{{ trigger.body.n == 2 }}"`, ``, 1e6, 1e6 * time.Hour, task.Verdict{Wait: time.Minute}, "", ""},
		{"blank text", `" "`, `checkFrequency: {interval: PT2S}`, 1, 0, task.Verdict{Wait: 2 * time.Second}, "", ""},
		{"an interval that an expression says", `"{{ false }}"`, `checkFrequency: {interval: "{{ trigger.body.n }}"}`, 1, 0, task.Verdict{Wait: time.Second}, "", ""},
		{"a negative interval", `"{{ false }}"`, `checkFrequency: {interval: "{{ 0 - trigger.body.n }}"}`, 1, 0, task.Verdict{}, "", ""},
		{"rounds are left", `"{{ false }}"`, `checkFrequency: {maxIterations: 2}`, 2, 0, task.Verdict{Wait: time.Minute}, "", ""},
		{"no rounds are left", `"{{ false }}"`, `checkFrequency: {maxIterations: 2}`, 3, 0, done, "warn Max iterations reached", ""},
		{"no rounds are left, by an expression", `"{{ false }}"`, `checkFrequency: {maxIterations: "{{ trigger.body.n }}"}`, 2, 0, done, "warn Max iterations reached", ""},
		{"time is left", `"{{ false }}"`, `checkFrequency: {maxDuration: PT1M}`, 2, time.Minute, task.Verdict{Wait: time.Minute}, "", ""},
		{"no time is left", `"{{ false }}"`, `checkFrequency: {maxDuration: PT1M}`, 2, time.Minute + 1, done, "warn Max duration reached", ""},
		{"the condition holds at last", `"{{ true }}"`, `checkFrequency: {maxIterations: 2}`, 3, 0, done, "", ""},
		{"it fails by that", `"{{ false }}"`, `failOnMaxReached: true, checkFrequency: {maxIterations: 2}`, 3, 0, task.Verdict{}, "", "Max iterations reached"},
		{"it fails by that, by an expression", `"{{ false }}"`, `failOnMaxReached: "{{ trigger.body.n == 1 }}", checkFrequency: {maxDuration: PT1M}`, 3, time.Hour, task.Verdict{}, "", "Max duration reached"},
		{"a condition that fails", `"{{ trigger.body.nope.x }}"`, ``, 1, 0, task.Verdict{}, "", "unable to find `nope` used in the expression `{{ trigger.body.nope.x }}` at line 1:17"},
		{"a number of rounds that is none", `"{{ false }}"`, `checkFrequency: {maxIterations: "{{ trigger.body.name }}"}`, 1, 0, task.Verdict{}, "", "maxIterations must be a whole number, at least 1"},
		{"an interval that is none", `"{{ false }}"`, `checkFrequency: {interval: "{{ trigger.body.name }}"}`, 1, 0, task.Verdict{}, "", "interval: must be a duration, as in PT30S or 30s"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			more := ""
			if tt.more != "" {
				more = ", " + tt.more
			}
			v, got := tasktest.Judge(t, withLeaves(), with(`{type: core.flow.LoopUntil, condition: `+tt.condition+more+`, tasks: [$a]}`), body, tt.count, tt.since)
			want := tasktest.Result{Outputs: "null", Err: tt.err}
			if tt.log != "" {
				want.Log = []string{tt.log}
			}
			if diff := cmp.Diff(want, got); diff != "" || v != tt.want {
				t.Errorf("%+v, want %+v; (-want +got):\n%s", v, tt.want, diff)
			}
		})
	}
}
