package caddymodule

import (
	"sync"

	"github.com/caddy-kestra/kestra-webhook/engine"
)

// retired are the engines that no configuration uses and that still answer requests of old ones. A configuration that comes back to
// the store of one gets that engine: another one could not open the file, and would not know what runs.
var retired = retirement{engines: map[string]*retiree{}}

type retirement struct {
	mu      sync.Mutex
	engines map[string]*retiree // by the identity of their store
}

type retiree struct {
	engine   *pooledEngine
	recalled chan struct{} // closed when a configuration uses the engine again
}

// add returns what is closed when the engine is recalled.
func (r *retirement) add(p *pooledEngine) (recalled <-chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	one := &retiree{p, make(chan struct{})}
	r.engines[p.options.Identity()] = one
	return one.recalled
}

// remove reports whether an engine is to be closed: it has not been recalled, and will not be.
func (r *retirement) remove(p *pooledEngine, recalled <-chan struct{}) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	identity := p.options.Identity()
	if one := r.engines[identity]; one == nil || one.recalled != recalled {
		return false
	}
	delete(r.engines, identity)
	return true
}

// recall returns the engine on a store to those in use; nil if there is none with these options.
func (r *retirement) recall(o engine.StoreOptions) *pooledEngine {
	r.mu.Lock()
	defer r.mu.Unlock()
	one := r.engines[o.Identity()]
	if one == nil || one.engine.options.Files != o.Files {
		return nil
	}
	delete(r.engines, o.Identity())
	close(one.recalled)
	return one.engine
}
