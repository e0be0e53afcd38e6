package pebble

import (
	"strconv"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// name compiles the reading of a variable.
func (c *compiler) name(e *nameExpr) code {
	name := e.name
	var miss error = meter.Missing(e.offset(), name)
	return func(st *state) (value.Value, error) {
		if v, ok := st.lookup(name); ok {
			return v, nil
		}
		if name == localeName {
			return value.String("en_US"), nil
		}
		return value.Null, miss
	}
}

// localeName is the one variable that every template has, unless the context has one of its name: the locale of what is
// printed.
const localeName = "locale"

// attribute compiles `a.b.c` and `a['b'][0]`. Steps with a name or index known now are taken in one loop.
func (c *compiler) attribute(e *attributeExpr) (code, error) {
	var steps []step
	var target expression = e
	for {
		a, ok := target.(*attributeExpr)
		if !ok {
			break
		}
		s, ok := staticStep(a)
		if !ok {
			break
		}
		steps = append(steps, s)
		target = a.target
	}
	for i, j := 0, len(steps)-1; i < j; i, j = i+1, j-1 {
		steps[i], steps[j] = steps[j], steps[i]
	}
	if len(steps) == 0 {
		return c.subscript(e)
	}
	root, err := c.expression(target)
	if err != nil {
		return nil, err
	}
	nullRoot := missingRoot(target)
	return func(st *state) (value.Value, error) {
		v, err := root(st)
		if err != nil {
			return value.Null, err
		}
		if v.IsNull() && nullRoot != nil {
			return value.Null, nullRoot
		}
		for i := range steps {
			s := &steps[i]
			if v.Kind() == value.KindMap {
				if member, ok := v.Map().Get(s.name); ok && !s.number {
					v = member
					continue
				}
			}
			if v, err = st.take(v, s); err != nil {
				return value.Null, err
			}
		}
		return v, nil
	}, nil
}

// missingRoot is the error of an access to a member of a variable that is null: it names the variable, as Kestra does,
// and not the member. It is nil when the target is no variable.
func missingRoot(target expression) error {
	if name, ok := target.(*nameExpr); ok {
		return meter.Missing(name.offset(), name.name)
	}
	return nil
}

// step is an access whose name or index is known when the template is compiled.
type step struct {
	at     int
	name   string // the text of the subscript
	index  int    // -1 when the text is no index
	number bool   // the subscript is a number
	dotted bool
	miss   error
	of     expression // the target, which is named where it is text
}

func staticStep(e *attributeExpr) (step, bool) {
	s := step{at: e.offset(), name: e.name, index: -1, dotted: true}
	if e.subscript != nil {
		v, ok := literal(e.subscript)
		if !ok || v.Kind() != value.KindString && v.Kind() != value.KindInt {
			return step{}, false
		}
		s.dotted = false
		s.number = v.Kind() == value.KindInt
		if s.name = v.Str(); s.number {
			s.name = strconv.FormatInt(v.Int(), 10)
		}
		s.index = indexOf(s.name)
	}
	s.miss = meter.Missing(s.at, s.name)
	s.of = e.target
	return s, true
}

// indexOf returns the list index that a subscript's text is, or -1.
func indexOf(text string) int {
	if len(text) > 20 { // of a long one the error alone would be a copy
		return -1
	}
	i, err := strconv.ParseInt(text, 10, 32)
	if err != nil || i < 0 {
		return -1
	}
	return int(i)
}

// take makes one step from v, when it is not to a member that a map has.
func (st *state) take(v value.Value, s *step) (value.Value, error) {
	switch v.Kind() {
	case value.KindMap:
		if s.number {
			return numbered(v.Map(), s)
		}
		return value.Null, s.miss // methods of maps need their parentheses, so that a name is always a key
	case value.KindList:
		if s.index >= 0 && !s.dotted {
			if l := v.List(); s.index < l.Len() {
				return l.At(s.index), nil
			}
			return value.Null, s.miss
		}
	case value.KindNull:
		return value.Null, s.miss
	default:
	}
	miss := s.miss
	if v.Kind() == value.KindString && s.of != nil {
		miss = &meter.Fault{Class: ClassMissing, At: s.at, Name: s.name, Of: s.of}
	}
	if s.number {
		return value.Null, miss
	}
	return st.member(v, s.name, nil, s.at, miss)
}

// numbered takes the member of a map whose key is a number. A map that a template wrote may have such keys, which are
// kept as their texts; in a map without one a number is an error that nothing rescues.
func numbered(m *value.Map, s *step) (value.Value, error) {
	name := s.name
	if _, fraction, ok := strings.Cut(name, "."); ok && fraction == "0" && !m.Has(name) {
		name = strings.TrimSuffix(name, ".0")
	}
	if member, ok := m.Get(name); ok {
		return member, nil
	}
	if m.Len() > 0 {
		if _, err := strconv.ParseFloat(m.Key(0), 64); err == nil {
			return value.Null, s.miss
		}
	}
	return value.Null, meter.Locate(evaluationError("a map has no key of type integer: %s", s.name), s.at)
}

// subscript compiles an access whose subscript is computed.
func (c *compiler) subscript(e *attributeExpr) (code, error) {
	target, err := c.expression(e.target)
	if err != nil {
		return nil, err
	}
	key, err := c.expression(e.subscript)
	if err != nil {
		return nil, err
	}
	at := e.offset()
	nullRoot := missingRoot(e.target)
	return func(st *state) (value.Value, error) {
		v, err := target(st)
		if err != nil {
			return value.Null, err
		}
		if v.IsNull() && nullRoot != nil {
			return value.Null, nullRoot
		}
		k, err := key(st)
		if err == nil {
			err = st.ChargeNumber(k)
		}
		if err == nil {
			err = st.Charge(len(k.Str()) / meter.TextPerStep)
		}
		if err != nil {
			return value.Null, meter.Locate(err, at)
		}
		s := step{at: at, name: k.Str(), number: k.IsNumber()}
		if k.Kind() == value.KindInt {
			s.name = strconv.FormatInt(k.Int(), 10)
		} else if k.Kind() != value.KindString {
			if s.name, err = st.JavaText(k); err != nil {
				return value.Null, meter.Locate(err, at)
			}
		}
		if k.IsNull() && v.Kind() == value.KindMap {
			return value.Null, meter.Locate(runtimeError("a map has no key null"), at)
		}
		if v.Kind() == value.KindMap && !s.number {
			if member, ok := v.Map().Get(s.name); ok {
				return member, nil
			}
		}
		s.index = indexOf(s.name)
		s.miss = st.missing(at, s.name)
		return st.take(v, &s)
	}, nil
}

// method compiles `target.name(arguments)`.
func (c *compiler) method(e *methodExpr) (code, error) {
	target, err := c.expression(e.target)
	if err != nil {
		return nil, err
	}
	if len(e.args) > 0 && regexMethods[strings.ToLower(e.name)] {
		if err := checkRegexLiteral(e.name, e.args[0]); err != nil {
			err.Class = ClassEvaluation // as [state.member] has it
			return nil, err
		}
	}
	args, err := c.expressions(e.args)
	if err != nil {
		return nil, err
	}
	name, at := e.name, e.offset()
	var miss error = meter.Missing(at, name)
	return func(st *state) (value.Value, error) {
		v, err := target(st)
		if err != nil {
			return value.Null, err
		}
		base := len(st.args)
		for _, arg := range args {
			a, err := arg(st)
			if err == nil {
				err = st.ChargeNumber(a)
			}
			if err != nil {
				st.args = st.args[:base]
				return value.Null, meter.Locate(err, at)
			}
			st.args = append(st.args, a)
		}
		given := st.args[base:len(st.args):len(st.args)]
		v, err = st.member(v, name, given, at, miss)
		st.args = st.args[:base]
		return v, err
	}, nil
}
