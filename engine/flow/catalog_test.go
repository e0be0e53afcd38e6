package flow

import (
	"slices"
	"strings"
	"testing"
)

func TestNewCatalogRefuses(t *testing.T) {
	compile := func(c *Component) (any, error) { return c, nil }
	tests := []struct {
		name  string
		specs []Spec
		want  string
	}{
		{"a type twice", []Spec{{Type: "a", Compile: compile}, {Type: "a", Compile: compile}}, "task type a is given twice"},
		{"an alias twice", []Spec{{Type: "a", Aliases: []string{"x"}}, {Type: "b", Aliases: []string{"x"}}}, "task type x is given twice"},
		{"an alias that is a type", []Spec{{Type: "a"}, {Type: "b", Aliases: []string{"a"}}}, "task type a is given twice"},
		{"an alias of itself", []Spec{{Type: "a", Aliases: []string{"a"}}}, "task type a is given twice"},
		{"no type", []Spec{{Kind: KindCondition}}, "a condition has no type"},
		{"a property twice", []Spec{{Type: "a", Properties: []Property{{Name: "x"}, {Name: "x"}}}}, `property "x" of a`},
		{"a property without name", []Spec{{Type: "a", Properties: []Property{{}}}}, `property "" of a`},
		{"a property twice inside", []Spec{{Type: "a", Properties: []Property{{Name: "o", Type: Object, Properties: []Property{{Name: "x"}, {Name: "x"}}}}}}, `property "x" of a.o`},
		{"an object without properties", []Spec{{Type: "a", Properties: []Property{{Name: "o", Type: Objects}}}}, "property o of a needs Properties"},
		{"a text with properties", []Spec{{Type: "a", Properties: []Property{{Name: "s", Properties: []Property{{Name: "x"}}}}}}, "property s of a needs Properties"},
		{"a shape without branches", []Spec{{Type: "a", Shape: ShapeSequence}}, "a needs Branches"},
		{"a leaf with branches", []Spec{{Type: "a", Branches: func(*Component) Branches { return Branches{} }}}, "a needs Branches"},
		{"a common member", []Spec{{Type: "a", Properties: []Property{{Name: "runIf"}}}}, "property runIf of a is one that every task has"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := NewCatalog(tt.specs...)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q in it", err, tt.want)
			}
		})
	}
}

func TestCatalog(t *testing.T) {
	c := fakeCatalog(t)
	if got := c.Lookup(KindTask, "io.kestra.core.tasks.log.Log"); got == nil || got.Type != "io.kestra.plugin.core.log.Log" {
		t.Errorf("alias gives %v", got)
	}
	if c.Lookup(KindTrigger, "io.kestra.plugin.core.log.Log") != nil {
		t.Error("a task is found among triggers")
	}
	if got := c.Lookup(KindTask, "io.kestra.plugin.core.flow.If"); got == nil || got.Compile != nil {
		t.Error("a type of Kestra's is not known as unsupported")
	}
	for i, spec := range fakeSpecs() {
		if c.Specs()[i].Type != spec.Type {
			t.Errorf("spec %d is %s, want %s", i, c.Specs()[i].Type, spec.Type)
		}
	}
	logs := 0
	for _, spec := range c.Specs() {
		if slices.Contains(spec.spellings(), "io.kestra.plugin.core.log.Log") {
			logs++
		}
	}
	if logs != 1 {
		t.Errorf("log.Log is in the catalog %d times", logs)
	}
}

func TestCatalogNearest(t *testing.T) {
	c := fakeCatalog(t)
	tests := []struct {
		kind      Kind
		typ, want string
	}{
		{KindTask, "io.kestra.plugin.core.log.Logs", "io.kestra.plugin.core.log.Log"},
		{KindTask, "log", "io.kestra.plugin.core.log.Log"},
		{KindTask, "io.kestra.core.Sequential", "io.kestra.plugin.core.flow.Sequential"},
		{KindTrigger, "com.acme.Webhook", ""},
		{KindCondition, "cell", "cel"},
		{KindCondition, "io.kestra.plugin.core.condition.WeekendConditions", "io.kestra.plugin.core.condition.WeekendCondition"},
	}
	for _, tt := range tests {
		if got := c.nearest(tt.kind, tt.typ); got != tt.want {
			t.Errorf("nearest(%s, %q) = %q, want %q", tt.kind, tt.typ, got, tt.want)
		}
	}
}
