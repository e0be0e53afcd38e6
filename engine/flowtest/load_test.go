package flowtest

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// TestLoadErrors loads files that say what cannot be meant.
func TestLoadErrors(t *testing.T) {
	const ok = "cases:\n- name: a\n  request: {flow: a.b/c}\n"
	for _, test := range []struct{ name, text, want string }{
		{"right", ok, ""},
		{"empty", "", "the text is empty"},
		{"no cases", "secrets: {A: b}\n", "1:1: cases: is missing"},
		{"cases are no list", "cases: {}\n", "1:8: cases: must be a list"},
		{"a member of the file", "secret: {}\n" + ok, "1:1: unknown member `secret`; did you mean `secrets`?"},
		{"a member of a case", ok + "  expected: {}\n", "4:3: cases[0]: unknown member `expected`; did you mean `expect`?"},
		{"a member of a request", strings.Replace(ok, "a.b/c", "a.b/c, hedaers: {}", 1), "3:26: cases[0].request: unknown member `hedaers`; did you mean `headers`?"},
		{"a member of an expectation", ok + "  expect: {stauts: 200}\n", "4:12: cases[0].expect: unknown member `stauts`; did you mean `status`?"},
		{"a member of a stub", ok + "  http: {link: x}\n", "4:9: cases[0].http.url: is missing\n4:10: cases[0].http: unknown member `link`"},
		{"a member of a log line", ok + "  expect: {logs: [{text: x}]}\n", "4:20: cases[0].expect.logs[0]: unknown member `text`"},
		{"a member of a task run", ok + "  expect: {tasks: {a: {status: x}}}\n", "4:24: cases[0].expect.tasks.a: unknown member `status`"},
		{"a member of what is asked", ok + "  expect: {asked: [{uri: x}]}\n", "4:21: cases[0].expect.asked[0]: unknown member `uri`; did you mean `url`?"},
		{"no name", "cases: [{request: {flow: a.b/c}}]\n", "1:9: cases[0].name: is missing"},
		{"two of a name", ok + "- name: a\n  request: {flow: a.b/c}\n", "4:3: cases[1].name: another case has this name, too"},
		{"no request", "cases: [{name: a}]\n", "1:9: cases[0].request: is missing"},
		{"steps and a request", ok + "  steps: []\n", "3:12: cases[0]: a case has `steps`, or one `request` and what to `expect`"},
		{"no steps", "cases: [{name: a, steps: []}]\n", "1:26: cases[0]: steps is empty"},
		{"a step that does two things", "cases: [{name: a, steps: [{request: {flow: a.b/c}, resume: {}}]}]\n", "1:27: cases[0].steps[0]: a step has a `request` or a `resume`, not both"},
		{"neither flow nor path", "cases: [{name: a, request: {}}]\n", "1:28: cases[0].request: needs `flow`, as in company.team/hello, or else `path`"},
		{"flow and path", "cases: [{name: a, request: {flow: a.b/c, path: /x}}]\n", "1:28: cases[0].request: needs `flow`, as in company.team/hello, or else `path`"},
		{"a flow without a namespace", "cases: [{name: a, request: {flow: c}}]\n", "1:28: cases[0].request.flow: must be a namespace and an id, as in company.team/hello"},
		{"a key and a path", "cases: [{name: a, request: {path: /x, key: k}}]\n", "1:28: cases[0].request: `trigger` and `key` belong to `flow`, and not to `path`"},
		{"two bodies", "cases: [{name: a, request: {flow: a.b/c, body: x, json: {}}}]\n", "1:57: cases[0].request.json: a request has one body: `body`, `json`, `form` or `parts`"},
		{"an unknown sender", "cases: [{name: a, request: {flow: a.b/c, sender: githup}}]\n", "1:50: cases[0].request.sender: must be one of …"},
		{"a duration", "cases: [{name: a, steps: [{at: soon}]}]\n", "1:32: cases[0].steps[0].at: must be a duration, as in PT30S or 30s"},
		{"a time", "now: today\n" + ok, "1:6: now: must be a date with its time and zone, as in 2026-01-01T12:00:00Z"},
		{"a status", ok + "  expect: {status: ok}\n", "4:20: cases[0].expect.status: must be an integer, at least 100"},
		{"a text", ok + "  expect: {state: [SUCCESS]}\n", "4:19: cases[0].expect.state: must be a text"},
		{"a mapping", ok + "  expect: {outputs: text}\n", "4:21: cases[0].expect.outputs: must be a mapping"},
		{"a boolean", "cases: [{name: a, request: {flow: a.b/c, unsigned: maybe}}]\n", "1:52: cases[0].request.unsigned: must be true or false"},
		{"a part without a name", "cases: [{name: a, request: {flow: a.b/c, parts: [{text: x}]}}]\n", "1:50: cases[0].request.parts[0].name: is missing"},
		{"YAML", "cases: [\n", "1: YAML syntax: a value is due here"},
	} {
		t.Run(test.name, func(t *testing.T) {
			source := &flow.Source{Name: "a.test.yml", YAML: []byte(test.text)}
			files, found := Load([]*flow.Source{source})
			var got []string
			for _, d := range found {
				text := strings.TrimPrefix(strings.TrimPrefix(d.Error(), "a.test.yml:"), " ")
				if at := strings.Index(text, "must be one of "); at >= 0 {
					text = text[:at] + "must be one of …"
				}
				got = append(got, text)
			}
			if diff := cmp.Diff(test.want, strings.Join(got, "\n")); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if len(files) != 1 || (len(files[0].Cases) > 0) != (test.want == "") {
				t.Errorf("%d files, %d cases", len(files), len(files[0].Cases))
			}
		})
	}
}

// FuzzLoad loads files of any content: they are read or refused, and nothing else happens.
func FuzzLoad(f *testing.F) {
	for _, pattern := range []string{"testdata/flows/*.test.yml", "../../flows.example/*.test.yml"} {
		names, err := filepath.Glob(pattern)
		if err != nil || len(names) == 0 {
			f.Fatal("no seeds", err)
		}
		for _, name := range names {
			text, err := os.ReadFile(name)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(text)
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		files, found := Load([]*flow.Source{{Name: "a.test.yml", YAML: text}})
		if found.Err() != nil && len(files[0].Cases) > 0 {
			t.Error("a file with errors has cases")
		}
		for _, d := range found {
			if d.Pos.Source == nil {
				t.Errorf("%v has no place", d)
			}
		}
	})
}

// TestMembersAreDocumented looks for all members that files may have in docs/testing.md.
func TestMembersAreDocumented(t *testing.T) {
	docs, err := os.ReadFile("../../docs/testing.md")
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile("load.go")
	if err != nil {
		t.Fatal(err)
	}
	names := regexp.MustCompile(`(?:member\{|\{|into\(|body\()"(\w+)", `).FindAllStringSubmatch(string(source), -1)
	if len(names) < 50 {
		t.Errorf("only %d members were found", len(names))
	}
	for _, name := range names {
		if !strings.Contains(string(docs), "`"+name[1]+"`") {
			t.Errorf("docs/testing.md does not say what `%s` is", name[1])
		}
	}
}
