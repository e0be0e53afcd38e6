package engine

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine/value/valuetest"
)

// BenchmarkExecution measures executions of flows with each kind of task, from a request to the answer that waits for their end.
func BenchmarkExecution(b *testing.B) {
	const echo = "{id: %s, type: io.kestra.plugin.core.debug.Return, format: \"{{ execution.id }}\"}"
	branches := make([]string, 10)
	for i := range branches {
		branches[i] = fmt.Sprintf(echo, fmt.Sprint("r", i))
	}
	const output = "outputs: [{id: o, type: STRING, value: \"{{ outputs.r.value }}\"}]"
	for _, bb := range []struct{ name, tasks, members string }{
		{"Log", "- {id: l, type: io.kestra.plugin.core.log.Log, message: \"{{ execution.id }}\"}", ""},
		{"Return, outputs", "- " + fmt.Sprintf(echo, "r"), output},
		{"If, Switch", `- id: i
  type: io.kestra.plugin.core.flow.If
  condition: "{{ trigger.body.n == 1 }}"
  then:
    - id: s
      type: io.kestra.plugin.core.flow.Switch
      value: "{{ trigger.body.n }}"
      cases: {"1": [` + fmt.Sprintf(echo, "r") + "]}", ""},
		{"ForEach over 100 values", "- {id: e, type: io.kestra.plugin.core.flow.ForEach, values: \"{{ range(1, 100) }}\", tasks: [" +
			"{id: r, type: io.kestra.plugin.core.debug.Return, format: \"{{ taskrun.value }}\"}]}", ""},
		{"Parallel of 10", "- {id: p, type: io.kestra.plugin.core.flow.Parallel, tasks: [" + strings.Join(branches, ", ") + "]}", ""},
		{"Subflow", "- {id: s, type: io.kestra.plugin.core.flow.Subflow, namespace: company.team, flowId: callee}", ""},
	} {
		b.Run(bb.name, func(b *testing.B) {
			e := openEngine(b)
			site := newSite(b, e, SiteOptions{}, taskFlow("f", bb.tasks, "wait: true\nreturnOutputs: true", bb.members), webhookFlow("callee", ""))
			b.ReportAllocs()
			for b.Loop() {
				if r := send(site, "f", `{"n":1}`); r.Status != 200 {
					b.Fatalf("answer is %d %s", r.Status, r.Body)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "executions/s")
		})
	}
}

// manyFlows returns the texts of flows with a task and a webhook.
func manyFlows(n int) []string {
	texts := make([]string, n)
	for i := range texts {
		texts[i] = webhookFlow(fmt.Sprint("flow", i), "")
	}
	return texts
}

// TestFlowsTakeLittleMemory checks what a site keeps of each flow that is loaded.
func TestFlowsTakeLittleMemory(t *testing.T) {
	const flows, most = 2000, 8 << 10
	for _, condition := range []string{"", expressionCondition("{{ trigger.body.ref == 'refs/heads/main' }}")} {
		t.Run("condition "+condition, func(t *testing.T) {
			e := openEngine(t)
			texts := make([]string, flows)
			for i := range texts {
				texts[i] = webhookFlow(fmt.Sprint("flow", i), condition)
			}
			before := valuetest.Heap()
			site := newSite(t, e, SiteOptions{}, texts...)
			each := (valuetest.Heap() - before) / flows
			t.Logf("%d bytes each", each)
			if each > most {
				t.Errorf("a flow takes %d bytes, want at most %d", each, most)
			}
			runtime.KeepAlive(site)
		})
	}
}

// BenchmarkOpenSite loads 10,000 flows and opens a site that serves them.
func BenchmarkOpenSite(b *testing.B) {
	texts := manyFlows(10_000)
	for b.Loop() {
		newSite(b, openEngine(b), SiteOptions{}, texts...)
	}
}
