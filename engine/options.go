package engine

import (
	"net/http"
	"time"

	"go.uber.org/zap"

	"github.com/caddy-kestra/kestra-webhook/engine/admission"
	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/process"
	"github.com/caddy-kestra/kestra-webhook/engine/runner"
	"github.com/caddy-kestra/kestra-webhook/engine/secret"
	"github.com/caddy-kestra/kestra-webhook/engine/site"
	"github.com/caddy-kestra/kestra-webhook/engine/upstream"
)

// The kinds of stores.
const (
	StoreMemory = "memory" // forgets everything when the process ends
	StoreSQLite = "sqlite" // a file, which one process at a time has open
)

// StoreOptions say where executions are kept.
type StoreOptions struct {
	Kind string // [StoreMemory] or [StoreSQLite]

	Path        string        // of the file
	LockTimeout time.Duration // how long another process that has the file open is waited for; 0: 10 s
	Logger      *zap.Logger   // of what is to be said while it opens; nil: none

	// Files is the folder for files of executions, made when the first one is written. Several engines and processes may have the
	// same one. With a store in a file they are there again when it is opened again. Empty: tasks that write files fail.
	Files string

	Observer Observer // of the engine that is opened; nil: none

	// What a test of flows puts in the place of the world.
	Clock Clock             // of executions and requests; nil: that of the machine
	Wire  http.RoundTripper // that the requests of flows take; nil: connections to other servers
}

// Identity is equal for options that mean the same durable thing; one process opens it once.
func (o StoreOptions) Identity() string {
	if o.Kind == StoreSQLite {
		return o.Kind + ":" + o.Path
	}
	return o.Kind + ":" + o.Path + ":" + o.Files
}

// Options are what an engine can be told while it runs.
type Options struct {
	Workers    int           // tasks that reach outside and run at once, beside half as many that hand requests on; 0: 100
	Drain      time.Duration // how long executions, and callers who wait for them, may go on when the process goes down; 0: 2 s, below 0: not at all
	Capacity   int           // executions under way at once; 0: 10,000
	MaxPending int           // accepted executions that wait in a store in a file to be under way, above it, or without such a store, requests get 503; 0: 100,000
	Logger     *zap.Logger   // for executions; nil: none

	MemoryLimit    int64         // bytes that requests, evaluations and executions take together; 0: 256 MiB
	EvaluationWait time.Duration // how long the conditions of a request may wait and run before it gets 503; 0: 3 s
	FlowShare      int           // percent of memory, places and workers that one flow may take beside others; 0: 50

	FilesLimit        int64 // bytes that the files of all executions may take; 0: 10 GiB
	FilesPerExecution int64 // bytes that the files of one execution may take; 0: 1 GiB

	// The files of namespaces are in a folder for each namespace: in NamespaceFiles, and in the folder _files of each of FlowDirs. An
	// earlier one counts.
	NamespaceFiles string
	FlowDirs       []string

	Catalog *Catalog // of flows that are served no more, whose executions go on; nil: [Core]

	Secrets *Secrets // which are not shown, beside those of sites; nil: none

	Retention Retention // of what has ended, in a store that is a file. A zero Age is 30 days, a zero Size 10 GiB; -1 stands for no bound

	Commands *CommandOptions // how flows run commands on this machine; nil: they run none

	AdminEndpoints []string  // where admin endpoints of this server listen, as in localhost:2019: flows send no request there
	Upstream       *Upstream // to which flows are handed on; nil: there is none
	DenyPrivate    bool      // flows send no request to this machine and to private networks
}

// MinMemoryLimit is the smallest [Options.MemoryLimit] that leaves room for one evaluation at its own limit, in bytes.
const MinMemoryLimit = admission.MinMemory

type (
	// Retention says how long executions are kept that have ended.
	Retention = execution.Retention

	// RetentionBound is a bound of those.
	RetentionBound = execution.Bound

	// CommandOptions say how commands run, see package process.
	CommandOptions = process.Options

	// Clock is the time that an engine goes by, see package runner.
	Clock = runner.Clock

	// Timer is a call that a clock is to make.
	Timer = runner.Timer

	// Upstream is a Kestra behind this server, see package upstream.
	Upstream = upstream.Options

	// Site answers the webhooks of one site, see package site.
	Site = site.Site

	// SiteOptions configure a site.
	SiteOptions = site.Options

	// Replay says how a [Site] does an execution anew.
	Replay = site.Replay

	// NoRevisionError is the error of a revision of a flow that is not kept.
	NoRevisionError = site.NoRevisionError

	// Secrets are those that flows may read, see package secret.
	Secrets = secret.Set

	// SecretSource is a place where they are.
	SecretSource = secret.Source

	// SiteCondition is a CEL condition of a site.
	SiteCondition = site.Condition
)
