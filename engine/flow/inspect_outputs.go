package flow

import (
	"slices"

	"github.com/caddy-kestra/kestra-webhook/engine/nearest"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
)

// knownOutputs returns the types of the tasks that have the outputs of their types and no others, by id. Those of a task in a loop
// are kept by the values of the loop.
func (f *Flow) knownOutputs() map[string]*Spec {
	known, looped := map[string]*Spec{}, map[*Component]bool{}
	for c := range f.components {
		if c.Spec.Shape == ShapeEach {
			c.components(func(inner *Component) bool {
				looped[inner] = true
				return true
			})
		}
		if c.Spec.Kind == KindTask && !looped[c] && !c.Spec.OpenOutputs {
			known[c.ID] = c.Spec
		}
	}
	return known
}

// checkOutput warns of an output that a task of its type never has.
func (l *loader) checkOutput(s *scope, t expressionText, in *pebble.Inspection, u pebble.Use, rescued map[string]bool) {
	if s.tasks == nil {
		s.tasks = l.flow.knownOutputs()
	}
	spec, name := s.tasks[u.Path[1]], u.Path[2]
	if spec == nil {
		return
	}
	names := make([]string, len(spec.Outputs))
	for i, out := range spec.Outputs {
		names[i] = out.Name
	}
	if slices.Contains(names, name) {
		return
	}
	message := "there is no `" + Access(u.Path[:3]) + "`: tasks of type " + spec.Type + " have no output of this name"
	if len(names) == 0 {
		message = "there is no `" + Access(u.Path[:3]) + "`: tasks of type " + spec.Type + " have no outputs"
	}
	hint := ""
	if near := nearest.Name(name, names); near != "" {
		hint = didYouMean(Access([]string{u.Path[0], u.Path[1], near}))
	}
	l.warnName(t, in, u, rescued, u.At[2], message, hint)
}
