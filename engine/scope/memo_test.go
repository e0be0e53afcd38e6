package scope

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// TestMadeOnce checks that variables, labels and outputs are made once for all that read them, that each sees them as they
// stood, and that a change is seen.
func TestMadeOnce(t *testing.T) {
	f := &flow.Flow{Namespace: "a.b", ID: "f", Variables: value.MapOf("v", value.Int(0)).Map()}
	plan := execution.NewPlan(f, 1)
	s := execution.New(plan, time.Unix(1, 0), []flow.Label{{Key: "a.b", Value: "1"}}, execution.Trigger{})
	x := New(NewFlow(plan, &Environment{}), s, nil)
	read := func(vars *value.Map) string {
		out := value.NewMap(3)
		for _, name := range []string{"vars", "labels", "execution"} {
			v, _ := vars.Get(name)
			if name == "execution" {
				v, _ = v.Map().Get("outputs")
			}
			out.Set(name, v)
		}
		return value.JSON(value.FromMap(out))
	}
	one := func(vars *value.Map, name string) *value.Map {
		v, _ := vars.Get(name)
		if again, _ := vars.Get(name); again.Map() != v.Map() {
			t.Errorf("%s is made each time it is read", name)
		}
		return v.Map()
	}

	first := x.At(execution.RootRow)
	labels := one(first, "labels")
	if diff := cmp.Diff(`{"vars":{"v":0},"labels":{"a":{"b":"1"}},"execution":null}`, read(first)); diff != "" {
		t.Errorf("at first (-want +got):\n%s", diff)
	}

	s.Variables = execution.Datum{JSON: []byte(`{"v":1}`)}
	second := x.At(execution.RootRow)
	if one(second, "labels") != labels {
		t.Error("labels that have not changed are made again")
	}
	if one(second, "vars") != one(x.At(execution.RootRow), "vars") {
		t.Error("variables that have not changed are decoded again")
	}

	set := value.MapOf("v", value.Int(2))
	s.Variables = execution.Datum{JSON: []byte(`{"v":2}`)}
	x.SetVariables(set)
	s.Labels = append(s.Labels[:1:1], flow.Label{Key: "c", Value: "2"})
	s.Outputs = execution.Datum{JSON: []byte(`{"o":1}`)}
	third := x.At(execution.RootRow)
	if one(third, "vars") != set.Map() {
		t.Error("variables that were given as a value are decoded")
	}
	want := []string{
		`{"vars":{"v":0},"labels":{"a":{"b":"1"}},"execution":null}`,
		`{"vars":{"v":1},"labels":{"a":{"b":"1"}},"execution":null}`,
		`{"vars":{"v":2},"labels":{"a":{"b":"1"},"c":"2"},"execution":{"o":1}}`,
	}
	if diff := cmp.Diff(want, []string{read(first), read(second), read(third)}); diff != "" {
		t.Errorf("afterwards (-want +got):\n%s", diff)
	}
}
