package pebble

import (
	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// operation is a binary operator on evaluated operands; its errors have no position.
type operation func(st *state, a, b value.Value) (value.Value, error)

func (c *compiler) unary(e *unaryExpr) (code, error) {
	operand, err := c.expression(e.operand)
	if err != nil {
		return nil, err
	}
	at := e.offset()
	var do func(value.Value) (value.Value, error)
	switch e.op {
	case "not":
		do = func(v value.Value) (value.Value, error) {
			ok, err := truth(v, "not")
			return value.Bool(!ok), err
		}
	case "-":
		do = negate
	default:
		do = plus
	}
	if v, ok := literal(e.operand); ok {
		if folded, err := do(v); err == nil {
			return constant(folded), nil
		}
	}
	return func(st *state) (value.Value, error) {
		v, err := operand(st)
		if err != nil {
			return value.Null, err
		}
		if v, err = do(v); err != nil {
			return value.Null, meter.Locate(err, at)
		}
		return v, nil
	}, nil
}

func (c *compiler) binary(e *binaryExpr) (code, error) {
	left, right, err := c.pair(e)
	if err != nil {
		return nil, err
	}
	at := e.offset()
	switch e.op {
	case "??", "???":
		return rescue(left, right, e.op == "??"), nil
	case "and", "or":
		return logical(left, right, e), nil
	case "~":
		return c.concat(e)
	case "==", "equals":
		return equality(left, right, at, true), nil
	case "!=":
		return equality(left, right, at, false), nil
	case "contains":
		return containment(left, right, at), nil
	case "isIn":
		return operate(left, right, at, isIn), nil
	case "..":
		return operate(left, right, at, func(st *state, a, b value.Value) (value.Value, error) {
			return st.span(a, b, value.Int(1))
		}), nil
	}
	op := arithmetic(e.op)
	if op == nil {
		op = comparison(e.op)
	}
	a, constantLeft := literal(e.left)
	b, constantRight := literal(e.right)
	if constantLeft && constantRight && a.IsNumber() && b.IsNumber() {
		if folded, err := op(nil, a, b); err == nil {
			return constant(folded), nil
		}
	}
	return wrapped(operate(left, right, at, op)), nil
}

// operate compiles an operator that evaluates both operands; a missing one stays missing.
func operate(left, right code, at int, op operation) code {
	return func(st *state) (value.Value, error) {
		a, err := left(st)
		if err != nil {
			return value.Null, err
		}
		b, err := right(st)
		if err != nil {
			return value.Null, err
		}
		v, err := op(st, a, b)
		if err != nil {
			return value.Null, meter.Locate(err, at)
		}
		return v, nil
	}
}

// wrapped makes what is missing in an operand a failure that `??` does not rescue.
func wrapped(inner code) code {
	return func(st *state) (value.Value, error) {
		v, err := inner(st)
		if err != nil {
			return value.Null, meter.Unrescued(err)
		}
		return v, nil
	}
}

func equality(left, right code, at int, want bool) code {
	return func(st *state) (value.Value, error) {
		a, err := left(st)
		if err != nil {
			return value.Null, meter.Unrescued(err)
		}
		b, err := right(st)
		if err != nil {
			return value.Null, meter.Unrescued(err)
		}
		if a.Kind() == value.KindString && b.Kind() == value.KindString {
			if len(a.Str()) == len(b.Str()) && len(a.Str()) >= meter.TextPerStep {
				if err := st.Charge(len(a.Str()) / meter.TextPerStep); err != nil {
					return value.Null, meter.Locate(err, at)
				}
			}
			return value.Bool((a.Str() == b.Str()) == want), nil
		}
		if err := st.walkBoth(a, b); err != nil {
			return value.Null, meter.Locate(err, at)
		}
		return value.Bool(value.Equal(a, b) == want), nil
	}
}

// walkBoth charges for comparing two values.
func (st *state) walkBoth(a, b value.Value) error {
	if k := a.Kind(); k == b.Kind() && (k == value.KindList || k == value.KindMap) {
		return st.Walk(a)
	}
	return st.ChargeNumbers(a, b)
}

// containment compiles `contains`, which does not look at its right side when the left one is null.
func containment(left, right code, at int) code {
	return func(st *state) (value.Value, error) {
		a, err := left(st)
		if err != nil {
			return value.Null, err
		}
		if a.IsNull() {
			return value.Bool(false), nil
		}
		b, err := right(st)
		if err != nil {
			return value.Null, err
		}
		found, err := contains(st, a, b)
		if err != nil {
			return value.Null, meter.Locate(err, at)
		}
		return found, nil
	}
}

// rescue compiles `??` and `???`.
func rescue(left, right code, null bool) code {
	return func(st *state) (value.Value, error) {
		v, err := left(st)
		if err != nil {
			if meter.IsMissing(err) {
				return right(st)
			}
			return value.Null, err
		}
		if null && v.IsNull() {
			return right(st)
		}
		return v, nil
	}
}

func logical(left, right code, e *binaryExpr) code {
	op, leftAt, rightAt := e.op, e.left.offset(), e.right.offset()
	decides := op == "or" // the truth of the left operand at which the right one is not evaluated
	return func(st *state) (value.Value, error) {
		v, err := left(st)
		if err != nil {
			return value.Null, err
		}
		ok, err := truth(v, op)
		if err != nil {
			return value.Null, meter.Locate(err, leftAt)
		}
		if ok == decides {
			return value.Bool(ok), nil
		}
		if v, err = right(st); err != nil {
			return value.Null, err
		}
		if ok, err = truth(v, op); err != nil {
			return value.Null, meter.Locate(err, rightAt)
		}
		return value.Bool(ok), nil
	}
}

// concat compiles a chain of `~` into one concatenation.
func (c *compiler) concat(e *binaryExpr) (code, error) {
	var chain []expression
	var left expression = e
	for {
		b, ok := left.(*binaryExpr)
		if !ok || b.op != "~" {
			break
		}
		chain = append(chain, b.right)
		left = b.left
	}
	chain = append(chain, left)
	for i, j := 0, len(chain)-1; i < j; i, j = i+1, j-1 {
		chain[i], chain[j] = chain[j], chain[i]
	}
	parts, err := c.expressions(chain)
	if err != nil {
		return nil, err
	}
	at := e.offset()
	return func(st *state) (value.Value, error) {
		v, err := st.concat(parts, at)
		if err == nil && v.IsNull() {
			v = value.String("")
		}
		return v, err
	}, nil
}
