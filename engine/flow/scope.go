package flow

import (
	"fmt"
	"slices"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// Tenant is the only tenant there is, as in Kestra's open-source edition.
const Tenant = "main"

// Variable returns the variable `flow` of expressions.
func (f *Flow) Variable(revision int64) value.Value {
	return value.MapOf("id", value.String(f.ID), "namespace", value.String(f.Namespace),
		"revision", value.Int(revision), "tenantId", value.String(Tenant))
}

// HasInputDefaults reports whether an input has a default.
func (f *Flow) HasInputDefaults() bool {
	return slices.ContainsFunc(f.Inputs, func(in *Input) bool { return in.Defaults != nil })
}

// InputDefaults returns the defaults of all inputs that have one, converted and nested at the dots of their ids, as
// expressions see them in `inputs` while the execution has no inputs of its own. They are rendered with ctx. The error names the first input that cannot be rendered or converted.
func (f *Flow) InputDefaults(ctx *pebble.Context) (*value.Map, error) {
	if f.defaults != nil {
		return f.defaults, nil
	}
	root := newNest()
	for _, input := range f.Inputs {
		v, err := input.Default(ctx)
		if err != nil {
			return nil, err
		}
		if !v.IsNull() {
			root.set(input.ID, v)
		}
	}
	return root.value().Map(), nil
}

// constantDefaults returns the defaults when none holds an expression, else nil. They were checked by the loader.
func (f *Flow) constantDefaults() *value.Map {
	root := newNest()
	for _, input := range f.Inputs {
		if input.Defaults != nil && input.constant.IsNull() {
			return nil
		}
		if !input.constant.IsNull() {
			root.set(input.ID, input.constant)
		}
	}
	return root.value().Map()
}

// Default returns the input's default, rendered with ctx and converted; null when it has none. Constraints of the input do
// not hold for it.
func (in *Input) Default(ctx *pebble.Context) (value.Value, error) {
	if in.Defaults == nil || !in.constant.IsNull() {
		return in.constant, nil
	}
	v, err := in.Defaults.Render(ctx)
	if err != nil {
		return value.Null, fmt.Errorf("default of input `%s`: %w", in.ID, err)
	}
	if v.IsNull() {
		return value.Null, nil
	}
	out, err := in.Type.unconstrained().Convert(v)
	if err != nil {
		return value.Null, in.invalid(err)
	}
	return out, nil
}

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
