package flow

import (
	"slices"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/nearest"
)

// Callee returns the name of the flow that a task of shape Child or Children starts; not known when an expression gives it.
func (c *Component) Callee() (namespace, id string, known bool) {
	if c.Spec.Shape != ShapeChild && c.Spec.Shape != ShapeChildren {
		return "", "", false
	}
	namespace, first := c.Template("namespace").Constant()
	id, second := c.Template("flowId").Constant()
	return namespace, id, first && second
}

// CheckCallees returns warnings about the tasks of a set that start flows, which are found in all: what can only fail, and inputs
// that a flow does not have.
func (s *Set) CheckCallees(all *Set) Diagnostics {
	var found Diagnostics
	for f := range s.All() {
		for c := range f.components {
			namespace, id, known := c.Callee()
			if !known {
				continue
			}
			warn := func(property, format string, args ...any) {
				d := c.Errorf(property, format, args...)
				d.Severity, d.Strict = SeverityWarning, true
				found = append(found, d)
			}
			switch callee := all.Flow(namespace, id); {
			case callee == nil:
				warn("flowId", "there is no flow %s/%s, so the task fails", shorten(namespace), shorten(id))
			case callee.Disabled:
				warn("flowId", "the flow %s/%s is disabled, so the task fails", namespace, id)
			case callee.HandedOn:
				warn("flowId", "the flow %s/%s is handed on to the Kestra behind this server, where its webhook alone starts it, so the task fails", namespace, id)
			default:
				callee.checkGiven(c, warn)
			}
		}
	}
	return found
}

// checkGiven warns of inputs that a task gives and the flow does not have, and of those that it needs and the task does not give.
func (f *Flow) checkGiven(c *Component, warn func(property, format string, args ...any)) {
	ids := make([]string, len(f.Inputs))
	for i, in := range f.Inputs {
		ids[i] = in.ID
	}
	var given []string
	for id := range c.Value("inputs").Map().All() {
		switch {
		case strings.Contains(id, "{{") || strings.Contains(id, "{%"):
			return // it may be any
		case !slices.Contains(ids, id):
			warn("inputs", "the flow %s/%s has no input `%s`%s", f.Namespace, f.ID, shorten(id), didYouMean(nearest.Name(id, ids)))
		}
		given = append(given, id)
	}
	for _, in := range f.Inputs {
		if in.Required && !in.HasDefault() && len(in.DependsOn) == 0 && !slices.Contains(given, in.ID) {
			property := "flowId"
			if c.Has("inputs") {
				property = "inputs"
			}
			warn(property, "the flow %s/%s needs the input `%s`, so the task fails", f.Namespace, f.ID, in.ID)
		}
	}
}
