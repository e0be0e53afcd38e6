package condition

import (
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// Source returns a condition as a line of a log shows it: the expression of one that is nothing else, of others the class with their
// properties, as in Not(DayWeek(date: {{ now() }}, dayOfWeek: MONDAY)).
func Source(c *flow.Component) string {
	if p := c.Spec.Properties[0]; p.Name == "expression" && p.Type == flow.String {
		return strings.TrimSpace(c.Text(p.Name))
	}
	var parts []string
	for i := range c.Spec.Properties {
		p := &c.Spec.Properties[i]
		switch {
		case !c.Has(p.Name):
		case p.Type == flow.Conditions:
			for _, child := range c.Children(p.Name) {
				parts = append(parts, Source(child))
			}
		default:
			parts = append(parts, p.Name+": "+value.Text(c.Value(p.Name)))
		}
	}
	return class(c) + "(" + strings.Join(parts, ", ") + ")"
}

// class returns the name of a condition's type without its package.
func class(c *flow.Component) string { return c.Type[strings.LastIndexByte(c.Type, '.')+1:] }
