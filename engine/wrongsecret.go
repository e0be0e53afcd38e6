package engine

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"

	"github.com/caddy-kestra/kestra-webhook/engine/signature"
)

// WrongSecret returns a secret of the right form that is not that of the trigger. The error is of a trigger whose requests need none.
func (c *Caller) WrongSecret() (string, error) {
	form := c.trigger.Signed()
	if form == nil {
		return "", errors.New("the trigger asks for no signature")
	}
	scheme := form.Scheme()
	if scheme.Algorithm == signature.Ed25519 || scheme.Algorithm == signature.ECDSA {
		private, _, err := NewKeyPair(scheme.Algorithm)
		return private, err
	}
	text := rand.Text()
	switch scheme.SecretEncoding {
	case signature.Base64:
		text = base64.StdEncoding.EncodeToString([]byte(text))
	case signature.Base64URL:
		text = base64.URLEncoding.EncodeToString([]byte(text))
	case signature.Hex:
		text = hex.EncodeToString([]byte(text))
	case signature.Text:
	}
	return scheme.SecretPrefix + text, nil
}
