package postgresql

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"strings"
	"testing"

	"go.step.sm/crypto/pemutil"
)

// TestDecrypted undoes the encryption of keys.
func TestDecrypted(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	plain := string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	block, err := pemutil.EncryptPKCS8PrivateKey(rand.Reader, der, []byte("pass"), x509.PEMCipherAES256)
	if err != nil {
		t.Fatal(err)
	}
	encrypted := string(pem.EncodeToMemory(block))
	old, err := x509.EncryptPEMBlock(rand.Reader, "PRIVATE KEY", der, []byte("pass"), x509.PEMCipherAES128) //nolint:staticcheck // keys of old
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ name, key, password, err string }{
		{"PKCS #8", encrypted, "pass", ""},
		{"PEM", string(pem.EncodeToMemory(old)), "pass", ""},
		{"not encrypted", plain, "pass", ""},
		{"wrong password", encrypted, "secret", "cannot be decrypted with sslKeyPassword"},
		{"no key", "x", "pass", "sslKey is no key"},
	} {
		got, err := decrypted(test.key, test.password)
		if (err == nil) != (test.err == "") || err != nil && (!strings.Contains(err.Error(), test.err) || strings.Contains(err.Error(), test.password)) || err == nil && got != plain {
			t.Errorf("%s: %q %v", test.name, got, err)
		}
	}
}
