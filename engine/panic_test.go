package engine

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

// panics is the key-value store of these tests, which panics with the key.
type panics struct{ task.Pairs }

func (panics) Find(_ context.Context, _ task.Origin, _, key string, _ time.Time, _ func(string) error) (task.Pair, bool, error) {
	panic("cannot go on with " + key)
}

// TestPanicsAreAnswers lets an expression panic in every part of a request, with data of the request in the message.
func TestPanicsAreAnswers(t *testing.T) {
	const canary = "cnry~of~the~request"
	bad := "{{ kv(trigger.body.name) }}"
	ret := "- {id: ret, type: io.kestra.plugin.core.debug.Return, format: x}"
	tests := []struct {
		name, text string
		status     int
		outcome    webhook.Outcome
	}{
		{"a condition", taskFlow("f", ret, expressionCondition(bad)), 204, webhook.OutcomeError},
		{"when", taskFlow("f", ret, "when: \""+bad+"\""), 204, webhook.OutcomeError},
		{"a label", taskFlow("f", ret, "labels: {l: \""+bad+"\"}"), 500, webhook.OutcomeFailed},
		{"a task", taskFlow("f", strings.Replace(ret, "x}", "\""+bad+"\"}", 1), "wait: true"), 500, webhook.OutcomeEnded},
		{"runIf", taskFlow("f", strings.Replace(ret, "x}", "x, runIf: \""+bad+"\"}", 1), "wait: true"), 500, webhook.OutcomeEnded},
		{"an output", taskFlow("f", ret, "wait: true", "outputs: [{id: o, type: STRING, value: \""+bad+"\"}]"), 500, webhook.OutcomeEnded},
		{"a status", taskFlow("f", ret, "wait: true\nresponseCode: \""+bad+"\""), 500, webhook.OutcomeFailed},
		{"an input", taskFlow("f", ret, "", "inputs: [{id: i, type: STRING, defaults: \""+bad+"\"}]"), 200, webhook.OutcomeFired},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			core, logs := observer.New(zap.DebugLevel)
			e := openEngine(t)
			e.services.Pairs = panics{}
			e.Configure(Options{Logger: zap.New(core)})
			set, found := Core().Load([]*flow.Source{flow.NewSource("test", []byte(test.text))})
			if err := found.Err(); err != nil {
				t.Fatal(err)
			}
			site, _ := openSite(t, e, set, SiteOptions{Logger: zap.New(core)})
			r := send(site, "f", `{"name":"`+canary+`"}`)
			if r.Status != test.status || r.Outcome != test.outcome {
				t.Errorf("answer is %d, %s, want %d, %s", r.Status, r.Outcome, test.status, test.outcome)
			}
			if kept, _, err := e.List(t.Context(), execution.Query{}); err != nil || (len(kept) > 0) != (r.ExecutionID != "") || len(kept) > 0 && kept[0].ID != r.ExecutionID {
				t.Errorf("the answer is about the execution %q, kept are %v, %v", r.ExecutionID, kept, err)
			}
			if test.outcome == webhook.OutcomeFailed && strings.Contains(string(r.Body), canary) {
				t.Errorf("the answer holds data: %s", r.Body)
			}
			told := logs.FilterMessage("panic").All()
			if len(told) != 1 || !strings.Contains(told[0].ContextMap()["stack"].(string), "panics.Find") {
				t.Errorf("the log says %v", told)
			}
			for _, entry := range logs.All() {
				if line := fmt.Sprint(entry.Message, entry.ContextMap()); strings.Contains(line, canary) {
					t.Errorf("the log holds data of the request: %s", line)
				}
			}
			if memory, places := e.admission.Used(); test.status != 200 && (memory != 0 || places != 0) {
				t.Errorf("%d bytes and %d places are left", memory, places)
			}
			if r := send(site, "f", `{"name":"`+canary+`"}`); r.Status != test.status {
				t.Errorf("the next request is answered with %d", r.Status)
			}
		})
	}
}
