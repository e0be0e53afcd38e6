package caddymodule

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"github.com/caddy-kestra/kestra-webhook/engine"
	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

// newObserved returns metrics that have seen everything once, and a registry that has them all.
func newObserved(t *testing.T) (*metrics, *prometheus.Registry) {
	t.Helper()
	e, err := engine.Open(t.Context(), MemoryStore{}.StoreOptions())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	counts, registry := newMetrics(), prometheus.NewPedanticRegistry()
	if err := counts.register(registry); err != nil {
		t.Fatal(err)
	}
	if err := registry.Register(newGauges(e)); err != nil {
		t.Fatal(err)
	}
	if err := (&App{flows: newFlowLoader(zap.NewNop(), false, engine.Core())}).registerFlowErrors(registry); err != nil {
		t.Fatal(err)
	}
	counts.observe()
	return counts, registry
}

// observe counts a request that fires, its execution, and one request that nothing matches.
func (m *metrics) observe() {
	m.request(&webhook.Response{Outcome: webhook.OutcomeEnded, Namespace: "company.team", FlowID: "a"}, time.Millisecond)
	m.ExecutionCreated("company.team", "a")
	m.ExecutionEnded("company.team", "a", "SUCCESS", time.Millisecond)
	m.Committed(3, time.Millisecond)
	m.request(&webhook.Response{Outcome: webhook.OutcomeUnknown}, time.Millisecond)
}

// TestMetricsTable checks that the table of docs/metrics.md is that of the metrics there are.
func TestMetricsTable(t *testing.T) {
	const doc = "../docs/metrics.md"
	_, registry := newObserved(t)
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	table := "| metric | kind | labels | what it says |\n|---|---|---|---|\n"
	for _, family := range families {
		var labels []string
		for _, l := range family.GetMetric()[0].GetLabel() { // all that there is was counted once
			labels = append(labels, "`"+l.GetName()+"`")
		}
		kind := strings.ToLower(family.GetType().String())
		table += fmt.Sprintf("| %#q | %s | %s | %s |\n", family.GetName(), kind, strings.Join(labels, ", "), family.GetHelp())
		if (kind == "counter") != strings.HasSuffix(family.GetName(), "_total") {
			t.Errorf("%s is a %s", family.GetName(), kind)
		}
	}
	text, err := os.ReadFile(doc)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, _ := strings.Cut(string(text), "<!-- metrics -->\n")
	got, after, ok := strings.Cut(rest, "<!-- /metrics -->\n")
	if !ok {
		t.Fatal(doc + " has no place for the table")
	}
	if *update {
		if err := os.WriteFile(doc, []byte(before+"<!-- metrics -->\n"+table+"<!-- /metrics -->\n"+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(table, got); diff != "" {
		t.Errorf("run `go test ./caddymodule -run Metrics -update`: (-want +got)\n%s", diff)
	}
}

// TestMetricsTakeNoMemory checks that a request and its execution are counted without memory of their own.
func TestMetricsTakeNoMemory(t *testing.T) {
	counts, _ := newObserved(t)
	if n := testing.AllocsPerRun(1000, counts.observe); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// BenchmarkMetrics measures what counting costs a request with the right key and its execution.
func BenchmarkMetrics(b *testing.B) {
	counts := newMetrics()
	response := webhook.Response{Outcome: webhook.OutcomeEnded, Namespace: "company.team", FlowID: "a"}
	b.ReportAllocs()
	for b.Loop() {
		counts.request(&response, time.Millisecond)
		counts.ExecutionCreated("company.team", "a")
		counts.ExecutionEnded("company.team", "a", "SUCCESS", time.Millisecond)
	}
}

// TestMetricsOfServer reads the metrics of a server as Prometheus does, before and after a reload.
func TestMetricsOfServer(t *testing.T) {
	fails := strings.Replace(webhookFlow("fails", "    wait: true\n"), "{{ outputs.answer.value }}", "none", 1)
	fails = strings.Replace(fails, "debug.Return\n    format: \"Hello {{ trigger.parameters.name[0] ?? 'world' }}!\"", "execution.Fail", 1)
	flows := writeFlows(t, map[string]string{
		"fire.yml":   webhookFlow("fire", waitForOutputs),
		"paused.yml": strings.Replace(webhookFlow("paused", ""), "tasks:\n", "tasks:\n  - {id: pause, type: io.kestra.plugin.core.flow.Pause}\n", 1),
		"fails.yml":  fails,
	})
	s := newServer(t)
	site := "metrics /metrics\nkestra_webhook * " + flows
	s.serve("", site)
	s.get(webhookPath("fire")).want(t, 200, "Hello")
	s.get(webhookPath("fire")).want(t, 200, "Hello")
	s.get(webhookPath("fails")).want(t, 500, "")
	s.get(webhookPath("paused")).want(t, 200, "")
	for _, path := range []string{webhookPath("nowhere"), webhookPath("fire") + "x", "/api/v1/executions/webhook/nowhere"} {
		s.get(path).want(t, 404, "")
	}
	want := []string{
		`kestra_webhook_requests_total{flow="fire",namespace="company.team",outcome="ended"} 2`,
		`kestra_webhook_requests_total{flow="fails",namespace="company.team",outcome="ended"} 1`,
		`kestra_webhook_requests_total{flow="paused",namespace="company.team",outcome="fired"} 1`,
		`kestra_webhook_requests_total{flow="_unknown",namespace="_unknown",outcome="unknown"} 2`,
		`kestra_webhook_requests_total{flow="_unknown",namespace="_unknown",outcome="malformed"} 1`,
		`kestra_webhook_request_duration_seconds_count{flow="fire",namespace="company.team"} 2`,
		`kestra_webhook_executions_created_total{flow="fire",namespace="company.team"} 2`,
		`kestra_webhook_executions_created_total{flow="paused",namespace="company.team"} 1`,
		`kestra_webhook_executions_ended_total{flow="fire",namespace="company.team",state="SUCCESS"} 2`,
		`kestra_webhook_executions_ended_total{flow="fails",namespace="company.team",state="FAILED"} 1`,
		`kestra_webhook_execution_duration_seconds_count{flow="fire",namespace="company.team"} 2`,
		`kestra_webhook_executions_parked 1`,
		`kestra_webhook_store_executions_unfinished 1`,
	}
	all := func() bool {
		text := s.get("/metrics").body
		if strings.Contains(text, key) {
			t.Fatal("metrics hold the key")
		}
		lines := strings.Split(text, "\n")
		return !slices.ContainsFunc(want, func(line string) bool { return !slices.Contains(lines, line) })
	}
	waitFor(t, "metrics", all)
	s.serve("", site+"\nheader X-Reload 1")
	s.get(webhookPath("fire")).want(t, 200, "Hello")
	for i := range want {
		if strings.Contains(want[i], `"fire"`) {
			want[i] = strings.TrimSuffix(want[i], "2") + "3"
		}
	}
	waitFor(t, "metrics that go on after a reload", all)
}
