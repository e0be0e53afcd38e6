package pebble

import (
	"encoding/binary"
	"math/big"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// The alphabets of identifiers.
const (
	base62Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	nanoAlphabet   = base62Alphabet + "-_"
)

// maxNanoID is the length that Kestra allows at most.
const maxNanoID = 1000

// functionsIdentifiers are more functions that take the clock or the randomness of the evaluation.
func functionsIdentifiers() []Function {
	return []Function{
		{
			Entry{
				Name: "ksuid", Loose: true, Summary: "a new KSUID: 27 letters and digits, ordered by time",
				Examples: []Example{{"{{ ksuid() | length }}", "27"}},
			},
			func(st *state, _ []value.Value) (value.Value, error) {
				if err := st.Charge(ksuidCost); err != nil {
					return value.Null, err
				}
				var raw [20]byte
				binary.BigEndian.PutUint32(raw[:], uint32(st.Now().Unix()-ksuidEpoch))
				binary.BigEndian.PutUint64(raw[4:], st.dice().Uint64())
				binary.BigEndian.PutUint64(raw[12:], st.dice().Uint64())
				return value.String(base62(raw[:], 27)), nil
			},
		},
		{
			Entry{
				Name: "nanoId", Parameters: []Parameter{{Name: "length", Default: value.Int(21)}, {Name: "alphabet", Default: value.String(nanoAlphabet)}},
				Summary:  "a new identifier of a length, of characters of an alphabet",
				Examples: []Example{{"{{ nanoId() | length }}", "21"}, {"{{ nanoId(length=5, alphabet='a') }}", "aaaaa"}},
			},
			func(st *state, args []value.Value) (value.Value, error) {
				length, ok := meter.Whole(args[0])
				if !ok || length < 0 || length > maxNanoID {
					return value.Null, evaluationError("the length of nanoId must be a number from 0 to %d", maxNanoID)
				}
				if args[1].Kind() != value.KindString || args[1].Str() == "" {
					return value.Null, evaluationError("the alphabet of nanoId must be a string that is not empty")
				}
				if err := st.ChargeText(args[1].Str()); err != nil {
					return value.Null, err
				}
				alphabet := []rune(args[1].Str())
				if err := st.ChargeOutput(4*int(length) + len(alphabet)); err != nil {
					return value.Null, err
				}
				out := make([]rune, length)
				for i := range out {
					out[i] = alphabet[st.dice().IntN(len(alphabet))]
				}
				return value.String(string(out)), nil
			},
		},
		{
			Entry{
				Name: "randomPort", Loose: true, Summary: "a random port number from 49152 to 65535; unlike Kestra, nobody looks whether it is free",
				Examples: []Example{{"{{ randomPort() > 49151 }}", "true"}},
			},
			func(st *state, _ []value.Value) (value.Value, error) {
				return value.Int(49152 + st.dice().Int64N(1<<14)), nil
			},
		},
	}
}

// ksuidCost is what writing a KSUID costs, in steps.
const ksuidCost = 30

// ksuidEpoch is where the time of a KSUID begins, in Unix seconds.
const ksuidEpoch = 1_400_000_000

// base62 writes bytes as a number of a fixed length.
func base62(raw []byte, length int) string {
	n, digit, base := new(big.Int).SetBytes(raw), new(big.Int), big.NewInt(62)
	out := []byte(strings.Repeat("0", length))
	for i := length - 1; i >= 0 && n.Sign() > 0; i-- {
		n.DivMod(n, base, digit)
		out[i] = base62Alphabet[digit.Int64()]
	}
	return string(out)
}
