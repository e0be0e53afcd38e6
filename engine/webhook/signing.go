package webhook

import (
	"fmt"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/signature"
)

// Signed returns how requests of the trigger are signed; nil: they need no signature.
func (t *Trigger) Signed() *signature.Form {
	if t.signed == nil {
		return nil
	}
	return t.signed.form
}

// RenderSecret renders and trims the first secret of the signature, which [Trigger.Signed] has. An error never contains it.
func (t *Trigger) RenderSecret(scope *pebble.Context) (string, error) {
	template := t.signed.secrets[0]
	text, err := template.Render(scope)
	if err != nil {
		return "", fmt.Errorf("cannot be rendered: %s", problem(template, "secret", scope, err))
	}
	return strings.TrimSpace(text), nil
}
