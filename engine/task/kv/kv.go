package kv

import (
	"context"
	"fmt"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// Specs returns the specs of this package's tasks.
func Specs() []flow.Spec {
	return []flow.Spec{setSpec(), putSpec(), getSpec(), getKeysSpec(), deleteSpec(), purgeSpec()}
}

// The properties that most tasks of this package have.
var (
	keyProperty       = flow.Property{Name: "key", Type: flow.String, Required: true, Dynamic: true, Summary: "The key: letters, digits, `.`, `_` and `-`, at most 256."}
	namespaceProperty = flow.Property{
		Name: "namespace", Type: flow.String, Dynamic: true, Default: "{{ flow.namespace }}",
		Summary: "The namespace of the pair. There must be a flow or a pair in it or below it.",
	}
)

// place is where a task of this package finds or puts a pair.
type place struct {
	key       *pebble.Template // nil: the task has none
	namespace *pebble.Template // nil: that of the flow
}

func newPlace(c *flow.Component) place {
	return place{key: c.Template("key"), namespace: c.Template("namespace")}
}

func (p place) render(c *task.Context) (namespace, key string, err error) {
	namespace = c.Origin.Namespace
	if p.namespace != nil {
		if namespace, err = p.namespace.Render(c.Pebble); err != nil {
			return "", "", err
		}
	}
	if p.key != nil {
		key, err = p.key.Render(c.Pebble)
	}
	return namespace, key, err
}

// find returns what is kept at the place.
func (p place) find(ctx context.Context, c *task.Context) (pair task.Pair, found bool, namespace, key string, err error) {
	if namespace, key, err = p.render(c); err == nil {
		pair, found, err = c.Pairs.Find(ctx, c.Origin, namespace, key, c.Pebble.Now, c.Pebble.ChargeJSON)
	}
	return pair, found, namespace, key, err
}

// missing returns the error of a task that needs a value. It is in Kestra's words.
func missing(namespace, key string) error {
	return fmt.Errorf("No value found for key '%s' in namespace '%s' and `errorOnMissing` is set to true", key, namespace) //nolint:staticcheck // Kestra's words
}
