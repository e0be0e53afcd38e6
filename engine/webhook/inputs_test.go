package webhook

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// The inputs of the tests' flow.
const givenInputs = "inputs: [{id: s, type: STRING}, {id: i, type: INT}, {id: a.b, type: STRING}, {id: l, type: ARRAY, itemType: STRING}, " +
	"{id: m, type: MULTISELECT, values: [x]}, {id: e, type: EMAIL}, {id: secret, type: SECRET, defaults: x}, {id: file, type: FILE, required: false}, {id: files, type: ARRAY, itemType: FILE, required: false}]"

// TestGivenInputs gives inputs by requests whose variable `trigger` is JSON.
func TestGivenInputs(t *testing.T) {
	const fromBody, fromForm, fromParameters = "inputsFrom: body", "inputsFrom: form", "inputsFrom: parameters"
	tests := []struct{ name, trigger, request, want, unrendered string }{
		{"nothing", "inputs: {}", `{"body":{"s":"x"}}`, `{}`, ""},
		{"written", `inputs: {s: "{{ trigger.body.x }}", i: 7, l: [1, "{{ trigger.body.x }}"], zz: true}`, `{"body":{"x":{"y":1}}}`, `{"s":"{\"y\":1}","i":7,"l":[1,"{\"y\":1}"],"zz":true}`, `{"s":"{{ trigger.body.x }}","i":7,"l":[1,"{{ trigger.body.x }}"],"zz":true}`},
		{"written null", `inputs: {s: null}`, `{}`, `{"s":null}`, ""},
		{"a null member is the empty text", `inputs: {s: "{{ trigger.body.x }}"}`, `{"body":{"x":null}}`, `{"s":""}`, `{"s":"{{ trigger.body.x }}"}`},
		{"a missing member", `inputs: {i: 1, s: "{{ trigger.body.x }}"}`, `{"body":{}}`, "!Invalid value for input `s`. Cause: it cannot be rendered", `{"i":1,"s":"{{ trigger.body.x }}"}`},

		{"members of the body", fromBody, `{"body":{"i":"1","s":{"k":1},"other":2,"l":["x"],"secret":"y","file":"kestra:///x/y","files":["kestra:///x/y"]}}`, `{"s":{"k":1},"i":"1","l":["x"]}`, ""},
		{"dotted id, nested member", fromBody, `{"body":{"a":{"b":1,"c":2}}}`, `{"a.b":1}`, ""},
		{"dotted id, dotted member", fromBody, `{"body":{"a.b":1,"a":{"b":2}}}`, `{"a.b":1}`, ""},
		{"dotted id, no map", fromBody, `{"body":{"a":"b"}}`, `{}`, ""},
		{"null fills nothing", fromBody, `{"body":{"s":null,"i":0}}`, `{"i":0}`, ""},
		{"a body of text", fromBody, `{"body":"s=1"}`, `{}`, ""},
		{"a body with a list", fromBody, `{"body":[{"s":1}]}`, `{}`, ""},
		{"no body", fromBody, `{}`, `{}`, ""},
		{"parameters are no body", fromBody, `{"parameters":{"s":["1"]}}`, `{}`, ""},
		{"written wins", fromBody + "\ninputs: {s: w, secret: z}", `{"body":{"s":"b","i":1}}`, `{"s":"w","i":1,"secret":"z"}`, ""},

		{"fields", fromForm, `{"body":"s=1","formFields":{"s":["1"],"i":["2"],"a.b":["3"],"secret":["4"],"file":["kestra:///x/y"],"files":["kestra:///x/y"]}}`, `{"s":"1","i":"2","a.b":"3"}`, ""},
		{"files of a form", fromForm, `{"formFields":{"file":["kestra:///x/y"]},"parts":[{"name":"s","uri":"kestra:///a"},{"name":"file","uri":"kestra:///b"},{"name":"file","uri":"kestra:///c"},{"name":"files","uri":"kestra:///d"}]}`, `{"file":"kestra:///b"}`, ""},
		{"a file without a URI", fromForm, `{"formFields":{},"parts":[{"name":"file","size":1}]}`, `{}`, ""},
		{"files beside the body", fromBody, `{"body":{},"parts":[{"name":"file","uri":"kestra:///b"}]}`, `{}`, ""},
		{"parameters", fromParameters, `{"parameters":{"s":["1"],"other":["2"]},"body":{"i":3}}`, `{"s":"1"}`, ""},
		{"empty texts", fromParameters, `{"parameters":{"s":[""],"e":[""],"i":[""],"l":[""],"m":[""]}}`, `{"s":"","e":""}`, ""},
		{"a list of one", fromParameters, `{"parameters":{"l":["x"],"m":["x"]}}`, `{"l":["x"],"m":["x"]}`, ""},
		{"a list of several", fromParameters, `{"parameters":{"l":["x","y"],"m":["x",""]}}`, `{"l":["x","y"],"m":["x",""]}`, ""},
		{"a list as JSON", fromParameters, `{"parameters":{"l":[" [1,2]"]}}`, `{"l":" [1,2]"}`, ""},
		{"several texts to one value", fromParameters, `{"parameters":{"i":["1","2"]}}`, `{"i":["1","2"]}`, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			trigger := oneTrigger(t, webhookFlow("f", "key: abc\n"+test.trigger, givenInputs))
			request, err := value.DecodeJSONText(test.request)
			if err != nil {
				t.Fatal(err)
			}
			want, fails := strings.CutPrefix(test.want, "!")
			given, err := trigger.GivenInputs(scope("trigger", request), request.Map())
			switch wrong, _ := errors.AsType[*flow.InputError](err); {
			case fails && (wrong == nil || wrong.Public() != want):
				t.Errorf("error %v, want %s", err, want)
			case !fails && err != nil:
				t.Error(err)
			case !fails && value.JSON(value.FromMap(given)) != want:
				t.Errorf("given are %s, want %s", value.JSON(value.FromMap(given)), want)
			}
			unrendered := test.unrendered
			if unrendered == "" {
				unrendered = want
			}
			if diff := cmp.Diff(unrendered, value.JSON(value.FromMap(trigger.UnrenderedInputs(request.Map())))); diff != "" {
				t.Errorf("unrendered (-want +got):\n%s", diff)
			}
		})
	}
}

func TestGivesInputs(t *testing.T) {
	for property, want := range map[string]bool{"": false, "inputs: {s: x}": true, "inputs: {}": true, "inputsFrom: form": true} {
		if got := oneTrigger(t, webhookFlow("f", "key: abc\n"+property, givenInputs)).GivesInputs(); got != want {
			t.Errorf("%q: %t", property, got)
		}
	}
}

func TestInputFindings(t *testing.T) {
	const (
		required = "inputs: [{id: a, type: STRING}, {id: b, type: INT}, {id: c, type: INT, defaults: 1}, {id: d, type: INT, required: false}, {id: e, type: INT, dependsOn: {inputs: [d]}}]"
		many     = "inputs: [{id: a, type: INT}, {id: b, type: INT}, {id: c, type: INT}, {id: d, type: INT}, {id: e, type: INT}, {id: f, type: INT}]"
		secret   = "inputs: [{id: pw, type: SECRET}, {id: s, type: STRING}]"
		file     = "inputs: [{id: f, type: FILE}]"
	)
	tests := []struct{ name, trigger, inputs, want string }{
		{"no inputs", "", "", ""},
		{"nothing required", "", "inputs: [{id: a, type: STRING, defaults: x}, {id: s, type: SELECT, values: [x], autoSelectFirst: true}]", ""},
		{"nothing gives", "", required, "triggers[0]: nothing gives the required inputs `a`, `b`, and tasks that read it fail: let `inputsFrom: body` take it from the request, write `inputs`, or give it a default"},
		{"nothing gives many", "", many, "triggers[0]: nothing gives the required inputs `a`, `b`, `c`, `d`, `e`, …, and tasks that read it fail: let `inputsFrom: body` take it from the request, write `inputs`, or give it a default"},
		{"all written", "inputs: {a: x, b: 1}", required, ""},
		{"one is not written", "inputs: {a: x}", required, "triggers[0].inputs: every request is answered with 422: nothing gives the required input `b`; write it here, give it a default, or let `inputsFrom: body` take it from the request"},
		{"names that are computed", "inputs: {\"{{ 'a' }}\": x}", required, ""},
		{"written and not declared", "inputs: {a: x, b: 1, dd: 1, zzzzz: 1}", required, "triggers[0].inputs: the flow has no input `dd`; did you mean `d`?\ntriggers[0].inputs: the flow has no input `zzzzz`"},
		{"a nested map", "inputs: {a: {b: x}}", "inputs: [{id: a.b, type: STRING, defaults: x}]", "triggers[0].inputs: the flow has no input `a`; write `a.b`, with the dot"},
		{"from the request", "inputsFrom: body", required, ""},
		{"from the request, without inputs", "inputsFrom: body", "", "triggers[0].inputsFrom: has no effect: the flow has no inputs"},
		{"a secret from the request", "inputsFrom: body", secret, "triggers[0].inputsFrom: every request is answered with 422: nothing gives the required input `pw`, and no request fills a SECRET or a FILE; with `inputsFrom: form` a form may bring the file itself"},
		{"a file that nothing gives", "", file, "triggers[0]: nothing gives the required input `f`, and tasks that read it fail: write `inputs`, or give it a default"},
		{"a file that is not written", "inputs: {}", file, "triggers[0].inputs: every request is answered with 422: nothing gives the required input `f`; write it here, or give it a default"},
		{"a file from the request", "inputsFrom: body", file, "triggers[0].inputsFrom: every request is answered with 422: nothing gives the required input `f`, and no request fills a SECRET or a FILE; with `inputsFrom: form` a form may bring the file itself"},
		{"a file from a form", "inputsFrom: form", file, ""},
		{"a secret from a form", "inputsFrom: form", secret, "triggers[0].inputsFrom: every request is answered with 422: nothing gives the required input `pw`, and no request fills a SECRET or a list of files"},
		{"a file that is written", "inputs: {f: \"{{ trigger.body.uri }}\"}", file, ""},
		{"a secret that is written", "inputsFrom: body\ninputs: {pw: \"{{ secret('PW') }}\"}", secret, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, found := loadFlows(t, webhookFlow("f", "key: abc\n"+test.trigger, test.inputs))
			var got []string
			for _, d := range found {
				if strings.HasPrefix(d.Path, "triggers") {
					got = append(got, d.Path+": "+d.Message)
				}
				if d.Severity != flow.SeverityWarning || d.Strict {
					t.Errorf("%v is no mere warning", d)
				}
			}
			if diff := cmp.Diff(test.want, strings.Join(got, "\n")); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}
