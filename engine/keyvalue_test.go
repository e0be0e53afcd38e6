package engine

import (
	"strings"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"
)

// TestKeyValueInRequests reads, before there is an execution, what an earlier one has written: in the namespace of the flow.
func TestKeyValueInRequests(t *testing.T) {
	const (
		write = "{id: w, type: io.kestra.plugin.core.kv.Set, key: limit, value: '{{ 5 }}'}"
		large = "{id: x, type: io.kestra.plugin.core.kv.Set, key: large, value: '{{ [1, 2, 3] | chunk(1) }}'}"
	)
	for _, test := range []struct {
		name, trigger string
		members       []string
		status        int
		body          string
	}{
		{"a condition that is met", "wait: true\n" + expressionCondition("{{ trigger.body.n < kv('limit') }}"), nil, 200, ""},
		{"a condition that is not met", expressionCondition("{{ trigger.body.n > kv('limit') }}"), nil, 204, ""},
		{"a condition that asks for a list", expressionCondition("{{ kv('large') | length == 3 }}"), nil, 200, ""},
		{"a condition that needs a missing key", expressionCondition("{{ kv('nope') == 1 }}"), nil, 204, ""},
		{"a condition that asks another namespace", expressionCondition("{{ kv('limit', 'nowhere', false) is null }}"), nil, 204, ""},
		{"when", "when: \"{{ kv('limit') == 5 }}\"", nil, 200, ""},
		{"responseCode", "wait: true\nresponseCode: \"{{ 200 + kv('limit') }}\"", nil, 205, ""},
		{"an input", "wait: true\nreturnOutputs: true\ninputs: {i: \"{{ kv('limit') }}\"}", []string{"inputs: [{id: i, type: INT}]", "outputs: [{id: o, type: INT, value: '{{ inputs.i }}'}]"}, 200, `{"o":5}`},
		{"the default of an input", "wait: true\nreturnOutputs: true", []string{"inputs: [{id: i, type: INT, defaults: \"{{ kv('limit') }}\"}]", "outputs: [{id: o, type: INT, value: '{{ inputs.i }}'}]"}, 200, `{"o":5}`},
		{"an output", "wait: true\nreturnOutputs: true", []string{"outputs: [{id: o, type: INT, value: \"{{ kv('limit') }}\"}]"}, 200, `{"o":5}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			e := openEngine(t)
			writer := newSite(t, e, SiteOptions{}, taskFlow("w", "- "+write+"\n- "+large, "wait: true"))
			if r := send(writer, "w", "{}"); r.Status != 200 {
				t.Fatalf("%d %s", r.Status, r.Body)
			}
			r := send(newSite(t, e, SiteOptions{}, webhookFlow("f", test.trigger, test.members...)), "f", `{"n":1}`)
			if r.Status != test.status || test.body != "" && string(r.Body) != test.body {
				t.Errorf("%d %s, want %d %s", r.Status, r.Body, test.status, test.body)
			}
		})
	}
}

// TestKeyValueMasksSecrets lets tasks fail with a secret in what they say of a pair.
func TestKeyValueMasksSecrets(t *testing.T) {
	core, logs := observer.New(zap.DebugLevel)
	e := openEngine(t)
	e.Configure(Options{Logger: zap.New(core)})
	const secret = "s3cr3t-word"
	for _, text := range []string{
		"kv.Get, key: \"{{ secret('S') }}\", errorOnMissing: true",
		"kv.GetKeys, namespace: \"{{ secret('S') }}\"",
		"kv.Set, key: a, value: \"{{ secret('S') }}\", kvType: \"{{ secret('S') }}\"",
		"log.Log, message: \"{{ kv(secret('S')) }}\"",
	} {
		site := newSite(t, e, SiteOptions{Environ: environOf(secret)}, taskFlow("f", "- {id: a, type: io.kestra.plugin.core."+text+"}", "wait: true"))
		send(site, "f", "{}")
		all := strings.Join(loggedBy(logs), "\n")
		if !strings.Contains(all, "******") || strings.Contains(all, secret) {
			t.Errorf("%s: %s", text, all)
		}
	}
}

// BenchmarkKeyValue runs a flow that writes a pair, and one that reads it.
func BenchmarkKeyValue(b *testing.B) {
	e := openEngine(b)
	for _, test := range []struct{ name, task string }{
		{"set", "{id: a, type: io.kestra.plugin.core.kv.Set, key: k, value: '{{ trigger.body }}'}"},
		{"get", "{id: a, type: io.kestra.plugin.core.kv.Get, key: k, errorOnMissing: true}"},
		{"function", "{id: a, type: io.kestra.plugin.core.debug.Return, format: \"{{ kv('k') }}\"}"},
	} {
		b.Run(test.name, func(b *testing.B) {
			site := newSite(b, e, SiteOptions{}, taskFlow("f", "- "+test.task, "wait: true"))
			b.ReportAllocs()
			for b.Loop() {
				if r := send(site, "f", `{"n":1,"list":["a","b"]}`); r.Status != 200 {
					b.Fatalf("%d %s", r.Status, r.Body)
				}
			}
		})
	}
}
