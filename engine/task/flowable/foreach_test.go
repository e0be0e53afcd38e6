package flowable

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/tasktest"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// TestValues checks for which values a loop runs its tasks: what Kestra does is recorded in tests/conformance, cases "ForEach
// values: …" of 19-flowables.
func TestValues(t *testing.T) {
	for _, tt := range []struct {
		name, values string // as YAML
		want         []string
		err          string
	}{
		{"list", `[a, 1, true]`, []string{"a", "1", "true"}, ""},
		{"list of expressions", `["{{ trigger.body.n }}", "{{ trigger.body.name }}"]`, []string{"1", "bob"}, ""},
		{"expression", `"{{ trigger.body.list }}"`, []string{"a", "b", "c"}, ""},
		{"JSON text", `'["a", 2, {"x": [1]}, [3]]'`, []string{"a", "2", `{"x":[1]}`, "[3]"}, ""},
		{"decimals", `"[2.50, 1e2]"`, []string{"2.5", "100.0"}, ""},
		{"equal values", `[a, 1, "1", a, {x: 1}, {x: 1}]`, []string{"a", "1", `{"x":1}`}, ""},
		{"map", `{one: 1, two: b}`, []string{`{"key":"one","value":1}`, `{"key":"two","value":"b"}`}, ""},
		{"map as JSON text", `'{"one": null}'`, []string{`{"key":"one","value":null}`}, ""},
		{"nothing", `[]`, []string{}, ""},
		{"nothing, as JSON text", `"[]"`, []string{}, ""},
		{"null in it", `[1, null]`, nil, "Found '1' null values on Each, with values=[1,null]"},
		{"text", `abc`, nil, `values must be a list or a map, or JSON text of one: JSON is invalid at line 1, column 1: unexpected 'a' where a value is due`},
		{"empty text", `""`, nil, "values must be a list or a map, or JSON text of one: JSON is invalid at line 1, column 1: text ends where a value is due"},
		{"number", `5`, nil, "values must be a list or a map, or JSON text of one"},
		{"text of a number", `"5"`, nil, "values must be a list or a map, or JSON text of one"},
		{"missing variable", `"{{ nothing.here }}"`, nil, "unable to find `nothing` used in the expression `{{ nothing.here }}` at line 1:4"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := tasktest.Values(t, withLeaves(), with(`{type: core.flow.ForEach, values: `+tt.values+`, tasks: [$a]}`), body)
			if diff := cmp.Diff(tt.want, got); diff != "" || err != tt.err {
				t.Errorf("error %q, want %q (-want +got):\n%s", err, tt.err, diff)
			}
		})
	}
}

// TestTreeCounts checks that memory is taken for the tree of a text before it is made: a short text may have a large one.
func TestTreeCounts(t *testing.T) {
	const bytes = 1 << 20 // more than the text, and less than its tree
	text := "[" + strings.Repeat("[],", 20_000) + "[]]"
	c, found := tasktest.Load(t, withLeaves(), with(`{type: core.flow.ForEach, values: "{{ x }}", tasks: [$a]}`))
	if err := found.Err(); err != nil {
		t.Fatal(err)
	}
	_, err := c.Compiled.(task.Each).Values(t.Context(), &task.Context{Pebble: &pebble.Context{
		Vars: value.MapOf("x", value.String(text)).Map(), Memory: tasktest.Memory(bytes),
	}})
	if !errors.Is(err, tasktest.ErrMemory) {
		t.Errorf("%.200v", err)
	}
}
