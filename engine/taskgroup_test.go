package engine

import (
	"context"
	"strings"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

type doesNothing struct{}

func (doesNothing) Run(context.Context, *task.Context) (task.Result, error) {
	return task.Result{}, nil
}

// compilesTo returns a spec of a task that compiles to v.
func compilesTo(typ string, v any) flow.Spec {
	return flow.Spec{Kind: flow.KindTask, Type: typ, Compile: func(*flow.Component) (any, error) { return v, nil }}
}

func TestCatalogErrors(t *testing.T) {
	fine := compilesTo("test.Fine", doesNothing{})
	with := func(change func(*flow.Spec)) []flow.Spec {
		spec := fine
		change(&spec)
		return []flow.Spec{spec}
	}
	for _, tt := range []struct {
		name   string
		groups []Group
		want   string
	}{
		{"nothing wrong", []Group{{"a", []flow.Spec{fine}}, {"b", nil}}, ""},
		{"a type of the core", []Group{{"a", with(func(s *flow.Spec) { s.Type = "io.kestra.plugin.core.log.Log" })}}, "task group a: the type io.kestra.plugin.core.log.Log is taken by the core"},
		{"another name of the core", []Group{{"a", with(func(s *flow.Spec) { s.Aliases = []string{"io.kestra.core.tasks.log.Log"} })}}, "task group a: the type io.kestra.core.tasks.log.Log is taken by the core"},
		{"a type of another group", []Group{{"a", []flow.Spec{fine}}, {"b", []flow.Spec{fine}}}, "task group b: the type test.Fine is taken by task group a"},
		{"a type twice", []Group{{"a", []flow.Spec{fine, fine}}}, "task group a: the type test.Fine is taken by task group a"},
		{"a trigger", []Group{{"a", with(func(s *flow.Spec) { s.Kind = flow.KindTrigger })}}, "task group a: test.Fine is a trigger, and a group has tasks alone"},
		{"a flowable", []Group{{"a", with(func(s *flow.Spec) { s.Shape = flow.ShapeSequence })}}, "task group a: test.Fine has tasks inside of it, which those of the core alone have"},
		{"no Compile", []Group{{"a", with(func(s *flow.Spec) { s.Compile = nil })}}, "task group a: test.Fine has no Compile"},
		{"a property without a name", []Group{{"a", with(func(s *flow.Spec) { s.Properties = []flow.Property{{}} })}}, `catalog: property "" of test.Fine is given twice or has no name`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := NewCatalog(tt.groups...)
			if got := errorText(err); got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
		})
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// TestTasksOfGroups loads tasks that somebody else has written, well and badly.
func TestTasksOfGroups(t *testing.T) {
	var nobody map[string]int
	panics := compilesTo("test.Panics", nil)
	panics.Compile = func(*flow.Component) (any, error) { nobody["a"]++; return nil, nil }
	checkPanics := compilesTo("test.CheckPanics", doesNothing{})
	checkPanics.Check = func(*flow.Flow, *flow.Component, flow.Report) { nobody["a"]++ }
	warns := compilesTo("test.Warns", nil)
	warns.Compile = func(c *flow.Component) (any, error) {
		return doesNothing{}, &flow.Diagnostic{Severity: flow.SeverityWarning, Message: "not so"}
	}
	catalog, err := NewCatalog(Group{"a", []flow.Spec{compilesTo("test.Fine", doesNothing{}), compilesTo("test.Odd", 1), compilesTo("test.Nothing", nil), panics, checkPanics, warns}})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		typ   string
		loads bool
		want  []string // what is found has these texts; empty: nothing is
	}{
		{"test.Fine", true, nil},
		{"io.kestra.plugin.core.log.Log, message: a", true, nil},
		{"test.Odd", false, []string{"test.Odd cannot be run: its Compile gave int, which is no task.Task"}},
		{"test.Nothing", false, []string{"test.Nothing cannot be run: its Compile gave <nil>, which is no task.Task"}},
		{"test.Panics", false, []string{"f.yml (inline flow, line 3): tasks[0]: internal error: panic: assignment to entry in nil map at ", "engine.TestTasksOfGroups.func", "taskgroup_test.go:"}},
		{"test.CheckPanics", false, []string{"internal error: panic: assignment to entry in nil map at ", "engine.TestTasksOfGroups.func"}},
		{"test.Warns", true, []string{"not so"}},
		{"test.Fin", false, []string{"unknown task type `test.Fin`; did you mean `test.Fine`?"}},
	} {
		t.Run(tt.typ, func(t *testing.T) {
			set, found := catalog.Load([]*flow.Source{flow.NewSource("f.yml", []byte("id: f\nnamespace: n\ntasks: [{id: t, type: "+tt.typ+"}]\n"))})
			var all strings.Builder
			for _, d := range found {
				all.WriteString(d.Error() + "\n")
			}
			if set.Len() == 1 != tt.loads || (all.Len() == 0) != (len(tt.want) == 0) {
				t.Fatalf("loads %t, found %q", set.Len() == 1, all.String())
			}
			for _, want := range tt.want {
				if !strings.Contains(all.String(), want) {
					t.Errorf("found %q, want %q", all.String(), want)
				}
			}
		})
	}
}

// TestGroupsOfRevivedFlows compiles a revision that only the store has, once with the group of its task and once without.
func TestGroupsOfRevivedFlows(t *testing.T) {
	e := openEngine(t)
	catalog, err := NewCatalog(Group{"a", []flow.Spec{compilesTo("test.Fine", doesNothing{})}})
	if err != nil {
		t.Fatal(err)
	}
	set, found := catalog.Load([]*flow.Source{flow.NewSource("f", []byte("id: f\nnamespace: n\ntasks: [{id: t, type: test.Fine}]\n"))})
	if err := found.Err(); err != nil {
		t.Fatal(err)
	}
	site, _ := openSite(t, e, set, SiteOptions{})
	began := &execution.State{Start: execution.Start{Namespace: "n", FlowID: "f", Revision: 1}}
	e.Configure(Options{Catalog: catalog})
	if _, err := e.Former(t.Context(), site, began); err != nil {
		t.Error(err)
	}
	e.Configure(Options{})
	e.Serve(site)
	if _, err := e.Former(t.Context(), site, began); err == nil || !strings.Contains(err.Error(), "revision 1 of n.f does not load any more: ") {
		t.Errorf("without the group: %v", err)
	}
}
