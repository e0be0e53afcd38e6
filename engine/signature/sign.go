package signature

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
	"time"
)

// MAC returns the HMAC of a text by the first secret of a form whose algorithm is one, as text in the form's encoding. Some senders ask for
// one before they send anything.
func (v *Verifier) MAC(text string) string {
	return encode(v.form.scheme.Encoding, v.sum(0, []byte(text)))
}

// Sign puts the signature of a request into its headers, as its sender would, with now as its time, unless the header of the
// timestamp has a text already, as that of {id} must. A form that has a part of its signature in the body needs
// [Form.SignBody]. secret is as of [Form.With] or, for public keys, the private one in PEM.
func (f *Form) Sign(m *Message, body []byte, secret string, now time.Time) error {
	scheme := &f.scheme
	switch {
	case scheme.Algorithm == SNS:
		return errCertificate
	case scheme.SignatureMember != "":
		return fmt.Errorf("%s is not for a header", scheme.place())
	}
	c := &Check{verifier: &Verifier{form: f}, message: *m, timestamp: fmt.Sprint(scheme.TimeForm.of(now))}
	if scheme.TimestampHeader != "" {
		if given := m.Header.Get(scheme.TimestampHeader); given != "" {
			c.timestamp = given
		}
		m.Header.Set(scheme.TimestampHeader, c.timestamp)
	}
	if scheme.IDHeader != "" {
		if c.id = m.Header.Get(scheme.IDHeader); c.id == "" {
			return fmt.Errorf("header %s %w", scheme.IDHeader, ErrMissing)
		}
	}
	text, err := f.sign(c, body, secret)
	if err != nil {
		return err
	}
	m.Header.Set(scheme.Header, f.written(text, c.timestamp))
	return nil
}

// written returns the header for a signature.
func (f *Form) written(signature, timestamp string) string {
	scheme := &f.scheme
	if scheme.Separator == "" {
		return scheme.Prefix + signature
	}
	between := "=" // of a name and its value
	if scheme.Separator == " " {
		between = ","
	}
	member := scheme.Versions[0] + between + signature
	if scheme.TimestampItem != "" {
		member = scheme.TimestampItem + between + timestamp + scheme.Separator + member
	}
	return member
}

// sign returns the signature as text.
func (f *Form) sign(c *Check, body []byte, secret string) (string, error) {
	switch f.scheme.Algorithm {
	case Plain:
		return strings.TrimPrefix(secret, f.scheme.SecretPrefix), nil
	case Ed25519, ECDSA:
		key, err := privateKey(f.scheme.Algorithm, secret)
		if err != nil {
			return "", err
		}
		signed, options := c.signed(body), crypto.Hash(0)
		if f.scheme.Algorithm == ECDSA {
			sum := sha256.Sum256(signed)
			signed, options = sum[:], crypto.SHA256
		}
		signature, err := key.Sign(rand.Reader, signed, options)
		return encode(f.scheme.Encoding, signature), err
	default:
		v, err := f.With(secret)
		if err != nil {
			return "", err
		}
		return encode(f.scheme.Encoding, v.sum(0, c.signed(body))), nil
	}
}

func privateKey(of Algorithm, text string) (crypto.Signer, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, errors.New("the key to sign with must be a private one in PEM")
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, errors.New("the key to sign with is not in the form PKCS 8")
	}
	switch key := key.(type) {
	case ed25519.PrivateKey:
		if of == Ed25519 {
			return key, nil
		}
	case *ecdsa.PrivateKey:
		if of == ECDSA {
			return key, nil
		}
	}
	return nil, fmt.Errorf("the key to sign with is not one of %s", of)
}
