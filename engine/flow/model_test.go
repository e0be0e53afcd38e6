package flow

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

const modelFlow = `id: f
namespace: a.b
description: what it does
disabled: true
labels:
  - {key: team.name, value: x}
  - {key: zz, value: 1}
  - {key: team.size, value: 3}
  - {key: zz, value: 2}
variables: {v: "{{ not rendered }}", w: [1, 0123]}
inputs:
  - {id: a.b, type: INT, defaults: 5}
  - {id: a.c, type: STRING, defaults: "{{ flow.id }}"}
  - {id: d, type: STRING}
outputs:
  - {id: o, type: STRING, value: "{{ x }}", required: false}
tasks:
  - id: seq
    type: io.kestra.plugin.core.flow.Sequential
    tasks:
      - id: all
        type: test.All
        string: 0123
        integer: "7"
        boolean: yes
        duration: PT1M
        dynInteger: "{{ 1 }}"
        list: [SUCCESS]
        labels: [{key: a, value: 1}, {key: a, value: 2}]
        any: {n: 123456789012345678901234567890, z: 1.50, a: null}
        runIf: "{{ true }}"
        allowFailure: true
        logLevel: WARN
triggers:
  - id: w
    type: io.kestra.core.models.triggers.types.Webhook
    key: "{{ flow.id }}"
    waitTimeout: 3s
    stopAfter: [FAILED, FAILED]
    conditions:
      - {type: cel, expression: "true"}
  - {id: s, type: io.kestra.plugin.core.trigger.Schedule, cron: "* * * * *"}
`

func loadModel(t *testing.T) *Flow {
	t.Helper()
	set, found := loadText(t, modelFlow)
	if err := found.Err(); err != nil {
		t.Fatal(err)
	}
	return set.Flow("a.b", "f")
}

func TestModel(t *testing.T) {
	f := loadModel(t)
	if f.ID != "f" || f.Namespace != "a.b" || f.Description != "what it does" || !f.Disabled {
		t.Errorf("head is %s/%s %q disabled=%t", f.Namespace, f.ID, f.Description, f.Disabled)
	}
	if diff := cmp.Diff([]Label{{"team.name", "x"}, {"zz", "2"}, {"team.size", "3"}}, f.Labels); diff != "" {
		t.Errorf("labels (-want +got):\n%s", diff)
	}
	if got := value.JSON(value.FromMap(f.Variables)); got != `{"v":"{{ not rendered }}","w":[1,83]}` {
		t.Errorf("variables are %s", got)
	}
	if len(f.Inputs) != 3 || !f.Inputs[0].Required || f.Inputs[2].Defaults != nil {
		t.Errorf("inputs are %+v", f.Inputs)
	}
	if len(f.Outputs) != 1 || f.Outputs[0].Required || f.Outputs[0].Type.Name != TypeString || f.Outputs[0].Value == nil {
		t.Errorf("outputs are %+v", f.Outputs)
	}
	var paths []string
	for c := range f.components {
		paths = append(paths, c.Path+" "+c.ID)
	}
	want := []string{"tasks[0] seq", "tasks[0].tasks[0] all", "triggers[0] w", "triggers[0].conditions[0] ", "triggers[1] s"}
	if diff := cmp.Diff(want, paths); diff != "" {
		t.Errorf("components (-want +got):\n%s", diff)
	}
	if got := f.memberPos("outputs").String(); got != "flow.yml:16:3" {
		t.Errorf("outputs are at %s", got)
	}
	if got := f.memberPos("errors").String(); got != "flow.yml:1:1" {
		t.Errorf("a member that is not there is at %s", got)
	}
}

func TestComponent(t *testing.T) {
	f := loadModel(t)
	c := f.Tasks[0].Children("tasks")[0]
	if c.Compiled != c || c.Pos.String() != "flow.yml:21:9" {
		t.Errorf("compiled %T at %s", c.Compiled, c.Pos)
	}
	if c.Text("string") != "83" || c.Int("integer") != 7 || !c.Bool("boolean") || c.Duration("duration") != time.Minute {
		t.Errorf("got %q %d %t %s", c.Text("string"), c.Int("integer"), c.Bool("boolean"), c.Duration("duration"))
	}
	if c.Template("string") == nil || c.Template("dynInteger") == nil || c.Template("integer") != nil || c.Int("dynInteger") != 0 {
		t.Error("templates are wrong")
	}
	for name, want := range map[string]string{
		"list": `["SUCCESS"]`, "labels": `{"a":"2"}`, "any": `{"n":123456789012345678901234567890,"z":1.5,"a":null}`, "map": `null`,
	} {
		if got := value.JSON(c.Value(name)); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
	if c.Structure("any") == nil || c.Structure("list") != nil || c.Has("map") || !c.Has("any") {
		t.Error("structures are wrong")
	}
	if c.RunIf == nil || !c.AllowFailure || c.AllowWarning || c.LogLevel != "WARN" || c.Disabled {
		t.Errorf("common members are wrong: %+v", c)
	}
	if got := c.Errorf("duration", "is %d", 1).Error(); got != "flow.yml:26:19: tasks[0].tasks[0].duration: is 1" {
		t.Error(got)
	}
	if got := c.Errorf("", "is %w", errOne); got.Error() != "flow.yml:21:9: tasks[0].tasks[0]: is one" || !errors.Is(got, errOne) {
		t.Error(got)
	}
	if got := c.propertyPos("map"); got != c.Pos {
		t.Error(got)
	}
	w, s := f.Triggers[0], f.Triggers[1]
	if diff := cmp.Diff([]string{"FAILED"}, w.StopAfter); diff != "" || w.Type == w.Spec.Type || w.Duration("waitTimeout") != 3*time.Second {
		t.Errorf("webhook is %+v", w)
	}
	if s.Spec == nil || s.Spec.Compile != nil || s.Compiled != nil || s.ID != "s" {
		t.Errorf("schedule is %+v", s)
	}
}

func TestExtensions(t *testing.T) {
	want := `warning: flow.yml:38:5: triggers[0].waitTimeout: property ` + "`waitTimeout`" + ` is an extension: Kestra does not have it
warning: flow.yml:41:16: triggers[0].conditions[0].type: type ` + "`cel`" + ` is an extension: Kestra does not have it
`
	set, _ := loadText(t, modelFlow)
	got := findings(nil, set.Extensions())
	// test.All is no type of Kestra's either.
	if diff := cmp.Diff("warning: flow.yml:22:15: tasks[0].tasks[0].type: type `test.All` is an extension: Kestra does not have it\n"+want, got); diff != "" {
		t.Errorf("extensions (-want +got):\n%s", diff)
	}
}

func TestPortabilityOfDefaults(t *testing.T) {
	set, _ := loadText(t, "id: f\nnamespace: n\ntasks: [{id: t, type: io.kestra.plugin.core.debug.Return}]\ninputs:\n  - {id: v, type: STRING, required: false, defaults: x}\n")
	const want = "warning: flow.yml:5:54: inputs[0].defaults: an input with a default must be required, since the default always counts: Kestra 1.3 refuses the flow\n"
	if diff := cmp.Diff(want, findings(nil, set.Extensions())); diff != "" {
		t.Errorf("extensions (-want +got):\n%s", diff)
	}
}

func TestConstantDefaultsAreShared(t *testing.T) {
	set, _ := loadText(t, `id: f
namespace: n
tasks: [{id: t, type: test.All}]
inputs:
  - {id: a, type: FLOAT, defaults: 1}
  - {id: s, type: SELECT, values: [x, y], autoSelectFirst: true}
  - {id: m, type: MULTISELECT, values: [x, y], autoSelectFirst: true}
`)
	f := set.Flow("n", "f")
	first := f.UnresolvedInputs(nil, nil).Values
	if got := value.JSON(value.FromMap(first)); got != `{"a":1.0,"s":"x","m":["x"]}` {
		t.Errorf("defaults are %s", got)
	}
	if second := f.UnresolvedInputs(nil, nil).Values; second != first {
		t.Error("constant defaults are built again")
	}
}

func TestNest(t *testing.T) {
	tests := []struct {
		labels []Label
		want   string
	}{
		{nil, `{}`},
		{[]Label{{"a.b", "1"}, {"c", "2"}, {"a.d", "3"}}, `{"a":{"b":"1","d":"3"},"c":"2"}`},
		{[]Label{{"a", "1"}, {"a.b", "2"}}, `{"a":{"b":"2"}}`},
		{[]Label{{"a.b", "2"}, {"a", "1"}}, `{"a":{"b":"2"}}`},
		{[]Label{{"a.", "1"}, {"a..b", "2"}}, `{"a.":"1","a":{".b":"2"}}`},
	}
	for _, tt := range tests {
		if got := value.JSON(value.FromMap(NestLabels(tt.labels))); got != tt.want {
			t.Errorf("%v gives %s, want %s", tt.labels, got, tt.want)
		}
	}
}

// TestMemberWithoutValue checks that a variable without a written value is the empty text, as in Kestra.
func TestMemberWithoutValue(t *testing.T) {
	set, found := loadText(t, "id: x\nnamespace: n\nvariables:\n  e:\n  n: null\n  l: [~, '']\n  m:\n    a:\n  \"\\ud83d\\ude80\": >\n      \tx\ntasks: [{id: t, type: test.All}]\n")
	if set.Len() != 1 {
		t.Fatal(found)
	}
	for f := range set.All() {
		if got, want := value.JSON(value.FromMap(f.Variables)), `{"e":"","n":null,"l":[null,""],"m":{"a":""},"🚀":"\tx\n"}`; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestPortabilityOfVariables(t *testing.T) {
	set, found := loadText(t, "id: f\nnamespace: n\ntasks: [{id: t, type: io.kestra.plugin.core.debug.Return, format: \"{{ error.message }}\"}]\n")
	const want = "warning: flow.yml:3:67: tasks[0].format: variable `error` is an extension: Kestra does not have it\n"
	if diff := cmp.Diff(want, findings(nil, set.Extensions())); diff != "" || len(found) > 0 {
		t.Errorf("%v, extensions (-want +got):\n%s", found, diff)
	}
}

func TestPortabilityOfFunctions(t *testing.T) {
	set, found := loadText(t, "id: f\nnamespace: n\ntasks: [{id: t, type: io.kestra.plugin.core.debug.Return, format: \"{{ constantTimeEquals(hmac('md5', 'k', ''), hmac('md5', 'k', 'x')) }}{{ now() }}\"}]\n")
	const want = "warning: flow.yml:3:67: tasks[0].format: function `constantTimeEquals` is an extension: Kestra does not have it\n" +
		"warning: flow.yml:3:67: tasks[0].format: function `hmac` is an extension: Kestra does not have it\n"
	if diff := cmp.Diff(want, findings(nil, set.Extensions())); diff != "" || len(found) > 0 {
		t.Errorf("%v, extensions (-want +got):\n%s", found, diff)
	}
}
