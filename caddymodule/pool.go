package caddymodule

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/caddyserver/caddy/v2"

	"github.com/caddy-kestra/kestra-webhook/caddymodule/api"
	"github.com/caddy-kestra/kestra-webhook/engine"
)

const (
	// closeLimit is how long the end of the process waits for an engine to close, beside the time that executions may run on for. By
	// then all requests are answered, unless the server's grace_period cut them off.
	closeLimit = 500 * time.Millisecond

	// exitInterval is how often an engine that closes in the background looks whether the process ends.
	exitInterval = 100 * time.Millisecond
)

var errBusy = errors.New("executions have not ended in time")

// engines holds the engines in use, by the identity of their store. A new configuration takes its reference before the
// old one drops its own, so an engine whose store stays the same lives through a reload.
var engines = caddy.NewUsagePool()

// pooledEngine is an engine that the pool closes when no configuration uses it any more.
type pooledEngine struct {
	*engine.Engine

	configurations configurations

	options engine.StoreOptions
	closed  chan struct{} // closed when the engine has released everything
	err     error         // of closing

	arrivals  *arrivals     // bodies of requests to all sites
	followers api.Followers // of all sites
	started   time.Time
	metrics   *metrics
}

// Exit says that the process is going down.
func (p *pooledEngine) Exit() {
	p.Engine.Exit()
	p.arrivals.exit()
}

// acquireEngine returns the engine on a store, which it opens unless some configuration uses it. The caller owes the pool
// a Delete of the store's identity.
func acquireEngine(o engine.StoreOptions) (*pooledEngine, error) {
	found, _, err := engines.LoadOrNew(o.Identity(), func() (caddy.Destructor, error) {
		if p := retired.recall(o); p != nil {
			return p, nil
		}
		counts := newMetrics()
		o.Observer = counts
		e, err := engine.Open(context.Background(), o)
		if err != nil {
			return nil, err
		}
		return &pooledEngine{Engine: e, options: o, closed: make(chan struct{}), arrivals: newArrivals(), metrics: counts, started: time.Now()}, nil
	})
	if err != nil {
		return nil, explainStore(o, err)
	}
	pooled := found.(*pooledEngine)
	if pooled.options.Files != o.Files { // executions that are kept know their files by this folder
		_, err := engines.Delete(o.Identity())
		return nil, errors.Join(fmt.Errorf("files: the store %s is open with the folder %s: stop the server to change it to %s", o.Path, pooled.options.Files, o.Files), err)
	}
	return pooled, nil
}

// Destruct closes the engine. During a reload that waits in the background until no request of the old configuration is under way, and
// a configuration may recall the engine until then; at the end of the process it does not wait, since nothing would be left to.
func (p *pooledEngine) Destruct() error {
	if !caddy.Exiting() {
		go p.retire(retired.add(p))
		return nil
	}
	go p.close()
	timer := time.NewTimer(p.Drain() + closeLimit)
	defer timer.Stop()
	select {
	case <-p.closed:
		return p.err
	case <-timer.C:
		return errBusy
	}
}

func (p *pooledEngine) close() {
	p.err = p.Close()
	close(p.closed)
}

// retire closes the engine when it is not busy any more, unless it is recalled. If the process ends meanwhile it tells the engine: no
// configuration would, and the server waits for requests of old configurations too.
func (p *pooledEngine) retire(recalled <-chan struct{}) {
	ticker := time.NewTicker(exitInterval)
	defer ticker.Stop()
	for closing, told := false, false; ; {
		if !closing && !p.Busy() {
			if !retired.remove(p, recalled) {
				return
			}
			closing = true
			go p.close()
		}
		select {
		case <-recalled:
			return
		case <-p.closed:
			return
		case <-ticker.C:
			if !told && caddy.Exiting() {
				told = true
				p.Exit()
			}
		}
	}
}
