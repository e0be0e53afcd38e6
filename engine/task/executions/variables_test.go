package executions

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/task/tasktest"
)

// asText is the result of a task that changes variables, or the beginning of its error.
func asText(t *testing.T, yaml, before string) string {
	t.Helper()
	got := tasktest.RunWith(t, Specs(), yaml, before)
	if diff := cmp.Diff(tasktest.Result{Outputs: "null", Variables: got.Variables, Err: got.Err}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got.Err != "" {
		return "!" + got.Err
	}
	return got.Variables
}

func TestSetVariables(t *testing.T) {
	const before = `{"n":1,"list":["a"],"object":{"z":1,"a":{"b":2}},"vars":{"a":1,"o":{"x":1,"p":{"q":1}},"l":[1]}}`
	for _, tt := range []struct{ name, properties, want string }{
		{"new and old", `variables: {b: text, a: 2}`, `{"a":2,"o":{"x":1,"p":{"q":1}},"l":[1],"b":"text"}`},
		{"maps are merged", `variables: {o: {y: 2, p: {r: 2}}}`, `{"a":1,"o":{"x":1,"p":{"q":1,"r":2},"y":2},"l":[1]}`},
		{"a map for another value, and the other way round", `variables: {a: {y: 2}, o: 1}`, `{"a":{"y":2},"o":1,"l":[1]}`},
		{"lists are not merged", `variables: {l: [2, 3]}`, `{"a":1,"o":{"x":1,"p":{"q":1}},"l":[2,3]}`},
		{"literals keep their types, expressions are text", `variables: {a: [1.50, true, null, "{{ n }}"], l: "{{ list }}", o: null}`, `{"a":[1.5,true,null,"1"],"o":null,"l":"[\"a\"]"}`},
		{"keys are rendered", `variables: {"k{{ n }}": 1}`, `{"a":1,"o":{"x":1,"p":{"q":1}},"l":[1],"k1":1}`},
		{"expression that gives a map", `variables: "{{ object }}"`, `{"a":{"b":2},"o":{"x":1,"p":{"q":1}},"l":[1],"z":1}`},
		{"JSON", `variables: '{"a": {{ n + 1 }}}'`, `{"a":2,"o":{"x":1,"p":{"q":1}},"l":[1]}`},
		{"not over others", `overwrite: false, variables: {b: 1}`, `{"a":1,"o":{"x":1,"p":{"q":1}},"l":[1],"b":1}`},
		{"over others, by an expression", `overwrite: "{{ n == 1 }}", variables: {a: 2}`, `{"a":2,"o":{"x":1,"p":{"q":1}},"l":[1]}`},
		{"that are there", `overwrite: false, variables: {o: {y: 1}, b: 1, a: 1}`, "!`overwrite` is set to false and the following variables already exist: o,a"},
		{"that are there, by an expression", `overwrite: "{{ n == 2 }}", variables: {a: 1}`, "!`overwrite` is set to false and the following variables already exist: a"},
		{"no answer", `overwrite: "{{ n }}", variables: {a: 1}`, "!overwrite must be true or false"},
		{"answer that fails", `overwrite: "{{ nope }}", variables: {a: 1}`, "!unable to find `nope`"},
		{"no map", `variables: "{{ list }}"`, "!variables must be a map, or JSON text of one"},
		{"no JSON", `variables: "{{ n }}x"`, "!invalid JSON"},
		{"failure", `variables: {a: "{{ nope }}"}`, "!a: unable to find `nope`"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := asText(t, "{type: io.kestra.plugin.core.execution.SetVariables, "+tt.properties+"}", before); got != tt.want && !(strings.HasPrefix(got, tt.want) && got[0] == '!') {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
	if got := asText(t, "{type: io.kestra.plugin.core.execution.SetVariables, variables: {a: 1}}", "{}"); got != `{"a":1}` {
		t.Errorf("without variables: %s", got)
	}
}

func TestUnsetVariables(t *testing.T) {
	const before = `{"n":1,"names":["a","l"],"vars":{"a":1,"o":{"x":1,"p":{"q":1}},"l":[1]}}`
	for _, tt := range []struct{ name, properties, want string }{
		{"names", `variables: [l, a]`, `{"o":{"x":1,"p":{"q":1}}}`},
		{"members", `variables: [o.p.q, o.x]`, `{"a":1,"o":{"p":{}},"l":[1]}`},
		{"all", `variables: [a, o, l]`, `{}`},
		{"none", `variables: []`, `{"a":1,"o":{"x":1,"p":{"q":1}},"l":[1]}`},
		{"expressions", `variables: ["{{ names[0] }}", "o.{{ 'p' }}"]`, `{"o":{"x":1},"l":[1]}`},
		{"expression that gives a list", `variables: "{{ names }}"`, `{"o":{"x":1,"p":{"q":1}}}`},
		{"JSON", `variables: '["o", "l"]'`, `{"a":1}`},
		{"missing", `variables: [a, zz]`, "!the variable zz does not exist, and `ignoreMissing` is set to false"},
		{"missing member", `variables: [o.zz]`, "!the variable o.zz does not exist"},
		{"member of what is missing", `variables: [zz.x.y]`, "!the variable zz.x.y does not exist"},
		{"member of what is no map", `variables: [a.x]`, "!the variable a.x does not exist"},
		{"missing ones ignored", `variables: [zz, o.zz, zz.x.y, a.x, l], ignoreMissing: true`, `{"a":1,"o":{"x":1,"p":{"q":1}}}`},
		{"missing ones ignored by an expression", `variables: [zz, l], ignoreMissing: "{{ n == 1 }}"`, `{"a":1,"o":{"x":1,"p":{"q":1}}}`},
		{"no answer", `variables: [a], ignoreMissing: "{{ n }}"`, "!ignoreMissing must be true or false"},
		{"no list", `variables: "{{ n }}"`, "!variables must be a list of names, or JSON text of one"},
		{"failure", `variables: ["{{ nope }}"]`, "![0]: unable to find `nope`"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := asText(t, "{type: io.kestra.plugin.core.execution.UnsetVariables, "+tt.properties+"}", before); got != tt.want && !(strings.HasPrefix(got, tt.want) && got[0] == '!') {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestLoad(t *testing.T) {
	for yaml, want := range map[string]string{
		`{type: io.kestra.plugin.core.execution.Labels}`:                                                `flow.yml:4:3: tasks[0].labels: is missing`,
		`{type: io.kestra.plugin.core.execution.Labels, labels: 5}`:                                     `flow.yml:4:65: tasks[0].labels: must be a mapping or a list of {key, value}, is an integer`,
		`{type: io.kestra.plugin.core.execution.Labels, labels: {a: [b]}}`:                              `flow.yml:4:69: tasks[0].labels.a: must be text, is a list`,
		`{type: io.kestra.plugin.core.execution.Labels, labels: "{{ x"}`:                                `flow.yml:4:66: tasks[0].labels: unclosed "{{": there is no "}}"`,
		`{type: io.kestra.plugin.core.execution.SetVariables}`:                                          `flow.yml:4:3: tasks[0].variables: is missing`,
		`{type: io.kestra.plugin.core.execution.SetVariables, variables: [a]}`:                          `flow.yml:4:74: tasks[0].variables: must be a mapping, is a list`,
		`{type: io.kestra.plugin.core.execution.SetVariables, variables: {a: 1}, overwrite: maybe}`:     `flow.yml:4:93: tasks[0].overwrite: must be true or false`,
		`{type: io.kestra.plugin.core.execution.UnsetVariables, variables: {a: 1}}`:                     `flow.yml:4:76: tasks[0].variables: must be a list, is a mapping`,
		`{type: io.kestra.plugin.core.execution.UnsetVariables, variables: [a], ignoreMissing: [true]}`: `flow.yml:4:96: tasks[0].ignoreMissing: must be true or false`,
		`{type: io.kestra.plugin.core.execution.Assert}`:                                                `flow.yml:4:3: tasks[0].conditions: is missing`,
		`{type: io.kestra.plugin.core.execution.Assert, conditions: "{{ true }}"}`:                      `flow.yml:4:69: tasks[0].conditions: must be a list, is a string`,
		`{type: io.kestra.plugin.core.execution.Assert, conditions: ["{{ x"]}`:                          `flow.yml:4:71: tasks[0].conditions[0]: unclosed "{{": there is no "}}"`,
	} {
		_, found := tasktest.Load(t, Specs(), yaml)
		if err := found.Err(); err == nil || err.Error() != want {
			t.Errorf("%s\ngot  %v\nwant %s", yaml, err, want)
		}
	}
}
