package secret

import (
	"encoding/base64"
	"strings"
	"testing"
)

func TestEnviron(t *testing.T) {
	long := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", 100)))
	e := OfEnviron([]string{
		"PATH=/bin",
		"SECRET_PLAIN=czNjcjN0", "SECRET_lower=eA==", "SECRET_LINES=" + long[:76] + "\n" + long[76:] + "\n", "SECRET_EMPTY=", "SECRET_BAD=not base64!", "",
	})
	for name, want := range map[string]string{"PLAIN": "s3cr3t", "plain": "s3cr3t", "LOWER": "x", "LINES": strings.Repeat("x", 100), "EMPTY": ""} {
		if got, ok, err := e.Secret("any.namespace", name); got != want || !ok || err != nil {
			t.Errorf("secret %s is %q, %v, %v", name, got, ok, err)
		}
	}
	if _, ok, err := e.Secret("", "NOPE"); ok || err != nil {
		t.Errorf("a secret that is not there: %v, %v", ok, err)
	}
	_, ok, err := e.Secret("", "BAD")
	if !ok || err == nil || !strings.Contains(err.Error(), "SECRET_BAD") || strings.Contains(err.Error(), "not base64!") {
		t.Errorf("a secret that is no Base64: %v, %v", ok, err)
	}
}
