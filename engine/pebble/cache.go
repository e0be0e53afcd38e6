package pebble

import (
	"maps"
	"sync/atomic"
)

// cache keeps what was compiled from texts: nearly all of them are literals of templates. Reading takes no lock; it starts
// anew when it is full, so that texts which a request chooses cannot fill the memory.
type cache[V any] struct {
	byText atomic.Pointer[map[string]V]
}

// cacheSize is how many entries a cache keeps.
const cacheSize = 256

func (c *cache[V]) get(text string) (v V, ok bool) {
	if m := c.byText.Load(); m != nil {
		v, ok = (*m)[text]
	}
	return v, ok
}

// What an entry that is not there yet costs, in steps: once, and for each byte of its text.
const (
	entryCost     = 200
	entryByteCost = 14
)

// getOr returns an entry, which it makes when there is none; what fails is not kept. An evaluation pays for a new one; st is
// nil while a template is compiled.
func (c *cache[V]) getOr(st *state, text string, compile func(text string) (V, error)) (V, error) {
	if v, ok := c.get(text); ok {
		return v, nil
	}
	if st != nil {
		if err := st.charge(entryCost + entryByteCost*len(text)); err != nil {
			var none V
			return none, err
		}
	}
	v, err := compile(text)
	if err == nil {
		c.put(text, v)
	}
	return v, err
}

// put adds an entry. Of two entries that are put at once one may be lost, which costs compiling it again.
func (c *cache[V]) put(text string, v V) {
	var m map[string]V
	if old := c.byText.Load(); old != nil && len(*old) < cacheSize {
		m = maps.Clone(*old)
	} else {
		m = make(map[string]V)
	}
	m[text] = v
	c.byText.Store(&m)
}
