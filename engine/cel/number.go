package cel

import (
	"cmp"
	"math"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// compareNumbers compares two numbers of any of CEL's three types by their exact values. CEL itself converts whole numbers to
// doubles first, which makes neighbours beyond 2^53 equal. ok is false for NaN and for anything but numbers.
func compareNumbers(a, b ref.Val) (order int, ok bool) {
	switch a := a.(type) {
	case types.Int:
		switch b := b.(type) {
		case types.Int:
			return cmp.Compare(a, b), true
		case types.Uint:
			if a < 0 {
				return -1, true
			}
			return cmp.Compare(types.Uint(a), b), true
		case types.Double:
			return compareInt(a, float64(b)), !isNaN(b)
		}
	case types.Uint:
		switch b := b.(type) {
		case types.Uint:
			return cmp.Compare(a, b), true
		case types.Double:
			return compareUint(a, float64(b)), !isNaN(b)
		case types.Int:
			order, ok = compareNumbers(b, a)
			return -order, ok
		}
	case types.Double:
		switch b := b.(type) {
		case types.Double:
			return cmp.Compare(a, b), !isNaN(a) && !isNaN(b)
		case types.Int, types.Uint:
			order, ok = compareNumbers(b, a)
			return -order, ok
		}
	}
	return 0, false
}

func isNaN(d types.Double) bool { return math.IsNaN(float64(d)) }

func compareInt(i types.Int, d float64) int {
	switch {
	case d >= 1<<63:
		return -1
	case d < -1<<63:
		return 1
	}
	whole := math.Trunc(d)
	if order := cmp.Compare(int64(i), int64(whole)); order != 0 {
		return order
	}
	return cmp.Compare(whole, d)
}

func compareUint(u types.Uint, d float64) int {
	switch {
	case d >= 1<<64:
		return -1
	case d < 0:
		return 1
	}
	whole := math.Trunc(d)
	if order := cmp.Compare(uint64(u), uint64(whole)); order != 0 {
		return order
	}
	return cmp.Compare(whole, d)
}

// isSmall reports whether a number is the same as a double, so that CEL's own comparison with any other number is exact.
func isSmall(v ref.Val) bool {
	const exact = 1 << 53
	switch v := v.(type) {
	case types.Int:
		return -exact < v && v < exact
	case types.Uint:
		return v < exact
	case types.Double:
		return -exact < v && v < exact
	default:
		return false
	}
}
