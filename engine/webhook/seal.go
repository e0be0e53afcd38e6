package webhook

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
)

// sealPurpose keeps what is sealed apart from anything else that the secret may serve for.
const sealPurpose = "request that is handed on"

// errSealed says nothing of what was sealed.
var errSealed = errors.New("it cannot be opened: the secret of the store is another one")

// Seal encrypts what holds the key of a request, for the execution that it begins. [Tokens.Unseal] for the same one opens it.
func (x *Tokens) Seal(execution string, text []byte) ([]byte, error) {
	aead, err := x.aead()
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, aead.NonceSize(), aead.NonceSize()+len(text)+aead.Overhead())
	rand.Read(nonce) // never fails: crypto/rand ends the process instead
	return aead.Seal(nonce, nonce, text, []byte(execution)), nil
}

// Unseal returns what was sealed.
func (x *Tokens) Unseal(execution string, sealed []byte) ([]byte, error) {
	aead, err := x.aead()
	if err != nil {
		return nil, err
	}
	if len(sealed) < aead.NonceSize() {
		return nil, errSealed
	}
	text, err := aead.Open(nil, sealed[:aead.NonceSize()], sealed[aead.NonceSize():], []byte(execution))
	if err != nil {
		return nil, errSealed
	}
	return text, nil
}

// aead is AES-256-GCM, with a key that follows from the secret.
func (x *Tokens) aead() (cipher.AEAD, error) {
	key, err := hkdf.Key(sha256.New, x.secret, nil, sealPurpose, 32)
	if err != nil {
		return nil, fmt.Errorf("sealing: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("sealing: %w", err)
	}
	return cipher.NewGCM(block)
}
