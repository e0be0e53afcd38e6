package value

import "testing"

// counter is a source that counts how often it was walked over.
type counter struct {
	m     *Map
	walks int
}

func (c *counter) Get(key string) (Value, bool) { return c.m.Get(key) }
func (c *counter) Has(key string) bool          { return c.m.Has(key) }
func (c *counter) Map() *Map                    { c.walks++; return c.m }

func TestDrawMap(t *testing.T) {
	c := &counter{m: NewMap(2)}
	c.m.Set("a", Int(1))
	c.m.Set("b", String("x"))
	m := DrawMap(c)
	if v, ok := m.Get("b"); !ok || v.Str() != "x" || m.Has("c") || !m.Has("a") || c.walks != 0 {
		t.Errorf("look-ups: %v, %v; %d walks", v, ok, c.walks)
	}
	if got := JSON(FromMap(m)); got != `{"a":1,"b":"x"}` {
		t.Errorf("printed: %s", got)
	}
	if m.Len() != 2 || m.Key(1) != "b" || m.At(0).Int() != 1 || len(m.Keys()) != 2 || m.Values().List().Len() != 2 || c.walks != 1 {
		t.Errorf("walked over %d times", c.walks)
	}
	if !Equal(FromMap(m), FromMap(c.m)) || !Equal(FromMap(c.m), FromMap(m)) {
		t.Error("it is not equal to what it is drawn from")
	}
	n := 0
	for range m.All() {
		n++
	}
	if n != 2 {
		t.Errorf("%d members", n)
	}
}
