package pebble

import (
	"encoding/hex"
	"errors"

	"github.com/caddy-kestra/kestra-webhook/engine/signature"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// functionsSignature are hmac and constantTimeEquals, which Kestra does not have, and CEL has alike. The language has no bytes, so
// what is not a text is given in hex or Base64.
func functionsSignature() []Function {
	given := func(name string) Parameter {
		return Parameter{Name: name, Default: value.String("text"), check: checkGiven}
	}
	return []Function{
		{
			Entry{
				Name: "hmac", extension: true,
				Parameters: []Parameter{
					{Name: "algorithm", Required: true, check: signature.CheckAlgorithm},
					{Name: "secret", Required: true},
					{Name: "text", Required: true},
					{Name: "encoding", Default: value.String("hex"), check: signature.CheckEncoding},
					given("secretEncoding"), given("textEncoding"),
				},
				Summary: "the HMAC of a text by md5, sha1, sha256, sha384 or sha512, in hex or base64; secret and text may be bytes in one of both, too; Kestra does not have it",
				Examples: []Example{
					{"{{ hmac('sha256', 'key', 'hello') }}", "9307b3b915efb5171ff14d8cb55fbcc798c6c0ef1456d66ded1a6aa723a58b7b"},
					{"{{ hmac('sha1', 'a2V5', '68656c6c6f', 'base64', secretEncoding='base64', textEncoding='hex') }}", "s0zqxFFv8joUPmHXnQ+npPvl8mY="},
				},
			},
			func(st *state, args []value.Value) (value.Value, error) {
				for i, name := range []string{"algorithm", "secret", "text", "encoding", "secretEncoding", "textEncoding"} {
					if args[i].Kind() != value.KindString {
						return value.Null, evaluationError("function hmac needs a string as %s, not %s", name, args[i].Kind())
					}
				}
				secret, text := args[1].Str(), args[2].Str()
				if err := st.Charge(4*hashCost + (len(secret)+len(text))/hashedPerStep); err != nil {
					return value.Null, err
				}
				if err := st.Allocate(2 * (len(secret) + len(text))); err != nil {
					return value.Null, err
				}
				key, err := bytesOf(secret, args[4].Str())
				if err != nil {
					return value.Null, evaluationError("function hmac: secretEncoding: %v", err)
				}
				message, err := bytesOf(text, args[5].Str())
				if err != nil {
					return value.Null, evaluationError("function hmac: textEncoding: %v", err)
				}
				signed, err := signature.HMAC(args[0].Str(), key, message, args[3].Str())
				if err != nil {
					return value.Null, evaluationError("function hmac: %v", err)
				}
				return value.String(signed), st.ChargeOutput(len(signed))
			},
		},
		{
			Entry{
				Name: "constantTimeEquals", extension: true, Parameters: []Parameter{{Name: "a", Required: true}, {Name: "b", Required: true}},
				Summary: "whether two texts are equal; how long it takes tells nothing but their lengths; Kestra does not have it",
				Examples: []Example{
					{"{{ constantTimeEquals('sha256=' ~ hmac('sha256', 'key', 'a'), 'sha256=0') }}", "false"},
					{"{{ constantTimeEquals('a', 'a') }}", "true"},
				},
			},
			func(st *state, args []value.Value) (value.Value, error) {
				for _, arg := range args {
					if arg.Kind() != value.KindString {
						return value.Null, evaluationError("function constantTimeEquals needs two strings, not %s", arg.Kind())
					}
				}
				a, b := args[0].Str(), args[1].Str()
				if err := st.Charge(3*hashCost + (len(a)+len(b))/hashedPerStep); err != nil {
					return value.Null, err
				}
				return value.Bool(signature.Equal(a, b)), st.Allocate(len(a) + len(b))
			},
		},
	}
}

var errGiven = errors.New("must be text, hex or base64")

func checkGiven(encoding string) error {
	switch encoding {
	case "text", "hex", "base64":
		return nil
	default:
		return errGiven
	}
}

// bytesOf returns the bytes that a text in an encoding says.
func bytesOf(text, encoding string) ([]byte, error) {
	var b []byte
	var err error
	switch encoding {
	case "text":
		return []byte(text), nil
	case "hex":
		b, err = hex.DecodeString(text)
	case "base64":
		b, err = decodeBase64(text)
	default:
		return nil, errGiven
	}
	if err != nil {
		return nil, errors.New("the text is not written so") // which would be repeated otherwise
	}
	return b, nil
}
