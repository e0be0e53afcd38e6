package webhook

import (
	"bytes"
	"strings"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

const tokenFlow = "company.team"

func TestTokens(t *testing.T) {
	tokens := NewTokens(bytes.Repeat([]byte{1}, 32))
	id := execution.NewID()
	token := tokens.Make(tokenFlow, "hello", id)
	long := tokens.Make(tokenFlow, "hello", "1"+id)
	for _, test := range []struct {
		name, namespace, flow, token, want string
	}{
		{"its own", tokenFlow, "hello", token, id},
		{"of a longer id", tokenFlow, "hello", long, "1" + id},
		{"of another flow", tokenFlow, "hell", token, ""},
		{"of another namespace", "company", "hello", token, ""},
		{"of texts that are joined as well", tokenFlow + "hell", "o", token, ""},
		{"of another execution", tokenFlow, "hello", execution.NewID() + token[len(id):], ""},
		{"of a longer execution", tokenFlow, "hello", "1" + token, ""},
		{"cut off", tokenFlow, "hello", token[:len(token)-1], ""},
		{"with more behind it", tokenFlow, "hello", token + "A", ""},
		{"padded", tokenFlow, "hello", token + "==", ""},
		{"the id alone", tokenFlow, "hello", id, ""},
		{"nothing", tokenFlow, "hello", "", ""},
		{"as long as a request may be", tokenFlow, "hello", strings.Repeat(token, 1000), ""},
		{"of another secret", tokenFlow, "hello", NewTokens(bytes.Repeat([]byte{2}, 32)).Make(tokenFlow, "hello", id), ""},
	} {
		if got, ok := tokens.Open(test.namespace, test.flow, test.token); got != test.want || ok != (test.want != "") {
			t.Errorf("%s: opens %q, %v, want %q", test.name, got, ok, test.want)
		}
	}
	for at := range token { // no character is without meaning
		for _, c := range []byte("A0_-g") {
			if other := token[:at] + string(c) + token[at+1:]; other != token {
				if got, ok := tokens.Open(tokenFlow, "hello", other); ok {
					t.Errorf("%q opens %q", other, got)
				}
			}
		}
	}
	if again := NewTokens(bytes.Repeat([]byte{1}, 32)).Make(tokenFlow, "hello", id); again != token || !strings.HasPrefix(token, id) {
		t.Errorf("made again it is %q, was %q", again, token)
	}
}

// TestTokenIsSafe checks how much of a token nobody can guess, and that it stands in a URL as it is.
func TestTokenIsSafe(t *testing.T) {
	if bits := 6 * macLength; bits < 128 || macBytes*8 != bits {
		t.Errorf("%d bits of %d bytes", bits, macBytes)
	}
	token := NewTokens([]byte("secret")).Make("a", "b", execution.NewID())
	if strings.Trim(token, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_") != "" {
		t.Errorf("%q", token)
	}
}
