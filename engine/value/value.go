package value

import (
	"math"
	"math/big"
	"time"
	"unsafe"
)

// Kind is the type of a [Value].
type Kind uint8

// The kinds, in no order that means anything.
const (
	KindNull    Kind = iota
	KindBool         // true or false
	KindInt          // a whole number that fits 64 bits
	KindBigInt       // a whole number that does not; exact
	KindFloat        // an IEEE double
	KindDecimal      // an exact decimal with a scale; made by the language only, never by JSON
	KindString       // valid UTF-8 where it came from JSON or a request
	KindList         // an ordered list
	KindMap          // an ordered map with string keys
	KindTime         // a date-time with its zone
	KindOpaque       // a value of the language that has no JSON form, such as a macro
	kindLazy         // a map member that is computed on first read; never seen outside this package
)

// String returns the name that error messages use for the kind.
func (k Kind) String() string {
	switch k {
	case KindNull:
		return "null"
	case KindBool:
		return "boolean"
	case KindInt, KindBigInt:
		return "integer"
	case KindFloat:
		return "double"
	case KindDecimal:
		return "decimal"
	case KindString:
		return "string"
	case KindList:
		return "list"
	case KindMap:
		return "map"
	case KindTime:
		return "date"
	default:
		return "opaque"
	}
}

// Value is an immutable JSON-like value. The zero Value is null.
//
// A Value is three words and is passed by value; making a boolean, an integer, a double or a string of existing text
// allocates nothing. Which of num and ptr are used, and what ptr points to, follows from kind alone, so ptr is read
// only by the accessors below.
type Value struct {
	ptr  unsafe.Pointer
	num  uint64
	kind Kind
}

// Null is the null value.
var Null Value

// Bool returns b as a Value.
func Bool(b bool) Value {
	if b {
		return Value{kind: KindBool, num: 1}
	}
	return Value{kind: KindBool}
}

// Int returns n as a Value.
func Int(n int64) Value { return Value{kind: KindInt, num: uint64(n)} }

// BigInt returns n as a Value: of [KindInt] when it fits 64 bits, else of [KindBigInt]. It takes ownership of n.
func BigInt(n *big.Int) Value {
	if n.IsInt64() {
		return Int(n.Int64())
	}
	return Value{kind: KindBigInt, ptr: unsafe.Pointer(n)}
}

// Float returns f as a Value.
func Float(f float64) Value { return Value{kind: KindFloat, num: math.Float64bits(f)} }

// String returns s as a Value.
func String(s string) Value {
	return Value{kind: KindString, num: uint64(len(s)), ptr: unsafe.Pointer(unsafe.StringData(s))}
}

// Time returns t as a Value.
func Time(t time.Time) Value { return Value{kind: KindTime, ptr: unsafe.Pointer(&t)} }

// Opaque returns a Value that carries x and can only be printed and compared by identity.
func Opaque(x any) Value { return Value{kind: KindOpaque, ptr: unsafe.Pointer(&x)} }

// Kind returns the kind of v.
func (v Value) Kind() Kind { return v.kind }

// IsNull reports whether v is null.
func (v Value) IsNull() bool { return v.kind == KindNull }

// IsNumber reports whether v is a number of any kind.
func (v Value) IsNumber() bool { return v.kind >= KindInt && v.kind <= KindDecimal }

// Bool returns the boolean of v; false for any other kind.
func (v Value) Bool() bool { return v.kind == KindBool && v.num != 0 }

// Int returns the integer of v; 0 for any other kind.
func (v Value) Int() int64 {
	if v.kind != KindInt {
		return 0
	}
	return int64(v.num)
}

// BigInt returns the integer of v, of either integer kind; nil for any other kind. The caller must not change it.
func (v Value) BigInt() *big.Int {
	switch v.kind {
	case KindInt:
		return big.NewInt(int64(v.num))
	case KindBigInt:
		return (*big.Int)(v.ptr)
	default:
		return nil
	}
}

// Float returns the double of v; 0 for any other kind. See [Value.AsFloat] for the numeric value of any number.
func (v Value) Float() float64 {
	if v.kind != KindFloat {
		return 0
	}
	return math.Float64frombits(v.num)
}

// Str returns the text of a string; "" for any other kind. See Text for the text of any value.
func (v Value) Str() string {
	if v.kind != KindString {
		return ""
	}
	return unsafe.String((*byte)(v.ptr), int(v.num))
}

// List returns the list of v; nil, which is a valid empty list, for any other kind.
func (v Value) List() *List {
	if v.kind != KindList {
		return nil
	}
	return (*List)(v.ptr)
}

// Map returns the map of v; nil, which is a valid empty map, for any other kind.
func (v Value) Map() *Map {
	if v.kind != KindMap {
		return nil
	}
	return (*Map)(v.ptr)
}

// Time returns the date-time of v; the zero time for any other kind.
func (v Value) Time() time.Time {
	if v.kind != KindTime {
		return time.Time{}
	}
	return *(*time.Time)(v.ptr)
}

// Opaque returns what [Opaque] was given; nil for any other kind.
func (v Value) Opaque() any {
	if v.kind != KindOpaque {
		return nil
	}
	return *(*any)(v.ptr)
}
