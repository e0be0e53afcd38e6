package engine

import (
	"time"

	"go.uber.org/zap"

	"github.com/caddy-kestra/kestra-webhook/engine/admission"
)

// StoreMemory is the kind of store that forgets everything when the process ends.
const StoreMemory = "memory"

// StoreOptions say where executions are kept.
type StoreOptions struct {
	Kind string // [StoreMemory]
	Path string // of stores that are files
}

// Identity is equal for options that mean the same durable thing; one process opens it once.
func (o StoreOptions) Identity() string { return o.Kind + ":" + o.Path }

// Options are what an engine can be told while it runs.
type Options struct {
	Workers  int         // goroutines that run executions nobody waits for; 0: twice the processors
	Capacity int         // executions under way at once, above it requests get 503; 0: 10,000
	Logger   *zap.Logger // for executions; nil: none

	MemoryLimit    int64         // bytes that requests, evaluations and executions take together; 0: 256 MiB
	EvaluationWait time.Duration // how long the conditions of a request may wait and run before it gets 503; 0: 3 s
	FlowShare      int           // percent of memory, places and workers that one flow may take beside others; 0: 50
}

// MinMemoryLimit is the smallest [Options.MemoryLimit] that leaves room for one evaluation at its own limit, in bytes.
const MinMemoryLimit = admission.MinMemory

// SiteOptions configure one site.
type SiteOptions struct {
	Logger      *zap.Logger
	Namespaces  []string        // exact, or a.b.* for a.b and everything below; none: all
	Conditions  []SiteCondition // every request must also satisfy them
	PassUnknown bool            // what no trigger matches is for the next handler instead of 404
	MaxBody     int64           // bytes; 0: 10 MiB
	WaitTimeout time.Duration   // of `wait: true` triggers that set none; 0: 30 s
	BaseURL     string          // gives `url` in answers and kestra.url in expressions; empty: neither
	Environ     []string        // NAME=value as of os.Environ: SECRET_X in Base64 gives secret('X'), ENV_X gives envs.x
}

// SiteCondition is a CEL condition of a site.
type SiteCondition struct {
	Expression string
	Source     string // where it was written, as in Caddyfile:14; may be empty
}
