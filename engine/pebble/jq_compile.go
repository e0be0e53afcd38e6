package pebble

import (
	"errors"
	"fmt"
	"math"
	"strconv"

	"github.com/itchyny/gojq"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// jqCompiler turns the syntax tree of a program into nodes.
type jqCompiler struct {
	library *jqLibrary
	own     bool                 // the program is the library, which may call what others may not
	grouped map[*gojq.Query]bool // the operators that [jqCompiler.regroup] has put right
}

// jqStep counts a node in the budget.
func jqStep(node jqNode) jqNode {
	return func(r *jqRun, env *jqEnv, in jqItem, emit jqEmit) error {
		err := r.nest()
		if err == nil {
			err = node(r, env, in, emit)
		}
		r.nested--
		return err
	}
}

// jqConstant is a node of one value, which is no part of the input.
func jqConstant(v value.Value) jqNode {
	return jqStep(func(_ *jqRun, _ *jqEnv, _ jqItem, emit jqEmit) error { return emit(jqItem{v: v}) })
}

func jqIdentity(_ *jqRun, _ *jqEnv, in jqItem, emit jqEmit) error { return emit(in) }

func (c *jqCompiler) query(q *gojq.Query, sc *jqScope) (jqNode, error) {
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
		return c.pair(q, sc, func(left, right jqNode) jqNode {
			return func(r *jqRun, env *jqEnv, in jqItem, emit jqEmit) error {
				return left(r, env, in, func(it jqItem) error { return right(r, env, it, emit) })
			}
		})
	case gojq.OpComma:
		return c.pair(q, sc, func(left, right jqNode) jqNode {
			return func(r *jqRun, env *jqEnv, in jqItem, emit jqEmit) error {
				if err := left(r, env, in, emit); err != nil {
					return err
				}
				return right(r, env, in, emit)
			}
		})
	case gojq.OpAnd, gojq.OpOr:
		return c.pair(q, sc, func(left, right jqNode) jqNode { return jqLogic(left, right, q.Op == gojq.OpOr) })
	case gojq.OpAlt:
		return c.pair(q, sc, jqAlternative)
	case gojq.OpAssign:
		return c.pair(q, sc, jqAssign)
	case gojq.OpModify:
		return c.pair(q, sc, jqModify)
	case gojq.OpUpdateAdd, gojq.OpUpdateSub, gojq.OpUpdateMul, gojq.OpUpdateDiv, gojq.OpUpdateMod, gojq.OpUpdateAlt:
		return c.pair(q, sc, func(left, right jqNode) jqNode { return jqUpdate(left, right, jqOperators[q.Op]) })
	default:
		operator := jqOperators[q.Op]
		if operator == nil {
			return nil, errors.New("program is empty")
		}
		return c.pair(q, sc, func(left, right jqNode) jqNode { return jqBinary(left, right, operator) })
	}
}

func (c *jqCompiler) pair(q *gojq.Query, sc *jqScope, join func(left, right jqNode) jqNode) (jqNode, error) {
	left, err := c.query(q.Left, sc)
	if err != nil {
		return nil, err
	}
	right, err := c.query(q.Right, sc)
	if err != nil {
		return nil, err
	}
	return jqStep(join(left, right)), nil
}

// jqBinary combines every output of the right side with every one of the left.
func jqBinary(left, right jqNode, operator jqOperator) jqNode {
	return func(r *jqRun, env *jqEnv, in jqItem, emit jqEmit) error {
		in.path = nil
		return right(r, env, in, func(b jqItem) error {
			return left(r, env, in, func(a jqItem) error {
				v, err := operator(r, a.v, b.v)
				if err != nil {
					return err
				}
				return emit(jqItem{v: v})
			})
		})
	}
}

func jqLogic(left, right jqNode, decides bool) jqNode {
	return func(r *jqRun, env *jqEnv, in jqItem, emit jqEmit) error {
		in.path = nil
		return left(r, env, in, func(a jqItem) error {
			if jqTruth(a.v) == decides {
				return emit(jqItem{v: value.Bool(decides)})
			}
			return right(r, env, in, func(b jqItem) error { return emit(jqItem{v: value.Bool(jqTruth(b.v))}) })
		})
	}
}

// jqAlternative is `//`: the outputs of the left side that are true, else those of the right side. A failure of the left
// side is one of the whole.
func jqAlternative(left, right jqNode) jqNode {
	return func(r *jqRun, env *jqEnv, in jqItem, emit jqEmit) error {
		found := false
		err := left(r, env, in, func(it jqItem) error {
			if !jqTruth(it.v) {
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

func (c *jqCompiler) term(t *gojq.Term, sc *jqScope) (jqNode, error) {
	if n := len(t.SuffixList); n > 0 {
		before := *t
		before.SuffixList = t.SuffixList[:n-1]
		return c.suffix(&before, t.SuffixList[n-1], sc)
	}
	switch t.Type {
	case gojq.TermTypeIdentity:
		return jqIdentity, nil
	case gojq.TermTypeRecurse:
		return jqStep(jqEverything()), nil
	case gojq.TermTypeNull:
		return jqConstant(value.Null), nil
	case gojq.TermTypeTrue, gojq.TermTypeFalse:
		return jqConstant(value.Bool(t.Type == gojq.TermTypeTrue)), nil
	case gojq.TermTypeNumber:
		n, err := jqLiteral(t.Number)
		return jqConstant(n), err
	case gojq.TermTypeIndex:
		return c.index(jqIdentity, t.Index, false, sc)
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

// jqLiteral reads a number as it is written: an integer stays one, a decimal is a double.
func jqLiteral(text string) (value.Value, error) {
	if n, ok := value.ParseNumber(text); ok {
		return n, nil
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil && !math.IsInf(f, 0) {
		return value.Null, fmt.Errorf("%s is no number", meter.Cut(text, 40))
	}
	return value.Float(f), nil
}

func (c *jqCompiler) suffix(t *gojq.Term, s *gojq.Suffix, sc *jqScope) (jqNode, error) {
	optional := false
	if s.Optional {
		n := len(t.SuffixList)
		if t.Type == gojq.TermTypeIndex && n == 0 {
			return c.index(jqIdentity, t.Index, true, sc)
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
		return jqStep(func(r *jqRun, env *jqEnv, in jqItem, emit jqEmit) error {
			return target(r, env, in, func(it jqItem) error { return jqEach(r, it, optional, emit) })
		}), nil
	}
	return c.index(target, s.Index, optional, sc)
}

// index compiles target.key, target[key] and target[from:to]. The subscript sees the input of the whole term.
func (c *jqCompiler) index(target jqNode, x *gojq.Index, optional bool, sc *jqScope) (jqNode, error) {
	if x.Name != "" {
		key := value.String(x.Name)
		return jqStep(func(r *jqRun, env *jqEnv, in jqItem, emit jqEmit) error {
			return target(r, env, in, func(it jqItem) error { return jqStepTo(r, it, key, optional, emit) })
		}), nil
	}
	var key jqNode
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
	return jqStep(func(r *jqRun, env *jqEnv, in jqItem, emit jqEmit) error {
		return key(r, env, jqItem{v: in.v}, func(k jqItem) error {
			return target(r, env, in, func(it jqItem) error {
				if !x.IsSlice && k.v.Kind() == value.KindMap { // in a path it would be a slice
					if optional {
						return nil
					}
					return jqFail("Cannot index %s with object", jqType(it.v))
				}
				return jqStepTo(r, it, k.v, optional, emit)
			})
		})
	}), nil
}

// jqStepTo emits the member of an item; where it has none, because of its type, an optional step emits nothing.
func jqStepTo(r *jqRun, it jqItem, key value.Value, optional bool, emit jqEmit) error {
	member, err := jqAt(r, it, key)
	if err != nil {
		if _, ok := err.(*jqError); ok && optional { //nolint:errorlint // never wrapped
			return nil
		}
		return err
	}
	return emit(member)
}

// bounds compiles what stands in [from:to]; as a key it is the map of both, as in jq's own paths.
func (c *jqCompiler) bounds(x *gojq.Index, sc *jqScope) (jqNode, error) {
	from, to := jqConstant(value.Null), jqConstant(value.Null)
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
	return func(r *jqRun, env *jqEnv, in jqItem, emit jqEmit) error {
		return from(r, env, in, func(start jqItem) error {
			return to(r, env, in, func(end jqItem) error {
				if err := r.object(2); err != nil {
					return err
				}
				return emit(jqItem{v: value.MapOf("start", start.v, "end", end.v)})
			})
		})
	}, nil
}

func (c *jqCompiler) unary(u *gojq.Unary, sc *jqScope) (jqNode, error) {
	operand, err := c.term(u.Term, sc)
	if err != nil {
		return nil, err
	}
	negate := u.Op == gojq.OpSub
	return jqStep(func(r *jqRun, env *jqEnv, in jqItem, emit jqEmit) error {
		return operand(r, env, jqItem{v: in.v}, func(it jqItem) error {
			if !it.v.IsNumber() {
				return jqFail("%s cannot be negated", in.v) // the input, as jackson-jq says
			}
			if !negate {
				return emit(jqItem{v: it.v})
			}
			v, err := jqNegated(it.v)
			if err != nil {
				return err
			}
			return emit(jqItem{v: v})
		})
	}), nil
}

func jqNegated(v value.Value) (value.Value, error) {
	negative, err := value.Neg(v)
	if err != nil {
		return value.Null, jqFail("%s", err.Error())
	}
	return jqWhole(negative), nil
}
