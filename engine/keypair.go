package engine

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"

	"github.com/caddy-kestra/kestra-webhook/engine/signature"
)

// NewKeyPair returns a new private key in PEM, to sign with by an algorithm, and its public key as flows may have it.
func NewKeyPair(a signature.Algorithm) (private, public string, err error) {
	var key crypto.Signer
	switch a {
	case signature.Ed25519:
		_, key, err = ed25519.GenerateKey(rand.Reader)
	case signature.ECDSA:
		key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	default:
		err = fmt.Errorf("%s signs by no public key", a)
	}
	if err != nil {
		return "", "", err
	}
	closed, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return "", "", err
	}
	open, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return "", "", err
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: closed})), base64.StdEncoding.EncodeToString(open), nil
}
