package signature

import (
	"errors"
	"strings"
	"testing"
)

// TestHMAC has the vectors of RFC 2202, RFC 4231 and of GitHub's documentation.
func TestHMAC(t *testing.T) {
	const jefe, question = "Jefe", "what do ya want for nothing?"
	for _, test := range []struct {
		algorithm, secret, text, encoding string
		want                              string
		err                               error
	}{
		{"md5", jefe, question, "hex", "750c783e6ab0b503eaa86e310a5db738", nil},
		{"SHA1", jefe, question, "hex", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79", nil},
		{"sha-256", jefe, question, "hex", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843", nil},
		{"SHA_384", jefe, question, "hex", "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649", nil},
		{"sha512", jefe, question, "base64", "Fkt6e/z4GeLjlfvnO1bgo4e9ZCIugx/WECcM1+olBVSXWL91wFqZSm0DT2X48Ob9yuqxo01Ka0tjbgcKOLznNw==", nil},
		{"sha256", "It's a Secret to Everybody", "Hello, World!", "hex", "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17", nil},
		{"sha256", "k", "", "hex", "8bb990c40a7d61cb97597a942125025be50ac8beb74436e3735b98893a7f6620", nil},
		{"sha3", "k", "", "hex", "", ErrAlgorithm},
		{strings.Repeat("-", 1<<20) + "md5", "k", "", "hex", "", ErrAlgorithm},
		{"", "k", "", "hex", "", ErrAlgorithm},
		{"md5", "k", "", "HEX", "", ErrEncoding},
		{"md5", "", "text", "hex", "", ErrSecret},
	} {
		got, err := HMAC(test.algorithm, []byte(test.secret), []byte(test.text), test.encoding)
		if !errors.Is(err, test.err) || test.want != "" && got != test.want || (err == nil) != (got != "") {
			t.Errorf("HMAC(%.20q, %q, %q, %q) = %q, %v; want %q, %v", test.algorithm, test.secret, test.text, test.encoding, got, err, test.want, test.err)
		}
	}
}

func TestEqual(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want bool
	}{
		{"", "", true}, {"a", "a", true}, {"a", "b", false}, {"a", "aa", false}, {"a", "", false}, {"é", "e\u0301", false},
	} {
		if got := Equal(test.a, test.b); got != test.want {
			t.Errorf("Equal(%q, %q) = %v", test.a, test.b, got)
		}
	}
}
