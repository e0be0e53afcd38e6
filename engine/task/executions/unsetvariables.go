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

func unsetVariablesSpec() flow.Spec {
	return flow.Spec{
		Kind:     flow.KindTask,
		Type:     "io.kestra.plugin.core.execution.UnsetVariables",
		Summary:  "Drop variables of the execution.",
		Pure:     true,
		Executor: true,
		Properties: []flow.Property{
			{Name: "variables", Type: flow.StringList, Required: true, Dynamic: true, JSONText: true, Summary: "Their names; `a.b` is the member `b` of the variable `a`."},
			{Name: "ignoreMissing", Type: flow.Boolean, Dynamic: true, Default: "false", Summary: "Whether a variable may be missing; if not, the task fails."},
		},
		Example: `id: forget
type: io.kestra.plugin.core.execution.UnsetVariables
variables: [customer, counts.orders]
`,
		Compile: func(c *flow.Component) (any, error) {
			return &unsetVariables{names: c.Structure("variables"), ignoreMissing: task.NewOnOff(c, "ignoreMissing", false)}, nil
		},
	}
}

// unsetVariables is io.kestra.plugin.core.execution.UnsetVariables.
type unsetVariables struct {
	names         *pebble.Structure
	ignoreMissing task.OnOff
}

func (u *unsetVariables) Run(_ context.Context, c *task.Context) (task.Result, error) {
	names, err := u.names.RenderJSON(c.Pebble)
	if err != nil {
		return task.Result{}, err
	}
	if names.Kind() != value.KindList {
		return task.Result{}, errors.New("variables must be a list of names, or JSON text of one")
	}
	ignoreMissing, err := u.ignoreMissing.Render(c)
	if err != nil {
		return task.Result{}, err
	}
	m := variables(c)
	for _, name := range names.List().All() {
		var found bool
		if m, found = without(m, value.Text(name)); !found && !ignoreMissing {
			return task.Result{}, fmt.Errorf("the variable %s does not exist, and `ignoreMissing` is set to false", value.Text(name))
		}
	}
	return task.Result{Variables: value.FromMap(m)}, nil
}

// without returns a map without the member that the path names, and whether it was there.
func without(m *value.Map, path string) (*value.Map, bool) {
	name, rest, deeper := strings.Cut(path, ".")
	member, found := m.Get(name)
	var inner *value.Map
	if deeper {
		if inner, found = without(member.Map(), rest); !found {
			return m, false
		}
	}
	if !found {
		return m, false
	}
	out := value.NewMap(m.Len())
	for key, v := range m.All() {
		switch {
		case key != name:
			out.Set(key, v)
		case deeper:
			out.Set(key, value.FromMap(inner))
		}
	}
	return out, true
}
