package engine

import (
	"bytes"
	"encoding/json"
	"sync"

	"github.com/caddy-kestra/kestra-webhook/engine/condition"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/outside"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task/debug"
	"github.com/caddy-kestra/kestra-webhook/engine/task/executions"
	"github.com/caddy-kestra/kestra-webhook/engine/task/flowable"
	"github.com/caddy-kestra/kestra-webhook/engine/task/http"
	"github.com/caddy-kestra/kestra-webhook/engine/task/kv"
	"github.com/caddy-kestra/kestra-webhook/engine/task/logs"
	"github.com/caddy-kestra/kestra-webhook/engine/task/namespaces"
	"github.com/caddy-kestra/kestra-webhook/engine/task/output"
	"github.com/caddy-kestra/kestra-webhook/engine/task/storage"
	"github.com/caddy-kestra/kestra-webhook/engine/task/templating"
	"github.com/caddy-kestra/kestra-webhook/engine/task/timing"
	"github.com/caddy-kestra/kestra-webhook/engine/task/upkeep"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

// catalog is the one catalog of everything a flow may use.
var catalog = sync.OnceValue(func() *flow.Catalog {
	var specs []flow.Spec
	for _, group := range [][]flow.Spec{
		webhook.Specs(),
		condition.Specs(),
		flowable.Specs(),
		http.Specs(),
		logs.Specs(),
		debug.Specs(),
		executions.Specs(),
		kv.Specs(),
		namespaces.Specs(),
		output.Specs(),
		storage.Specs(),
		templating.Specs(),
		timing.Specs(),
		upkeep.Specs(),
	} {
		specs = append(specs, group...)
	}
	c, err := flow.NewCatalog(specs...)
	if err != nil {
		panic(err) // the specs contradict each other, which no input can bring about
	}
	return c
})

// expressions is the one expression language of the process.
var expressions = sync.OnceValue(func() *pebble.Engine { return pebble.New(pebble.Options{Outside: outside.Names()}) })

// Types returns the specs of all component types.
func Types() []*flow.Spec { return catalog().Specs() }

// Schema returns a JSON Schema of flow files, made of the specs, for editors.
func Schema() []byte {
	var out bytes.Buffer
	if err := json.Indent(&out, []byte(value.JSON(catalog().Schema())), "", "\t"); err != nil {
		panic("engine: the schema is no JSON: " + err.Error())
	}
	out.WriteByte('\n')
	return out.Bytes()
}

// Load compiles flow sources with the catalog of all supported types. Flows with errors are not in the set; the
// diagnostics have the errors and warnings of all of them.
func Load(sources []*flow.Source) (*flow.Set, flow.Diagnostics) {
	return flow.Load(catalog(), flow.Options{Pebble: expressions()}, sources)
}
