package caddymodule

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyevents"

	"github.com/caddy-kestra/kestra-webhook/engine"
)

// serving is what a configuration has only from its start to its cleanup: the engine that its sites are open on.
type serving struct {
	ready  atomic.Bool // the sites are open
	mu     sync.Mutex
	engine *pooledEngine // nil unless the pool is owed a Delete
	err    error         // why there is none, and will be none

	stopping chan struct{} // closed when Caddy stops the configuration
	stopped  sync.Once

	reloading sync.Mutex // held while flows are read again
	watching  flowWatch
}

var errReleased = errors.New("the configuration was replaced")

// open opens the engine and the sites, unless that was done. Caddy starts apps in any order, so a request may come before
// Start; what comes first opens.
func (a *App) open() error {
	if a.ready.Load() {
		return nil
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.ready.Load() || a.err != nil {
		return a.err
	}
	if err := a.openSites(); err != nil {
		a.err = fmt.Errorf("kestra: %w", err)
		return a.err
	}
	a.ready.Store(true)
	return nil
}

func (a *App) openSites() (err error) {
	if err := a.makeFiles(); err != nil {
		return err
	}
	if a.engine, err = acquireEngine(a.store); err != nil {
		return err
	}
	if err := a.engine.Contain(context.Background(), a.types.containers, a.logger); err != nil {
		return err
	}
	a.engine.begin(a)
	for _, h := range a.sites {
		if err := h.compiled.Load().Open(context.Background(), a.engine.Engine); err != nil {
			return err
		}
		h.arrivals, h.metrics = a.engine.arrivals, a.engine.metrics
	}
	err = errors.Join(a.engine.metrics.register(a.registry), a.registry.Register(newGauges(a.engine.Engine)), a.registerFlowErrors(a.registry))
	if err == nil {
		a.engine.Serve(a.servingSites()...)
	}
	return err
}

// configure makes an engine work as the options say.
func (a *App) configure(p *pooledEngine) {
	p.Configure(engine.Options{
		Workers:    a.Workers,
		Capacity:   a.Capacity,
		MaxPending: a.MaxPending,
		Logger:     a.logger,
		Drain:      time.Duration(a.DrainTimeout),

		MemoryLimit:    a.MemoryLimit,
		EvaluationWait: time.Duration(a.EvaluationWait),
		FlowShare:      a.FlowShare,

		FilesLimit:        a.FilesLimit,
		FilesPerExecution: a.FilesPerExecution,
		NamespaceFiles:    namespaceFiles(),
		FlowDirs:          a.flows.dirs, // files of namespaces may be beside the flows

		Catalog: a.types.catalog,

		Secrets: a.secrets.used().set,

		Retention: a.Retention.options(),

		AdminEndpoints: a.admin,
		DenyPrivate:    a.DenyPrivate,

		Commands: a.commands,
		Upstream: a.Upstream.engine(),
	})
}

// servingSites returns the sites that serve now.
func (a *App) servingSites() []*engine.Site {
	sites := make([]*engine.Site, 0, len(a.sites))
	for _, h := range a.sites {
		sites = append(sites, h.compiled.Load().Site)
	}
	return sites
}

// release gives the engine back to the pool, which closes it when no other configuration uses it.
func (a *App) release() error {
	a.watching.end()
	a.reloading.Lock()
	defer a.reloading.Unlock()
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.err == nil {
		a.err = errReleased
	}
	if a.engine == nil {
		return nil
	}
	a.engine.end(a)
	a.engine = nil
	_, err := engines.Delete(a.store.Identity())
	return err
}

// exitHandler tells the engine when the process goes down. It is a type of its own since Caddy logs it, with all that it
// exports, which an App with inline flows must not be.
type exitHandler struct{ app *App }

// Handle is called for Caddy's event "stopping", which fires at reloads too; then there is nothing to tell the engine. At the end of the
// process only the newest configuration gets it, but the engine serves the older ones as well. Without it the requests
// that wait for an execution would hold up the server's graceful shutdown; so would those who follow one, at a reload as well.
func (h exitHandler) Handle(context.Context, caddy.Event) error {
	h.app.stopped.Do(func() { close(h.app.stopping) })
	h.app.mu.Lock()
	defer h.app.mu.Unlock()
	if h.app.engine != nil && caddy.Exiting() {
		h.app.engine.Exit()
	}
	return nil
}

// Interface guard
var _ caddyevents.Handler = exitHandler{}
