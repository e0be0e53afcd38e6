package kv

import (
	"context"
	"errors"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

func putSpec() flow.Spec {
	return flow.Spec{
		Kind:    flow.KindTask,
		Type:    "io.kestra.plugin.core.kv.Put",
		Aliases: []string{"io.kestra.core.tasks.kv.Put"},
		Summary: "Change a value of the key-value store, by the commit that ends the task. Its description and its end stay.",
		Pure:    true,
		Properties: []flow.Property{
			keyProperty, namespaceProperty,
			{
				Name: "value", Type: flow.Any, Required: true, Dynamic: true,
				Summary: "The new value. A map is merged into a map that is there; a list of {key, value} sets members of it, `a.b` the member b of the member a; a list of one {value} replaces all.",
			},
			{Name: "errorOnMissing", Type: flow.Boolean, Dynamic: true, Default: "false", Summary: "Whether the task fails if there is no value."},
		},
		Example: `id: count
type: io.kestra.plugin.core.kv.Put
key: "order_{{ trigger.body.id }}"
value:
  - {key: state, value: paid}
  - {key: payment.method, value: "{{ trigger.body.method }}"}
`,
		Compile: func(c *flow.Component) (any, error) {
			return &put{newPlace(c), c.Structure("value"), task.NewOnOff(c, "errorOnMissing", false)}, nil
		},
	}
}

// put is io.kestra.plugin.core.kv.Put.
type put struct {
	place          place
	value          *pebble.Structure
	errorOnMissing task.OnOff
}

func (p *put) Run(ctx context.Context, c *task.Context) (task.Result, error) {
	required, err := p.errorOnMissing.Render(c)
	if err != nil {
		return task.Result{}, err
	}
	v, err := p.render(c)
	if err != nil {
		return task.Result{}, err
	}
	pair, found, namespace, key, err := p.place.find(ctx, c)
	if found = found && pair.Namespace == namespace; !found {
		pair = task.Pair{Namespace: namespace, Key: key}
	}
	switch {
	case err != nil:
		return task.Result{}, err
	case !found && required:
		return task.Result{}, missing(namespace, key)
	}
	if pair.Value, err = changed(pair.Value, v); err != nil {
		return task.Result{}, err
	}
	return task.Result{Pairs: []task.Pair{pair}}, nil
}

// render returns the value: an expression keeps its type, and a map or list of YAML is one.
func (p *put) render(c *task.Context) (value.Value, error) {
	if t := p.value.Template(); t != nil {
		return t.RenderTyped(c.Pebble)
	}
	return p.value.Render(c.Pebble)
}

var (
	errEntries = errors.New("value must be a list in which all entries have a key that is not empty, or one {value} alone")
	errNoMap   = errors.New("the members of a value that is no map cannot be set")
)

// changed returns a value with a change.
func changed(old, change value.Value) (value.Value, error) {
	if change.Kind() == value.KindList && isEntries(change.List()) {
		return withEntries(old, change.List())
	}
	if old.Kind() == value.KindMap && change.Kind() == value.KindMap {
		return merged(old.Map(), change.Map()), nil
	}
	return change, nil
}

// isEntries reports whether a list consists of maps that have the member value, and no other but key.
func isEntries(list *value.List) bool {
	for _, entry := range list.All() {
		members := 1
		if entry.Map().Has("key") {
			members++
		}
		if !entry.Map().Has("value") || entry.Map().Len() != members {
			return false
		}
	}
	return list.Len() > 0
}

func withEntries(old value.Value, entries *value.List) (value.Value, error) {
	for _, entry := range entries.All() {
		key, _ := entry.Map().Get("key")
		v, _ := entry.Map().Get("value")
		switch {
		case key.IsNull() && entries.Len() == 1:
			return v, nil
		case key.Kind() != value.KindString || value.TrimBlank(key.Str()) == "":
			return value.Null, errEntries
		case !old.IsNull() && old.Kind() != value.KindMap:
			return value.Null, errNoMap
		}
		for path := key.Str(); path != ""; {
			dot := strings.LastIndexByte(path, '.')
			v = value.MapOf(path[dot+1:], v)
			path = path[:max(0, dot)]
		}
		old = merged(old.Map(), v.Map())
	}
	return old, nil
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
