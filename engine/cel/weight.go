package cel

import (
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// length is the number of bytes of a text; 0 for anything else.
func length(v ref.Val) int {
	switch v := v.(type) {
	case types.String:
		return len(v)
	case types.Bytes:
		return len(v)
	default:
		return 0
	}
}

// count is the number of items of a list; 0 for anything else.
func count(v ref.Val) int {
	if l, ok := v.(traits.Lister); ok {
		return int(l.Size().(types.Int))
	}
	return 0
}

// weigh estimates the work of walking over a whole value: 1 per value and 1 per 64 bytes of text. It stops above limit.
func weigh(v ref.Val, limit int) int {
	switch v := v.(type) {
	case types.String, types.Bytes:
		return 1 + length(v)/64
	case array:
		return weighItems(v.l.Slice(), limit)
	case object:
		return weighValue(value.FromMap(v.m), limit)
	case *types.Optional:
		if v.HasValue() {
			return 1 + weigh(v.GetValue(), limit)
		}
		return 1
	case traits.Lister:
		n := 1 + count(v)
		for i := range count(v) {
			if n > limit {
				break
			}
			n += weigh(v.Get(types.Int(i)), limit-n)
		}
		return n
	case traits.Mapper:
		n := 1
		for it := v.Iterator(); n <= limit && it.HasNext() == types.True; {
			key := it.Next()
			n += weigh(key, limit-n) + weigh(v.Get(key), limit-n)
		}
		return n
	default:
		return 1
	}
}

func weighValue(v value.Value, limit int) int {
	n := 1
	switch v.Kind() {
	case value.KindString:
		n += len(v.Str()) / 64
	case value.KindList:
		return weighItems(v.List().Slice(), limit)
	case value.KindMap:
		for k, item := range v.Map().All() {
			if n > limit {
				break
			}
			n += 1 + len(k)/64 + weighValue(item, limit-n)
		}
	default: // a scalar weighs 1
	}
	return n
}

func weighItems(items []value.Value, limit int) int {
	n := 1
	for _, item := range items {
		if n > limit {
			break
		}
		n += weighValue(item, limit-n)
	}
	return n
}

func checkWeight(n, limit int) error {
	if n > limit {
		return &guardError{"the values are too large for this function"}
	}
	return nil
}

// isContainer reports whether a value holds others.
func isContainer(v ref.Val) bool {
	switch v.(type) {
	case traits.Lister, traits.Mapper, *types.Optional:
		return true
	default:
		return false
	}
}
