package engine

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/secret"
)

// secretFlow has secrets in all places where they may stand.
const secretFlow = `id: hidden
namespace: company.team
description: the key is canary4wjtkzwVGBM9yKnjm3yv8r
labels: {key: canary4wjtkzwVGBM9yKnjm3yv8r, team: red}
inputs:
  - {id: pin, type: SECRET, defaults: hunter2222}
  - {id: n, type: INT, defaults: 3}
variables: {a: "hunter2222 and sesame99"}
tasks:
  # canary4wjtkzwVGBM9yKnjm3yv8r sesame99
  - {id: a, type: io.kestra.plugin.core.log.Log, message: "sesame99"}
  - {id: p, type: io.kestra.plugin.core.flow.Pause, onResume: [{id: code, type: SECRET, defaults: "opensesame"}]}
triggers:
  - {id: hook, type: io.kestra.plugin.core.trigger.Webhook, key: canary4wjtkzwVGBM9yKnjm3yv8r}
`

// TestShowFlow shows a flow as Kestra's API does, with keys and secrets hidden wherever they stand.
func TestShowFlow(t *testing.T) {
	e := openEngine(t)
	e.Configure(Options{Secrets: secret.OfEnviron([]string{"SECRET_WORD=c2VzYW1lOTk="})}) // sesame99
	shown, err := e.ShowFlow(loadFlows(t, secretFlow).Flow("company.team", "hidden"), 7)
	if err != nil {
		t.Fatal(err)
	}
	text, err := EncodeJSON(shown)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"canary", "hunter", "sesame"} {
		if strings.Contains(string(text), secret) {
			t.Errorf("%s is shown: %s", secret, text)
		}
	}
	if !strings.HasPrefix(shown.Source, "id: hidden\nnamespace: company.team\n") || !strings.Contains(shown.Source, "key: (hidden)") {
		t.Errorf("source: %s", shown.Source)
	}
	shown.Source = ""
	text, err = EncodeJSON(shown)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"id":"hidden","namespace":"company.team","revision":7,"description":"the key is ******",` +
		`"inputs":[{"id":"pin","type":"SECRET","defaults":"******"},{"id":"n","type":"INT","defaults":3}],"disabled":false,` +
		`"labels":[{"key":"key","value":"******"},{"key":"team","value":"red"}],"variables":{"a":"****** and ******"},"deleted":false,` +
		`"tasks":[{"id":"a","type":"io.kestra.plugin.core.log.Log","message":"******"},{"id":"p","type":"io.kestra.plugin.core.flow.Pause",` +
		`"onResume":[{"id":"code","type":"SECRET","defaults":"******"}]}],` +
		`"triggers":[{"id":"hook","type":"io.kestra.plugin.core.trigger.Webhook","key":"(hidden)"}]}`
	if diff := cmp.Diff(want, string(text)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestShowFlowKeyVariables shows a flow whose keys are made of its variables.
func TestShowFlowKeyVariables(t *testing.T) {
	e := openEngine(t)
	f := loadFlows(t, `id: hidden
namespace: company.team
variables: {keys: {a: canary4wjtkzwVGBM9yKnjm3yv8r}, stage: production, other: "of canary4wjtkzwVGBM9yKnjm3yv8r"}
tasks: [{id: a, type: io.kestra.plugin.core.log.Log, message: "{{ vars.keys.a }} in production"}]
triggers:
  - {id: hook, type: io.kestra.plugin.core.trigger.Webhook, key: "{{ vars.keys.a }}-{{ vars.stage }}{{ vars.missing.x ?? '' }}{{ vars.other.x ?? '' }}"}
`).Flow("company.team", "hidden")
	shown, err := e.ShowFlow(f, 1)
	if err != nil {
		t.Fatal(err)
	}
	text, err := EncodeJSON(shown)
	if err != nil || strings.Contains(string(text), "canary") || string(shown.Variables) != `{"keys":{"a":"******"},"stage":"production","other":"of ******"}` ||
		!strings.Contains(shown.Source, "in production") {
		t.Errorf("%s (%v)", text, err)
	}
	none := loadFlows(t, `{id: none, namespace: company.team, tasks: [{id: a, type: io.kestra.plugin.core.debug.Return}],
		triggers: [{id: hook, type: io.kestra.plugin.core.trigger.Webhook, key: "{{ vars.k ?? vars }}"}]}`).Flow("company.team", "none")
	if _, err := e.ShowFlow(none, 1); err != nil {
		t.Error(err)
	}
}

// TestShowFlowShortSecret shows no source in which a secret stands that is too short to be found in it.
func TestShowFlowShortSecret(t *testing.T) {
	e := openEngine(t)
	f := loadFlows(t, strings.ReplaceAll(secretFlow, "hunter2222", "1234")).Flow("company.team", "hidden")
	shown, err := e.ShowFlow(f, 1)
	var inputs []struct{ Defaults any }
	if err != nil || json.Unmarshal(shown.Inputs, &inputs) != nil {
		t.Fatal(err)
	}
	if shown.Source != "******" || inputs[0].Defaults != "******" {
		t.Errorf("source %q, inputs %s", shown.Source, shown.Inputs)
	}
}
