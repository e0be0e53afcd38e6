package site

import (
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

func TestEnvironment(t *testing.T) {
	e := NewEnvironment([]string{"ENV_FOO=bar", "ENV_Mixed_Case=x=y", "ENV_EMPTY=", "PATH=/bin", "ENV=no", "XENV_Q=no", "SECRET_S=czNjcjN0", ""}, nil)
	if got, want := value.JSON(e.envs), `{"empty":"","foo":"bar","mixed_case":"x=y"}`; got != want {
		t.Errorf("envs are %s, want %s", got, want)
	}
	if text, ok, err := e.Secret("", "s"); text != "s3cr3t" || !ok || err != nil {
		t.Errorf("secret is %q, %v, %v", text, ok, err)
	}
}
