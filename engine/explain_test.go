package engine

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

// TestUnmetIsExplained checks that at debug level every 204 says which condition was not met.
func TestUnmetIsExplained(t *testing.T) {
	const condition = `{type: io.kestra.plugin.core.condition.Expression, expression: "{{ trigger.body.n == 1 }}"}`
	tests := []struct{ name, body, condition, expression string }{
		{"all hold", `{"n":1,"m":1}`, "", ""},
		{"the site's", `{"n":1,"m":0}`, "site condition Caddyfile:7", "body.m == 1"},
		{"the trigger's", `{"n":2,"m":1}`, "triggers[0].conditions[1]", "{{ trigger.body.n == 1 }}"},
		{"the trigger's, which fails", `{"m":1}`, "triggers[0].conditions[1]", "{{ trigger.body.n == 1 }}"},
		{"the site's, which fails", `{}`, "site condition Caddyfile:7", "body.m == 1"},
	}
	for _, level := range []zapcore.Level{zap.DebugLevel, zap.InfoLevel} {
		core, logs := observer.New(level)
		site := newSite(t, openEngine(t), SiteOptions{
			Logger: zap.New(core), Conditions: []SiteCondition{{Expression: "body.m == 1", Source: "Caddyfile:7"}},
		}, webhookFlow("f", "conditions: [{type: cel, expression: body.m == 1}, "+condition+"]"))
		for _, test := range tests {
			r := send(site, "f", test.body)
			if (r.Status == 204) != (test.condition != "") {
				t.Errorf("%s: answer is %d", test.name, r.Status)
			}
			var got []map[string]any
			for _, line := range logs.TakeAll() {
				if line.Message == "a condition is not met" {
					got = append(got, line.ContextMap())
				}
			}
			var want []map[string]any
			if test.condition != "" && level == zap.DebugLevel {
				want = []map[string]any{{
					"namespace": "company.team", "flow": "f", "trigger": "hook", "condition": test.condition, "expression": test.expression,
				}}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s at %s (-want +got):\n%s", test.name, level, diff)
			}
		}
	}
}

// TestUnknownIsExplained checks that at debug level a line says of every 404 what is unknown, without quoting it.
func TestUnknownIsExplained(t *testing.T) {
	const canary = "cAnArY"
	tests := []struct {
		name   string
		target webhook.Target
		want   map[string]any // nil: no line
	}{
		{"all well", webhook.Target{Namespace: "company.team", FlowID: "f", Key: "abc"}, nil},
		{"the namespace", webhook.Target{Namespace: canary, FlowID: canary, Key: canary}, map[string]any{"missing": "namespace"}},
		{"the flow", webhook.Target{Namespace: "company.team", FlowID: canary, Key: canary}, map[string]any{"missing": "flow", "namespace": "company.team"}},
		{"the key", webhook.Target{Namespace: "company.team", FlowID: "f", Key: canary}, map[string]any{"missing": "key", "namespace": "company.team", "flow": "f"}},
		{"a flow without a webhook", webhook.Target{Namespace: "company.team", FlowID: "plain", Key: canary}, map[string]any{"missing": "trigger", "namespace": "company.team", "flow": "plain"}},
		{"the shape", webhook.Target{}, map[string]any{"missing": "a namespace, a flow and a key, none of them empty"}},
	}
	plain := "id: plain\nnamespace: company.team\ntasks: [{id: t, type: io.kestra.plugin.core.log.Log, message: hi}]\n"
	for _, pass := range []bool{false, true} {
		for _, level := range []zapcore.Level{zap.DebugLevel, zap.InfoLevel} {
			core, logs := observer.New(level)
			site := newSite(t, openEngine(t), SiteOptions{Logger: zap.New(core), PassUnknown: pass}, webhookFlow("f", ""), plain)
			for _, test := range tests {
				send(site, "f", "{}", func(r *webhook.Request) { r.Target, r.Malformed = test.target, test.target == webhook.Target{} })
				var got []map[string]any
				for _, line := range logs.TakeAll() {
					got = append(got, line.ContextMap())
					if strings.Contains(line.Message, canary) {
						t.Errorf("%s: %s", test.name, line.Message)
					}
				}
				var want []map[string]any
				if test.want != nil && level == zap.DebugLevel {
					want = []map[string]any{test.want}
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s at %s (-want +got):\n%s", test.name, level, diff)
				}
			}
		}
	}
}

// BenchmarkUnmet shows what the line at debug level costs a request whose condition is not met.
func BenchmarkUnmet(b *testing.B) {
	for _, level := range []zapcore.Level{zap.DebugLevel, zap.InfoLevel} {
		b.Run(level.String(), func(b *testing.B) {
			core, logs := observer.New(level)
			site := newSite(b, openEngine(b), SiteOptions{Logger: zap.New(core)}, webhookFlow("f", expressionCondition("{{ trigger.body.n == 1 }}")))
			b.ReportAllocs()
			for b.Loop() {
				send(site, "f", `{"n":2}`)
				logs.TakeAll()
			}
		})
	}
}
