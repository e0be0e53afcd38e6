package cel

import (
	"errors"
	"fmt"
	"reflect"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// adapt returns v as CEL sees it, without copying: lists and maps adapt their members when they are looked at.
// Integers beyond 64 bits and decimals are doubles, since CEL has no other number that could hold them.
func adapt(v value.Value) ref.Val {
	switch v.Kind() {
	case value.KindNull:
		return types.NullValue
	case value.KindBool:
		return types.Bool(v.Bool())
	case value.KindInt:
		return types.Int(v.Int())
	case value.KindFloat:
		return types.Double(v.Float())
	case value.KindBigInt:
		f, _ := v.BigInt().Float64()
		return types.Double(f)
	case value.KindString:
		return types.String(v.Str())
	case value.KindList:
		return array{v.List()}
	case value.KindMap:
		return object{v.Map()}
	case value.KindTime:
		return types.Timestamp{Time: v.Time()}
	default:
		return types.NewErr("value of type %s has no meaning here", v.Kind())
	}
}

// errNative is returned where CEL asks for a Go value, which nothing in this environment needs.
var errNative = errors.New("conversion to a native value is not supported")

// object is a map of the request or the flow as a CEL map with string keys.
type object struct{ m *value.Map }

var (
	_ traits.Mapper   = object{}
	_ traits.Foldable = object{}
	_ traits.Zeroer   = object{}
)

// Find implements [traits.Mapper]. A key that is no string is not found, as in any map of strings.
func (o object) Find(key ref.Val) (ref.Val, bool) {
	s, ok := key.(types.String)
	if !ok {
		return nil, false
	}
	v, ok := o.m.Get(string(s))
	if !ok {
		return nil, false
	}
	return adapt(v), true
}

// FindStringKey is the interpreter's short cut for constant keys.
func (o object) FindStringKey(key string) (any, bool) {
	v, ok := o.m.Get(key)
	if !ok {
		return nil, false
	}
	return adapt(v), true
}

// Get implements [traits.Indexer].
func (o object) Get(key ref.Val) ref.Val {
	if v, ok := o.Find(key); ok {
		return v
	}
	if s, ok := key.(types.String); ok && len(s) <= maxCause {
		return types.NewErr("no such key: %s", string(s))
	}
	return types.NewErr("no such key")
}

// Contains implements [traits.Container].
func (o object) Contains(key ref.Val) ref.Val {
	s, ok := key.(types.String)
	return types.Bool(ok && o.m.Has(string(s)))
}

// Iterator implements [traits.Iterable]: the keys in document order.
func (o object) Iterator() traits.Iterator {
	return &iterator{n: o.m.Len(), at: func(i int) ref.Val { return types.String(o.m.Key(i)) }}
}

// Fold implements [traits.Foldable].
func (o object) Fold(f traits.Folder) {
	for i := range o.m.Len() {
		if !f.FoldEntry(types.String(o.m.Key(i)), adapt(o.m.At(i))) {
			return
		}
	}
}

// Size implements [traits.Sizer].
func (o object) Size() ref.Val { return types.Int(o.m.Len()) }

// IsZeroValue implements [traits.Zeroer].
func (o object) IsZeroValue() bool { return o.m.Len() == 0 }

// Equal implements [ref.Val]: the same keys with equal values, in any order.
func (o object) Equal(other ref.Val) ref.Val {
	return types.Bool((*meter)(nil).equal(o, other))
}

// ConvertToNative implements [ref.Val].
func (o object) ConvertToNative(reflect.Type) (any, error) { return nil, errNative }

// ConvertToType implements [ref.Val].
func (o object) ConvertToType(t ref.Type) ref.Val { return convert(o, types.MapType, t) }

// Type implements [ref.Val].
func (o object) Type() ref.Type { return types.MapType }

// Value implements [ref.Val].
func (o object) Value() any { return o.m }

// array is a list of the request or the flow as a CEL list.
type array struct{ l *value.List }

var (
	_ traits.Lister   = array{}
	_ traits.Foldable = array{}
	_ traits.Zeroer   = array{}
)

// Add implements [traits.Adder].
func (a array) Add(other ref.Val) ref.Val {
	if _, ok := other.(traits.Lister); !ok {
		return noOverload("_+_")
	}
	items := make([]ref.Val, a.l.Len())
	for i, v := range a.l.Slice() {
		items[i] = adapt(v)
	}
	return types.NewRefValList(types.DefaultTypeAdapter, items).Add(other)
}

// Contains implements [traits.Container].
func (a array) Contains(elem ref.Val) ref.Val {
	return types.Bool((*meter)(nil).contains(a, elem))
}

// Get implements [traits.Indexer].
func (a array) Get(index ref.Val) ref.Val {
	i, err := types.GetOrError(index)
	if err != nil {
		return types.WrapErr(err)
	}
	if i < 0 || i >= a.l.Len() {
		return types.NewErr("index out of bounds: %d", i)
	}
	return adapt(a.l.At(i))
}

// Iterator implements [traits.Iterable].
func (a array) Iterator() traits.Iterator {
	return &iterator{n: a.l.Len(), at: func(i int) ref.Val { return adapt(a.l.At(i)) }}
}

// Fold implements [traits.Foldable].
func (a array) Fold(f traits.Folder) {
	for i, v := range a.l.Slice() {
		if !f.FoldEntry(types.Int(i), adapt(v)) {
			return
		}
	}
}

// Size implements [traits.Sizer].
func (a array) Size() ref.Val { return types.Int(a.l.Len()) }

// IsZeroValue implements [traits.Zeroer].
func (a array) IsZeroValue() bool { return a.l.Len() == 0 }

// Equal implements [ref.Val].
func (a array) Equal(other ref.Val) ref.Val {
	return types.Bool((*meter)(nil).equal(a, other))
}

// ConvertToNative implements [ref.Val].
func (a array) ConvertToNative(reflect.Type) (any, error) { return nil, errNative }

// ConvertToType implements [ref.Val].
func (a array) ConvertToType(t ref.Type) ref.Val { return convert(a, types.ListType, t) }

// Type implements [ref.Val].
func (a array) Type() ref.Type { return types.ListType }

// Value implements [ref.Val].
func (a array) Value() any { return a.l }

func convert(v ref.Val, own *types.Type, to ref.Type) ref.Val {
	switch to {
	case own:
		return v
	case types.TypeType:
		return own
	default:
		return types.NewErr("type conversion error from %s to %s", own, to)
	}
}

// iterator walks over n values. It is no value itself: CEL's interpreter only asks for the next one.
type iterator struct {
	n, next int
	at      func(int) ref.Val
}

// HasNext implements [traits.Iterator].
func (it *iterator) HasNext() ref.Val { return types.Bool(it.next < it.n) }

// Next implements [traits.Iterator].
func (it *iterator) Next() ref.Val {
	if it.next >= it.n {
		return types.NewErr("iterator has no more values")
	}
	it.next++
	return it.at(it.next - 1)
}

// ConvertToNative implements [ref.Val].
func (it *iterator) ConvertToNative(t reflect.Type) (any, error) {
	return nil, fmt.Errorf("iterator: %w", errNative)
}

// ConvertToType implements [ref.Val].
func (it *iterator) ConvertToType(t ref.Type) ref.Val { return convert(it, types.IteratorType, t) }

// Equal implements [ref.Val].
func (it *iterator) Equal(other ref.Val) ref.Val { return types.Bool(ref.Val(it) == other) }

// Type implements [ref.Val].
func (it *iterator) Type() ref.Type { return types.IteratorType }

// Value implements [ref.Val].
func (it *iterator) Value() any { return nil }
