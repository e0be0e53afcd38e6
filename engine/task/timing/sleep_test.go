package timing

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/task/tasktest"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

func TestExamples(t *testing.T) { tasktest.Examples(t, Specs()) }

func TestSleep(t *testing.T) {
	for _, tt := range []struct {
		name, yaml string
		want       time.Duration
		err        string
	}{
		{"ISO", `{type: io.kestra.plugin.core.flow.Sleep, duration: PT1M0.5S}`, 60500 * time.Millisecond, ""},
		{"form of Go", `{type: io.kestra.plugin.core.flow.Sleep, duration: 90s}`, 90 * time.Second, ""},
		{"seconds", `{type: io.kestra.plugin.core.flow.Sleep, duration: 5}`, 5 * time.Second, ""},
		{"nothing", `{type: io.kestra.plugin.core.flow.Sleep, duration: PT0S}`, 0, ""},
		{"expression", `{type: io.kestra.plugin.core.flow.Sleep, duration: "PT{{ trigger.body.n }}H"}`, time.Hour, ""},
		{"expression that gives seconds", `{type: io.kestra.plugin.core.flow.Sleep, duration: " {{ trigger.body.n / 4.0 }} "}`, 250 * time.Millisecond, ""},
		{"expression that gives less than nothing", `{type: io.kestra.plugin.core.flow.Sleep, duration: "PT-{{ trigger.body.n }}S"}`, 0, ""},
		{"expression that gives no duration", `{type: io.kestra.plugin.core.flow.Sleep, duration: "{{ trigger.body.name }}"}`, 0, "duration: must be a duration, as in PT30S or 30s"},
		{"expression that gives too many seconds", `{type: io.kestra.plugin.core.flow.Sleep, duration: "{{ trigger.body.n }}e10"}`, 0, "duration: must be a duration, as in PT30S or 30s"},
		{"expression that fails", `{type: io.kestra.plugin.core.flow.Sleep, duration: "{{ trigger.body.nope }}"}`, 0, "unable to find `nope`"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			const body = `{"n":1,"name":"bob"}`
			got := tasktest.Run(t, Specs(), tt.yaml, body)
			if !strings.HasPrefix(got.Err, tt.err) || (got.Err == "") != (tt.err == "") {
				t.Errorf("error %q, want %q", got.Err, tt.err)
			}
			want := tasktest.Result{Outputs: "null", Wait: tt.want, Err: got.Err}
			if tt.want > 0 {
				want.Log = []string{"info Waiting for " + string(value.AppendDuration(nil, tt.want))}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tasktest.Result{Outputs: "null"}, tasktest.Wake(t, Specs(), tt.yaml, body)); diff != "" {
				t.Errorf("when it wakes (-want +got):\n%s", diff)
			}
		})
	}
}

func TestLoad(t *testing.T) {
	for yaml, want := range map[string]string{
		`{type: io.kestra.plugin.core.flow.Sleep}`:                           "flow.yml:4:3: tasks[0].duration: is missing",
		`{type: io.kestra.plugin.core.flow.Sleep, duration: null}`:           "flow.yml:4:3: tasks[0].duration: is missing",
		`{type: io.kestra.plugin.core.flow.Sleep, duration: soon}`:           "flow.yml:4:61: tasks[0].duration: must be a duration, as in PT30S or 30s",
		`{type: io.kestra.plugin.core.flow.Sleep, duration: PT-1S}`:          "flow.yml:4:61: tasks[0].duration: must not be a negative duration",
		`{type: io.kestra.plugin.core.flow.Sleep, duration: "{{ x"}`:         `flow.yml:4:62: tasks[0].duration: unclosed "{{": there is no "}}"`,
		`{type: io.kestra.plugin.core.flow.Sleep, duration: 1s, seconds: 1}`: "flow.yml:4:65: tasks[0]: unknown member `seconds`",
	} {
		_, found := tasktest.Load(t, Specs(), yaml)
		if got := found.Err(); got == nil || !strings.HasPrefix(got.Error(), want) {
			t.Errorf("%s: %v, want %s", yaml, got, want)
		}
	}
}
