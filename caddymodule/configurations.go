package caddymodule

import (
	"slices"
	"sync"
)

// configurations are those that use an engine, the newest last, as which it works. Caddy starts a configuration while the one before
// serves, and may refuse it all the same, as where an address is in use: then the engine works as the one before again.
type configurations struct {
	mu  sync.Mutex
	all []*App
}

// begin makes the engine work as a new configuration says.
func (p *pooledEngine) begin(a *App) {
	c := &p.configurations
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all = append(c.all, a)
	a.configure(p)
}

// end says that a configuration uses the engine no more.
func (p *pooledEngine) end(a *App) {
	c := &p.configurations
	c.mu.Lock()
	defer c.mu.Unlock()
	newest := c.isNewest(a)
	c.all = slices.DeleteFunc(c.all, func(other *App) bool { return other == a })
	if n := len(c.all); newest && n > 0 {
		c.all[n-1].configure(p)
		p.Serve(c.all[n-1].servingSites()...)
	}
}

// change calls f, which changes what a configuration serves, and tells the engine of it if that is the newest.
func (p *pooledEngine) change(a *App, f func(newest bool)) {
	c := &p.configurations
	c.mu.Lock()
	defer c.mu.Unlock()
	f(c.isNewest(a))
}

func (c *configurations) isNewest(a *App) bool {
	n := len(c.all)
	return n > 0 && c.all[n-1] == a
}
