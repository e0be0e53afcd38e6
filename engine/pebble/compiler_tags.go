package pebble

import (
	"fmt"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// body compiles statements into one action.
func (c *compiler) body(statements body) (action, error) {
	actions := make([]action, 0, len(statements))
	for _, s := range statements {
		run, err := c.statement(s)
		if err != nil {
			return nil, err
		}
		if run != nil {
			actions = append(actions, run)
		}
	}
	if len(actions) == 1 {
		return actions[0], nil
	}
	return func(st *state) error {
		for _, run := range actions {
			if err := run(st); err != nil {
				return err
			}
		}
		return nil
	}, nil
}

func (c *compiler) statement(s statement) (action, error) {
	switch s := s.(type) {
	case *textNode:
		text, at := s.text, s.offset()
		return func(st *state) error {
			if err := st.Charge(1); err != nil {
				return meter.Locate(err, at)
			}
			return located(st.write(text), at)
		}, nil
	case *printNode:
		return c.print(s)
	case *ifTag:
		return c.ifTag(s)
	case *forTag:
		return c.forTag(s)
	case *setTag:
		return c.setTag(s)
	case *macroTag:
		return nil, c.macroTag(s)
	case *blockTag:
		return c.blockTag(s)
	case *filterTag:
		return c.filterTag(s)
	default:
		return nil, meter.NewFault(ClassSyntax, s.offset(), "unexpected %T", s)
	}
}

// located is locate for an error that may be nil.
func located(err error, at int) error {
	if err == nil {
		return nil
	}
	return meter.Locate(err, at)
}

func (c *compiler) print(n *printNode) (action, error) {
	expr, err := c.expression(n.value)
	if err != nil {
		return nil, err
	}
	cost, at := n.cost(), n.offset()
	return func(st *state) error {
		if err := st.Charge(cost); err != nil {
			return meter.Locate(err, at)
		}
		v, err := expr(st)
		if err != nil {
			return err
		}
		return located(st.print(v), at)
	}, nil
}

func (c *compiler) ifTag(n *ifTag) (action, error) {
	conditions, err := c.expressions(n.conditions)
	if err != nil {
		return nil, err
	}
	bodies := make([]action, len(n.bodies))
	for i, b := range n.bodies {
		if bodies[i], err = c.body(b); err != nil {
			return nil, err
		}
	}
	otherwise, err := c.body(n.otherwise)
	if err != nil {
		return nil, err
	}
	cost, at := n.cost(), n.offset()
	return func(st *state) error {
		if err := st.Charge(cost); err != nil {
			return meter.Locate(err, at)
		}
		for i, condition := range conditions {
			v, err := condition(st)
			if err != nil {
				return meter.Unrescued(err)
			}
			ok, has := value.Truth(v)
			if !has {
				return meter.NewFault(ClassEvaluation, n.conditions[i].offset(), "%s has no truth value in an \"if\"", v.Kind())
			}
			if ok {
				return bodies[i](st)
			}
		}
		return otherwise(st)
	}, nil
}

func (c *compiler) forTag(n *forTag) (action, error) {
	list, err := c.expression(n.list)
	if err != nil {
		return nil, err
	}
	run, err := c.body(n.body)
	if err != nil {
		return nil, err
	}
	empty, err := c.body(n.empty)
	if err != nil {
		return nil, err
	}
	loop := &loop{name: n.name, body: run, at: n.offset()}
	loop.shows = c.tree.names["loop"] || c.tree.calls["render"] || c.tree.calls["renderOnce"]
	cost, at := n.cost(), n.offset()
	return func(st *state) error {
		if err := st.Charge(cost); err != nil {
			return meter.Locate(err, at)
		}
		v, err := list(st)
		if err != nil {
			return err
		}
		switch v.Kind() {
		case value.KindNull:
			return nil // not even the else branch, as in Kestra
		case value.KindList:
			items := v.List()
			if items.Len() == 0 {
				return empty(st)
			}
			return loop.over(st, items.Len(), items.At)
		case value.KindMap:
			m := v.Map()
			if m.Len() == 0 {
				return empty(st)
			}
			return loop.over(st, m.Len(), func(i int) value.Value {
				return value.Opaque(&mapEntry{key: m.Key(i), value: m.At(i)})
			})
		default:
			return meter.NewFault(ClassEvaluation, n.list.offset(), "for needs a list or a map, not %s", v.Kind())
		}
	}, nil
}

// loop is a compiled `for`.
type loop struct {
	name  string
	body  action
	at    int
	shows bool // the variable `loop` may be read
}

// over runs the body for each item, in one scope for all.
func (l *loop) over(st *state, n int, item func(int) value.Value) error {
	if err := st.Descend(); err != nil {
		return meter.Locate(err, l.at)
	}
	mark := len(st.locals)
	if l.shows {
		st.declare("loop", value.Null)
	}
	cost := 1
	if l.shows {
		cost += loopVariableCost
	}
	place := len(st.locals)
	st.declare(l.name, value.Null)
	var err error
	for i := 0; i < n && err == nil; i++ {
		if err = st.Charge(cost); err != nil {
			err = meter.Locate(err, l.at)
			break
		}
		if l.shows {
			st.locals[mark].value = loopVariable(i, n)
		}
		st.locals[place].value = item(i)
		err = l.body(st)
	}
	st.locals = st.locals[:mark]
	st.Ascend()
	return err
}

// loopVariableCost is what making the variable loop costs, in steps.
const loopVariableCost = 6

func loopVariable(i, n int) value.Value {
	m := value.NewMap(5)
	m.Set("index", value.Int(int64(i)))
	m.Set("length", value.Int(int64(n)))
	m.Set("revindex", value.Int(int64(n-1-i)))
	m.Set("first", value.Bool(i == 0))
	m.Set("last", value.Bool(i == n-1))
	return value.FromMap(m)
}

// mapEntry is what iterating a map gives: `.key`, `.value`, printed as key=value.
type mapEntry struct {
	key   string
	value value.Value
}

// Pair returns the key and the value: walks look into an entry.
func (e *mapEntry) Pair() (key string, v value.Value) { return e.key, e.value }

// String returns the text that printing an entry shows.
func (e *mapEntry) String() string { return fmt.Sprintf("%s=%s", e.key, value.JavaText(e.value)) }

// AppendJSON appends the entry as an object of one member.
func (e *mapEntry) AppendJSON(dst []byte) []byte {
	dst = append(value.AppendJSON(append(dst, '{'), value.String(e.key)), ':')
	return append(value.AppendJSON(dst, e.value), '}')
}

func (c *compiler) setTag(n *setTag) (action, error) {
	expr, err := c.expression(n.value)
	if err != nil {
		return nil, err
	}
	name, cost, at := n.name, n.cost(), n.offset()
	return func(st *state) error {
		if err := st.Charge(cost); err != nil {
			return meter.Locate(err, at)
		}
		v, err := expr(st)
		if err != nil {
			return err
		}
		return located(st.set(name, v), at)
	}, nil
}

func (c *compiler) macroTag(n *macroTag) error {
	m := c.macros[n.name]
	m.defaults = make([]code, len(n.params))
	for i, e := range n.defaults {
		if e == nil {
			continue
		}
		compiled, err := c.expression(e)
		if err != nil {
			return err
		}
		m.defaults[i] = compiled
	}
	var err error
	m.body, err = c.body(n.body)
	return err
}

func (c *compiler) blockTag(n *blockTag) (action, error) {
	run, err := c.body(n.body)
	if err != nil {
		return nil, err
	}
	c.template.blocks[n.name] = run
	return run, nil
}

func (c *compiler) filterTag(n *filterTag) (action, error) {
	run, err := c.body(n.body)
	if err != nil {
		return nil, err
	}
	chain, err := c.expression(n.chain)
	if err != nil {
		return nil, err
	}
	cost, at := n.cost(), n.offset()
	return func(st *state) error {
		if err := st.Charge(cost); err != nil {
			return meter.Locate(err, at)
		}
		text, err := st.capture(run)
		if err != nil {
			return err
		}
		outer := st.filtered
		st.filtered = value.String(text)
		v, err := chain(st)
		st.filtered = outer
		if err != nil {
			return err
		}
		return located(st.print(v), at)
	}, nil
}
