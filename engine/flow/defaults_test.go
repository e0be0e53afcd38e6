package flow

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// TestDefaultsMerge checks what becomes of a task and the defaults for it; the values are those of its property `any`.
func TestDefaultsMerge(t *testing.T) {
	const fill, forced = "{type: test.All, values: {any: %s}}", "{type: test.All, forced: true, values: {any: %s}}"
	tests := []struct {
		name     string
		defaults []string // entries of pluginDefaults
		own      string   // further members of the task
		want     string
	}{
		{"none", nil, "any: 1", `1`},
		{"fills what is not written", []string{fmt.Sprintf(fill, "2")}, "string: s", `2`},
		{"gives way", []string{fmt.Sprintf(fill, "2")}, "any: 1", `1`},
		{"fills a null", []string{fmt.Sprintf(fill, "2")}, "any: null", `2`},
		{"forced wins", []string{fmt.Sprintf(forced, "2")}, "any: 1", `2`},
		{"forced null does not", []string{fmt.Sprintf(forced, "null")}, "any: 1", `1`},
		{"the first of two", []string{fmt.Sprintf(fill, "2"), fmt.Sprintf(fill, "3")}, "string: s", `2`},
		{"the first of two forced", []string{fmt.Sprintf(forced, "2"), fmt.Sprintf(forced, "3")}, "any: 1", `2`},
		{"forced before others", []string{fmt.Sprintf(fill, "2"), fmt.Sprintf(forced, "3")}, "string: s", `3`},
		{"maps", []string{fmt.Sprintf(fill, "{a: 1, b: {c: 2, d: 3}}")}, "any: {b: {c: 4}, e: 5}", `{"b":{"c":4,"d":3},"e":5,"a":1}`},
		{"maps, forced", []string{fmt.Sprintf(forced, "{a: 1, b: {c: 2, d: 3}}")}, "any: {b: {c: 4}, e: 5}", `{"b":{"c":2,"d":3},"e":5,"a":1}`},
		{"lists of several", []string{fmt.Sprintf(fill, "[1]"), fmt.Sprintf(fill, "[2]"), fmt.Sprintf(forced, "[4]"), fmt.Sprintf(forced, "[5]")}, "any: [3]", `[2,1,3,5,4]`},
		{"lists", []string{fmt.Sprintf(fill, "[1, {a: 1}]")}, "any: [2, {a: 1}, 1, 2]", `[1,{"a":1},2,2]`},
		{"lists, forced", []string{fmt.Sprintf(forced, "[1, 2]")}, "any: [2, 3]", `[2,3,1]`},
		{"a list and a map", []string{fmt.Sprintf(fill, "[1]")}, "any: {a: 1}", `{"a":1}`},
		{"by package", []string{"{type: test, values: {any: 2}}"}, "string: s", `2`},
		{"by package with a dot", []string{"{type: test., values: {any: 2}}"}, "string: s", `2`},
		{"not by half a name", []string{"{type: test.Al, values: {any: 2}}"}, "any: 1", `1`},
		{"a type inside of a value", []string{"{type: com.acme.Runner, values: {cpu: 2}}"}, "any: [{type: com.acme.Runner, mem: 1}]", `[{"type":"com.acme.Runner","mem":1,"cpu":2}]`},
		{"a default in a default is one value", []string{fmt.Sprintf(fill, "{type: test.All}")}, "string: s", `{"type":"test.All"}`},
		{"by reference", []string{fmt.Sprintf(fill, "2"), "{type: test.All, ref: r, values: {any: 3}}"}, "pluginDefaultsRef: r", `3`},
		{"not by reference", []string{"{type: test.All, ref: r, values: {any: 3}}"}, "any: 1", `1`},
		{"by reference, and forced", []string{fmt.Sprintf(forced, "2"), "{type: test.All, ref: r, values: {any: 3}}"}, "pluginDefaultsRef: r", `2`},
		{"type and id stay", []string{"{type: test.All, values: {id: other, any: 2}}"}, "string: s", `2`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			set, found := loadText(t, fmt.Sprintf("id: f\nnamespace: n\npluginDefaults: [%s]\ntasks:\n  - id: t\n    type: test.All\n    %s\n", strings.Join(tt.defaults, ", "), tt.own))
			f := set.Flow("n", "f")
			if f == nil {
				t.Fatal(found)
			}
			if got := value.JSON(f.Tasks[0].Value("any")); got != tt.want || f.Tasks[0].ID != "t" {
				t.Errorf("task %s has %s, want %s", f.Tasks[0].ID, got, tt.want)
			}
		})
	}
}

func TestDefaultsAreFew(t *testing.T) {
	_, found := loadText(t, "id: f\nnamespace: n\ntasks: [{id: t, type: test.All}]\npluginDefaults:\n"+strings.Repeat("  - {type: a, values: {}}\n", maxDefaults+1))
	if got, want := findings(nil, found), "flow.yml:5:3: pluginDefaults: may have 200 entries at most\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestTaskDefaultsComeAfterPluginDefaults(t *testing.T) {
	set, found := loadText(t, "id: f\nnamespace: n\ntaskDefaults: [{type: test.All, values: {any: 1, string: s}}]\npluginDefaults: [{type: test.All, values: {any: 2}}]\ntasks: [{id: t, type: test.All}]\n")
	if set.Len() != 1 {
		t.Fatal(found)
	}
	for f := range set.All() {
		if got := f.Tasks[0].Value("any").Int(); got != 2 || f.Tasks[0].Text("string") != "s" {
			t.Errorf("any is %d, string %q", got, f.Tasks[0].Text("string"))
		}
	}
}

// TestDefaultsOfSharedTasks checks that what an alias leads to gets its defaults once, wherever it stands.
func TestDefaultsOfSharedTasks(t *testing.T) {
	set, found := loadText(t, `id: f
namespace: n
pluginDefaults: [{type: com.acme.Thing, values: {list: [1]}}]
variables: &vars {type: com.acme.Thing, list: [2]}
tasks:
  - {id: a, type: test.All, any: *vars}
  - {id: b, type: test.All, any: *vars}
`)
	f := set.Flow("n", "f")
	if f == nil {
		t.Fatal(found)
	}
	for _, c := range f.Tasks {
		if got := value.JSON(c.Value("any")); got != `{"type":"com.acme.Thing","list":[1,2]}` {
			t.Errorf("task %s has %s", c.ID, got)
		}
	}
}

// TestDefaultsAreBounded checks that few lines of defaults cannot become very many values.
func TestDefaultsAreBounded(t *testing.T) {
	var text strings.Builder
	text.WriteString("id: f\nnamespace: n\npluginDefaults:\n  - {type: test.All, values: {any: [" + strings.Repeat("1, ", 998) + "1]}}\ntasks:\n")
	for i := range 20 {
		fmt.Fprintf(&text, "  - {id: t%d, type: test.All}\n", i)
	}
	_, found := loadText(t, text.String())
	const want = "flow.yml:4:30: defaults add more than 10000 values to tasks and triggers\n"
	if diff := cmp.Diff(want, findings(nil, found)); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}

// TestDefaultsOfWebhooksAreNotPortable checks that a default for the webhook is named, since Kestra overlooks it, once for all webhooks.
func TestDefaultsOfWebhooksAreNotPortable(t *testing.T) {
	set, found := loadText(t, `id: f
namespace: n
pluginDefaults: [{type: io.kestra.plugin.core.trigger, values: {key: k}}, {type: test.All, values: {string: s}}]
tasks: [{id: t, type: io.kestra.plugin.core.debug.Return}]
triggers: [{id: a, type: io.kestra.plugin.core.trigger.Webhook}, {id: b, type: io.kestra.plugin.core.trigger.Webhook}]
`)
	if set.Len() != 1 {
		t.Fatal(found)
	}
	const want = "warning: flow.yml:3:64: pluginDefaults: reach the trigger here: Kestra's webhooks overlook defaults\n"
	if diff := cmp.Diff(want, findings(nil, set.Extensions())); diff != "" {
		t.Errorf("extensions (-want +got):\n%s", diff)
	}
}

// TestKeyOfDefaultsIsASecret checks that a webhook's key that comes from a default is kept out of findings and of what stores get.
func TestKeyOfDefaultsIsASecret(t *testing.T) {
	const flow = "id: f\nnamespace: n\npluginDefaults: [{type: io.kestra.plugin.core.trigger.Webhook, values: {key: %q}}]\ntasks: [{id: t, type: test.All}]\ntriggers: [{id: w, type: io.kestra.plugin.core.trigger.Webhook}]\n"
	set, found := loadText(t, fmt.Sprintf(flow, "very-secret"))
	if set.Len() != 1 {
		t.Fatal(found)
	}
	for f := range set.All() {
		if text := string(f.WithoutKeys()); strings.Contains(text, "very-secret") {
			t.Errorf("a store gets the key: %s", text)
		}
	}
	for _, key := range []string{"very-secret {{ nothing( }}", "{{ 'very-secret' | nothing }}", strings.Repeat("very-secret", 30)} {
		set, found := loadText(t, fmt.Sprintf(flow, key))
		if text := findings(set, found); set.Len() != 0 || !strings.Contains(text, "flow.yml:3:") || strings.Contains(text, "very-secret") {
			t.Errorf("%s is refused with %s", key, text)
		}
	}
}
