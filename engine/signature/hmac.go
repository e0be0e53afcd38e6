package signature

import (
	"crypto/hmac"
	"crypto/md5" //nolint:gosec // some senders sign with it; the author of a flow chooses
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // the same
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"hash"
	"strings"
)

// The errors of [HMAC] and of the checks. They say what there is, and nothing of what was given.
var (
	ErrAlgorithm = errors.New("the algorithm is none of md5, sha1, sha256, sha384 and sha512")
	ErrEncoding  = errors.New("the encoding is neither hex nor base64")
	ErrSecret    = errors.New("the secret is empty")
)

// algorithms has the hashes by their names in lower case without - and _.
var algorithms = map[string]func() hash.Hash{
	"md5": md5.New, "sha1": sha1.New, "sha256": sha256.New, "sha384": sha512.New384, "sha512": sha512.New,
}

var encodings = map[string]func([]byte) string{"hex": hex.EncodeToString, "base64": base64.StdEncoding.EncodeToString}

func algorithm(name string) (func() hash.Hash, error) {
	const longest = 16
	if len(name) > longest {
		return nil, ErrAlgorithm
	}
	h, ok := algorithms[strings.NewReplacer("-", "", "_", "").Replace(strings.ToLower(name))]
	if !ok {
		return nil, ErrAlgorithm
	}
	return h, nil
}

// CheckAlgorithm returns [ErrAlgorithm] for a name that [HMAC] does not know. SHA-256, sha_256 and sha256 are one name.
func CheckAlgorithm(name string) error {
	_, err := algorithm(name)
	return err
}

// CheckEncoding returns [ErrEncoding] for what [HMAC] cannot write its result in.
func CheckEncoding(name string) error {
	if encodings[name] == nil {
		return ErrEncoding
	}
	return nil
}

// HMAC returns the keyed hash of a text by an algorithm, in the encoding hex (lower case) or base64 (with padding). With an empty
// secret everybody could sign, so it is an error.
func HMAC(name string, secret, text []byte, encoding string) (string, error) {
	newHash, err := algorithm(name)
	if err != nil {
		return "", err
	}
	if err := CheckEncoding(encoding); err != nil {
		return "", err
	}
	if len(secret) == 0 {
		return "", ErrSecret
	}
	h := hmac.New(newHash, secret)
	h.Write(text)
	return encodings[encoding](h.Sum(nil)), nil
}

// compareKey is the random key of the hashes that are compared: without it, a hash that leaked would say something about the
// texts.
var compareKey = func() []byte {
	key := make([]byte, sha256.Size)
	rand.Read(key) // never fails: it ends the process instead
	return key
}()

// Equal compares two texts in a time that depends on their lengths only, by hashes of equal length.
func Equal(a, b string) bool { return hmac.Equal(digest(a), digest(b)) }

func digest(s string) []byte {
	h := hmac.New(sha256.New, compareKey)
	h.Write([]byte(s))
	return h.Sum(nil)
}
