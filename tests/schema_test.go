package tests

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
	"github.com/caddy-kestra/kestra-webhook/engine/yaml"
)

const (
	schemaFile   = "../flows.example/flow.schema.json"
	schemaHeader = "# yaml-language-server: $schema=flow.schema.json\n"
)

// TestSchemaFile checks that the schema beside the examples is the one that the specs give, and that every example names it.
func TestSchemaFile(t *testing.T) {
	want := string(catalog(t).Schema())
	got, err := os.ReadFile(schemaFile)
	if err != nil && !*update {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(schemaFile, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
	} else if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("run `go test ./tests -run SchemaFile -update`: (-want +got)\n%s", diff)
	}
	for name, text := range exampleFlows(t) {
		if !strings.HasPrefix(strings.Replace(text, "$schema=../../flows.example/", "$schema=", 1), schemaHeader) {
			t.Errorf("%s does not begin with %s", name, schemaHeader)
		}
	}
}

// exampleFlows returns the texts of flows.example and docs/scripts.
func exampleFlows(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("../flows.example/*.yml")
	scripts, err2 := filepath.Glob("../docs/scripts/*.yml")
	if err != nil || err2 != nil || len(files) == 0 || len(scripts) == 0 {
		t.Fatal("no examples", err, err2)
	}
	files = append(files, scripts...)
	flows := make(map[string]string)
	for _, file := range files {
		if flow.IsCaseFile(file) {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		flows[filepath.Base(file)] = string(text)
	}
	return flows
}

// recordedFlows returns the flows that were given to Kestra.
func recordedFlows(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("conformance/testdata/*.json")
	if err != nil || len(files) == 0 {
		t.Fatal("no recorded flows", err)
	}
	flows := make(map[string]string)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var topic struct{ Flows map[string]string }
		if err := json.Unmarshal(text, &topic); err != nil {
			t.Fatal(err)
		}
		for id, text := range topic.Flows {
			flows[filepath.Base(file)+"/"+id] = text
		}
	}
	return flows
}

// TestSchemaTakesWhatLoads holds every flow that loads against the schema: what an editor marks in red must be wrong.
func TestSchemaTakesWhatLoads(t *testing.T) {
	checker, types := newSchemaChecker(t), catalog(t)
	all := recordedFlows(t)
	maps.Copy(all, exampleFlows(t))
	held := 0
	for name, text := range all {
		if set, _ := types.Load([]*flow.Source{flow.NewSource(name, []byte(text))}); set.Len() == 0 {
			continue
		}
		held++
		wrong := checker.check(flowJSON(t, text))
		if why := notOfSchemas[name]; (len(wrong) > 0) != (why != "") {
			t.Errorf("%s: %s (%s)", name, strings.Join(wrong, "; "), why)
		}
	}
	if held < 100 {
		t.Errorf("only %d flows were held against the schema", held)
	}
}

// notOfSchemas are flows that load and that the schema does not take, and why.
var notOfSchemas = map[string]string{
	"12-flow-state.json/pd2": "pluginDefaults give what is required",
}

// TestSchemaRefuses checks that the schema says what is wrong with a flow, and where.
func TestSchemaRefuses(t *testing.T) {
	const head = "id: a\nnamespace: b\ntasks: [{id: t, type: io.kestra.plugin.core.debug.Return}]\n"
	tests := []struct{ name, text, want string }{
		{"nothing", head, ""},
		{"no tasks", "id: a\nnamespace: b\n", "(root) lacks tasks"},
		{"empty tasks", "id: a\nnamespace: b\ntasks: []\n", "tasks has less than 1 items"},
		{"member of a flow", head + "foo: 1\n", "(root) has foo"},
		{"member of a task", head + "errors: [{id: e, type: io.kestra.plugin.core.log.Log, mesage: x, message: x}]\n", "errors.0 has mesage"},
		{"property that is required", head + "errors: [{id: e, type: io.kestra.core.tasks.log.Log}]\n", "errors.0 lacks message"},
		{"type of a task", head + "errors: [{id: e, type: io.kestra.plugin.core.log.Lgo}]\n", "errors.0.type fits none of 2"},
		{"type of a trigger that never fires", head + "triggers: [{id: s, type: io.kestra.plugin.core.trigger.Schedule, cron: '* * * * *'}]\n", ""},
		{"member of a webhook", head + "triggers: [{id: w, type: io.kestra.plugin.core.trigger.Webhook, key: k, wiat: true}]\n", "triggers.0 has wiat"},
		{"boolean", head + "disabled: maybe\n", "disabled is not of ^(true|True|TRUE|false|False|FALSE)$"},
		{"nested task", head + "finally: [{id: s, type: io.kestra.plugin.core.flow.Sequential, tasks: [{id: r, type: io.kestra.plugin.core.debug.Return, formt: x}]}]\n", "finally.0.tasks.0 has formt"},
		{"condition", head + "triggers: [{id: w, type: io.kestra.plugin.core.trigger.Webhook, key: k, conditions: [{type: cel}]}]\n", "triggers.0.conditions.0 lacks expression"},
		{"input", head + "inputs: [{id: i, type: STRING, min: 3}]\n", "inputs.0 has min"},
		{"type of an input", head + "inputs: [{id: i, type: STR}]\n", "inputs.0.type is none of STRING"},
		{"retry", head + "retry: {type: sometimes}\n", "retry.type is none of constant"},
		{"default", head + "pluginDefaults: [{type: a.b, value: {}}]\n", "pluginDefaults.0 has value"},
		{"text that is a list", head + "description: [a]\n", "description is array"},
		{"level", head + "errors: [{id: e, type: io.kestra.plugin.core.log.Log, message: x, logLevel: LOUD}]\n", "errors.0.logLevel is none of TRACE"},
	}
	checker := newSchemaChecker(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := strings.Join(checker.check(flowJSON(t, tt.text)), "; ")
			if (tt.want == "") != (got == "") || !strings.Contains(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// TestSchemaKnowsMembers adds a member that nobody knows to every mapping of flows that load: the schema refuses it where loading
// does, and takes it where it is data.
func TestSchemaKnowsMembers(t *testing.T) {
	checker, types := newSchemaChecker(t), catalog(t)
	all := recordedFlows(t)
	maps.DeleteFunc(all, func(name, _ string) bool { return !strings.HasPrefix(name, "19-") && !strings.HasPrefix(name, "13-") })
	maps.Copy(all, exampleFlows(t))
	refused, taken := 0, 0
	seen := map[string]bool{} // objects of one place, type and members say the same
	for name, text := range all {
		if set, _ := types.Load([]*flow.Source{flow.NewSource(name, []byte(text))}); set.Len() == 0 {
			continue
		}
		root := flowJSON(t, text)
		visitObjects(root, "", func(path string, object map[string]any) {
			if strings.HasPrefix(path, ".pluginDefaults.") && strings.Contains(path, ".values") {
				return // of what type they are, no schema can say
			}
			kind := fmt.Sprint(path, object["type"], slices.Sorted(maps.Keys(object)))
			if seen[kind] {
				return
			}
			seen[kind] = true
			object["nobodyKnows"] = []any{}
			changed, err := json.Marshal(root)
			if err != nil {
				t.Fatal(err)
			}
			set, found := types.Load([]*flow.Source{flow.NewSource(name, changed)})
			wrong := checker.check(root)
			delete(object, "nobodyKnows")
			if err := found.Err(); err != nil && strings.Contains(err.Error(), `the content of "nobodyKnows" must be text`) {
				return // a file of any name may be there, but the member is a list, which the schema does not tell from text
			}
			if set.Len() == 0 {
				refused++
			} else {
				taken++
			}
			if (set.Len() == 0) != (len(wrong) > 0) {
				t.Errorf("%s: a member of %s: loading finds %v, the schema %v", name, path, found.Err(), wrong)
			}
		})
	}
	if refused < 250 || taken < 20 {
		t.Errorf("only %d mappings refused the member, and %d took it", refused, taken)
	}
}

// visitObjects calls visit for every object in a value, with its path.
func visitObjects(v any, path string, visit func(path string, object map[string]any)) {
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			visitObjects(item, path, visit)
		}
	case map[string]any:
		visit(path, v)
		for name, member := range v {
			visitObjects(member, path+"."+name, visit)
		}
	}
}

// flowJSON returns what a schema sees of a flow.
func flowJSON(t *testing.T, text string) any {
	t.Helper()
	documents, err := yaml.Parse([]byte(text), 1, func(int) error { return nil })
	if err != nil || len(documents) != 1 {
		t.Fatal(err)
	}
	v, err := (&yaml.Converter{}).Value(documents[0].Content[0])
	if err != nil {
		t.Fatal(err)
	}
	var decoded any
	if err := json.Unmarshal([]byte(value.JSON(v)), &decoded); err != nil {
		t.Fatal(err)
	}
	return decoded
}
