package flow

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// nestedSpecs are types with everything that a property can have inside of it; in the second one all of it is required.
func nestedSpecs() []Spec {
	deep := []Property{
		{Name: "flag", Type: Boolean},
		{Name: "key", Type: String, Dynamic: true, Secret: true},
	}
	object := []Property{
		{Name: "name", Type: String, Required: true, Dynamic: true},
		{Name: "size", Type: Integer},
		{Name: "deep", Type: Object, Properties: deep},
		{Name: "later", Type: String, NotYet: true},
		{Name: "mine", Type: String, Extension: true},
	}
	dependent := []Property{
		{Name: "task", Type: Task, Required: true},
		{Name: "dependsOn", Type: StringList},
	}
	properties := []Property{
		{Name: "task", Type: Task},
		{Name: "tasks", Type: Tasks},
		{Name: "cases", Type: TaskCases},
		{Name: "inputs", Type: Inputs},
		{Name: "object", Type: Object, Properties: object},
		{Name: "objects", Type: Objects, Properties: dependent},
	}
	needed := make([]Property, len(properties))
	for i, p := range properties {
		p.Required = true
		needed[i] = p
	}
	return []Spec{
		{Kind: KindTask, Type: "test.Nested", Compile: itself, Properties: properties},
		{Kind: KindTask, Type: "test.Needs", Compile: itself, Properties: needed},
	}
}

const nestedFlow = `id: f
namespace: n
tasks:
  - id: top
    type: test.Nested
    object: {name: "{{ flow.id }}", size: 3, deep: {flag: true, key: "{{ flow.id }}"}}
    objects:
      - dependsOn: [b, a]
        task: {id: a, type: test.All}
      - task: {id: b, type: test.Nested, task: {id: c, type: test.All}}
    cases:
      z: [{id: d, type: test.All}, {id: e, type: test.All}]
      1: []
      a: [{id: g, type: test.All}]
    inputs:
      - {id: approved, type: BOOLEAN, defaults: true}
    tasks: [{id: h, type: test.All}]
errors: [{id: i, type: test.All}]
finally: [{id: j, type: test.All}]
`

func loadNested(t *testing.T) *Flow {
	t.Helper()
	set, found := loadText(t, nestedFlow)
	if len(found) > 0 {
		t.Fatal(found)
	}
	return set.Flow("n", "f")
}

func TestNestedComponents(t *testing.T) {
	var got []string
	for c := range loadNested(t).components {
		if c.Compiled != c {
			t.Errorf("%s is not compiled", c.ID)
		}
		got = append(got, c.ID+" "+c.Path)
	}
	want := []string{
		"top tasks[0]", "a tasks[0].objects[0].task", "b tasks[0].objects[1].task", "c tasks[0].objects[1].task.task",
		"d tasks[0].cases.z[0]", "e tasks[0].cases.z[1]", "g tasks[0].cases.a[0]", "h tasks[0].tasks[0]", "i errors[0]", "j finally[0]",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("components (-want +got):\n%s", diff)
	}
	for n := range want { // a loop that breaks off gets no more
		seen := 0
		for range loadNested(t).components {
			if seen++; seen > n {
				break
			}
		}
		if seen != n+1 {
			t.Errorf("%d components instead of %d", seen, n+1)
		}
	}
}

func TestNestedProperties(t *testing.T) {
	f := loadNested(t)
	c := f.Tasks[0]
	object := c.Object("object")
	if object.Int("size") != 3 || object.Template("name") == nil || !object.Object("deep").Bool("flag") || object.Object("deep").Template("key") == nil {
		t.Errorf("object is %+v", object)
	}
	if object.Object("none") != nil || c.Objects("none") != nil || c.Cases("none") != nil || c.Inputs("none") != nil || c.Children("none") != nil {
		t.Error("what was not written is there")
	}
	if got := object.Object("deep").Errorf("flag", "is bad").Error(); got != "flow.yml:6:59: tasks[0].object.deep.flag: is bad" {
		t.Error(got)
	}
	if got := object.Errorf("later", "is bad").Error(); got != "flow.yml:6:13: tasks[0].object.later: is bad" {
		t.Error(got)
	}
	first := c.Objects("objects")[0]
	if first.Path != "tasks[0].objects[0]" || first.Children("task")[0].ID != "a" || len(c.Objects("objects")) != 2 {
		t.Errorf("objects are %+v", c.Objects("objects"))
	}
	var cases []string
	for _, one := range c.Cases("cases") {
		line := one.Key + ":"
		for _, task := range one.Tasks {
			line += " " + task.ID
		}
		cases = append(cases, line)
	}
	if diff := cmp.Diff([]string{"z: d e", "1:", "a: g"}, cases); diff != "" {
		t.Errorf("cases (-want +got):\n%s", diff)
	}
	if in := c.Inputs("inputs"); len(in) != 1 || in[0].ID != "approved" || in[0].Type.Name != TypeBoolean {
		t.Errorf("inputs are %+v", in)
	}
	if len(f.Errors) != 1 || f.Errors[0].ID != "i" || len(f.Finally) != 1 || f.Finally[0].ID != "j" {
		t.Errorf("errors are %v, finally is %v", f.Errors, f.Finally)
	}
}
