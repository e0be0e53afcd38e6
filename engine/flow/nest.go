package flow

import (
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// nest is a map that is being built from dotted paths.
type nest struct {
	keys []string
	leaf map[string]value.Value
	sub  map[string]*nest
}

func newNest() *nest { return &nest{leaf: map[string]value.Value{}, sub: map[string]*nest{}} }

func (n *nest) set(path string, v value.Value) {
	key, rest, nested := strings.Cut(path, ".")
	if !nested || rest == "" || key == "" {
		key, nested = path, false
	}
	if _, ok := n.leaf[key]; !ok && n.sub[key] == nil {
		n.keys = append(n.keys, key)
	}
	if !nested {
		n.leaf[key] = v
		return
	}
	if n.sub[key] == nil {
		n.sub[key] = newNest()
	}
	n.sub[key].set(rest, v)
}

func (n *nest) value() value.Value {
	m := value.NewMap(len(n.keys))
	for _, key := range n.keys {
		if sub := n.sub[key]; sub != nil {
			m.Set(key, sub.value())
		} else {
			m.Set(key, n.leaf[key])
		}
	}
	return value.FromMap(m)
}

// nested returns the value at a dotted path of a map that a nest made.
func nested(m *value.Map, path string) (value.Value, bool) {
	if v, ok := m.Get(path); ok {
		return v, true
	}
	key, rest, ok := strings.Cut(path, ".")
	if !ok {
		return value.Null, false
	}
	v, ok := m.Get(key)
	if !ok || v.Kind() != value.KindMap {
		return value.Null, false
	}
	return nested(v.Map(), rest)
}
