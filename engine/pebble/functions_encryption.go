package pebble

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// functionsEncryption are encrypt and decrypt, with Kestra's layout: the key is the Base64 of an AES key, the text the
// Base64 of a nonce of 12 bytes, the AES-GCM cipher text and its tag of 16 bytes.
func functionsEncryption() []Function {
	const key = "I6EGNzRESu3X3pKZidrqCGOHQFUFC0yK"
	return []Function{
		{
			Entry{
				Name: "encrypt", Parameters: []Parameter{{Name: "key", Required: true}, {Name: "plaintext", Required: true}},
				Summary:  "a text encrypted by AES-GCM with a key in Base64, as Base64",
				Examples: []Example{{"{{ encrypt('" + key + "', 'a') | length }}", "40"}},
			},
			func(st *state, args []value.Value) (value.Value, error) {
				box, err := gcm("encrypt", args[0])
				if err != nil {
					return value.Null, err
				}
				if args[1].IsNull() {
					return value.Null, nil
				}
				if args[1].Kind() != value.KindString {
					return value.Null, runtimeError("function encrypt needs a string, not %s", args[1].Kind())
				}
				plain := args[1].Str()
				if err := st.Charge(cipherCost + len(plain)/hashedPerStep); err != nil {
					return value.Null, err
				}
				nonce := nonceFor(args[0].Str(), plain, st.dice().Uint64())
				out := base64.StdEncoding.EncodeToString(box.Seal(nonce, nonce, []byte(plain), nil))
				return value.String(out), st.ChargeOutput(len(out))
			},
		},
		{
			Entry{
				Name: "decrypt", Parameters: []Parameter{{Name: "key", Required: true}, {Name: "encrypted", Required: true}},
				Summary:  "the text that encrypt made of it with the same key",
				Examples: []Example{{"{{ decrypt('" + key + "', encrypt('" + key + "', 'a')) }}", "a"}},
			},
			func(st *state, args []value.Value) (value.Value, error) {
				box, err := gcm("decrypt", args[0])
				if err != nil {
					return value.Null, err
				}
				if args[1].IsNull() {
					return value.Null, nil
				}
				if args[1].Kind() != value.KindString {
					return value.Null, runtimeError("function decrypt needs a string, not %s", args[1].Kind())
				}
				sealed, err := decodeBase64(args[1].Str())
				if err != nil || len(sealed) < box.NonceSize() {
					return value.Null, evaluationError("function decrypt needs what encrypt made, in Base64")
				}
				if err := st.Charge(cipherCost + len(sealed)/meter.TextPerCount); err != nil {
					return value.Null, err
				}
				plain, err := box.Open(nil, sealed[:box.NonceSize()], sealed[box.NonceSize():], nil)
				if err != nil {
					return value.Null, evaluationError("function decrypt cannot read the text with this key")
				}
				return value.String(strings.ToValidUTF8(string(plain), "\ufffd")), st.ChargeOutput(len(plain))
			},
		},
	}
}

// cipherCost is what preparing a key costs, in steps.
const cipherCost = 60

func gcm(name string, key value.Value) (cipher.AEAD, error) {
	if key.Kind() != value.KindString {
		return nil, runtimeError("the key of %s must be a string, not %s", name, key.Kind())
	}
	raw, err := decodeBase64(key.Str())
	if err != nil {
		return nil, runtimeError("the key of %s must be in Base64", name)
	}
	block, err := aes.NewCipher(raw)
	if err != nil {
		return nil, evaluationError("the key of %s must have 16, 24 or 32 bytes, not %d", name, len(raw))
	}
	return cipher.NewGCM(block)
}

// nonceFor derives a nonce. An evaluation that is replayed must give the same text, so the nonce comes from its seed; the
// key and the text go in too, because one seed may serve several texts and a nonce must not serve two.
func nonceFor(key, plain string, random uint64) []byte {
	mac := hmac.New(sha256.New, []byte(key))
	var seed [8]byte
	binary.BigEndian.PutUint64(seed[:], random)
	mac.Write(seed[:])
	mac.Write([]byte(plain))
	return mac.Sum(nil)[:12]
}
