package engine

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/signature"
	"github.com/caddy-kestra/kestra-webhook/engine/site"
	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
	"github.com/caddy-kestra/kestra-webhook/engine/webhook/senders"
)

// Caller knows what somebody needs who calls a webhook.
type Caller struct {
	trigger *webhook.Trigger
	keys    *site.Keys
}

// FindCaller returns the caller of a flow's webhook trigger with this id, or of its first one if the id is empty. What the key and the
// signature read is in the environment and secrets of o.
func FindCaller(set *flow.Set, o SiteOptions, namespace, flowID, triggerID string) (*Caller, error) {
	f := set.Flow(namespace, flowID)
	if f == nil {
		return nil, fmt.Errorf("there is no flow %s/%s", namespace, flowID)
	}
	var ids []string
	for _, c := range f.Triggers {
		t, ok := c.Compiled.(*webhook.Trigger)
		if ok && (triggerID == "" || t.ID() == triggerID) {
			return &Caller{t, site.NewKeys(o.Environ, o.Secrets, o.BaseURL)}, nil
		}
		if ok {
			ids = append(ids, t.ID())
		}
	}
	if len(ids) == 0 {
		return nil, fmt.Errorf("flow %s/%s has no webhook trigger", namespace, flowID)
	}
	return nil, fmt.Errorf("flow %s/%s has no webhook trigger %s, but %s", namespace, flowID, triggerID, strings.Join(ids, ", "))
}

// Key returns the key in clear. The error says what it needs, and never contains it.
func (c *Caller) Key() (string, error) {
	key, err := c.trigger.RenderKey(c.keys.Context(c.trigger))
	if err != nil {
		return "", fmt.Errorf("the key of %s/%s %w", c.trigger.Flow.Namespace, c.trigger.Flow.ID, err)
	}
	return key, nil
}

// Sender returns the sender that the trigger names; nil: none.
func (c *Caller) Sender() *senders.Sender { return c.trigger.Sender() }

// Signs reports whether requests must be signed.
func (c *Caller) Signs() bool { return c.trigger.Signed() != nil }

// Sign puts the signature of a request into its headers, with now as its time, and returns the body, into which some senders put it. By
// secret, or by that of the trigger if it is empty; for public keys it is the private key in PEM, which no trigger has. The error never
// contains it.
func (c *Caller) Sign(method string, header http.Header, url string, body []byte, secret string, now time.Time) ([]byte, error) {
	form := c.trigger.Signed()
	if form == nil {
		return body, nil
	}
	if secret == "" {
		if a := form.Scheme().Algorithm; a == signature.Ed25519 || a == signature.ECDSA {
			return nil, errors.New("the flow has the public key alone: a private key in PEM is needed to sign")
		}
		var err error
		if secret, err = c.trigger.RenderSecret(c.keys.Context(c.trigger)); err != nil {
			return nil, fmt.Errorf("the secret of the signature %w", err)
		}
	}
	m := &signature.Message{Method: method, Header: header, URL: func() string { return url }}
	body, err := form.SignBody(m, body, secret, now)
	if err != nil {
		return nil, fmt.Errorf("the request cannot be signed: %w", err)
	}
	return body, nil
}
