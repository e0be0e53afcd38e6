package kv

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

func purgeSpec() flow.Spec {
	return flow.Spec{
		Kind:    flow.KindTask,
		Type:    "io.kestra.plugin.core.kv.PurgeKV",
		Aliases: []string{"io.kestra.core.tasks.kv.PurgeKV"},
		Summary: "Delete pairs of the key-value store in several namespaces, by the commit that ends the task.",
		Pure:    true,
		Properties: []flow.Property{
			{Name: "namespaces", Type: flow.StringList, Dynamic: true, JSONText: true, Summary: "The namespaces; without them and `namespacePattern`, all that flows are in."},
			{Name: "namespacePattern", Type: flow.String, Dynamic: true, Summary: "Which namespaces, with `*` and `?`; not beside `namespaces`."},
			{Name: "includeChildNamespaces", Type: flow.Boolean, Dynamic: true, Default: "true", Summary: "Whether the namespaces below those of `namespaces` count too."},
			{Name: "keyPattern", Type: flow.String, Dynamic: true, Summary: "Which keys, with `*` and `?`; without it, all."},
			{Name: "behavior", Type: flow.Object, Summary: "Which pairs.", Properties: []flow.Property{
				{Name: "type", Type: flow.String, Required: true, Values: []string{"key"}, Summary: "What is deleted: pairs. There are no older versions of them here."},
				{Name: "expiredOnly", Type: flow.Boolean, Default: "true", Summary: "Whether only those that have expired."},
			}},
			{Name: "expiredOnly", Type: flow.Boolean, Dynamic: true, Summary: "The older form of the same; it counts if both are there."},
		},
		Outputs: []flow.TaskOutput{
			{Name: "size", Type: flow.TypeInt, Summary: "How many pairs were deleted. Those that have expired go by themselves, too, sooner or later."},
		},
		Example: `id: forget_orders
type: io.kestra.plugin.core.kv.PurgeKV
namespaces: [company.team]
keyPattern: order_*
behavior:
  type: key
  expiredOnly: false
`,
		Compile: func(c *flow.Component) (any, error) {
			if c.Has("namespaces") && c.Has("namespacePattern") {
				return nil, c.Errorf("namespacePattern", "cannot be used beside `namespaces`")
			}
			p := &purge{
				namespaces: c.Structure("namespaces"), namespacePattern: c.Template("namespacePattern"), keyPattern: c.Template("keyPattern"),
				children: task.NewOnOff(c, "includeChildNamespaces", true), expiredOnly: task.NewOnOff(c, "expiredOnly", true),
			}
			if b := c.Object("behavior"); b != nil && b.Has("expiredOnly") && !c.Has("expiredOnly") {
				p.all = !b.Bool("expiredOnly")
			}
			return p, nil
		},
	}
}

// purge is io.kestra.plugin.core.kv.PurgeKV.
type purge struct {
	namespaces       *pebble.Structure // may be nil
	namespacePattern *pebble.Template  // may be nil
	keyPattern       *pebble.Template  // may be nil
	children         task.OnOff
	expiredOnly      task.OnOff
	all              bool // not only what has expired: by `behavior`
}

func (p *purge) Run(ctx context.Context, c *task.Context) (task.Result, error) {
	namespaces, err := p.chosen(c)
	if err != nil {
		return task.Result{}, err
	}
	expiredOnly, err := p.expiredOnly.Render(c)
	if err != nil {
		return task.Result{}, err
	}
	keyPattern, err := renderPattern(p.keyPattern, c)
	if err != nil {
		return task.Result{}, err
	}
	var gone []task.Pair
	for _, namespace := range namespaces {
		pairs, err := c.Pairs.List(ctx, c.Origin, namespace, time.Time{})
		if err != nil {
			return task.Result{}, err
		}
		for _, pair := range pairs {
			expired := !pair.Expires.IsZero() && !pair.Expires.After(c.Pebble.Now)
			if (expired || p.all || !expiredOnly) && matches(keyPattern, pair.Key) {
				gone = append(gone, task.Pair{Namespace: namespace, Key: pair.Key, Delete: true})
			}
		}
	}
	c.Log.Log(task.Info, fmt.Sprintf("purged %d keys", len(gone)))
	return task.Result{Outputs: value.MapOf("size", value.Int(int64(len(gone)))), Pairs: gone}, nil
}

// chosen returns the namespaces, in their order.
func (p *purge) chosen(c *task.Context) ([]string, error) {
	all := c.Pairs.Namespaces()
	if p.namespaces == nil {
		pattern, err := renderPattern(p.namespacePattern, c)
		return slices.DeleteFunc(all, func(namespace string) bool { return !matches(pattern, namespace) }), err
	}
	v, err := p.namespaces.RenderJSON(c.Pebble)
	if err != nil {
		return nil, err
	}
	if v.Kind() != value.KindList {
		return nil, errors.New("namespaces must be a list of names, or JSON text of one")
	}
	children, err := p.children.Render(c)
	if err != nil {
		return nil, err
	}
	var chosen []string
	for _, item := range v.List().All() {
		name := value.Text(item)
		chosen = append(chosen, name)
		for _, namespace := range all {
			if children && strings.HasPrefix(namespace, name+".") {
				chosen = append(chosen, namespace)
			}
		}
	}
	slices.Sort(chosen)
	return slices.Compact(chosen), nil
}

// renderPattern returns a pattern with `*` and `?`; "" for none. In it nothing else has a meaning.
func renderPattern(t *pebble.Template, c *task.Context) (string, error) {
	if t == nil {
		return "", nil
	}
	text, err := t.Render(c.Pebble)
	return strings.NewReplacer(`\`, `\\`, `[`, `\[`, `/`, `\/`).Replace(text), err
}

// matches reports whether a name, in which there are no slashes, fits a pattern.
func matches(pattern, name string) bool {
	ok, err := path.Match(pattern, name)
	return pattern == "" || ok && err == nil
}
