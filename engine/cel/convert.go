package cel

import (
	"encoding/base64"
	"errors"
	"slices"
	"strconv"
	"time"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
	"cel.dev/cel-go/interpreter"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// errNoJSON is the error for a value that JSON has no word for, such as a type.
var errNoJSON = errors.New("there is no JSON for it")

// value returns a value of an expression as one of the request, and charges what it walks over and makes. What JSON has no word
// for becomes a text: bytes in Base64, times as RFC 3339, durations in seconds, addresses as they are written. An optional is
// its value, or null. The members of a map that the expression itself made have the order of their keys.
func (m *meter) value(v ref.Val) (value.Value, error) {
	switch v := v.(type) {
	case types.Null:
		return value.Null, nil
	case types.Bool:
		return value.Bool(bool(v)), nil
	case types.Int:
		return value.Int(int64(v)), nil
	case types.Uint:
		if v <= 1<<63-1 {
			return value.Int(int64(v)), nil
		}
		return unsigned(v), nil
	case types.Double:
		return value.Float(float64(v)), nil
	case types.String:
		return value.String(string(v)), nil
	case types.Bytes:
		m.spend(len(v) / 32)
		m.take(2 * len(v))
		return value.String(base64.StdEncoding.EncodeToString(v)), nil
	case types.Timestamp:
		return value.String(v.UTC().Format(time.RFC3339Nano)), nil
	case types.Duration:
		return value.String(strconv.FormatFloat(v.Seconds(), 'f', -1, 64) + "s"), nil
	case array:
		return value.ListOf(v.l.Slice()...), nil
	case object:
		return value.FromMap(v.m), nil
	case *types.Optional:
		if !v.HasValue() {
			return value.Null, nil
		}
		return m.value(v.GetValue())
	case traits.Lister:
		return m.list(v)
	case traits.Mapper:
		return m.members(v)
	default:
		text, ok := v.ConvertToType(types.StringType).(types.String) // addresses and their ranges
		if !ok {
			return value.Null, errNoJSON
		}
		return value.String(string(text)), nil
	}
}

func unsigned(u types.Uint) value.Value {
	v, err := value.DecodeJSONText(strconv.FormatUint(uint64(u), 10))
	if err != nil {
		return value.Float(float64(u))
	}
	return v
}

func (m *meter) list(l traits.Lister) (value.Value, error) {
	n := count(l)
	m.spend(1 + n)
	m.take(listBytes + itemBytes*n)
	items := make([]value.Value, n)
	for i := range n {
		var err error
		if items[i], err = m.value(l.Get(types.Int(i))); err != nil {
			return value.Null, err
		}
	}
	return value.ListOf(items...), nil
}

func (m *meter) members(mapper traits.Mapper) (value.Value, error) {
	n := int(mapper.Size().(types.Int))
	m.spend(1 + 8*n)
	m.take(mapBytes + 4*itemBytes*n)
	keys := make([]ref.Val, 0, n)
	for it := mapper.Iterator(); it.HasNext() == types.True; {
		keys = append(keys, it.Next())
	}
	slices.SortFunc(keys, compareKeys)
	out := value.NewMap(n)
	for _, key := range keys {
		name, ok := key.ConvertToType(types.StringType).(types.String)
		if !ok {
			return value.Null, errNoJSON
		}
		m.spend(len(name) / textUnit)
		member, err := m.value(mapper.Get(key))
		if err != nil {
			return value.Null, err
		}
		out.Set(string(name), member)
	}
	return value.FromMap(out), nil
}

// jsonUnit is how many bytes of JSON one unit of work prints.
const jsonUnit = 16

// marshalJSON is the JSON text of a value.
func marshalJSON(m *meter, a *arguments) ref.Val {
	v, err := m.value(a[0])
	if err != nil {
		return types.NewErr("marshalJSON: %s", err)
	}
	m.spend(weighValue(v, MaxWork))
	size := int(value.SizeJSON(v))
	if err := checkBytes(size); err != nil {
		return types.WrapErr(err)
	}
	m.spend(size / jsonUnit)
	m.take(size)
	return types.String(value.AppendJSON(make([]byte, 0, size), v))
}

// result returns what an expression gives. Passing the limits is an error here, since no interpreter is around it to say so.
func (m *meter) result(v ref.Val) (out value.Value, err error) {
	defer func() {
		switch failed := recover().(type) {
		case nil:
		case interpreter.EvalCancelledError:
			err = &Error{Reason: ReasonCost, Message: failed.Message}
		default:
			panic(failed)
		}
	}()
	if out, err = m.value(v); err != nil {
		err = &Error{Reason: ReasonError, Message: "has a result of which nothing can be shown: " + err.Error()}
	}
	return out, err
}
