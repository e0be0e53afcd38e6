package executions

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

func setVariablesSpec() flow.Spec {
	return flow.Spec{
		Kind:     flow.KindTask,
		Type:     "io.kestra.plugin.core.execution.SetVariables",
		Summary:  "Set variables of the execution, which the tasks that follow read as `vars`.",
		Pure:     true,
		Executor: true,

		NewVariables: "variables",
		Properties: []flow.Property{
			{Name: "variables", Type: flow.Map, Required: true, Dynamic: true, JSONText: true, Summary: "The variables. A map is merged into the one that has its name. An expression gives text, whatever it evaluates to."},
			{Name: "overwrite", Type: flow.Boolean, Dynamic: true, Default: "true", Summary: "Whether variables may be there already; if not, the task fails for one that is."},
		},
		Example: `id: remember
type: io.kestra.plugin.core.execution.SetVariables
variables:
  customer: "{{ trigger.body.customer.id }}"
  counts: {orders: 1}
`,
		Compile: func(c *flow.Component) (any, error) {
			return &setVariables{variables: c.Structure("variables"), overwrite: task.NewOnOff(c, "overwrite", true)}, nil
		},
	}
}

// setVariables is io.kestra.plugin.core.execution.SetVariables.
type setVariables struct {
	variables *pebble.Structure
	overwrite task.OnOff
}

func (s *setVariables) Run(_ context.Context, c *task.Context) (task.Result, error) {
	v, err := s.variables.RenderJSON(c.Pebble)
	if err != nil {
		return task.Result{}, err
	}
	if v.Kind() != value.KindMap {
		return task.Result{}, errors.New("variables must be a map, or JSON text of one")
	}
	overwrite, err := s.overwrite.Render(c)
	if err != nil {
		return task.Result{}, err
	}
	old := variables(c)
	if !overwrite {
		var there []string
		for _, name := range v.Map().Keys() {
			if old.Has(name) {
				there = append(there, name)
			}
		}
		if len(there) > 0 {
			return task.Result{}, fmt.Errorf("`overwrite` is set to false and the following variables already exist: %s", strings.Join(there, ","))
		}
	}
	return task.Result{Variables: merged(old, v.Map())}, nil
}

// variables returns the variables of the execution.
func variables(c *task.Context) *value.Map {
	v, _ := c.Pebble.Vars.Get("vars")
	return v.Map()
}

// merged returns a map with the members of both: the later ones for names that both have, but maps are merged.
func merged(a, b *value.Map) value.Value {
	m := value.NewMap(a.Len() + b.Len())
	for name, v := range a.All() {
		m.Set(name, v)
	}
	for name, v := range b.All() {
		if old, _ := a.Get(name); old.Kind() == value.KindMap && v.Kind() == value.KindMap {
			v = merged(old.Map(), v.Map())
		}
		m.Set(name, v)
	}
	return value.FromMap(m)
}
