package engine

import (
	"bytes"
	"encoding/json"
	"slices"
	"sync"

	"github.com/caddy-kestra/kestra-webhook/engine/condition"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/outside"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task/debug"
	"github.com/caddy-kestra/kestra-webhook/engine/task/executions"
	"github.com/caddy-kestra/kestra-webhook/engine/task/flowable"
	"github.com/caddy-kestra/kestra-webhook/engine/task/handon"
	"github.com/caddy-kestra/kestra-webhook/engine/task/http"
	"github.com/caddy-kestra/kestra-webhook/engine/task/kv"
	"github.com/caddy-kestra/kestra-webhook/engine/task/logs"
	"github.com/caddy-kestra/kestra-webhook/engine/task/namespaces"
	"github.com/caddy-kestra/kestra-webhook/engine/task/output"
	"github.com/caddy-kestra/kestra-webhook/engine/task/script"
	"github.com/caddy-kestra/kestra-webhook/engine/task/storage"
	"github.com/caddy-kestra/kestra-webhook/engine/task/templating"
	"github.com/caddy-kestra/kestra-webhook/engine/task/timing"
	"github.com/caddy-kestra/kestra-webhook/engine/task/upkeep"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

// Catalog is what flows are made of: the types of the core, which are always there, and those of further groups of tasks. It does not
// change.
type Catalog struct {
	types  *flow.Catalog
	groups []Group
	refuse func(*flow.Spec) string // see [flow.Options]
	handOn *flow.Spec              // of the task that hands requests on; nil: there is no Kestra behind this server
}

// HandingOn returns the catalog with which flows are handed on that need what only Kestra has.
func (c *Catalog) HandingOn() *Catalog {
	return &Catalog{types: c.types, groups: c.groups, refuse: c.refuse, handOn: handon.Spec()}
}

// HandsOn reports whether flows are handed on.
func (c *Catalog) HandsOn() bool { return c.handOn != nil }

// NewCatalog returns the catalog of the core and of groups. A type that two of them have, and a spec that is wrong in itself, is an error
// that names the group.
func NewCatalog(groups ...Group) (*Catalog, error) {
	if len(groups) == 0 {
		return Core(), nil
	}
	return newCatalog(script.Options{}, groups)
}

func newCatalog(scripts script.Options, groups []Group) (*Catalog, error) {
	specs, taken := coreSpecs(scripts), make(takenTypes)
	for i := range specs {
		if specs[i].Kind == flow.KindTask {
			taken.add(&specs[i], "the core")
		}
	}
	for _, group := range groups {
		own, err := group.checked(taken)
		if err != nil {
			return nil, err
		}
		specs = append(specs, own...)
	}
	types, err := flow.NewCatalog(specs...)
	if err != nil {
		return nil, err
	}
	return &Catalog{types: types, groups: groups}, nil
}

// Core returns the catalog that has no further group.
func Core() *Catalog { return core() }

// core is Core.
var core = sync.OnceValue(func() *Catalog {
	types, err := flow.NewCatalog(coreSpecs(script.Options{})...)
	if err != nil {
		panic(err) // the specs contradict each other, which no input can bring about
	}
	return &Catalog{types: types}
})

// coreSpecs are the types that are always there.
func coreSpecs(scripts script.Options) []flow.Spec {
	return slices.Concat(
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
		script.Specs(scripts),
		storage.Specs(),
		templating.Specs(),
		timing.Specs(),
		upkeep.Specs(),
	)
}

// expressions is the one expression language of the process.
var expressions = sync.OnceValue(func() *pebble.Engine { return pebble.New(pebble.Options{Outside: outside.Names()}) })

// Types returns the specs of all component types.
func (c *Catalog) Types() []*flow.Spec { return c.types.Specs() }

// Schema returns a JSON Schema of flow files, made of the specs, for editors.
func (c *Catalog) Schema() []byte {
	var out bytes.Buffer
	if err := json.Indent(&out, []byte(value.JSON(c.types.Schema())), "", "\t"); err != nil {
		panic("engine: the schema is no JSON: " + err.Error())
	}
	out.WriteByte('\n')
	return out.Bytes()
}

// Load compiles flow sources. Flows with errors are not in the set; the diagnostics have the errors and warnings of all of them.
func (c *Catalog) Load(sources []*flow.Source) (*flow.Set, flow.Diagnostics) {
	return flow.Load(c.types, flow.Options{Pebble: expressions(), Refuse: c.refuse, HandOn: c.handOn}, sources)
}

// WithoutCommands returns a catalog of the same types for flows that run no commands: tasks that do are errors.
func (c *Catalog) WithoutCommands() *Catalog {
	return &Catalog{types: c.types, groups: c.groups, refuse: refuseCommands, handOn: c.handOn}
}

func refuseCommands(s *flow.Spec) string {
	if !s.Commands {
		return ""
	}
	return "`" + s.Type + "` runs commands on this machine, which is off: write `allow_commands` in the global kestra block to allow it to all flows"
}
