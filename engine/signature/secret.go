package signature

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // some senders still sign with it, and an HMAC is not broken by its collisions
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"hash"
	"strings"
	"sync"
	"unicode/utf8"
)

// MinToken is how many characters the secret of PLAIN has at least. A shorter one stands in too many texts by chance to be masked in
// access lines, and is soon guessed.
const MinToken = 6

// Verifier checks signatures by one or more secrets. It is safe for use by several goroutines.
type Verifier struct {
	form    *Form
	secrets []secret
}

// Form returns the form whose signatures are checked.
func (v *Verifier) Form() *Form { return v.form }

// secret is one secret, or the public key of a sender.
type secret struct {
	macs    *sync.Pool // of hash.Hash
	ed25519 ed25519.PublicKey
	ecdsa   *ecdsa.PublicKey
	plain   [sha256.Size]byte // the hash of a token or a topic: all are as long, so that comparing tells not even a length
}

// With returns what checks signatures of the form by secrets, one of which must fit. The secret of ED25519 and ECDSA_P256 is the
// sender's public key: PEM, or DER or, of ED25519, its 32 bytes in hex or Base64. An error says nothing of the secret.
func (f *Form) With(secrets ...string) (*Verifier, error) {
	v := &Verifier{form: f}
	for _, text := range secrets {
		s, err := f.secret(text)
		if err != nil {
			return nil, err
		}
		v.secrets = append(v.secrets, s)
	}
	if len(v.secrets) == 0 {
		return nil, errors.New("there is no secret")
	}
	return v, nil
}

func (f *Form) secret(text string) (s secret, err error) {
	text = strings.TrimPrefix(strings.TrimSpace(text), f.scheme.SecretPrefix)
	if text == "" {
		return s, errors.New("the secret is empty")
	}
	switch f.scheme.Algorithm {
	case Ed25519:
		s.ed25519, err = ed25519Key(text)
		return s, err
	case ECDSA:
		s.ecdsa, err = ecdsaKey(text)
		return s, err
	case SNS:
		s.plain = sha256.Sum256([]byte(text))
		return s, snsTopic(text)
	default: // the others have secrets
	}
	key, err := decode(f.scheme.SecretEncoding, text)
	if err != nil {
		return s, fmt.Errorf("the secret is not valid %s", f.scheme.SecretEncoding)
	}
	if f.scheme.Algorithm == Plain {
		if utf8.RuneCount(key) < MinToken {
			return s, fmt.Errorf("the secret has fewer than %d characters: PLAIN sends it as it is, and logs cannot hide so short a one", MinToken)
		}
		s.plain = sha256.Sum256(key)
		return s, nil
	}
	s.macs = &sync.Pool{New: func() any { return hmac.New(f.hash(), key) }}
	return s, nil
}

// hash returns the hash of an HMAC.
func (f *Form) hash() func() hash.Hash {
	switch f.scheme.Algorithm {
	case SHA1:
		return sha1.New
	case SHA512:
		return sha512.New
	default:
		return sha256.New
	}
}

// decode returns the bytes that a text stands for.
func decode(e Encoding, text string) ([]byte, error) { return appendDecoded(nil, e, text) }

// appendDecoded appends the bytes that a text stands for.
func appendDecoded(dst []byte, e Encoding, text string) ([]byte, error) {
	switch e {
	case Text:
		return append(dst, text...), nil
	case Hex:
		return hex.AppendDecode(dst, []byte(text))
	case Base64URL:
		return base64.RawURLEncoding.AppendDecode(dst, []byte(strings.TrimRight(text, "=")))
	default:
		return base64.RawStdEncoding.AppendDecode(dst, []byte(strings.TrimRight(text, "=")))
	}
}

// encode is the opposite of decode.
func encode(e Encoding, data []byte) string {
	switch e {
	case Text:
		return string(data)
	case Hex:
		return hex.EncodeToString(data)
	case Base64URL:
		return base64.RawURLEncoding.EncodeToString(data)
	default:
		return base64.StdEncoding.EncodeToString(data)
	}
}

var errPublicKey = errors.New("the secret must be the sender's public key: PEM, or DER in Base64")

func ed25519Key(text string) (ed25519.PublicKey, error) {
	for _, e := range []Encoding{Hex, Base64, Base64URL} {
		if raw, err := decode(e, text); err == nil && len(raw) == ed25519.PublicKeySize {
			return raw, nil
		}
	}
	if key, ok := publicKey(text).(ed25519.PublicKey); ok {
		return key, nil
	}
	return nil, fmt.Errorf("%w, or its 32 bytes in hex or Base64", errPublicKey)
}

func ecdsaKey(text string) (*ecdsa.PublicKey, error) {
	if key, ok := publicKey(text).(*ecdsa.PublicKey); ok && key.Curve == elliptic.P256() {
		return key, nil
	}
	return nil, fmt.Errorf("%w, on the curve P-256", errPublicKey)
}

// publicKey reads a public key in PEM, or in DER in Base64; nil: it is none.
func publicKey(text string) any {
	der, err := decode(Base64, text)
	if block, _ := pem.Decode([]byte(text)); block != nil {
		der, err = block.Bytes, nil
	}
	if err != nil {
		return nil
	}
	key, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		return nil
	}
	return key
}
