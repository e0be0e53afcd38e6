package flowtest

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// checkedFlow answers with its outputs and has log lines, task runs and a request for other servers.
const checkedFlow = `id: checked
namespace: company.team
inputs: [{id: n, type: INT, defaults: 1}]
labels: {team: red}
tasks:
  - {id: ask, type: io.kestra.plugin.core.http.Request, runIf: "{{ trigger.body.ask ?? false }}", uri: "https://api.example.com/a?b=c", method: POST, body: {n: 1}}
  - {id: fail, type: io.kestra.plugin.core.execution.Fail, runIf: "{{ trigger.body.fail ?? false }}", errorMessage: no luck}
  - {id: one, type: io.kestra.plugin.core.log.Log, message: "one\ntwo\nthree"}
  - {id: two, type: io.kestra.plugin.core.log.Log, level: WARN, message: second}
outputs:
  - {id: list, type: JSON, value: '[{"a": 1, "b": "x"}, {"a": 2}]'}
  - {id: text, type: STRING, value: "{{ trigger.body.text ?? 'none' }}"}
triggers:
  - {id: webhook, type: io.kestra.plugin.core.trigger.Webhook, key: 4wjtkzwVGBM9yKnjm3yv8r, wait: true, returnOutputs: true}
  - {id: signed, type: io.kestra.plugin.core.trigger.Webhook, key: "{{ secret('KEY') }}", sender: github, secret: "{{ secret('GITHUB') }}"}
  - {id: key, type: io.kestra.plugin.core.trigger.Webhook, key: 5wjtkzwVGBM9yKnjm3yv8r, sender: discord, secret: 00}
`

// TestFailures runs cases with an expectation that does not hold, and one that does beside it. The place of a failure is given by line and
// column of what stands behind `expect: `, in one line.
func TestFailures(t *testing.T) {
	const request, ask, unknown = "{flow: company.team/checked, json: {}}", "{flow: company.team/checked, json: {ask: true}}", "{flow: company.team/checked, key: wrong}"
	const stub = "  http: {url: https://api.example.com/a, json: {}}\n"
	for _, test := range []struct{ name, more, request, expect, want string }{
		{"nothing", "", request, "{}", ""},
		{"the status", "", request, "{status: 201}", "10 status: want 201, got 200\n  with the body {…}"},
		{"the status of a miss", "", unknown, "{status: 200}", "10 status: want 200, got 404\n  with the body {\"message\":\"Not Found: Webhook not found\"}"},
		{"a header", "", request, "{headers: {content-type: text/plain, Cache-Control: no-store}}", "26 headers.content-type: want text/plain, got application/json"},
		{"a header that is not there", "", request, "{headers: {Location: /x}}", "22 headers.Location: want /x, got none"},
		{"a header that is there", "", request, "{headers: {Content-Type: null}}", "12 headers.Content-Type: want none, got application/json"},
		{"the body", "", unknown, "{body: x}", `8 body: want x, got {"message":"Not Found: Webhook not found"}`},
		{"a member too few", "", request, "{json: {text: none}}", "8 json.list: want nothing, got …"},
		{"a member too many", "", request, "{contains: {x: 1}}", "13 contains.x: want 1, got nothing"},
		{"a member of an element", "", request, `{contains: {list: [{a: 1, b: y}, {a: 2}]}}`, `30 contains.list[0].b: want "y", got "x"`},
		{"a text is no number", "", request, `{contains: {list: [{a: "1"}, {a: 2}]}}`, `24 contains.list[0].a: want "1", got 1`},
		{"the number of elements", "", request, `{contains: {list: [{a: 1}]}}`, "19 contains.list: want 1 element, got …"},
		{"no JSON", "", "{flow: company.team/checked, method: HEAD}", "{json: {}}", `8 json: want JSON, got ""`},
		{"the outcome", "", request, "{outcome: unmet}", "11 outcome: want unmet, got ended"},
		{"the state", "", "{flow: company.team/checked, json: {fail: true}}", "{state: SUCCESS}", "9 state: want SUCCESS, got FAILED\n  ERROR fail: no luck"},
		{"no execution", "", unknown, "{state: SUCCESS}", "9 : want an execution, got none: the answer is unknown"},
		{"an output", "", request, "{outputs: {text: x}}", `18 outputs.text: want "x", got "none"` + "\n" + `11 outputs.list: want nothing, got …`},
		{"an input", "", request, "{inputs: {n: 2}}", "14 inputs.n: want 2, got 1"},
		{"a label", "", request, "{labels: {team: blue}}", `17 labels.team: want "blue", got "red"`},
		{"a line", "", request, "{logs: [second, third]}", "17 logs[1]: no such line behind the one before\n- \"third\""},
		{"a line by its level", "", request, "{logs: {level: ERROR, message: second}}", "8 logs[0]: no such line\n- {\"level\":\"ERROR\",\"message\":\"second\"}\n+ INFO one: one\n  two\n  three\n+ WARN two: second"},
		{"a line by its task", "", request, "{logs: [{task: one, has: two}]}", ""},
		{"no line", "", request, "{logs: []}", "8 logs: differs\n- no line\n+ 2 lines, the first one INFO one: one\n+ two\n+ three"},
		{"a task run", "", request, "{tasks: {one: FAILED, two: SUCCESS}}", "15 tasks.one: want FAILED, got SUCCESS"},
		{"a task that has not run", "", request, "{tasks: {none: SUCCESS}}", "16 tasks.none: want 1 run, got 0: none"},
		{"a task that has run", "", request, "{tasks: {one: []}}", "15 tasks.one: want 0 runs, got 1: SUCCESS"},
		{"attempts", "", request, "{tasks: {one: {attempts: 2}}}", "26 tasks.one.attempts: want 2, got 1"},
		{"outputs of a task", stub, ask, "{tasks: {ask: {outputs: {code: 201}}}}", "32 tasks.ask.outputs.code: want 201, got 200"},
		{"executions", "", request, "{executions: {company.team/checked: [SUCCESS, SUCCESS]}}", "37 executions.company.team/checked: want SUCCESS, SUCCESS, got SUCCESS"},
		{"a request that is sent", stub, ask, "{asked: {method: GET, url: https://api.example.com/a, json: {n: 2}}}", "18 asked[0].method: want GET, got POST\n28 asked[0].url: want https://api.example.com/a, got https://api.example.com/a?b=c\n65 asked[0].json.n: want 2, got 1"},
		{"a request too few", stub, request, "{asked: [{}]}", "10 asked[0]: want a request, got none: 0 requests in all"},
		{"a request too many", stub, ask, "{asked: []}", "9 asked: want 0 requests, got one more: POST https://api.example.com/a?b=c {\"n\":1}"},
		{"a request that nobody answers", "", ask, "{}", "the flow sends a request that no stub in `http` answers: POST https://api.example.com/a?b=c"},
		{"an unknown flow", "", "{flow: company.team/none}", "{}", "there is no flow company.team/none"},
		{"an unknown trigger", "", "{flow: company.team/checked, trigger: none}", "{}", "flow company.team/checked has no webhook trigger none, but webhook, signed, key"},
		{"a key that is missing", "", "{flow: company.team/checked, trigger: signed}", "{}", "the key of company.team/checked cannot be rendered: …: give it in `secrets` or `envs`"},
		{"a secret that is missing", "  secrets: {KEY: a-key}\n", "{flow: company.team/checked, trigger: signed, event: push}", "{}", "the secret of the signature cannot be rendered: …"},
		{"a public key", "", "{flow: company.team/checked, trigger: key, sender: discord}", "{}", "the flow has the public key alone: a private key in PEM is needed to sign"},
		{"an event of nobody", "", "{flow: company.team/checked, event: push}", "{}", "the trigger names no sender: say in `sender` whose event \"push\" is"},
		{"an event of a sender that has none", "", "{flow: company.team/checked, sender: dropbox, event: push}", "{}", "requests of Dropbox have no name of an event"},
	} {
		t.Run(test.name, func(t *testing.T) {
			set, found := engine.Core().Load([]*flow.Source{flow.NewSource("checked", []byte(checkedFlow))})
			text := "cases:\n- name: a\n" + test.more + "  request: " + test.request + "\n  expect: " + test.expect + "\n"
			files, more := Load([]*flow.Source{{Name: "a.test.yml", YAML: []byte(text)}})
			if err := append(found, more...).Err(); err != nil {
				t.Fatal(err)
			}
			failures, err := NewSuite(set, nil).Run(t.Context(), files[0].Cases[0], filepath.Join(t.TempDir(), "files"))
			if err != nil {
				t.Fatal(err)
			}
			line := strings.Count(text, "\n")
			var got []string
			for _, f := range failures {
				s := fmt.Sprintf("%d %s: %s", f.Pos.Column-len("  expect: "), f.Path, f.Message)
				if f.Pos.Line != line {
					s = f.Message
				}
				got = append(got, strings.TrimSuffix(s+"\n"+f.Diff, "\n"))
			}
			pattern := "^" + strings.ReplaceAll(regexp.QuoteMeta(test.want), "…", ".*") + "$"
			if all := strings.Join(got, "\n"); !regexp.MustCompile(pattern).MatchString(all) {
				t.Errorf("-want +got:\n%s", cmp.Diff(test.want, all))
			}
		})
	}
}

// TestDiff compares texts of several lines.
func TestDiff(t *testing.T) {
	for _, test := range []struct{ want, got, diff string }{
		{"a\nb\nc\nd\ne\nf\ng", "a\nb\nc\nX\ne\nf\ng", "  b\n  c\n- d\n+ X\n  e\n  f\n"},
		{"a", "a\nb", "  a\n+ b\n"},
		{"a\na", "a", "  a\n- a\n"},
		{"", "x", "- \n+ x\n"},
	} {
		if diff := cmp.Diff(test.diff, diff(test.want, test.got)); diff != "" {
			t.Errorf("%q and %q (-want +got):\n%s", test.want, test.got, diff)
		}
	}
}
