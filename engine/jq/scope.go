package jq

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/itchyny/gojq"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// scope is one name that a program sees at a place: "$x" a variable, "*x" a label, "f/1" a function or an argument.
type scope struct {
	parent *scope
	name   string
	size   int  // entries of the bindings that are visible here, the one of this name included
	def    *def // of a function, which has no entry in the bindings
}

func (sc *scope) find(name string) *scope {
	for ; sc != nil; sc = sc.parent {
		if sc.name == name {
			return sc
		}
	}
	return nil
}

// push adds a name with an entry in the bindings.
func (sc *scope) push(name string) *scope {
	size := 1
	if sc != nil {
		size += sc.size
	}
	return &scope{parent: sc, name: name, size: size}
}

// def is a function that is defined by a program.
type def struct {
	params []string
	size   int // entries of the bindings at its definition
	body   filter
}

func arity(name string, args int) string { return fmt.Sprintf("%s/%d", name, args) }

func (c *compiler) define(f *gojq.FuncDef, sc *scope) (*scope, error) {
	d := &def{params: f.Args}
	if sc != nil {
		d.size = sc.size
	}
	out := &scope{parent: sc, name: arity(f.Name, len(f.Args)), size: d.size, def: d}
	inner := out
	for _, p := range f.Args {
		inner = inner.push(arity(strings.TrimPrefix(p, "$"), 0))
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
func (c *compiler) function(f *gojq.Func, sc *scope) (filter, error) {
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
		return step(func(_ *run, env *bindings, _ datum, emit emit) error { return emit(datum{v: env.up(up).v}) }), nil
	}
	args := make([]filter, len(f.Args))
	for i, q := range f.Args {
		var err error
		if args[i], err = c.query(q, sc); err != nil {
			return nil, err
		}
	}
	name := arity(f.Name, len(args))
	if entry := sc.find(name); entry != nil {
		if entry.def != nil {
			return call(entry.def, args, size-entry.def.size), nil
		}
		up := size - entry.size
		return step(func(r *run, env *bindings, in datum, emit emit) error {
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
		return step(native(args)), nil
	}
	return nil, errors.New("function " + name + " does not exist here; Kestra's jq is jackson-jq")
}

func call(d *def, args []filter, up int) filter {
	return step(func(r *run, env *bindings, in datum, emit emit) error {
		if err := r.enter(); err != nil {
			return err
		}
		frame := env.up(up)
		for _, a := range args {
			frame = &bindings{parent: frame, node: a, outer: env}
		}
		err := d.run(r, frame, env, args, 0, in, emit)
		r.depth--
		return err
	})
}

// run evaluates the body for every combination of the values of those parameters that are variables.
func (d *def) run(r *run, frame, env *bindings, args []filter, i int, in datum, emit emit) error {
	for ; i < len(d.params); i++ {
		if strings.HasPrefix(d.params[i], "$") {
			return args[i](r, env, datum{v: in.v}, func(it datum) error {
				return d.run(r, &bindings{parent: frame, v: it.v}, env, args, i+1, in, emit)
			})
		}
	}
	return d.body(r, frame, in, emit)
}

// bind compiles `left as pattern | right`.
func (c *compiler) bind(q *gojq.Query, sc *scope) (filter, error) {
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
	return step(func(r *run, env *bindings, in datum, emit emit) error {
		return left(r, env, datum{v: in.v}, func(it datum) error {
			return pattern(r, env, it.v, func(bound *bindings) error { return right(r, bound, in, emit) })
		})
	}), nil
}

// pattern gives the variables of a pattern their values, in every way there is.
type pattern func(r *run, env *bindings, v value.Value, next func(*bindings) error) error

func (c *compiler) patterns(list []*gojq.Pattern, sc *scope) (pattern, *scope, error) {
	if len(list) != 1 {
		return nil, nil, errors.New("?// does not exist here")
	}
	return c.pattern(list[0], sc, map[string]bool{})
}

// bindPattern gives one variable its value. Of several with one name in a pattern the first counts: the others stay
// without a name.
func bindPattern(name string, sc *scope, bound map[string]bool) (pattern, *scope) {
	if bound[name] {
		name = ""
	}
	bound[name] = true
	return func(_ *run, env *bindings, v value.Value, next func(*bindings) error) error {
		return next(&bindings{parent: env, v: v})
	}, sc.push(name)
}

func (c *compiler) pattern(p *gojq.Pattern, sc *scope, bound map[string]bool) (pattern, *scope, error) {
	switch {
	case p.Name != "":
		one, inner := bindPattern(p.Name, sc, bound)
		return one, inner, nil
	case len(p.Array) > 0:
		var all pattern
		for i, item := range slices.Backward(p.Array) { // the last one comes first, and counts
			one, inner, err := c.pattern(item, sc, bound)
			if err != nil {
				return nil, nil, err
			}
			sc, all = inner, both(all, match(constant(value.Int(int64(i))), one))
		}
		return all, sc, nil
	}
	var all pattern
	for _, member := range p.Object {
		key, err := c.patternKey(member, sc)
		if err != nil {
			return nil, nil, err
		}
		var one pattern
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
				one = both(first, inner)
			}
		}
		all = both(all, match(key, one))
	}
	return all, sc, nil
}

// patternKey compiles the key of a member of a pattern.
func (c *compiler) patternKey(member *gojq.PatternObject, sc *scope) (filter, error) {
	switch {
	case member.Key != "":
		return constant(value.String(strings.TrimPrefix(member.Key, "$"))), nil
	case member.KeyString != nil:
		return c.text(member.KeyString, "", sc)
	default:
		return c.query(member.KeyQuery, sc)
	}
}

// match matches the member of a value with a key.
func match(key filter, inner pattern) pattern {
	return func(r *run, env *bindings, v value.Value, next func(*bindings) error) error {
		return key(r, env, datum{v: v}, func(k datum) error {
			if k.v.Kind() != value.KindString && !k.v.IsNumber() {
				return fail("Cannot index %s with %s", typeName(v), typeName(k.v))
			}
			member, err := at(r, datum{v: v}, k.v)
			if err != nil { // without the key, as jackson-jq says
				return fail("Cannot index %s with %s", typeName(v), typeName(k.v))
			}
			return inner(r, env, member.v, next)
		})
	}
}

// both matches two patterns with one value.
func both(a, b pattern) pattern {
	if a == nil {
		return b
	}
	return func(r *run, env *bindings, v value.Value, next func(*bindings) error) error {
		return a(r, env, v, func(env *bindings) error { return b(r, env, v, next) })
	}
}

// library is what every program can call.
type library struct {
	natives map[string]native // by name/arguments
	scope   *scope            // of the functions that are written in jq
	names   []value.Value     // of all, as name/arguments; those that begin with _ are for the library alone
}

func newLibrary() *library {
	l := &library{natives: natives()}
	query, err := gojq.Parse(definitions + " .")
	if err != nil {
		panic("pebble: " + err.Error())
	}
	c := &compiler{library: l, own: true}
	for _, def := range query.FuncDefs {
		if l.scope, err = c.define(def, l.scope); err != nil {
			panic("pebble: " + def.Name + ": " + err.Error())
		}
	}
	var names []string
	for name := range l.natives {
		names = append(names, name)
	}
	for name := range formats {
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
