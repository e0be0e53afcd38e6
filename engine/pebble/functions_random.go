package pebble

import (
	"encoding/binary"
	"encoding/hex"
	"math/big"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// functionsRandom are the functions that take the randomness of the evaluation.
func functionsRandom() []Function {
	return []Function{
		{
			Entry{
				Name: "uuid", Loose: true, Summary: "a new UUID of version 7: 36 characters, ordered by time",
				Examples: []Example{{"{{ uuid() | length }}", "36"}},
			},
			func(st *state, _ []value.Value) (value.Value, error) {
				u := st.uuid()
				text := hex.EncodeToString(u[:])
				return value.String(strings.Join([]string{text[:8], text[8:12], text[12:16], text[16:20], text[20:]}, "-")), nil
			},
		},
		{
			Entry{
				Name: "id", Loose: true, Summary: "a new identifier of 22 letters and digits",
				Examples: []Example{{"{{ id() | length }}", "22"}},
			},
			func(st *state, _ []value.Value) (value.Value, error) {
				u := st.uuid()
				text := new(big.Int).SetBytes(u[:]).Text(62)
				return value.String(strings.Repeat("0", 22-len(text)) + text), nil
			},
		},
		{
			Entry{
				Name: "randomInt", Parameters: []Parameter{{Name: "lower", Required: true}, {Name: "upper", Required: true}},
				Summary:  "a random whole number from lower up to upper, which is not included unless they are equal",
				Examples: []Example{{"{{ randomInt(3, 4) }}", "3"}},
			},
			func(st *state, args []value.Value) (value.Value, error) {
				if args[0].Kind() != value.KindInt || args[1].Kind() != value.KindInt {
					return value.Null, evaluationError("function randomInt needs two whole numbers, not %s and %s", args[0].Kind(), args[1].Kind())
				}
				lower, upper := args[0].Int(), args[1].Int()
				if lower == upper {
					return args[0], nil
				}
				if lower > upper {
					return value.Null, evaluationError("in randomInt, upper must not be below lower")
				}
				return value.Int(lower + int64(st.dice().Uint64N(uint64(upper)-uint64(lower)))), nil
			},
		},
	}
}

// uuid returns a UUID of version 7.
func (st *state) uuid() [16]byte {
	var u [16]byte
	milli := uint64(st.Now().UnixMilli())
	binary.BigEndian.PutUint64(u[:8], milli<<16|st.dice().Uint64()&0xfff|0x7000)
	binary.BigEndian.PutUint64(u[8:], st.dice().Uint64()&(1<<62-1)|1<<63)
	return u
}
