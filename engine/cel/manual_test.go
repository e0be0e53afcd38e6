package cel

import (
	"net/http"
	"strings"
	"testing"
)

// manualRequest is the request that every example of the manual is true for.
var manualRequest = request{
	body: `{"action":"opened","number":42,"ref":"refs/heads/main","title":"Fix the parser","labels":["bug","urgent"],
		"user":{"name":"octo","admin":false},"created_at":"2026-11-20T08:00:00Z","url":"https://git.example.com/app?tab=files"}`,
	header: http.Header{"X-Github-Event": {"push"}, "X-Token": {"s3cr3t-token"}, "X-Signature": {"sha256=e7c647cdfde2f621d1002cf31ceea5e93e1b33f887e32c735b4311a32a8362c5"}},
	query:  "env=prod",
	form:   map[string][]string{"team": {"red"}, "payload": {`{"n":5}`}},
}

func TestManual(t *testing.T) {
	for _, section := range manualSections {
		for _, e := range section.entries {
			if got, err := compile(t, e.example).Eval(newRequest(t, manualRequest, nil)); !got || err != nil {
				t.Errorf("%s: Eval = %v, %v; want true", e.example, got, err)
			}
			name := e.name[strings.LastIndexByte(e.name, '.')+1:]
			if !strings.Contains(e.example, name) && !strings.Contains(e.usage, name+"(") {
				t.Errorf("%s: the example does not show it: %s", e.name, e.example)
			}
		}
	}
}

// TestManualIsComplete: it has every variable, function and macro, and nothing else.
func TestManualIsComplete(t *testing.T) {
	env, err := environment()
	if err != nil {
		t.Fatal(err)
	}
	want := names()
	for name, function := range env.Functions() {
		if !strings.ContainsAny(name, "@_") && !function.IsDeclarationDisabled() {
			want[name] = true
		}
	}
	for _, m := range env.Macros() {
		want[m.Function()] = true
	}
	for _, v := range env.Variables() {
		want[v.Name()] = true
	}
	for _, name := range []string{"greatest", "least"} { // macros of math
		delete(want, name)
		want["math."+name] = true
	}
	delete(want, "in") // an operator
	for _, name := range []string{"bool", "bytes", "double", "duration", "dyn", "int", "list", "map", "null_type", "string", "timestamp", "type", "uint"} {
		if env.Functions()[name] == nil && name != "map" {
			delete(want, name) // variables that are types
		}
	}
	for _, section := range manualSections {
		for _, e := range section.entries {
			if !want[e.name] {
				t.Errorf("the manual has %s, which there is not", e.name)
			}
		}
	}
	for name := range want {
		if Describe(name) == "" {
			t.Errorf("the manual lacks %s", name)
		}
	}
}

func TestManualText(t *testing.T) {
	manual := Manual()
	for _, line := range []string{
		"# Variables\n\n  - body: the body: a JSON object or list, else its text; null without one; body.action == 'opened'\n",
		"\n\n# Texts\n\n",
		"  - size(x), x.size(): how many items or members; the characters of a text; size(body.labels) == 2 && body.action.size() == 6\n",
	} {
		if !strings.Contains(manual, line) {
			t.Errorf("the manual lacks %q", line)
		}
	}
	if got := Describe("param"); got != "parameters.param(name)\n    the first value of a parameter, or ''\n    parameters.param('env') == 'prod'\n" {
		t.Errorf("Describe(param) = %q", got)
	}
	if got := Describe("nope"); got != "" {
		t.Errorf("Describe(nope) = %q", got)
	}
}
