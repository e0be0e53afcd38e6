package pebble

import (
	"maps"
	"slices"
	"sync/atomic"
)

// cache keeps what was compiled from texts: nearly all of them are literals of templates. Reading takes no lock; it starts
// anew when it is full, so that texts which a request chooses cannot fill the memory.
//
// What it holds changes no verdict: an evaluation pays for each text that it uses, once, whether or not it is there.
type cache[V any] struct {
	byText atomic.Pointer[map[string]cached[V]]
}

// cached is an entry, and what it costs in steps.
type cached[V any] struct {
	v    V
	cost int
}

// cacheSize is how many entries a cache keeps.
const cacheSize = 256

func (c *cache[V]) get(text string) (e cached[V], ok bool) {
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

// getOr returns an entry, which it makes when there is none; what fails is not kept. st is nil while a template is compiled.
func (c *cache[V]) getOr(st *state, text string, compile func(text string) (V, error)) (V, error) {
	if e, ok := c.get(text); ok {
		return e.v, st.pay(c, text, e.cost)
	}
	cost := entryCost + entryByteCost*len(text)
	if err := st.pay(c, text, cost); err != nil {
		var none V
		return none, err
	}
	before := st.left()
	v, err := compile(text)
	if err == nil {
		c.put(text, cached[V]{v, cost + before - st.left()})
	}
	return v, err
}

// put adds an entry. Of two entries that are put at once one may be lost, which costs compiling it again.
func (c *cache[V]) put(text string, e cached[V]) {
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
func (st *state) pay(cache any, text string, cost int) error {
	if st == nil || slices.Contains(st.paid, paid{cache, text}) {
		return nil
	}
	if len(st.paid) < paidTexts {
		st.paid = append(st.paid, paid{cache, text})
	}
	return st.charge(cost)
}

// left returns how many steps are left.
func (st *state) left() int {
	if st == nil {
		return 0
	}
	return st.steps
}
