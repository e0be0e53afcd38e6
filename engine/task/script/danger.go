package script

import (
	"iter"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
)

// checkText warns of properties that are run as a program and print what a request says: whoever sends it could run any command.
func checkText(f *flow.Flow, c *flow.Component, report flow.Report, properties ...string) {
	for _, property := range properties {
		if name := requestText(f, c, property); name != "" {
			report(flow.SeverityStrict, property, "`"+name+"` is printed into what is run, so that the caller can run commands: pass it by `env`, "+
				"as in `env: {VALUE: \"{{ "+name+" }}\"}`, and read $VALUE")
		}
	}
}

// requestText returns a variable with text of a request that a property prints; empty: none.
func requestText(f *flow.Flow, c *flow.Component, property string) string {
	for t := range templates(c, property) {
		for _, path := range t.Variables() {
			if isText(f, path) {
				return flow.Access(path)
			}
		}
	}
	return ""
}

// templates iterates over the expressions of a property.
func templates(c *flow.Component, property string) iter.Seq[*pebble.Template] {
	return func(yield func(*pebble.Template) bool) {
		if t := c.Template(property); t != nil && !yield(t) {
			return
		}
		s := c.Structure(property)
		if s == nil {
			return
		}
		if t := s.Template(); t != nil {
			yield(t)
			return
		}
		for _, item := range s.Items() {
			if t := item.Template(); t != nil && !yield(t) {
				return
			}
		}
	}
}

// isHarmless reports whether an input has no text of the caller's: numbers, dates, one of some texts, the name of a file.
func isHarmless(in *flow.Input) bool {
	switch in.Type.Name {
	case flow.TypeInt, flow.TypeFloat, flow.TypeBoolean, flow.TypeBool, flow.TypeDateTime, flow.TypeDate, flow.TypeTime, flow.TypeDuration, flow.TypeFile:
		return true
	case flow.TypeSelect, flow.TypeEnum, flow.TypeMultiselect: // another text is refused if it is required
		return in.Required && !in.Type.AllowCustomValue
	default:
		return false
	}
}

// isText reports whether a variable can have any text that a caller likes.
func isText(f *flow.Flow, path []string) bool {
	switch path[0] {
	case "trigger":
		return true
	case "inputs":
		if len(path) > 1 {
			for _, in := range f.Inputs {
				if in.ID == path[1] {
					return !isHarmless(in)
				}
			}
		}
		return true
	}
	return false
}
