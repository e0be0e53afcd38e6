package flowtest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/nearest"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
	"github.com/caddy-kestra/kestra-webhook/engine/yaml"
)

// reader reads the members of a file, and gathers what is wrong with them.
type reader struct {
	source *flow.Source
	found  flow.Diagnostics
}

// member is a member that a mapping may have.
type member struct {
	name string
	read func(n *yaml.Node, path string)
}

func (r *reader) pos(n *yaml.Node) flow.Position {
	return flow.Position{Source: r.source, Line: n.Line, Column: n.Column}
}

func (r *reader) fail(n *yaml.Node, path, format string, args ...any) {
	r.found = append(r.found, &flow.Diagnostic{Pos: r.pos(n), Path: path, Message: fmt.Sprintf(format, args...)})
}

// members reads a mapping. What it may not have is an error.
func (r *reader) members(n *yaml.Node, path string, known ...member) {
	if n.Kind != yaml.MappingNode {
		r.fail(n, path, "must be a mapping")
		return
	}
next:
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, v := n.Content[i], n.Content[i+1]
		for _, m := range known {
			if m.name == key.Value {
				if !yaml.IsNull(v) || v.Style != 0 { // else it is as good as not written
					m.read(v, below(path, m.name))
				}
				continue next
			}
		}
		names := make([]string, len(known))
		for j, m := range known {
			names[j] = m.name
		}
		hint := ""
		if name := nearest.Name(key.Value, names); name != "" {
			hint = "; did you mean `" + name + "`?"
		}
		r.fail(key, path, "unknown member `%s`%s", key.Value, hint)
	}
}

func below(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// each reads the items of a list; what is no list is taken for its only item.
func (r *reader) each(n *yaml.Node, path string, read func(n *yaml.Node, path string)) {
	if n.Kind != yaml.SequenceNode {
		read(n, path)
		return
	}
	for i, item := range n.Content {
		read(item, fmt.Sprintf("%s[%d]", path, i))
	}
}

// text reads a text, or the text of a number or a boolean.
func (r *reader) text(n *yaml.Node, path string) string {
	if n.Kind != yaml.ScalarNode {
		r.fail(n, path, "must be a text")
		return ""
	}
	return n.Value
}

func (r *reader) textInto(to *string) func(*yaml.Node, string) {
	return func(n *yaml.Node, path string) { *to = r.text(n, path) }
}

func (r *reader) int(n *yaml.Node, path string, least int64) int {
	v := valueOf(n)
	if v.Kind() != value.KindInt || v.Int() < least || v.Int() > 1<<31-1 {
		r.fail(n, path, "must be an integer, at least %d", least)
		return int(least)
	}
	return int(v.Int())
}

func (r *reader) bool(n *yaml.Node, path string) bool {
	v := valueOf(n)
	if v.Kind() != value.KindBool {
		r.fail(n, path, "must be true or false")
	}
	return v.Kind() == value.KindBool && v.Bool()
}

// pairs reads a mapping of texts, of which one may have several.
func (r *reader) pairs(n *yaml.Node, path string) pairs {
	if n.Kind != yaml.MappingNode {
		r.fail(n, path, "must be a mapping")
		return nil
	}
	var all pairs
	for i := 0; i+1 < len(n.Content); i += 2 {
		name := n.Content[i].Value
		r.each(n.Content[i+1], below(path, name), func(n *yaml.Node, path string) {
			all = append(all, pair{name, r.text(n, path)})
		})
	}
	return all
}

func (r *reader) pairsInto(to *pairs) func(*yaml.Node, string) {
	return func(n *yaml.Node, path string) { *to = r.pairs(n, path) }
}

// oneOf reads what must be one of some names.
func (r *reader) oneOf(n *yaml.Node, path string, names []string) string {
	text := r.text(n, path)
	if slices.Contains(names, text) {
		return text
	}
	r.fail(n, path, "must be one of %s", strings.Join(names, ", "))
	return ""
}

// valueOf returns the value of a node.
func valueOf(n *yaml.Node) value.Value {
	v, err := new(yaml.Converter).Value(n)
	if err != nil {
		return value.Null // never: the document was checked
	}
	return v
}
