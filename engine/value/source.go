package value

import "sync"

// Source gives the members of a map that is drawn from it: a view on something larger of which expressions mostly read one
// member. Its members must not change.
type Source interface {
	Get(key string) (Value, bool)
	Has(key string) bool
	Map() *Map // all members; called when somebody walks over the map
}

// drawn is a map whose members come from a source.
type drawn struct {
	source Source
	once   sync.Once
	all    *Map
}

// DrawMap returns a map with the members of a source. Nothing can be set in it.
func DrawMap(s Source) *Map { return new(Drawn).From(s) }

// Drawn is the memory for a map that is drawn from a source: the source may have it in itself.
type Drawn struct {
	m    Map
	from drawn
}

// From makes the map one of a source, and returns it. It is called once.
func (d *Drawn) From(s Source) *Map {
	d.from.source = s
	d.m.from = &d.from
	return &d.m
}

// whole returns the map that holds all members.
func (m *Map) whole() *Map {
	if m == nil || m.from == nil {
		return m
	}
	m.from.once.Do(func() { m.from.all = m.from.source.Map() })
	return m.from.all
}
