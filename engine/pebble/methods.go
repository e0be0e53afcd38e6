package pebble

import (
	"errors"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// methodCall is a method of a value. Kestra calls whatever Java offers by reflection; here the list is closed.
// Arguments have the right number but any type.
type methodCall struct {
	min, max int
	call     func(st *state, target value.Value, args []value.Value) (value.Value, error)
}

// methodTable holds methods by their names in lower case: Kestra does not look at case.
type methodTable map[string]methodCall

// newMethods returns the methods of each kind of value.
func newMethods() map[value.Kind]methodTable {
	numbers := numberMethods()
	return map[value.Kind]methodTable{
		value.KindString: stringMethods(), value.KindList: listMethods(), value.KindMap: mapMethods(),
		value.KindInt: numbers, value.KindBigInt: numbers, value.KindFloat: numbers, value.KindDecimal: numbers,
		value.KindBool: {"tostring": textMethod}, value.KindTime: timeMethods(), value.KindOpaque: entryMethods(),
	}
}

// maxMethodName is from which length on, in bytes, a name is surely none of a method.
const maxMethodName = 40

// member returns the result of a method of v, with or without parentheses in the template; miss when there is none.
func (st *state) member(v value.Value, name string, args []value.Value, at int, miss error) (value.Value, error) {
	if len(name) > maxMethodName {
		return value.Null, miss
	}
	lower := strings.ToLower(name)
	if lower == "class" || lower == "getclass" {
		return value.Null, meter.NewFault(ClassEvaluation, at, "for security reasons access to %q is denied", name)
	}
	table := st.engine.methods[v.Kind()]
	m, ok := table[lower]
	if !ok && len(args) == 0 {
		m, ok = table["get"+lower]
	}
	if !ok || len(args) < m.min || len(args) > m.max {
		return value.Null, miss
	}
	out, err := m.call(st, v, args)
	if errors.Is(err, errNoMethod) {
		return value.Null, miss
	}
	if f, ok := errors.AsType[*meter.Fault](err); ok && f.Class == ClassRuntime { // what a method throws is no raw exception in Kestra
		err = &meter.Fault{Class: ClassEvaluation, At: f.At, Name: f.Name, Msg: f.Msg, Err: f.Err}
	}
	if err != nil {
		return value.Null, meter.Locate(err, at)
	}
	return out, nil
}

// errNoMethod is what a method returns for arguments of types that it does not take: for Java there is no such method.
var errNoMethod = errors.New("no such method")

var textMethod = methodCall{0, 0, func(st *state, v value.Value, _ []value.Value) (value.Value, error) {
	text, err := st.JavaText(v)
	return value.String(text), err
}}

// plain makes a method of a function that cannot fail and makes nothing large.
func plain(arity int, call func(target value.Value, args []value.Value) value.Value) methodCall {
	return methodCall{arity, arity, func(_ *state, v value.Value, args []value.Value) (value.Value, error) {
		return call(v, args), nil
	}}
}

func listMethods() methodTable {
	size := plain(0, func(v value.Value, _ []value.Value) value.Value { return value.Int(int64(v.List().Len())) })
	first := methodCall{0, 0, func(_ *state, v value.Value, _ []value.Value) (value.Value, error) { return listEnd(v, false) }}
	last := methodCall{0, 0, func(_ *state, v value.Value, _ []value.Value) (value.Value, error) { return listEnd(v, true) }}
	return methodTable{
		"size": size, "tostring": textMethod,
		"isempty": plain(0, func(v value.Value, _ []value.Value) value.Value { return value.Bool(v.List().Len() == 0) }),
		"empty":   plain(0, func(v value.Value, _ []value.Value) value.Value { return value.Bool(v.List().Len() == 0) }),
		"first":   first, "getfirst": first, "last": last, "getlast": last,
		"reversed": {0, 0, func(st *state, v value.Value, _ []value.Value) (value.Value, error) { return st.reversed(v.List()) }},
		"indexof": {1, 1, func(st *state, v value.Value, args []value.Value) (value.Value, error) {
			if err := st.ChargeLookup(v, value.ListOf(args[0])); err != nil {
				return value.Null, err
			}
			return value.Int(int64(value.Index(v.List(), args[0]))), nil
		}},
	}
}

// listEnd is `first` and `last` of a list, which fail on an empty one.
func listEnd(v value.Value, last bool) (value.Value, error) {
	l := v.List()
	switch {
	case l.Len() == 0:
		return value.Null, runtimeError("an empty list has no first and no last item")
	case last:
		return l.At(l.Len() - 1), nil
	default:
		return l.At(0), nil
	}
}

func (st *state) reversed(l *value.List) (value.Value, error) {
	if err := st.ChargeItems(l.Len()); err != nil {
		return value.Null, err
	}
	n := l.Len()
	out := make([]value.Value, n)
	for i, item := range l.Slice() {
		out[n-1-i] = item
	}
	return value.ListOf(out...), nil
}

func mapMethods() methodTable {
	return methodTable{
		"size":     plain(0, func(v value.Value, _ []value.Value) value.Value { return value.Int(int64(v.Map().Len())) }),
		"isempty":  plain(0, func(v value.Value, _ []value.Value) value.Value { return value.Bool(v.Map().Len() == 0) }),
		"empty":    plain(0, func(v value.Value, _ []value.Value) value.Value { return value.Bool(v.Map().Len() == 0) }),
		"tostring": textMethod,
		"get": withKey(1, func(m *value.Map, args []value.Value) value.Value {
			member, _ := m.Get(args[0].Str())
			return member
		}),
		"getordefault": withKey(2, func(m *value.Map, args []value.Value) value.Value {
			if member, ok := m.Get(args[0].Str()); ok {
				return member
			}
			return args[1]
		}),
		"containskey": withKey(1, func(m *value.Map, args []value.Value) value.Value {
			return value.Bool(args[0].Kind() == value.KindString && m.Has(args[0].Str()))
		}),
		"containsvalue": {1, 1, func(st *state, v value.Value, args []value.Value) (value.Value, error) {
			values, err := st.mapValues(v.Map())
			if err != nil {
				return value.Null, err
			}
			if err := st.ChargeLookup(values, value.ListOf(args[0])); err != nil {
				return value.Null, err
			}
			return value.Bool(value.Index(values.List(), args[0]) >= 0), nil
		}},
		"keyset": {0, 0, func(st *state, v value.Value, _ []value.Value) (value.Value, error) { return st.mapKeys(v.Map()) }},
		"values": {0, 0, func(st *state, v value.Value, _ []value.Value) (value.Value, error) { return st.mapValues(v.Map()) }},
		"entryset": {0, 0, func(st *state, v value.Value, _ []value.Value) (value.Value, error) {
			return st.mapEntries(v.Map())
		}},
	}
}

// withKey makes a method of a map that looks for its first argument.
func withKey(arity int, call func(m *value.Map, args []value.Value) value.Value) methodCall {
	return methodCall{arity, arity, func(st *state, v value.Value, args []value.Value) (value.Value, error) {
		return call(v.Map(), args), st.Charge(len(args[0].Str()) / meter.TextPerStep)
	}}
}

func (st *state) mapKeys(m *value.Map) (value.Value, error) {
	if err := st.ChargeItems(m.Len()); err != nil {
		return value.Null, err
	}
	return value.Strings(m.Keys()), nil
}

func (st *state) mapValues(m *value.Map) (value.Value, error) {
	if err := st.ChargeItems(m.Len()); err != nil {
		return value.Null, err
	}
	out := make([]value.Value, m.Len())
	for i := range out {
		out[i] = m.At(i)
	}
	return value.ListOf(out...), nil
}

func entryMethods() methodTable {
	key := methodCall{0, 0, func(_ *state, v value.Value, _ []value.Value) (value.Value, error) {
		if e, ok := v.Opaque().(*mapEntry); ok {
			return value.String(e.key), nil
		}
		return value.Null, evaluationError("opaque value has no key")
	}}
	item := methodCall{0, 0, func(_ *state, v value.Value, _ []value.Value) (value.Value, error) {
		if e, ok := v.Opaque().(*mapEntry); ok {
			return e.value, nil
		}
		return value.Null, evaluationError("opaque value has no value")
	}}
	return methodTable{"key": key, "getkey": key, "value": item, "getvalue": item, "tostring": textMethod}
}

func numberMethods() methodTable {
	integer := methodCall{0, 0, func(_ *state, v value.Value, _ []value.Value) (value.Value, error) {
		n, ok := meter.Whole(v)
		if !ok {
			return value.Null, runtimeError("%s does not fit 64 bits", v.Kind())
		}
		return value.Int(n), nil
	}}
	double := plain(0, func(v value.Value, _ []value.Value) value.Value {
		f, _ := v.AsFloat()
		return value.Float(f)
	})
	return methodTable{
		"intvalue": integer, "longvalue": integer, "doublevalue": double, "floatvalue": double, "tostring": textMethod,
		"compareto": {1, 1, func(_ *state, v value.Value, args []value.Value) (value.Value, error) {
			order, ok := value.Compare(v, args[0])
			if !ok {
				return value.Null, errNoMethod
			}
			return value.Int(int64(order)), nil
		}},
	}
}
