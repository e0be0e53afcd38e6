package jq

import (
	"errors"
	"slices"

	"github.com/itchyny/gojq"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// The constructions of jq that hold programs: arrays, objects, texts, conditions, try, loops and labels.

func (c *compiler) array(a *gojq.Array, sc *scope) (filter, error) {
	if a.Query == nil {
		return constant(value.ListOf()), nil
	}
	inner, err := c.query(a.Query, sc)
	if err != nil {
		return nil, err
	}
	return step(func(r *run, env *bindings, in datum, emit emit) error {
		v, err := r.collect(inner, env, in.v)
		if err != nil {
			return err
		}
		return emit(datum{v: v})
	}), nil
}

// collect returns the list of the outputs of a node.
func (r *run) collect(node filter, env *bindings, v value.Value) (value.Value, error) {
	if err := r.m.Allocate(meter.ListBytes); err != nil {
		return value.Null, err
	}
	var items []value.Value
	err := node(r, env, datum{v: v}, func(it datum) error {
		if err := r.added(len(items) + 1); err != nil {
			return err
		}
		items = append(items, it.v)
		return nil
	})
	return value.ListOf(items...), err
}

// member is one `key: value` of an object; a nil value is the member of the input that has this key.
type member struct {
	key   filter
	value filter
}

func (c *compiler) object(o *gojq.Object, sc *scope) (filter, error) {
	members := make([]member, len(o.KeyVals))
	for i, kv := range o.KeyVals {
		m := &members[i]
		var err error
		switch {
		case kv.Key != "" && kv.Key[0] == '$':
			var variable filter
			if variable, err = c.function(&gojq.Func{Name: kv.Key}, sc); err != nil {
				return nil, err
			}
			if kv.Val == nil { // {$name}
				m.key, m.value = constant(value.String(kv.Key[1:])), variable
			} else {
				m.key = variable
			}
		case kv.Key != "":
			m.key = constant(value.String(kv.Key))
		case kv.KeyString != nil:
			m.key, err = c.text(kv.KeyString, "", sc)
		default:
			m.key, err = c.query(kv.KeyQuery, sc)
		}
		if err != nil {
			return nil, err
		}
		if kv.Val != nil {
			if m.value, err = c.query(kv.Val, sc); err != nil {
				return nil, err
			}
		}
	}
	return step(func(r *run, env *bindings, in datum, emit emit) error {
		if err := r.list(2 * len(members)); err != nil {
			return err
		}
		pairs := make([]value.Value, 0, 2*len(members))
		return r.members(members, env, in.v, pairs, emit)
	}), nil
}

// members emits an object for every combination of the keys and values of its members, the last of which varies fastest.
func (r *run) members(rest []member, env *bindings, in value.Value, pairs []value.Value, emit emit) error {
	if len(rest) == 0 {
		if err := r.object(len(pairs) / 2); err != nil {
			return err
		}
		out := value.NewMap(len(pairs) / 2)
		for i := 0; i < len(pairs); i += 2 {
			out.Set(pairs[i].Str(), pairs[i+1])
		}
		return emit(datum{v: value.FromMap(out)})
	}
	m := rest[0]
	return m.key(r, env, datum{v: in}, func(key datum) error {
		if key.v.Kind() != value.KindString {
			return fail("Cannot use %s as object key", key.v)
		}
		next := func(it datum) error {
			return r.members(rest[1:], env, in, append(pairs, key.v, it.v), emit)
		}
		if m.value == nil {
			var member value.Value // null, also of what has no members
			if in.Kind() == value.KindMap {
				member, _ = in.Map().Get(key.v.Str())
			}
			return next(datum{v: member})
		}
		return m.value(r, env, datum{v: in}, next)
	})
}

// text compiles a string; what stands in \( ) goes through the format, if there is one.
func (c *compiler) text(s *gojq.String, format string, sc *scope) (filter, error) {
	if s.Queries == nil {
		return constant(value.String(s.Str)), nil
	}
	convert := (*run).plain
	if format != "" {
		convert = formats[format]
	}
	parts := make([]filter, len(s.Queries))
	for i, q := range s.Queries {
		inserted := q.Term == nil || q.Term.Type != gojq.TermTypeString
		node, err := c.query(q, sc)
		if err != nil {
			return nil, err
		}
		if inserted {
			node = formatted(node, convert)
		}
		parts[i] = node
	}
	return step(func(r *run, env *bindings, in datum, emit emit) error {
		return r.join(parts, env, in.v, "", emit)
	}), nil
}

// joinCost is what adding a part to a text costs, in steps, beside its bytes.
const joinCost = 2

// join emits the parts of a text joined, for every combination of their outputs, the last of which varies slowest.
func (r *run) join(rest []filter, env *bindings, in value.Value, tail string, emit emit) error {
	if len(rest) == 0 {
		return emit(datum{v: value.String(tail)})
	}
	return rest[len(rest)-1](r, env, datum{v: in}, func(it datum) error {
		if err := r.m.Charge(joinCost); err != nil {
			return err
		}
		if err := r.m.ChargeOutput(len(it.v.Str()) + len(tail)); err != nil {
			return err
		}
		return r.join(rest[:len(rest)-1], env, in, it.v.Str()+tail, emit)
	})
}

func formatted(node filter, format format) filter {
	return func(r *run, env *bindings, in datum, emit emit) error {
		return node(r, env, datum{v: in.v}, func(it datum) error {
			text, err := format(r, it.v)
			if err != nil {
				return err
			}
			return emit(datum{v: value.String(text)})
		})
	}
}

// format compiles @name, alone or before a string.
func (c *compiler) format(t *gojq.Term, sc *scope) (filter, error) {
	format := formats[t.Format]
	if format == nil {
		return nil, errors.New("format " + t.Format + " does not exist here")
	}
	if t.Str != nil {
		return c.text(t.Str, t.Format, sc)
	}
	return step(formatted(identity, format)), nil
}

func (c *compiler) condition(i *gojq.If, sc *scope) (filter, error) {
	if i.Else == nil {
		return nil, errors.New("if needs an else: Kestra's jq has none without")
	}
	otherwise, err := c.query(i.Else, sc)
	if err != nil {
		return nil, err
	}
	branches := append([]*gojq.IfElif{{Cond: i.Cond, Then: i.Then}}, i.Elif...)
	for _, branch := range slices.Backward(branches) {
		condition, err := c.query(branch.Cond, sc)
		if err != nil {
			return nil, err
		}
		then, err := c.query(branch.Then, sc)
		if err != nil {
			return nil, err
		}
		otherwise = step(conditional(condition, then, otherwise))
	}
	return otherwise, nil
}

func conditional(condition, then, otherwise filter) filter {
	return func(r *run, env *bindings, in datum, emit emit) error {
		return condition(r, env, datum{v: in.v}, func(it datum) error {
			if truth(it.v) {
				return then(r, env, in, emit)
			}
			return otherwise(r, env, in, emit)
		})
	}
}

func (c *compiler) try(body, handler *gojq.Query, sc *scope) (filter, error) {
	node, err := c.query(body, sc)
	if err != nil {
		return nil, err
	}
	var caught filter
	if handler != nil {
		if caught, err = c.query(handler, sc); err != nil {
			return nil, err
		}
	}
	return step(try(node, caught)), nil
}

// try ends at a failure, also at one of what follows it, and at the break of a label: as in jackson-jq, whose `try`
// is one of Java.
func try(body, caught filter) filter {
	return func(r *run, env *bindings, in datum, emit emit) error {
		err := body(r, env, in, emit)
		var v value.Value
		switch failed := err.(type) { //nolint:errorlint // never wrapped
		case *failure:
			v = failed.caught()
		case *breakError:
			v = value.MapOf("__jq", value.Int(0))
		default:
			return err
		}
		if caught == nil {
			return nil
		}
		return caught(r, env, datum{v: v}, emit)
	}
}

func (c *compiler) label(l *gojq.Label, sc *scope) (filter, error) {
	body, err := c.query(l.Body, sc.push("*"+l.Ident))
	if err != nil {
		return nil, err
	}
	return step(func(r *run, env *bindings, in datum, emit emit) error {
		here := &bindings{parent: env}
		return here.caught(body(r, here, in, emit))
	}), nil
}

// caught returns err, or nil when it is the break to this label.
func (e *bindings) caught(err error) error {
	if left, ok := err.(*breakError); ok && left.label == e { //nolint:errorlint // never wrapped
		return nil
	}
	return err
}

func (c *compiler) leave(name string, sc *scope) (filter, error) {
	entry := sc.find("*" + name)
	if entry == nil {
		return nil, errors.New("break needs the label " + name)
	}
	up := sc.size - entry.size
	return step(func(_ *run, env *bindings, _ datum, _ emit) error { return &breakError{env.up(up)} }), nil
}

func (c *compiler) reduce(x *gojq.Reduce, sc *scope) (filter, error) {
	loop, err := c.loop(x.Query, x.Start, x.Update, x.Patterns, nil, sc)
	if err != nil {
		return nil, err
	}
	return step(func(r *run, env *bindings, in datum, emit emit) error {
		return loop.start(r, env, in, func(state datum) error {
			if err := loop.run(r, env, in, &state, nil); err != nil {
				return err
			}
			return emit(datum{v: state.v})
		})
	}), nil
}

func (c *compiler) foreach(x *gojq.Foreach, sc *scope) (filter, error) {
	loop, err := c.loop(x.Query, x.Start, x.Update, x.Patterns, x.Extract, sc)
	if err != nil {
		return nil, err
	}
	return step(func(r *run, env *bindings, in datum, emit emit) error {
		return loop.start(r, env, in, func(state datum) error { return loop.run(r, env, in, &state, emit) })
	}), nil
}

// loop is what reduce and foreach have in common.
type loop struct {
	source, start, update, extract filter
	pattern                        pattern
}

func (c *compiler) loop(source, start, update *gojq.Query, patterns []*gojq.Pattern, extract *gojq.Query, sc *scope) (*loop, error) {
	var l loop
	var err error
	if l.source, err = c.query(source, sc); err != nil {
		return nil, err
	}
	if l.start, err = c.query(start, sc); err != nil {
		return nil, err
	}
	var inner *scope
	if l.pattern, inner, err = c.patterns(patterns, sc); err != nil {
		return nil, err
	}
	if l.update, err = c.query(update, inner); err != nil {
		return nil, err
	}
	if extract != nil {
		if l.extract, err = c.query(extract, inner); err != nil {
			return nil, err
		}
	}
	return &l, nil
}

// run updates the state for every output of the source, and, for a foreach, emits what comes of each update. An update
// without any output leaves null to a reduce, and to a foreach what it has.
func (l *loop) run(r *run, env *bindings, in datum, state *datum, emit emit) error {
	return l.source(r, env, datum{v: in.v}, func(x datum) error {
		return l.pattern(r, env, x.v, func(inner *bindings) error {
			next := datum{}
			if emit != nil {
				next = *state
			}
			err := l.update(r, inner, *state, func(it datum) error {
				next = it
				switch {
				case emit == nil:
					return nil
				case l.extract != nil:
					return l.extract(r, inner, it, emit)
				default:
					return emit(it)
				}
			})
			*state = next
			return err
		})
	})
}
