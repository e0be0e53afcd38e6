package pebble

import (
	"errors"
	"slices"

	"github.com/itchyny/gojq"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// The constructions of jq that hold programs: arrays, objects, texts, conditions, try, loops and labels.

func (c *jqCompiler) array(a *gojq.Array, sc *jqScope) (jqNode, error) {
	if a.Query == nil {
		return jqConstant(value.ListOf()), nil
	}
	inner, err := c.query(a.Query, sc)
	if err != nil {
		return nil, err
	}
	return jqStep(func(r *jqRun, env *jqEnv, in jqItem, emit jqEmit) error {
		v, err := r.collect(inner, env, in.v)
		if err != nil {
			return err
		}
		return emit(jqItem{v: v})
	}), nil
}

// collect returns the list of the outputs of a node.
func (r *jqRun) collect(node jqNode, env *jqEnv, v value.Value) (value.Value, error) {
	if err := r.st.Allocate(meter.ListBytes); err != nil {
		return value.Null, err
	}
	var items []value.Value
	err := node(r, env, jqItem{v: v}, func(it jqItem) error {
		if err := r.added(len(items) + 1); err != nil {
			return err
		}
		items = append(items, it.v)
		return nil
	})
	return value.ListOf(items...), err
}

// jqMember is one `key: value` of an object; a nil value is the member of the input that has this key.
type jqMember struct {
	key   jqNode
	value jqNode
}

func (c *jqCompiler) object(o *gojq.Object, sc *jqScope) (jqNode, error) {
	members := make([]jqMember, len(o.KeyVals))
	for i, kv := range o.KeyVals {
		m := &members[i]
		var err error
		switch {
		case kv.Key != "" && kv.Key[0] == '$':
			var variable jqNode
			if variable, err = c.function(&gojq.Func{Name: kv.Key}, sc); err != nil {
				return nil, err
			}
			if kv.Val == nil { // {$name}
				m.key, m.value = jqConstant(value.String(kv.Key[1:])), variable
			} else {
				m.key = variable
			}
		case kv.Key != "":
			m.key = jqConstant(value.String(kv.Key))
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
	return jqStep(func(r *jqRun, env *jqEnv, in jqItem, emit jqEmit) error {
		if err := r.list(2 * len(members)); err != nil {
			return err
		}
		pairs := make([]value.Value, 0, 2*len(members))
		return r.members(members, env, in.v, pairs, emit)
	}), nil
}

// members emits an object for every combination of the keys and values of its members, the last of which varies fastest.
func (r *jqRun) members(rest []jqMember, env *jqEnv, in value.Value, pairs []value.Value, emit jqEmit) error {
	if len(rest) == 0 {
		if err := r.object(len(pairs) / 2); err != nil {
			return err
		}
		out := value.NewMap(len(pairs) / 2)
		for i := 0; i < len(pairs); i += 2 {
			out.Set(pairs[i].Str(), pairs[i+1])
		}
		return emit(jqItem{v: value.FromMap(out)})
	}
	m := rest[0]
	return m.key(r, env, jqItem{v: in}, func(key jqItem) error {
		if key.v.Kind() != value.KindString {
			return jqFail("Cannot use %s as object key", key.v)
		}
		next := func(it jqItem) error {
			return r.members(rest[1:], env, in, append(pairs, key.v, it.v), emit)
		}
		if m.value == nil {
			var member value.Value // null, also of what has no members
			if in.Kind() == value.KindMap {
				member, _ = in.Map().Get(key.v.Str())
			}
			return next(jqItem{v: member})
		}
		return m.value(r, env, jqItem{v: in}, next)
	})
}

// text compiles a string; what stands in \( ) goes through the format, if there is one.
func (c *jqCompiler) text(s *gojq.String, format string, sc *jqScope) (jqNode, error) {
	if s.Queries == nil {
		return jqConstant(value.String(s.Str)), nil
	}
	convert := (*jqRun).plain
	if format != "" {
		convert = jqFormats[format]
	}
	parts := make([]jqNode, len(s.Queries))
	for i, q := range s.Queries {
		inserted := q.Term == nil || q.Term.Type != gojq.TermTypeString
		node, err := c.query(q, sc)
		if err != nil {
			return nil, err
		}
		if inserted {
			node = jqFormatted(node, convert)
		}
		parts[i] = node
	}
	return jqStep(func(r *jqRun, env *jqEnv, in jqItem, emit jqEmit) error {
		return r.join(parts, env, in.v, "", emit)
	}), nil
}

// joinCost is what adding a part to a text costs, in steps, beside its bytes.
const joinCost = 2

// join emits the parts of a text joined, for every combination of their outputs, the last of which varies slowest.
func (r *jqRun) join(rest []jqNode, env *jqEnv, in value.Value, tail string, emit jqEmit) error {
	if len(rest) == 0 {
		return emit(jqItem{v: value.String(tail)})
	}
	return rest[len(rest)-1](r, env, jqItem{v: in}, func(it jqItem) error {
		if err := r.st.Charge(joinCost); err != nil {
			return err
		}
		if err := r.st.ChargeOutput(len(it.v.Str()) + len(tail)); err != nil {
			return err
		}
		return r.join(rest[:len(rest)-1], env, in, it.v.Str()+tail, emit)
	})
}

func jqFormatted(node jqNode, format jqFormat) jqNode {
	return func(r *jqRun, env *jqEnv, in jqItem, emit jqEmit) error {
		return node(r, env, jqItem{v: in.v}, func(it jqItem) error {
			text, err := format(r, it.v)
			if err != nil {
				return err
			}
			return emit(jqItem{v: value.String(text)})
		})
	}
}

// format compiles @name, alone or before a string.
func (c *jqCompiler) format(t *gojq.Term, sc *jqScope) (jqNode, error) {
	format := jqFormats[t.Format]
	if format == nil {
		return nil, errors.New("format " + t.Format + " does not exist here")
	}
	if t.Str != nil {
		return c.text(t.Str, t.Format, sc)
	}
	return jqStep(jqFormatted(jqIdentity, format)), nil
}

func (c *jqCompiler) condition(i *gojq.If, sc *jqScope) (jqNode, error) {
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
		otherwise = jqStep(jqIf(condition, then, otherwise))
	}
	return otherwise, nil
}

func jqIf(condition, then, otherwise jqNode) jqNode {
	return func(r *jqRun, env *jqEnv, in jqItem, emit jqEmit) error {
		return condition(r, env, jqItem{v: in.v}, func(it jqItem) error {
			if jqTruth(it.v) {
				return then(r, env, in, emit)
			}
			return otherwise(r, env, in, emit)
		})
	}
}

func (c *jqCompiler) try(body, handler *gojq.Query, sc *jqScope) (jqNode, error) {
	node, err := c.query(body, sc)
	if err != nil {
		return nil, err
	}
	var caught jqNode
	if handler != nil {
		if caught, err = c.query(handler, sc); err != nil {
			return nil, err
		}
	}
	return jqStep(jqTry(node, caught)), nil
}

// jqTry ends at a failure, also at one of what follows it, and at the break of a label: as in jackson-jq, whose `try`
// is one of Java.
func jqTry(body, caught jqNode) jqNode {
	return func(r *jqRun, env *jqEnv, in jqItem, emit jqEmit) error {
		err := body(r, env, in, emit)
		var v value.Value
		switch failed := err.(type) { //nolint:errorlint // never wrapped
		case *jqError:
			v = failed.caught()
		case *jqBreakError:
			v = value.MapOf("__jq", value.Int(0))
		default:
			return err
		}
		if caught == nil {
			return nil
		}
		return caught(r, env, jqItem{v: v}, emit)
	}
}

func (c *jqCompiler) label(l *gojq.Label, sc *jqScope) (jqNode, error) {
	body, err := c.query(l.Body, sc.push("*"+l.Ident))
	if err != nil {
		return nil, err
	}
	return jqStep(func(r *jqRun, env *jqEnv, in jqItem, emit jqEmit) error {
		here := &jqEnv{parent: env}
		return here.caught(body(r, here, in, emit))
	}), nil
}

// caught returns err, or nil when it is the break to this label.
func (e *jqEnv) caught(err error) error {
	if left, ok := err.(*jqBreakError); ok && left.label == e { //nolint:errorlint // never wrapped
		return nil
	}
	return err
}

func (c *jqCompiler) leave(name string, sc *jqScope) (jqNode, error) {
	entry := sc.find("*" + name)
	if entry == nil {
		return nil, errors.New("break needs the label " + name)
	}
	up := sc.size - entry.size
	return jqStep(func(_ *jqRun, env *jqEnv, _ jqItem, _ jqEmit) error { return &jqBreakError{env.up(up)} }), nil
}

func (c *jqCompiler) reduce(x *gojq.Reduce, sc *jqScope) (jqNode, error) {
	loop, err := c.loop(x.Query, x.Start, x.Update, x.Patterns, nil, sc)
	if err != nil {
		return nil, err
	}
	return jqStep(func(r *jqRun, env *jqEnv, in jqItem, emit jqEmit) error {
		return loop.start(r, env, in, func(state jqItem) error {
			if err := loop.run(r, env, in, &state, nil); err != nil {
				return err
			}
			return emit(jqItem{v: state.v})
		})
	}), nil
}

func (c *jqCompiler) foreach(x *gojq.Foreach, sc *jqScope) (jqNode, error) {
	loop, err := c.loop(x.Query, x.Start, x.Update, x.Patterns, x.Extract, sc)
	if err != nil {
		return nil, err
	}
	return jqStep(func(r *jqRun, env *jqEnv, in jqItem, emit jqEmit) error {
		return loop.start(r, env, in, func(state jqItem) error { return loop.run(r, env, in, &state, emit) })
	}), nil
}

// jqLoop is what reduce and foreach have in common.
type jqLoop struct {
	source, start, update, extract jqNode
	pattern                        jqPattern
}

func (c *jqCompiler) loop(source, start, update *gojq.Query, patterns []*gojq.Pattern, extract *gojq.Query, sc *jqScope) (*jqLoop, error) {
	var l jqLoop
	var err error
	if l.source, err = c.query(source, sc); err != nil {
		return nil, err
	}
	if l.start, err = c.query(start, sc); err != nil {
		return nil, err
	}
	var inner *jqScope
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
func (l *jqLoop) run(r *jqRun, env *jqEnv, in jqItem, state *jqItem, emit jqEmit) error {
	return l.source(r, env, jqItem{v: in.v}, func(x jqItem) error {
		return l.pattern(r, env, x.v, func(inner *jqEnv) error {
			next := jqItem{}
			if emit != nil {
				next = *state
			}
			err := l.update(r, inner, *state, func(it jqItem) error {
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
