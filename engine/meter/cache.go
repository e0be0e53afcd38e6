package meter

import (
	"maps"
	"slices"
	"sync/atomic"
)

// Cache keeps what was compiled from texts: nearly all of them are literals of templates. Reading takes no lock; it starts
// anew when it is full, so that texts which a request chooses cannot fill the memory.
//
// What it holds changes no verdict: an evaluation pays for each text that it uses, once, whether or not it is there.
type Cache[V any] struct {
	byText atomic.Pointer[map[string]cached[V]]
}

// cached is an entry, and what it costs in steps.
type cached[V any] struct {
	v    V
	cost int
}

// cacheSize is how many entries a cache keeps.
const cacheSize = 256

func (c *Cache[V]) get(text string) (e cached[V], ok bool) {
	if m := c.byText.Load(); m != nil {
		e, ok = (*m)[text]
	}
	return e, ok
}

// What an entry costs, in steps: for itself, and for each byte of its text. Compiling it may charge for more.
const (
	entryCost     = 200
	entryByteCost = 14
)

// GetOr returns an entry, which it makes when there is none; what fails is not kept. m is nil while a template is compiled.
func (c *Cache[V]) GetOr(m *Meter, text string, compile func(text string) (V, error)) (V, error) {
	if e, ok := c.get(text); ok {
		return e.v, m.pay(c, text, e.cost)
	}
	cost := entryCost + entryByteCost*len(text)
	if err := m.pay(c, text, cost); err != nil {
		var none V
		return none, err
	}
	before := m.left()
	v, err := compile(text)
	if err == nil {
		c.put(text, cached[V]{v, cost + before - m.left()})
	}
	return v, err
}

// put adds an entry. Of two entries that are put at once one may be lost, which costs compiling it again.
func (c *Cache[V]) put(text string, e cached[V]) {
	var m map[string]cached[V]
	if old := c.byText.Load(); old != nil && len(*old) < cacheSize {
		m = maps.Clone(*old)
	} else {
		m = make(map[string]cached[V])
	}
	m[text] = e
	c.byText.Store(&m)
}

// paid is an entry of a cache that an evaluation has paid for.
type paid struct {
	cache any
	text  string
}

// paidTexts is how many entries an evaluation remembers to have paid for; it pays again for more.
const paidTexts = 64

// pay charges for an entry of a cache, once.
func (m *Meter) pay(cache any, text string, cost int) error {
	if m == nil || slices.Contains(m.paid, paid{cache, text}) {
		return nil
	}
	if len(m.paid) < paidTexts {
		m.paid = append(m.paid, paid{cache, text})
	}
	return m.Charge(cost)
}
