package storetest

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// model is what a store should keep. It is written to be easy to read, not to be fast.
type model struct {
	executions []*modelled // in the order of acceptance
	deliveries map[execution.DeliveryKey]modelledDelivery
	places     map[string]int
	triggers   map[string]execution.TriggerState
	pairs      map[string]execution.Pair
}

type modelledDelivery struct {
	id      string
	expires time.Time
}

type modelled struct {
	state   *execution.State
	signals []execution.Signal
	lines   []execution.LogLine

	parked bool
	now    bool // due at once
	wake   time.Time
	place  string
}

func newModel() *model {
	return &model{
		deliveries: map[execution.DeliveryKey]modelledDelivery{}, places: map[string]int{}, triggers: map[string]execution.TriggerState{}, pairs: map[string]execution.Pair{},
	}
}

func (m *model) clone() *model {
	c := &model{deliveries: maps.Clone(m.deliveries), places: maps.Clone(m.places), triggers: maps.Clone(m.triggers), pairs: maps.Clone(m.pairs)}
	for _, x := range m.executions {
		y := *x
		y.state, y.signals, y.lines = copyOf(x.state), slices.Clone(x.signals), slices.Clone(x.lines)
		c.executions = append(c.executions, &y)
	}
	return c
}

func (m *model) find(id string) *modelled {
	for _, x := range m.executions {
		if x.state.ID == id {
			return x
		}
	}
	return nil
}

// commit returns the model after b and the batch that was kept, nil if it was kept before; or the error.
func (m *model) commit(b *execution.Batch) (next *model, kept *execution.Batch, err error) {
	id, delivered := m.delivered(b.Delivery)
	own, again := false, false
	for x := b; x != nil; x = x.Else {
		for i, a := range x.Accept {
			own = own || delivered && i == 0 && a.State.ID == id
			again = again || m.find(a.State.ID) != nil
		}
	}
	switch {
	case delivered && !own && id != b.Delivery.Replaces:
		return nil, nil, &execution.Delivered{ID: id}
	case own || again:
		return m, nil, nil
	}
	for x := b; x != nil; x = x.Else {
		free := true
		places := maps.Clone(m.places)
		for _, p := range x.Take {
			free = free && places[p.Key] < p.Limit
			places[p.Key]++
		}
		c := m.clone()
		if err := c.apply(x); err != nil {
			return nil, nil, err
		}
		if free {
			if d := b.Delivery; d != nil && len(x.Accept) > 0 {
				c.deliveries[d.Key] = modelledDelivery{x.Accept[0].State.ID, d.Expires}
			}
			return c, x, nil
		}
	}
	panic("a batch without Else")
}

// delivered returns the execution that a delivery has started, and whether there is one.
func (m *model) delivered(d *execution.Delivery) (id string, ok bool) {
	if d == nil {
		return "", false
	}
	kept, ok := m.deliveries[d.Key]
	return kept.id, ok && kept.expires.After(d.At)
}

// apply changes m by b, all of whose places are free.
func (m *model) apply(b *execution.Batch) error {
	written := map[string]bool{}
	for _, w := range b.Write {
		switch x := m.find(w.ID); {
		case x == nil:
			return execution.ErrNotFound
		case written[w.ID] || x.state.Version != w.Version:
			return execution.ErrConflict
		default:
			written[w.ID] = true
			x.state.Version++
			execution.Apply(x.state, w.Changes)
			x.signals = slices.DeleteFunc(x.signals, func(s execution.Signal) bool { return s.Seq <= w.Consumed })
			x.park(w.Park)
		}
	}
	for _, a := range b.Accept {
		x := &modelled{state: copyOf(a.State)}
		if x.state.Runs == nil { // as stores return it
			x.state.Runs = []execution.Run{}
		}
		x.state.Version = 1
		x.park(a.Park)
		m.executions = append(m.executions, x)
	}
	for _, s := range b.Signals {
		x := m.find(s.To)
		if x == nil {
			return execution.ErrNotFound
		}
		if !slices.ContainsFunc(x.signals, func(other execution.Signal) bool { return other.ID == s.ID }) {
			s.Seq = 1 << 62 // until the store is asked
			x.signals = append(x.signals, s)
			x.now = x.parked
		}
	}
	for _, p := range b.Take {
		m.places[p.Key]++
	}
	for _, p := range b.Give {
		m.places[p.Key] = max(0, m.places[p.Key]-1)
		for _, x := range m.executions {
			if x.parked && !x.now && x.place == p.Key {
				x.now = true
				break
			}
		}
	}
	for _, t := range b.Triggers {
		m.triggers[nameOf(t)] = t
		if !t.Disabled {
			delete(m.triggers, nameOf(t))
		}
	}
	for _, p := range b.Pairs {
		m.pairs[p.Namespace+"/"+p.Key] = p
		if p.Delete {
			delete(m.pairs, p.Namespace+"/"+p.Key)
		}
	}
	for _, l := range b.Logs {
		x := m.find(l.Execution)
		if x == nil {
			return execution.ErrNotFound
		}
		x.lines = append(x.lines, l)
	}
	return nil
}

func (x *modelled) park(p *execution.Park) {
	x.parked = p != nil && !x.state.Over()
	x.now, x.wake, x.place = x.parked && len(x.signals) > 0, time.Time{}, ""
	if x.parked {
		x.wake, x.place = p.Wake, p.For
	}
}

// due returns when an execution is due, and whether it will be.
func (x *modelled) due() (time.Time, bool) {
	if x.now {
		return time.Time{}, true
	}
	return x.wake, x.parked && !x.wake.IsZero()
}

func (m *model) claim(n int, now time.Time) (ids []string, next time.Time) {
	var due []*modelled
	for _, x := range m.executions {
		if _, ok := x.due(); ok {
			due = append(due, x)
		}
	}
	slices.SortStableFunc(due, func(a, b *modelled) int {
		at, _ := a.due()
		bt, _ := b.due()
		return at.Compare(bt)
	})
	for _, x := range due {
		at, _ := x.due()
		switch {
		case at.After(now):
			return ids, at
		case len(ids) == n:
			return ids, now
		}
		x.parked, x.now = false, false
		x.state.Version++
		ids = append(ids, x.state.ID)
	}
	return ids, time.Time{}
}

// delete drops the executions with these ids that have ended, and returns how many.
func (m *model) delete(ids []string) int {
	before := len(m.executions)
	m.executions = slices.DeleteFunc(m.executions, func(x *modelled) bool { return x.state.Over() && slices.Contains(ids, x.state.ID) })
	return before - len(m.executions)
}

// deleteLogs drops lines of an execution, and returns how many.
func (m *model) deleteLogs(id string, f execution.LogFilter) int {
	x := m.find(id)
	if x == nil {
		return 0
	}
	before := len(x.lines)
	x.lines = slices.DeleteFunc(x.lines, func(l execution.LogLine) bool { return f.Has(&l) })
	return before - len(x.lines)
}

// open changes m as a store changes that is opened again.
func (m *model) open() {
	for _, x := range m.executions {
		x.parked = !x.state.Over()
		x.now = x.parked
	}
}

// world returns what can be seen of m, except for numbers.
func (m *model) world() *world {
	w := &world{Signals: map[string][]execution.Signal{}, Lines: map[string][]execution.LogLine{}}
	for _, x := range m.executions {
		w.States = append(w.States, x.state)
		if len(x.signals) > 0 {
			w.Signals[x.state.ID] = x.signals
		}
		if len(x.lines) > 0 {
			w.Lines[x.state.ID] = x.lines
		}
	}
	for _, name := range slices.Sorted(maps.Keys(m.triggers)) {
		w.Triggers = append(w.Triggers, m.triggers[name])
	}
	for _, p := range m.pairs {
		w.Pairs = append(w.Pairs, p)
	}
	slices.SortFunc(w.Pairs, func(a, b execution.Pair) int {
		return cmp.Or(slices.Index(namespaces, a.Namespace)-slices.Index(namespaces, b.Namespace), cmp.Compare(a.Key, b.Key))
	})
	return w
}
