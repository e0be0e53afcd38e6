package pebble

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/itchyny/gojq"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// jqScope is one name that a program sees at a place: "$x" a variable, "*x" a label, "f/1" a function or an argument.
type jqScope struct {
	parent *jqScope
	name   string
	size   int    // entries of the jqEnv that are visible here, the one of this name included
	def    *jqDef // of a function, which has no entry in the jqEnv
}

func (sc *jqScope) find(name string) *jqScope {
	for ; sc != nil; sc = sc.parent {
		if sc.name == name {
			return sc
		}
	}
	return nil
}

// push adds a name with an entry in the jqEnv.
func (sc *jqScope) push(name string) *jqScope {
	size := 1
	if sc != nil {
		size += sc.size
	}
	return &jqScope{parent: sc, name: name, size: size}
}

// jqDef is a function that is defined by a program.
type jqDef struct {
	params []string
	size   int // entries of the jqEnv at its definition
	body   jqNode
}

func jqArity(name string, args int) string { return fmt.Sprintf("%s/%d", name, args) }

func (c *jqCompiler) define(f *gojq.FuncDef, sc *jqScope) (*jqScope, error) {
	d := &jqDef{params: f.Args}
	if sc != nil {
		d.size = sc.size
	}
	out := &jqScope{parent: sc, name: jqArity(f.Name, len(f.Args)), size: d.size, def: d}
	inner := out
	for _, p := range f.Args {
		inner = inner.push(jqArity(strings.TrimPrefix(p, "$"), 0))
	}
	for _, p := range f.Args {
		if strings.HasPrefix(p, "$") {
			inner = inner.push(p)
		}
	}
	var err error
	d.body, err = c.query(f.Body, inner)
	return out, err
}

// function compiles a call: of an argument, a variable, a function of the program, or a built-in one.
func (c *jqCompiler) function(f *gojq.Func, sc *jqScope) (jqNode, error) {
	size := 0
	if sc != nil {
		size = sc.size
	}
	if strings.HasPrefix(f.Name, "$") {
		entry := sc.find(f.Name)
		if entry == nil {
			return nil, errors.New("variable " + f.Name + " does not exist")
		}
		up := size - entry.size
		return jqStep(func(_ *jqRun, env *jqEnv, _ jqItem, emit jqEmit) error { return emit(jqItem{v: env.up(up).v}) }), nil
	}
	args := make([]jqNode, len(f.Args))
	for i, q := range f.Args {
		var err error
		if args[i], err = c.query(q, sc); err != nil {
			return nil, err
		}
	}
	name := jqArity(f.Name, len(args))
	if entry := sc.find(name); entry != nil {
		if entry.def != nil {
			return jqCall(entry.def, args, size-entry.def.size), nil
		}
		up := size - entry.size
		return jqStep(func(r *jqRun, env *jqEnv, in jqItem, emit jqEmit) error {
			if err := r.enter(); err != nil {
				return err
			}
			argument := env.up(up)
			err := argument.node(r, argument.outer, in, emit)
			r.depth--
			return err
		}), nil
	}
	if native := c.library.natives[name]; native != nil && (c.own || !strings.HasPrefix(name, "_")) {
		return jqStep(native(args)), nil
	}
	return nil, errors.New("function " + name + " does not exist here; Kestra's jq is jackson-jq")
}

func jqCall(d *jqDef, args []jqNode, up int) jqNode {
	return jqStep(func(r *jqRun, env *jqEnv, in jqItem, emit jqEmit) error {
		if err := r.enter(); err != nil {
			return err
		}
		frame := env.up(up)
		for _, a := range args {
			frame = &jqEnv{parent: frame, node: a, outer: env}
		}
		err := d.run(r, frame, env, args, 0, in, emit)
		r.depth--
		return err
	})
}

// run evaluates the body for every combination of the values of those parameters that are variables.
func (d *jqDef) run(r *jqRun, frame, env *jqEnv, args []jqNode, i int, in jqItem, emit jqEmit) error {
	for ; i < len(d.params); i++ {
		if strings.HasPrefix(d.params[i], "$") {
			return args[i](r, env, jqItem{v: in.v}, func(it jqItem) error {
				return d.run(r, &jqEnv{parent: frame, v: it.v}, env, args, i+1, in, emit)
			})
		}
	}
	return d.body(r, frame, in, emit)
}

// bind compiles `left as pattern | right`.
func (c *jqCompiler) bind(q *gojq.Query, sc *jqScope) (jqNode, error) {
	left, err := c.query(q.Left, sc)
	if err != nil {
		return nil, err
	}
	pattern, inner, err := c.patterns(q.Patterns, sc)
	if err != nil {
		return nil, err
	}
	right, err := c.query(q.Right, inner)
	if err != nil {
		return nil, err
	}
	return jqStep(func(r *jqRun, env *jqEnv, in jqItem, emit jqEmit) error {
		return left(r, env, jqItem{v: in.v}, func(it jqItem) error {
			return pattern(r, env, it.v, func(bound *jqEnv) error { return right(r, bound, in, emit) })
		})
	}), nil
}

// jqPattern gives the variables of a pattern their values, in every way there is.
type jqPattern func(r *jqRun, env *jqEnv, v value.Value, next func(*jqEnv) error) error

func (c *jqCompiler) patterns(list []*gojq.Pattern, sc *jqScope) (jqPattern, *jqScope, error) {
	if len(list) != 1 {
		return nil, nil, errors.New("?// does not exist here")
	}
	return c.pattern(list[0], sc, map[string]bool{})
}

// bindPattern gives one variable its value. Of several with one name in a pattern the first counts: the others stay
// without a name.
func bindPattern(name string, sc *jqScope, bound map[string]bool) (jqPattern, *jqScope) {
	if bound[name] {
		name = ""
	}
	bound[name] = true
	return func(_ *jqRun, env *jqEnv, v value.Value, next func(*jqEnv) error) error {
		return next(&jqEnv{parent: env, v: v})
	}, sc.push(name)
}

func (c *jqCompiler) pattern(p *gojq.Pattern, sc *jqScope, bound map[string]bool) (jqPattern, *jqScope, error) {
	switch {
	case p.Name != "":
		one, inner := bindPattern(p.Name, sc, bound)
		return one, inner, nil
	case len(p.Array) > 0:
		var all jqPattern
		for i, item := range slices.Backward(p.Array) { // the last one comes first, and counts
			one, inner, err := c.pattern(item, sc, bound)
			if err != nil {
				return nil, nil, err
			}
			sc, all = inner, jqBoth(all, jqMatch(jqConstant(value.Int(int64(i))), one))
		}
		return all, sc, nil
	}
	var all jqPattern
	for _, member := range p.Object {
		key, err := c.patternKey(member, sc)
		if err != nil {
			return nil, nil, err
		}
		var one jqPattern
		if strings.HasPrefix(member.Key, "$") {
			one, sc = bindPattern(member.Key, sc, bound)
		}
		if member.Val != nil {
			inner, visible, err := c.pattern(member.Val, sc, bound)
			if err != nil {
				return nil, nil, err
			}
			sc = visible
			if first := one; first == nil {
				one = inner
			} else {
				one = jqBoth(first, inner)
			}
		}
		all = jqBoth(all, jqMatch(key, one))
	}
	return all, sc, nil
}

// patternKey compiles the key of a member of a pattern.
func (c *jqCompiler) patternKey(member *gojq.PatternObject, sc *jqScope) (jqNode, error) {
	switch {
	case member.Key != "":
		return jqConstant(value.String(strings.TrimPrefix(member.Key, "$"))), nil
	case member.KeyString != nil:
		return c.text(member.KeyString, "", sc)
	default:
		return c.query(member.KeyQuery, sc)
	}
}

// jqMatch matches the member of a value with a key.
func jqMatch(key jqNode, inner jqPattern) jqPattern {
	return func(r *jqRun, env *jqEnv, v value.Value, next func(*jqEnv) error) error {
		return key(r, env, jqItem{v: v}, func(k jqItem) error {
			if k.v.Kind() != value.KindString && !k.v.IsNumber() {
				return jqFail("Cannot index %s with %s", jqType(v), jqType(k.v))
			}
			member, err := jqAt(r, jqItem{v: v}, k.v)
			if err != nil { // without the key, as jackson-jq says
				return jqFail("Cannot index %s with %s", jqType(v), jqType(k.v))
			}
			return inner(r, env, member.v, next)
		})
	}
}

// jqBoth matches two patterns with one value.
func jqBoth(a, b jqPattern) jqPattern {
	if a == nil {
		return b
	}
	return func(r *jqRun, env *jqEnv, v value.Value, next func(*jqEnv) error) error {
		return a(r, env, v, func(env *jqEnv) error { return b(r, env, v, next) })
	}
}

// jqLibrary is what every program can call.
type jqLibrary struct {
	natives map[string]jqNative // by name/arguments
	scope   *jqScope            // of the functions that are written in jq
	names   []value.Value       // of all, as name/arguments; those that begin with _ are for the library alone
}

func newJQLibrary() *jqLibrary {
	l := &jqLibrary{natives: jqNatives()}
	query, err := gojq.Parse(jqDefinitions + " .")
	if err != nil {
		panic("pebble: " + err.Error())
	}
	c := &jqCompiler{library: l, own: true}
	for _, def := range query.FuncDefs {
		if l.scope, err = c.define(def, l.scope); err != nil {
			panic("pebble: " + def.Name + ": " + err.Error())
		}
	}
	var names []string
	for name := range l.natives {
		names = append(names, name)
	}
	for name := range jqFormats {
		names = append(names, name+"/0")
	}
	for sc := l.scope; sc != nil; sc = sc.parent {
		names = append(names, sc.name)
	}
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		if !strings.HasPrefix(name, "_") {
			l.names = append(l.names, value.String(name))
		}
	}
	return l
}
