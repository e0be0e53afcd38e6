package pebble

import (
	"crypto/md5"  //nolint:gosec // the filter md5 of the language; nothing here relies on it
	"crypto/sha1" //nolint:gosec // the same for sha1
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// filtersEncoding are the filters that encode, decode and hash.
func filtersEncoding(d Dialect) []Filter {
	toJSON := Filter{
		Entry{
			Name: "toJson", Aliases: []string{"json"}, Loose: true, Summary: "the JSON text of a value (also `json` in dialect 1)",
			Examples: []Example{{`{{ {'a': [1, 'x']} | toJson }}`, `{"a":[1,"x"]}`}, {`{{ null | toJson }}`, "null"}},
		},
		func(st *state, v value.Value, _ []value.Value) (value.Value, error) {
			text, err := st.JSON(v)
			return value.String(text), err
		},
	}
	if d == Dialect2 {
		toJSON.Aliases = nil
	}
	return []Filter{
		toJSON,
		anyText("base64encode", "the text of a value in Base64", func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
			Example{"{{ 'test' | base64encode }}", "dGVzdA=="}),
		{
			Entry{
				Name: "base64decode", Loose: true, Summary: "the text that a Base64 string says; padding may be left out",
				Examples: []Example{{"{{ 'dGVzdA' | base64decode }}", "test"}},
			},
			ofString("base64decode", evaluationError, func(st *state, s string) (string, error) {
				if err := st.ChargeOutput(len(s)); err != nil {
					return "", err
				}
				plain, err := decodeBase64(s)
				if err != nil {
					return "", evaluationError("filter base64decode needs a string in Base64")
				}
				return value.DecodeUTF8(plain), nil
			}),
		},
		onlyText("urlencode", "a string as a value of a form", urlEncode, Example{"{{ 'a b+ü' | urlencode }}", "a+b%2B%C3%BC"}),
		{
			Entry{
				Name: "urldecode", Loose: true, Summary: "the string that a value of a form says",
				Examples: []Example{{"{{ 'a%20b+c' | urldecode }}", "a b c"}},
			},
			ofString("urldecode", runtimeError, func(st *state, s string) (string, error) {
				if err := st.ChargeOutput(len(s)); err != nil {
					return "", err
				}
				text, ok := urlDecode(s)
				if !ok {
					return "", runtimeError("filter urldecode needs two hexadecimal digits after each %%")
				}
				return text, nil
			}),
		},
		hash("sha256", func(b []byte) []byte { h := sha256.Sum256(b); return h[:] }),
		hash("sha512", func(b []byte) []byte { h := sha512.Sum512(b); return h[:] }),
		hash("sha1", func(b []byte) []byte { h := sha1.Sum(b); return h[:] }), //nolint:gosec // see the import
		hash("md5", func(b []byte) []byte { h := md5.Sum(b); return h[:] }),   //nolint:gosec // see the import
	}
}

// decodeBase64 reads the standard alphabet, with or without padding, and nothing else.
func decodeBase64(text string) ([]byte, error) {
	if strings.ContainsAny(text, "\r\n") {
		return nil, base64.CorruptInputError(0)
	}
	if strings.HasSuffix(text, "=") {
		return base64.StdEncoding.DecodeString(text)
	}
	return base64.RawStdEncoding.DecodeString(text)
}

// What hashing costs, in steps: once, and how many bytes make a step.
const (
	hashCost      = 10
	hashedPerStep = 24
)

// hash is a filter that gives the hash of a string in lower-case hexadecimal digits.
func hash(name string, sum func([]byte) []byte) Filter {
	return Filter{
		Entry{
			Name: name, Loose: true, Summary: "the " + name + " hash of a string, in hexadecimal digits",
			Examples: []Example{{"{{ 'abc' | " + name + " }}", hex.EncodeToString(sum([]byte("abc")))}},
		},
		ofString(name, evaluationError, func(st *state, s string) (string, error) {
			if err := st.Charge(hashCost + len(s)/hashedPerStep); err != nil {
				return "", err
			}
			return hex.EncodeToString(sum([]byte(s))), nil
		}),
	}
}

// urlEncode is Java's URLEncoder.
func urlEncode(text string) string {
	const digits = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(text) {
		switch c := text[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', isDigit(c), c == '.', c == '-', c == '*', c == '_':
			b.WriteByte(c)
		case c == ' ':
			b.WriteByte('+')
		default:
			b.WriteByte('%')
			b.WriteByte(digits[c>>4])
			b.WriteByte(digits[c&15])
		}
	}
	return b.String()
}

// urlDecode is Java's URLDecoder; bytes that are not UTF-8 become U+FFFD.
func urlDecode(text string) (string, bool) {
	if !strings.ContainsAny(text, "+%") {
		return text, true
	}
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '+':
			out = append(out, ' ')
		case '%':
			if i+2 >= len(text) {
				return "", false
			}
			pair, err := hex.DecodeString(text[i+1 : i+3])
			if err != nil {
				return "", false
			}
			out = append(out, pair[0])
			i += 2
		default:
			out = append(out, text[i])
		}
	}
	return value.DecodeUTF8(out), true
}
