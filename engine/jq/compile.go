package jq

import (
	"errors"
	"fmt"
	"math"
	"strconv"

	"github.com/itchyny/gojq"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// compiler turns the syntax tree of a program into nodes.
type compiler struct {
	library *library
	own     bool                 // the program is the library, which may call what others may not
	grouped map[*gojq.Query]bool // the operators that [compiler.regroup] has put right
}

// step counts a node in the budget.
func step(node filter) filter {
	return func(r *run, env *bindings, in datum, emit emit) error {
		err := r.nest()
		if err == nil {
			err = node(r, env, in, emit)
		}
		r.nested--
		return err
	}
}

// constant is a node of one value, which is no part of the input.
func constant(v value.Value) filter {
	return step(func(_ *run, _ *bindings, _ datum, emit emit) error { return emit(datum{v: v}) })
}

func identity(_ *run, _ *bindings, in datum, emit emit) error { return emit(in) }

func (c *compiler) query(q *gojq.Query, sc *scope) (filter, error) {
	if q == nil {
		return nil, errors.New("program is empty")
	}
	if q.Meta != nil || len(q.Imports) > 0 {
		return nil, errors.New("modules are not supported")
	}
	for _, def := range q.FuncDefs {
		var err error
		if sc, err = c.define(def, sc); err != nil {
			return nil, err
		}
	}
	if q.Term != nil {
		return c.term(q.Term, sc)
	}
	switch q = c.regroup(q); q.Op {
	case gojq.OpPipe:
		if len(q.Patterns) > 0 {
			return c.bind(q, sc)
		}
		return c.pair(q, sc, func(left, right filter) filter {
			return func(r *run, env *bindings, in datum, emit emit) error {
				return left(r, env, in, func(it datum) error { return right(r, env, it, emit) })
			}
		})
	case gojq.OpComma:
		return c.pair(q, sc, func(left, right filter) filter {
			return func(r *run, env *bindings, in datum, emit emit) error {
				if err := left(r, env, in, emit); err != nil {
					return err
				}
				return right(r, env, in, emit)
			}
		})
	case gojq.OpAnd, gojq.OpOr:
		return c.pair(q, sc, func(left, right filter) filter { return logic(left, right, q.Op == gojq.OpOr) })
	case gojq.OpAlt:
		return c.pair(q, sc, alternative)
	case gojq.OpAssign:
		return c.pair(q, sc, assign)
	case gojq.OpModify:
		return c.pair(q, sc, modify)
	case gojq.OpUpdateAdd, gojq.OpUpdateSub, gojq.OpUpdateMul, gojq.OpUpdateDiv, gojq.OpUpdateMod, gojq.OpUpdateAlt:
		return c.pair(q, sc, func(left, right filter) filter { return update(left, right, operators[q.Op]) })
	default:
		operator := operators[q.Op]
		if operator == nil {
			return nil, errors.New("program is empty")
		}
		return c.pair(q, sc, func(left, right filter) filter { return binary(left, right, operator) })
	}
}

func (c *compiler) pair(q *gojq.Query, sc *scope, join func(left, right filter) filter) (filter, error) {
	left, err := c.query(q.Left, sc)
	if err != nil {
		return nil, err
	}
	right, err := c.query(q.Right, sc)
	if err != nil {
		return nil, err
	}
	return step(join(left, right)), nil
}

// binary combines every output of the right side with every one of the left.
func binary(left, right filter, operator operator) filter {
	return func(r *run, env *bindings, in datum, emit emit) error {
		in.path = nil
		return right(r, env, in, func(b datum) error {
			return left(r, env, in, func(a datum) error {
				v, err := operator(r, a.v, b.v)
				if err != nil {
					return err
				}
				return emit(datum{v: v})
			})
		})
	}
}

func logic(left, right filter, decides bool) filter {
	return func(r *run, env *bindings, in datum, emit emit) error {
		in.path = nil
		return left(r, env, in, func(a datum) error {
			if truth(a.v) == decides {
				return emit(datum{v: value.Bool(decides)})
			}
			return right(r, env, in, func(b datum) error { return emit(datum{v: value.Bool(truth(b.v))}) })
		})
	}
}

// alternative is `//`: the outputs of the left side that are true, else those of the right side. A failure of the left
// side is one of the whole.
func alternative(left, right filter) filter {
	return func(r *run, env *bindings, in datum, emit emit) error {
		found := false
		err := left(r, env, in, func(it datum) error {
			if !truth(it.v) {
				return nil
			}
			found = true
			return emit(it)
		})
		if err != nil || found {
			return err
		}
		return right(r, env, in, emit)
	}
}

func (c *compiler) term(t *gojq.Term, sc *scope) (filter, error) {
	if n := len(t.SuffixList); n > 0 {
		before := *t
		before.SuffixList = t.SuffixList[:n-1]
		return c.suffix(&before, t.SuffixList[n-1], sc)
	}
	switch t.Type {
	case gojq.TermTypeIdentity:
		return identity, nil
	case gojq.TermTypeRecurse:
		return step(everything()), nil
	case gojq.TermTypeNull:
		return constant(value.Null), nil
	case gojq.TermTypeTrue, gojq.TermTypeFalse:
		return constant(value.Bool(t.Type == gojq.TermTypeTrue)), nil
	case gojq.TermTypeNumber:
		n, err := literal(t.Number)
		return constant(n), err
	case gojq.TermTypeIndex:
		return c.index(identity, t.Index, false, sc)
	case gojq.TermTypeFunc:
		return c.function(t.Func, sc)
	case gojq.TermTypeObject:
		return c.object(t.Object, sc)
	case gojq.TermTypeArray:
		return c.array(t.Array, sc)
	case gojq.TermTypeUnary:
		return c.unary(t.Unary, sc)
	case gojq.TermTypeFormat:
		return c.format(t, sc)
	case gojq.TermTypeString:
		return c.text(t.Str, "", sc)
	case gojq.TermTypeIf:
		return c.condition(t.If, sc)
	case gojq.TermTypeTry:
		return c.try(t.Try.Body, t.Try.Catch, sc)
	case gojq.TermTypeReduce:
		return c.reduce(t.Reduce, sc)
	case gojq.TermTypeForeach:
		return c.foreach(t.Foreach, sc)
	case gojq.TermTypeLabel:
		return c.label(t.Label, sc)
	case gojq.TermTypeBreak:
		return c.leave(t.Break, sc)
	case gojq.TermTypeQuery:
		return c.query(t.Query, sc)
	default:
		return nil, fmt.Errorf("%s is not supported", t)
	}
}

// literal reads a number as it is written: an integer stays one, a decimal is a double.
func literal(text string) (value.Value, error) {
	if n, ok := value.ParseNumber(text); ok {
		return n, nil
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil && !math.IsInf(f, 0) {
		return value.Null, fmt.Errorf("%s is no number", meter.Cut(text, 40))
	}
	return value.Float(f), nil
}

func (c *compiler) suffix(t *gojq.Term, s *gojq.Suffix, sc *scope) (filter, error) {
	optional := false
	if s.Optional {
		n := len(t.SuffixList)
		if t.Type == gojq.TermTypeIndex && n == 0 {
			return c.index(identity, t.Index, true, sc)
		}
		if n == 0 || t.SuffixList[n-1].Optional {
			return c.try(&gojq.Query{Term: t}, nil, sc)
		}
		// What is optional is the last step alone: .a.b? fails when .a does.
		before := *t
		s, optional = t.SuffixList[n-1], true
		before.SuffixList = t.SuffixList[:n-1]
		t = &before
	}
	target, err := c.term(t, sc)
	if err != nil {
		return nil, err
	}
	if s.Iter {
		return step(func(r *run, env *bindings, in datum, emit emit) error {
			return target(r, env, in, func(it datum) error { return each(r, it, optional, emit) })
		}), nil
	}
	return c.index(target, s.Index, optional, sc)
}

// index compiles target.key, target[key] and target[from:to]. The subscript sees the input of the whole term.
func (c *compiler) index(target filter, x *gojq.Index, optional bool, sc *scope) (filter, error) {
	if x.Name != "" {
		key := value.String(x.Name)
		return step(func(r *run, env *bindings, in datum, emit emit) error {
			return target(r, env, in, func(it datum) error { return stepTo(r, it, key, optional, emit) })
		}), nil
	}
	var key filter
	var err error
	switch {
	case x.IsSlice:
		key, err = c.bounds(x, sc)
	case x.Str != nil:
		key, err = c.text(x.Str, "", sc)
	default:
		key, err = c.query(x.Start, sc)
	}
	if err != nil {
		return nil, err
	}
	return step(func(r *run, env *bindings, in datum, emit emit) error {
		return key(r, env, datum{v: in.v}, func(k datum) error {
			return target(r, env, in, func(it datum) error {
				if !x.IsSlice && k.v.Kind() == value.KindMap { // in a path it would be a slice
					if optional {
						return nil
					}
					return fail("Cannot index %s with object", typeName(it.v))
				}
				return stepTo(r, it, k.v, optional, emit)
			})
		})
	}), nil
}

// stepTo emits the member of an item; where it has none, because of its type, an optional step emits nothing.
func stepTo(r *run, it datum, key value.Value, optional bool, emit emit) error {
	member, err := at(r, it, key)
	if err != nil {
		if _, ok := err.(*failure); ok && optional { //nolint:errorlint // never wrapped
			return nil
		}
		return err
	}
	return emit(member)
}

// bounds compiles what stands in [from:to]; as a key it is the map of both, as in jq's own paths.
func (c *compiler) bounds(x *gojq.Index, sc *scope) (filter, error) {
	from, to := constant(value.Null), constant(value.Null)
	var err error
	if x.Start != nil {
		if from, err = c.query(x.Start, sc); err != nil {
			return nil, err
		}
	}
	if x.End != nil {
		if to, err = c.query(x.End, sc); err != nil {
			return nil, err
		}
	}
	return func(r *run, env *bindings, in datum, emit emit) error {
		return from(r, env, in, func(start datum) error {
			return to(r, env, in, func(end datum) error {
				if err := r.object(2); err != nil {
					return err
				}
				return emit(datum{v: value.MapOf("start", start.v, "end", end.v)})
			})
		})
	}, nil
}

func (c *compiler) unary(u *gojq.Unary, sc *scope) (filter, error) {
	operand, err := c.term(u.Term, sc)
	if err != nil {
		return nil, err
	}
	negate := u.Op == gojq.OpSub
	return step(func(r *run, env *bindings, in datum, emit emit) error {
		return operand(r, env, datum{v: in.v}, func(it datum) error {
			if !it.v.IsNumber() {
				return fail("%s cannot be negated", in.v) // the input, as jackson-jq says
			}
			if !negate {
				return emit(datum{v: it.v})
			}
			v, err := negated(it.v)
			if err != nil {
				return err
			}
			return emit(datum{v: v})
		})
	}), nil
}

func negated(v value.Value) (value.Value, error) {
	negative, err := value.Neg(v)
	if err != nil {
		return value.Null, fail("%s", err.Error())
	}
	return whole(negative), nil
}
