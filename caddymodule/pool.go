package caddymodule

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/caddyserver/caddy/v2"

	"github.com/caddy-kestra/kestra-webhook/engine"
)

// exitLimit bounds how long the process waits at its end for webhook requests to be answered: the two seconds that the
// engine gives to those who wait for an execution, and time to write.
const exitLimit = 3 * time.Second

var errBusy = errors.New("requests or executions have not ended in time")

// engines holds the engines in use, by the identity of their store. A new configuration takes its reference before the
// old one drops its own, so an engine whose store stays the same lives through a reload.
var engines = caddy.NewUsagePool()

// open holds the engines that exist, also those which no configuration uses any more and which end their last requests.
var open struct {
	sync.Mutex
	engines map[*pooledEngine]struct{}
}

func init() {
	// Not every exit reaches an app: the newest configuration may have none while an older one's requests still run.
	caddy.OnExit(func(context.Context) { endRequests() })
}

// pooledEngine is an engine with what has to be known to end it: the configurations that use it, by the pool, and the
// requests that it answers.
type pooledEngine struct {
	*engine.Engine

	started atomic.Bool // by some configuration; those that are only validated never start

	mu    sync.Mutex
	calls int
	idle  chan struct{} // closed when calls gets to 0; nil unless somebody waits for that

	closed chan struct{} // closed when the engine has released everything
	err    error         // of closing
}

// acquireEngine returns the engine on a store, which it opens unless some configuration uses it. The caller owes the pool
// a Delete of the store's identity.
func acquireEngine(o engine.StoreOptions) (*pooledEngine, error) {
	pooled, _, err := engines.LoadOrNew(o.Identity(), func() (caddy.Destructor, error) {
		e, err := engine.Open(o)
		if err != nil {
			return nil, err
		}
		p := &pooledEngine{Engine: e, closed: make(chan struct{})}
		open.Lock()
		defer open.Unlock()
		if open.engines == nil {
			open.engines = make(map[*pooledEngine]struct{})
		}
		open.engines[p] = struct{}{}
		return p, nil
	})
	if err != nil {
		return nil, fmt.Errorf("store %s: %w", o.Kind, err)
	}
	return pooled.(*pooledEngine), nil
}

// Destruct closes the engine once no configuration uses it. During a reload that goes on in the background, since old
// requests may take their time; at the end of the process it does not, since nothing would be left to wait for it.
func (p *pooledEngine) Destruct() error {
	go p.close()
	if p.started.Load() && !caddy.Exiting() {
		return nil
	}
	return p.await(time.Now().Add(exitLimit))
}

func (p *pooledEngine) close() {
	p.err = p.Engine.Close()
	open.Lock()
	delete(open.engines, p)
	open.Unlock()
	close(p.closed)
}

// await waits until all requests are answered and the engine is closed, or until the deadline.
func (p *pooledEngine) await(deadline time.Time) error {
	timer := time.NewTimer(time.Until(deadline))
	defer timer.Stop()
	select {
	case <-p.answered():
	case <-timer.C:
		return errBusy
	}
	select {
	case <-p.closed:
		return p.err
	case <-timer.C:
		return errBusy
	}
}

// begin and end enclose a request that the engine answers, up to its last byte.
func (p *pooledEngine) begin() {
	p.mu.Lock()
	p.calls++
	p.mu.Unlock()
}

func (p *pooledEngine) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.calls--; p.calls == 0 && p.idle != nil {
		close(p.idle)
		p.idle = nil
	}
}

// answered returns a channel that is closed when no request is left.
func (p *pooledEngine) answered() <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	idle := p.idle
	if idle == nil {
		idle = make(chan struct{})
		if p.calls == 0 {
			close(idle)
		} else {
			p.idle = idle
		}
	}
	return idle
}

// exitEngines tells all engines that the process is going down, and returns them.
func exitEngines() []*pooledEngine {
	open.Lock()
	defer open.Unlock()
	all := make([]*pooledEngine, 0, len(open.engines))
	for p := range open.engines {
		p.Exit()
		all = append(all, p)
	}
	return all
}

// endRequests lets the requests of all configurations end and closes what no configuration uses any more, within a limit.
func endRequests() {
	deadline := time.Now().Add(exitLimit)
	for _, p := range exitEngines() {
		_ = p.await(deadline) // there is nobody left to tell
	}
}

// exiting is the subscriber of Caddy's event "stopping". That fires on reloads too, when nothing is to be done; and at the
// end of the process only the newest configuration gets it, so it acts for all. Without it the requests that wait for an
// execution would hold up the server's graceful shutdown.
type exiting struct{}

// Handle implements the handler of Caddy's events.
func (exiting) Handle(context.Context, caddy.Event) error {
	if caddy.Exiting() {
		exitEngines()
	}
	return nil
}
