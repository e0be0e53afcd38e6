package value

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"math/big"
	"slices"
	"time"
)

// FromGo returns the Value of a Go value: nil, booleans, integers, floats, json.Number, strings, []any, []string,
// []Value, map[string]any, map[string]string (members in the order of their keys), time.Time, *big.Int (copied), or a
// Value. A double that is infinite or not a number stays one. Any other type is an error that names it.
func FromGo(x any) (Value, error) {
	switch x := x.(type) {
	case nil:
		return Null, nil
	case Value:
		return x, nil
	case bool:
		return Bool(x), nil
	case string:
		return String(x), nil
	case int:
		return Int(int64(x)), nil
	case int8:
		return Int(int64(x)), nil
	case int16:
		return Int(int64(x)), nil
	case int32:
		return Int(int64(x)), nil
	case int64:
		return Int(x), nil
	case uint:
		return fromUint(uint64(x)), nil
	case uint8:
		return Int(int64(x)), nil
	case uint16:
		return Int(int64(x)), nil
	case uint32:
		return Int(int64(x)), nil
	case uint64:
		return fromUint(x), nil
	case float32:
		return Float(float64(x)), nil
	case float64:
		return Float(x), nil
	case *big.Int:
		return BigInt(new(big.Int).Set(x)), nil
	case json.Number:
		if end, integer, err := lexJSONNumber(string(x)); err == nil && end == len(x) {
			return jsonNumber(string(x), integer), nil
		}
		return Null, fmt.Errorf("json.Number is invalid: %.40q", string(x))
	case time.Time:
		return Time(x), nil
	case []Value:
		return ListOf(slices.Clone(x)...), nil
	case []string:
		return Strings(x), nil
	case []any:
		items := make([]Value, len(x))
		for i := range x {
			var err error
			if items[i], err = FromGo(x[i]); err != nil {
				return Null, err
			}
		}
		return ListOf(items...), nil
	case map[string]string:
		return fromGoMap(x)
	case map[string]any:
		return fromGoMap(x)
	default:
		return Null, fmt.Errorf("type %T has no value", x)
	}
}

func fromGoMap[V any](x map[string]V) (Value, error) {
	m := NewMap(len(x))
	for _, key := range slices.Sorted(maps.Keys(x)) {
		v, err := FromGo(x[key])
		if err != nil {
			return Null, err
		}
		m.Set(key, v)
	}
	return FromMap(m), nil
}

func fromUint(n uint64) Value {
	if n <= math.MaxInt64 {
		return Int(int64(n))
	}
	return BigInt(new(big.Int).SetUint64(n))
}

func lexJSONNumber(s string) (end int, integer bool, err error) {
	if s == "" {
		return 0, false, unexpected(s, 0, "a number")
	}
	return lexNumber(s, 0)
}

// ToGo returns v as a Go value: nil, bool, int64, *big.Int (not to be changed), float64, string, []any, map[string]any,
// time.Time; a decimal becomes the json.Number of its plain text; an opaque value what [Opaque] was given.
func ToGo(v Value) any {
	switch v.kind {
	case KindBool:
		return v.Bool()
	case KindInt:
		return v.Int()
	case KindBigInt:
		return v.BigInt()
	case KindFloat:
		return v.Float()
	case KindDecimal:
		return json.Number(v.decimal().append(nil))
	case KindString:
		return v.Str()
	case KindTime:
		return v.Time()
	case KindOpaque:
		return v.Opaque()
	case KindList:
		items := make([]any, v.List().Len())
		for i, item := range v.List().Slice() {
			items[i] = ToGo(item)
		}
		return items
	case KindMap:
		m := make(map[string]any, v.Map().Len())
		for key, member := range v.Map().All() {
			m[key] = ToGo(member)
		}
		return m
	default:
		return nil
	}
}
