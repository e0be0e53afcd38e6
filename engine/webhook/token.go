package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// Tokens makes the tokens of status URLs. A token opens one execution of one flow: it is the execution's id and, behind it, what only
// those can make who have the secret. It follows from these, so that nothing is kept for it.
type Tokens struct{ secret []byte }

// NewTokens returns the tokens of a secret, which must be random. With the same one they are the same.
func NewTokens(secret []byte) *Tokens { return &Tokens{secret} }

// macBytes is how much of the hash a token has; as Base64 that is macLength characters, without padding and without bits that do not count.
const (
	macBytes  = 18
	macLength = macBytes / 3 * 4
)

// Make returns the token of an execution. It stands in URLs as it is.
func (x *Tokens) Make(namespace, flowID, id string) string {
	return id + x.mac(namespace, flowID, id)
}

// Open returns the id of the execution of a flow that a token is for; false for what is no token of the flow. How long that takes tells
// nothing of what a token would be. Whether there is such an execution is not looked up.
func (x *Tokens) Open(namespace, flowID, token string) (id string, ok bool) {
	at := len(token) - macLength
	if at < execution.MinIDLength || at > execution.MaxIDLength { // whatever comes is not hashed at any length
		return "", false
	}
	id = token[:at]
	if subtle.ConstantTimeCompare([]byte(token[at:]), []byte(x.mac(namespace, flowID, id))) != 1 {
		return "", false
	}
	return id, true
}

// macPurpose keeps the hashes of tokens apart from any others that the secret may serve for.
const macPurpose = "status of an execution"

// mac returns the keyed hash of texts as [fingerprint] does, in the letters of URLs.
func (x *Tokens) mac(texts ...string) string {
	hash := hmac.New(sha256.New, x.secret)
	hash.Write([]byte(macPurpose))
	for _, text := range texts { // lengths stand before them, so that no others have the same hash
		hash.Write(binary.AppendUvarint(nil, uint64(len(text))))
		hash.Write([]byte(text))
	}
	return base64.RawURLEncoding.EncodeToString(hash.Sum(nil)[:macBytes])
}
