package caddymodule

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyevents"
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"github.com/caddy-kestra/kestra-webhook/engine"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

func init() {
	caddy.RegisterModule(new(App))
}

// App holds what the sites with a kestra_webhook handler have in common: flows that all of them serve, where executions
// are kept, and limits. It needs no configuration; a handler brings it to life when it is missing.
//
// A flow with an error is refused alone: its errors are logged, each with file, line and column, and the other flows
// serve. Two places that define the same namespace and id are a configuration error.
type App struct {
	// Folders with flow definitions, for all sites: files named *.yml or *.yaml at any depth. A relative folder is taken
	// from the working directory of the process. A missing folder is an error, an empty one a warning. Placeholders such
	// as `{env.FLOWS}` are replaced when the configuration is loaded. Default: none.
	FlowDirs []string `json:"flow_dirs,omitempty"`

	// Flow definitions written in the configuration itself, for all sites. Default: none. Note that the configuration,
	// and so a key that stands in a flow, can be read at the admin endpoint: write `{{ secret('NAME') }}` instead.
	InlineFlows []InlineFlow `json:"inline_flows,omitempty"`

	// Where the secrets of `secret('X')` are. Of several places the first that has a name counts. Default: `[{"kind": "env"}]`.
	Secrets []SecretSource `json:"secrets,omitempty"`

	// Options of groups of tasks, by the name of the group. A group that is linked is there without being named. Default: none.
	TasksRaw caddy.ModuleMap `json:"tasks,omitempty" caddy:"namespace=kestra.tasks"`

	// Where executions are kept. Default: `{"store": "sqlite"}`, in a file.
	StoreRaw json.RawMessage `json:"store,omitempty" caddy:"namespace=kestra.stores inline_key=store"`

	// Whether folders of flows and of secrets are read again when something changes in them. The system tells of most changes, and they take effect
	// within a second; those that it does not tell, as on network file systems, are found by reading the folders from time to time: this
	// says how often, as in `2s`, at least `100ms`. With `off`, changes take effect by `caddy reload --force` alone. Default: `10s`.
	Watch string `json:"watch,omitempty"`

	// Lets executions have the request headers Authorization, Proxy-Authorization and Cookie, which are stored and shown with them. Without
	// it their values are `******`, but for conditions and for what the trigger renders: its inputs and labels. Default: false.
	KeepCredentials bool `json:"keep_credentials,omitempty"`

	// How long executions stay in a store that is a file once they have ended. Default: 30 days, and 10 GiB of all.
	Retention *Retention `json:"retention,omitempty"`

	// Makes any error in a flow an error of the configuration, which then does not load; and so any warning of what cannot
	// work: a condition that is always or never met, a name that does not exist, a trigger that never fires here. Default:
	// false.
	Strict bool `json:"strict,omitempty"`

	// The URL under which users reach this server, as in `https://example.com`. It gives `url` in answers and
	// `{{ kestra.url }}` in expressions. Placeholders such as `{env.BASE_URL}` are replaced when the configuration is
	// loaded. Default: none, and then both are absent.
	BaseURL string `json:"base_url,omitempty"`

	// How many tasks that reach outside, as for a request to another server, may run at once. Beside them, half as many requests are on their
	// way to a Kestra behind this server. Default: 100.
	Workers int `json:"workers,omitempty"`

	// How many executions may be under way at once. Above it executions are accepted into a store in a file and begin later, or with the
	// store in memory requests are answered with 503. Default: 10000.
	Capacity int `json:"capacity,omitempty"`

	// How many accepted executions may wait in a store in a file to be under way; above it requests are answered with 503. Default: 100000.
	MaxPending int `json:"max_pending,omitempty"`

	// How many bytes of memory requests, the evaluation of their expressions and their executions may take together; what
	// needs more is answered with 503. The process itself needs up to twice as much and about 100 MiB. At least 64 MiB.
	// Default: 268435456 (256 MiB).
	MemoryLimit int64 `json:"memory_limit,omitempty"`

	// How long the conditions of a request may wait for a processor and run; a request that is not decided by then is
	// answered with 503. Default: `3s`.
	EvaluationWait caddy.Duration `json:"evaluation_wait,omitempty"`

	// How long running executions, and callers who wait for them, may go on when the server is stopped. What has not ended by then goes on
	// after the next start, if the store outlives the process. A reload stops nothing. Default: `2s`.
	DrainTimeout caddy.Duration `json:"drain_timeout,omitempty"`

	// How many percent of memory, places and workers one flow may take while others need some. Default: 50.
	FlowShare int `json:"flow_share,omitempty"`

	// The folder for files that tasks write. Several processes may have the same one; files go with their executions, which with the
	// store in memory is when the process ends. A relative folder is taken from the working directory of the process. Placeholders such as `{env.FILES}` are replaced when the
	// configuration is loaded. Default: `kestra/files` in Caddy's data directory.
	Files string `json:"files,omitempty"`

	// How many bytes the files of all executions may take; a task that needs more fails. Default: 10737418240 (10 GiB).
	FilesLimit int64 `json:"files_limit,omitempty"`

	// How many bytes the files of one execution may take. Default: 1073741824 (1 GiB).
	FilesPerExecution int64 `json:"files_per_execution,omitempty"`

	// Makes requests of flows to this machine and to private networks fail. Requests to link-local addresses, to services by which
	// clouds tell a machine its secrets, and to the admin endpoint of this server fail always. Default: false.
	DenyPrivate bool `json:"deny_private,omitempty"`

	// Lets flows run commands on this machine. Default: flows with tasks that do are refused.
	AllowCommands *AllowCommands `json:"allow_commands,omitempty"`

	// Where scripts run that name no runner: `require`, in a container or not at all; `prefer`, in a container if the group of tasks `docker` has
	// a host, else as a process; `process`, as a process. Default: `prefer`.
	Containers string `json:"containers,omitempty"`

	// The Kestra behind this server, to which flows are handed on that need what is not supported here. Default: none, and such flows are
	// errors.
	Upstream *Upstream `json:"upstream,omitempty"`

	logger *zap.Logger
	types  flowTypes
	flows  *flowLoader

	store         engine.StoreOptions
	registry      *prometheus.Registry   // of the metrics of this configuration
	watchInterval time.Duration          // 0: flows are not watched
	commands      *engine.CommandOptions // nil: flows run none

	admin []string   // where the admin endpoints listen
	sites []*Handler // that were provisioned
	serving
	secrets secretLoader
}

// InlineFlow is a flow definition inside the configuration.
type InlineFlow struct {
	// The place to name in errors, as in `Caddyfile:14`: the line before the first line of the flow. Default: the flow's
	// place in this list.
	Source string `json:"source,omitempty"`

	// The flow's YAML text. Placeholders are not replaced.
	YAML string `json:"yaml"`
}

// CaddyModule returns the Caddy module information.
func (*App) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{
		ID:  "kestra",
		New: func() caddy.Module { return new(App) },
	}
}

// Provision loads the flows of all sites. It also runs for `caddy validate` and for configurations that are refused later,
// so it opens nothing.
func (a *App) Provision(ctx caddy.Context) error {
	a.logger, a.registry = ctx.Logger(), ctx.GetMetricsRegistry()
	a.stopping = make(chan struct{})
	var told bool
	if a.admin, told = adminAddresses(ctx); !told {
		a.logger.Warn("this version of Caddy does not tell where its admin endpoint listens; flows are kept from the usual addresses", zap.Strings("addresses", a.admin))
	}
	if a.Workers < 0 || a.Capacity < 0 {
		return errors.New("kestra: workers and capacity must not be negative")
	}
	switch {
	case a.MemoryLimit != 0 && a.MemoryLimit < engine.MinMemoryLimit:
		return fmt.Errorf("kestra: memory_limit must be at least %d bytes (64MiB)", engine.MinMemoryLimit)
	case a.EvaluationWait < 0:
		return errors.New("kestra: evaluation_wait must not be negative")
	case a.MaxPending < 0:
		return errors.New("kestra: max_pending must not be negative")
	case a.DrainTimeout < 0:
		return errors.New("kestra: drain_timeout must not be negative")
	case a.FilesLimit < 0 || a.FilesPerExecution < 0:
		return errors.New("kestra: files_limit and files_per_execution must not be negative")
	case a.FlowShare < 0 || a.FlowShare > 100:
		return fmt.Errorf("kestra: flow_share must be a percentage from 1 to 100, is %d", a.FlowShare)
	}
	var err error
	if a.watchInterval, err = parseWatch(a.Watch); err != nil {
		return fmt.Errorf("kestra: %w", err)
	}
	if a.BaseURL, err = parseBaseURL(caddy.NewReplacer().ReplaceKnown(a.BaseURL, "")); err != nil {
		return fmt.Errorf("kestra: %w", err)
	}
	if err := errors.Join(a.loadStore(ctx), a.placeFiles()); err != nil {
		return fmt.Errorf("kestra: %w", err)
	}
	if err := a.Retention.check(a.store); err != nil {
		return fmt.Errorf("kestra: %w", err)
	}
	if err := a.Upstream.provision(); err != nil {
		return fmt.Errorf("kestra: %w", err)
	}
	var running *App          // of the configuration that serves
	var known *engine.Secrets // of that one
	if active, err := caddy.ActiveContext().AppIfConfigured("kestra"); err == nil {
		running = active.(*App)
		known = running.secrets.used().set
	}
	if a.commands, err = a.AllowCommands.options(a.store.Files); err != nil {
		return fmt.Errorf("kestra: %w", err)
	}
	if err := a.checkContainers(); err != nil {
		return fmt.Errorf("kestra: %w", err)
	}
	if err := a.loadTypes(ctx, running); err != nil {
		return fmt.Errorf("kestra: %w", err)
	}
	a.flows = newFlowLoader(a.logger, a.Strict, a.types.catalog)
	if running != nil {
		a.flows.before = running.flows.used()
	}
	if err := a.loadSecrets(known); err != nil {
		return fmt.Errorf("kestra: %w", err)
	}
	if err := a.flows.loadShared(a.FlowDirs, a.inlineSources()); err != nil {
		return fmt.Errorf("kestra: %w", err)
	}
	events, err := ctx.App("events")
	if err != nil {
		return fmt.Errorf("kestra: %w", err)
	}
	if err := events.(*caddyevents.App).On("stopping", exitHandler{a}); err != nil {
		return fmt.Errorf("kestra: %w", err)
	}
	return nil
}

func (a *App) inlineSources() []*flow.Source {
	sources := make([]*flow.Source, len(a.InlineFlows))
	for i, inline := range a.InlineFlows {
		name := inline.Source
		if name == "" {
			name = fmt.Sprintf("inline_flows[%d]", i)
		}
		sources[i] = flow.NewSource(name, []byte(inline.YAML))
	}
	return sources
}

func (a *App) loadStore(ctx caddy.Context) error {
	if a.StoreRaw == nil {
		a.StoreRaw = json.RawMessage(`{"store": "sqlite"}`)
	}
	module, err := ctx.LoadModule(a, "StoreRaw")
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	store, ok := module.(Store)
	if !ok {
		return fmt.Errorf("store: module %T does not implement Store", module)
	}
	a.store = store.StoreOptions()
	return nil
}

// parseBaseURL returns the URL without a slash at its end, so that paths can be appended.
func parseBaseURL(text string) (string, error) {
	if text == "" {
		return "", nil
	}
	u, err := url.Parse(text)
	if err == nil && u.User != nil {
		return "", errors.New("base_url must not hold a user and password")
	}
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return "", fmt.Errorf("base_url must be as in https://example.com, is %q", text)
	}
	return strings.TrimRight(text, "/"), nil
}

// Start opens the store and the sites, lets the engine work as this configuration says, and watches the folders of flows.
func (a *App) Start() error {
	if err := a.open(); err != nil {
		return err
	}
	if a.watchInterval > 0 {
		a.watching.begin(a, a.watchInterval)
	}
	return nil
}

// Stop ends the watch, and nothing else: requests of this configuration may still run, and the engine may be in use by the next
// one. See Cleanup, and exitHandler for the end of the process.
func (a *App) Stop() error {
	a.watching.end()
	return nil
}

// Cleanup lets go of the engine. It also runs when provisioning failed.
func (a *App) Cleanup() error { return a.release() }

// Interface guards
var (
	_ caddy.App          = (*App)(nil)
	_ caddy.Provisioner  = (*App)(nil)
	_ caddy.CleanerUpper = (*App)(nil)
)
