package caddymodule

import (
	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"

	"github.com/caddy-kestra/kestra-webhook/engine"
)

// storeNamespace is the namespace of the modules that say where executions are kept. They implement [Store].
const storeNamespace = "kestra.stores"

func init() {
	caddy.RegisterModule(MemoryStore{})
}

// Store is what a module of the namespace kestra.stores implements.
type Store interface {
	// StoreOptions returns what the engine is opened with. Equal options share one engine in a process.
	StoreOptions() engine.StoreOptions
}

// MemoryStore keeps executions in the memory of the process: they are gone when it ends, and a 200 does not mean that
// a delivery survives a crash. They survive `caddy reload`.
type MemoryStore struct{}

// CaddyModule returns the Caddy module information.
func (MemoryStore) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{
		ID:  storeNamespace + "." + engine.StoreMemory,
		New: func() caddy.Module { return new(MemoryStore) },
	}
}

// StoreOptions implements [Store].
func (MemoryStore) StoreOptions() engine.StoreOptions {
	return engine.StoreOptions{Kind: engine.StoreMemory}
}

// UnmarshalCaddyfile reads `store memory`, which takes no argument.
func (MemoryStore) UnmarshalCaddyfile(d *caddyfile.Dispenser) error {
	d.Next() // consume the store's name
	if d.NextArg() || d.NextBlock(0) {
		return d.Err("store memory takes no argument")
	}
	return nil
}

// Interface guards
var (
	_ Store                 = MemoryStore{}
	_ caddyfile.Unmarshaler = MemoryStore{}
)
