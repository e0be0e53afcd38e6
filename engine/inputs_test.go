package engine

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

// TestInputs sends requests to a flow that waits and returns `inputs` as JSON.
func TestInputs(t *testing.T) {
	const inputs = "inputs: [{id: env, type: STRING, defaults: dev}, {id: n, type: INT}, {id: a.b, type: FLOAT, required: false}]"
	query := func(text string) func(*webhook.Request) {
		return func(r *webhook.Request) { r.RawQuery = text }
	}
	form := func(r *webhook.Request) {
		r.Header = http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	}
	tests := []struct {
		name, trigger, inputs, body string
		change                      func(*webhook.Request)
		status                      int
		want                        string // the inputs, or the message
	}{
		{name: "nothing given", inputs: inputs, body: `{"n":1}`, status: 200, want: `{"env":"dev"}`},
		{name: "given", trigger: `inputs: {n: "{{ trigger.body.n }}", a.b: 2}`, inputs: inputs, body: `{"n":"1"}`, status: 200, want: `{"env":"dev","n":1,"a":{"b":2.0}}`},
		{name: "missing", trigger: `inputs: {env: x}`, inputs: inputs, body: `{"n":1}`, status: 422, want: "Invalid entity: Missing required input:n"},
		{name: "wrong", trigger: `inputs: {n: "{{ trigger.body.n }}"}`, inputs: inputs, body: `{"n":"x"}`, status: 422, want: "Invalid entity: Invalid value for input `n`. Cause: For input string: \"x\""},
		{name: "not rendered", trigger: `inputs: {n: "{{ trigger.body.m }}"}`, inputs: inputs, body: `{}`, status: 422, want: "Invalid entity: Invalid value for input `n`. Cause: it cannot be rendered"},
		{name: "a flow without inputs", trigger: `inputs: {n: 1}`, inputs: "", body: `{}`, status: 200, want: `"none"`},
		{name: "from the body", trigger: "inputsFrom: body", inputs: inputs, body: `{"n":3,"env":"prod","a":{"b":"1.5"},"other":true}`, status: 200, want: `{"env":"prod","n":3,"a":{"b":1.5}}`},
		{name: "from a body that lacks one", trigger: "inputsFrom: body", inputs: inputs, body: `{"env":"prod"}`, status: 422, want: "Invalid entity: Missing required input:n"},
		{name: "from the body, and given", trigger: "inputsFrom: body\ninputs: {env: \"{{ trigger.body.env }}!\"}", inputs: inputs, body: `{"n":3,"env":"prod"}`, status: 200, want: `{"env":"prod!","n":3,"a":{"b":null}}`},
		{name: "from a form", trigger: "inputsFrom: form", inputs: inputs, body: "n=3&env=&a.b=2", change: form, status: 200, want: `{"env":"","n":3,"a":{"b":2.0}}`},
		{name: "from parameters", trigger: "inputsFrom: parameters", inputs: inputs, body: `{"n":4}`, change: query("n=3&env=a+b"), status: 200, want: `{"env":"a b","n":3,"a":{"b":null}}`},
		{name: "from a parameter that is there twice", trigger: "inputsFrom: parameters", inputs: inputs, change: query("n=3&n=4"), status: 422, want: "Invalid entity: Invalid value for input `n`. Cause: a list is no INT"},
		{name: "all wrong items", trigger: "inputsFrom: body", inputs: "inputs: [{id: m, type: MULTISELECT, values: [x]}]", body: `{"m":["a","b"]}`, status: 422, want: "Invalid entity: Invalid value for input `m`. Cause: value `a` doesn't match the values `[x]`\nInvalid value for input `m`. Cause: value `b` doesn't match the values `[x]`"},
		{name: "a condition is asked before", trigger: "inputsFrom: body\n" + expressionCondition("{{ false }}"), inputs: inputs, body: `{}`, status: 204},
		{
			name: "a condition sees what the body says", trigger: "inputsFrom: body\n" + expressionCondition("{{ inputs.n == '3' and inputs.env == 'dev' and inputs.a.b is not defined }}"), inputs: inputs, body: `{"n":"3"}`,
			status: 200, want: `{"env":"dev","n":3,"a":{"b":null}}`,
		},
		{
			name: "a condition sees inputs unrendered", trigger: "inputs: {n: \"{{ trigger.body.n }}\"}\n" + expressionCondition("{{ inputs.n == '{' ~ '{ trigger.body.n }' ~ '}' }}"), inputs: inputs, body: `{"n":"3"}`,
			status: 200, want: `{"env":"dev","n":3,"a":{"b":null}}`,
		},
		{
			name: "an input that depends on another", trigger: "inputsFrom: body", body: `{"a":"x"}`, status: 200, want: `{"b":"x!","a":"x"}`,
			inputs: "inputs: [{id: b, type: STRING, defaults: '{{ inputs.a }}!', dependsOn: {inputs: [a], condition: \"{{ inputs.a == 'x' }}\"}}, {id: a, type: STRING}]",
		},
	}
	e := openEngine(t)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			site := newSite(t, e, SiteOptions{}, webhookFlow("f", "wait: true\nreturnOutputs: true\n"+test.trigger, test.inputs, "outputs: [{id: o, type: JSON, value: \"{{ (inputs ?? 'none') | toJson }}\"}]"))
			change := test.change
			if change == nil {
				change = func(*webhook.Request) {}
			}
			r := send(site, "f", test.body, change)
			want := test.want
			switch test.status {
			case 200:
				want = `{"o":` + want + `}`
			case 422:
				want = `{"message":` + quoteYAML(want) + `}`
			}
			if r.Status != test.status {
				t.Errorf("the answer is %d, want %d", r.Status, test.status)
			}
			if diff := cmp.Diff(want, string(r.Body)); diff != "" {
				t.Errorf("answer (-want +got):\n%s", diff)
			}
			if (r.Status == 422) != (r.Outcome == webhook.OutcomeInputs) || r.Status == 422 && r.ExecutionID != "" {
				t.Errorf("outcome %s, execution %q", r.Outcome, r.ExecutionID)
			}
		})
	}
}

// TestInputsAreKept: what was resolved is part of the execution, and labels see it.
func TestInputsAreKept(t *testing.T) {
	e := openEngine(t)
	const inputs = "inputs: [{id: n, type: INT}, {id: u, type: STRING, defaults: \"{{ uuid() }}\"}]"
	site := newSite(t, e, SiteOptions{}, webhookFlow("f", "inputsFrom: body\nlabels: {n: \"{{ inputs.n + 1 }}\"}", inputs, "outputs: [{id: u, type: STRING, value: \"{{ inputs.u }}\"}]"))
	s := waitFor(t, e, send(site, "f", `{"n":"7"}`).ExecutionID)
	if s.Status() != execution.Success || !strings.HasPrefix(string(s.Inputs.JSON), `{"n":7,"u":"`) || !strings.Contains(string(s.Inputs.JSON), strings.Trim(string(s.Outputs.JSON), `{}`)) {
		t.Errorf("%s with inputs %s and outputs %s", s.Status(), s.Inputs.JSON, s.Outputs.JSON)
	}
	found := false
	for _, l := range s.Labels {
		found = found || l.Key == "n" && l.Value == "8"
	}
	if !found {
		t.Errorf("labels are %v", s.Labels)
	}
}

// TestSecretInputsInLogs: a SECRET is in no line of the log and in no message, and tasks can use it.
func TestSecretInputsInLogs(t *testing.T) {
	const clear = "hunter22-clear"
	tests := []struct {
		name, inputs, trigger, tasks string
		status                       int
		stars                        int // lines with stars
	}{
		{"a task", "inputs: [{id: pw, type: SECRET}]", "inputs: {pw: \"{{ trigger.body.pw }}\"}", "- {id: a, type: io.kestra.plugin.core.log.Log, message: \"it is {{ inputs.pw }}\"}", 200, 1},
		{"in a form", "inputs: [{id: f, type: FORM, inputs: [{id: pw, type: SECRET}]}]", "inputs: {f.pw: \"{{ trigger.body.pw }}\"}", "- {id: a, type: io.kestra.plugin.core.log.Log, message: \"it is {{ inputs.f.pw }}\"}", 200, 1},
		{"a default", "inputs: [{id: pw, type: SECRET, defaults: " + clear + "}]", "", "- {id: a, type: io.kestra.plugin.core.log.Log, message: \"it is {{ inputs.pw | base64encode }}\"}", 200, 1},
		{"a label", "inputs: [{id: pw, type: SECRET, defaults: " + clear + "}]", "labels: {a: \"{{ {} | jq('error($ENV)' | replace({'$ENV': inputs.pw | toJson})) }}\"}", "- {id: a, type: io.kestra.plugin.core.debug.Return}", 200, 1},
		{"responseCode", "inputs: [{id: pw, type: SECRET, defaults: " + clear + "}]", "responseCode: \"{{ {} | jq('error($ENV)' | replace({'$ENV': inputs.pw | toJson})) }}\"", "- {id: a, type: io.kestra.plugin.core.debug.Return}", 500, 1},
		{"its pattern", "inputs: [{id: pw, type: SECRET, validator: '[a-z]+'}]", "inputs: {pw: \"{{ trigger.body.pw }}\"}", "- {id: a, type: io.kestra.plugin.core.debug.Return}", 422, 0},
		{"what secret() gave", "inputs: [{id: n, type: INT}]", "inputs: {n: \"{{ secret('S') }}\"}", "- {id: a, type: io.kestra.plugin.core.debug.Return}", 422, 1},
		{"a body does not give it", "inputs: [{id: pw, type: SECRET, required: false}]", "inputsFrom: body", "- {id: a, type: io.kestra.plugin.core.log.Log, message: \"it is {{ inputs.pw ?? 'nothing' }}\"}", 200, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			core, logs := observer.New(zap.DebugLevel)
			e := openEngine(t)
			e.Configure(Options{Logger: zap.New(core)})
			site := newSite(t, e, SiteOptions{Logger: zap.New(core), Environ: environOf(clear)}, taskFlow("f", test.tasks, "wait: true\nreturnOutputs: true\n"+test.trigger, test.inputs))
			r := send(site, "f", `{"pw":"`+clear+`"}`)
			if r.Status != test.status || strings.Contains(string(r.Body), clear) {
				t.Errorf("answer is %d %s", r.Status, r.Body)
			}
			stars := 0
			for _, line := range loggedBy(logs) {
				if strings.Contains(line, "******") {
					stars++
				}
				if strings.Contains(line, clear) || strings.Contains(line, "aHVudGVyMjItY2xlYX") {
					t.Errorf("it is in %s", line)
				}
			}
			if stars != test.stars {
				t.Errorf("%d lines have stars, want %d", stars, test.stars)
			}
		})
	}
}
