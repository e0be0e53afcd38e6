package logs

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/task/tasktest"
)

func TestPublish(t *testing.T) {
	for _, tt := range []struct {
		metrics string
		want    tasktest.Result
	}{
		{"[]", tasktest.Result{}},
		{
			`[{type: counter, name: "{{ trigger.body.name }}", value: "{{ trigger.body.n }}", tags: {a: "{{ trigger.body.n }}"}}, {type: timer, name: t, value: PT1.5S}, {type: gauge, name: g, value: -0.5, description: of all}]`,
			tasktest.Result{Log: []string{`debug counter bob = 1 {"a":"1"}`, "debug timer t = PT1.5S", "debug gauge g = -0.5 (of all)"}},
		},
		{`"{{ [{'type': 'timer', 'name': 't', 'value': 90}] }}"`, tasktest.Result{Log: []string{"debug timer t = PT1M30S"}}},
		{`[{type: counter, name: c, value: 1}, {type: counter, name: c, value: x}]`, tasktest.Result{Err: "metrics[1]: value must be a number"}},
		{`[{type: timer, name: c, value: x}]`, tasktest.Result{Err: "metrics[0]: value must be a duration, as in PT30S or 30s"}},
		{`[{type: histogram, name: c, value: 1}]`, tasktest.Result{Err: `metrics[0]: type "histogram" is none of counter, timer, gauge`}},
		{`[{type: counter, value: 1}]`, tasktest.Result{Err: "metrics[0]: name is missing"}},
		{`["{{ trigger.body.n }}"]`, tasktest.Result{Err: `metrics[0]: type "" is none of counter, timer, gauge`}},
		{`"{{ trigger.body.n }}"`, tasktest.Result{Err: "metrics must be a list, or JSON text of one"}},
	} {
		tt.want.Outputs = "null"
		got := tasktest.Run(t, Specs(), "{type: io.kestra.plugin.core.metric.Publish, metrics: "+tt.metrics+"}", `{"n":1,"name":"bob"}`)
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.metrics, diff)
		}
	}
	if got := tasktest.Run(t, Specs(), "{type: io.kestra.core.tasks.metric.Publish}", "{}"); got.Err != "" || len(got.Log) > 0 {
		t.Errorf("without metrics: %+v", got)
	}
}
