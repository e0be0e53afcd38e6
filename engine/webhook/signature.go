package webhook

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/signature"
	"github.com/caddy-kestra/kestra-webhook/engine/webhook/senders"
)

// signed says how the requests of a trigger are signed, and what gives the secrets.
type signed struct {
	form    *signature.Form
	secrets []*pebble.Template
	written *flow.Members // where the secrets are
	member  string        // and as what
}

func signatureProperty() flow.Property {
	return flow.Property{
		Name: "signature", Type: flow.Object,
		Summary: "The signature that every request must carry, checked over the bytes of the body before anything is evaluated; " +
			"a request without a right one is answered with 401 and starts nothing.",
		Properties: []flow.Property{
			{Name: "header", Type: flow.String, Summary: "The header that has the signature; required without `sender`."},
			{Name: "prefix", Type: flow.String, Summary: "What stands before the signature in the header, as in `sha256=`."},
			{
				Name: "algorithm", Type: flow.String, Values: signature.Algorithms(), Default: string(signature.SHA256),
				Summary: "HMACs by the names of their hashes, signatures by a public key, or PLAIN: the header is the secret.",
			},
			{
				Name: "secret", Type: flow.String, Dynamic: true, Secret: true,
				Summary: "The secret that the sender has as well, or its public key; rendered and trimmed when the flow is loaded, best as in `{{ secret('X') }}`.",
			},
			{
				Name: "secrets", Type: flow.StringList, Dynamic: true, Secret: true, Extension: true,
				Summary: "Several of them, each of which counts: the old and the new one while they change.",
			},
			{
				Name: "encoding", Type: flow.String, Values: signature.Encodings(), Default: string(signature.Hex), Extension: true,
				Summary: "How the signature is written.",
			},
			{
				Name: "payload", Type: flow.String, Default: "{body}", Extension: true,
				Summary: "What is signed: a text with `{body}`, `{timestamp}`, `{id}`, `{url}`, `{method}` and `{params}` in it, as in `v0:{timestamp}:{body}`. `{params}` are the sorted fields of a form, and `{decodedUrl}` is the URL as HubSpot signs it.",
			},
			{
				Name: "timestampHeader", Type: flow.String, Extension: true,
				Summary: "The header with the time of the signature: seconds, milliseconds or a date.",
			},
			{
				Name: "timestampMember", Type: flow.String, Extension: true,
				Summary: "The member of a JSON body with that time, as in `event.sentAt`; it is signed as a part of the body.",
			},
			{
				Name: "tolerance", Type: flow.Duration, Default: "PT5M", Extension: true,
				Summary: "How far that time may be from now, against requests that somebody sends again.",
			},
			{Name: "idHeader", Type: flow.String, Extension: true, Summary: "The header with the `{id}` of the payload."},
			{
				Name: "separator", Type: flow.String, Extension: true,
				Summary: "The character between the members of a header that is a list, as the comma of `t=…,v1=…`.",
			},
			{
				Name: "versions", Type: flow.StringList, Extension: true,
				Summary: "The names of those members that are signatures, one of which must be right.",
			},
			{Name: "timestampItem", Type: flow.String, Extension: true, Summary: "The name of the member that is the time, as the `t` of `t=…,v1=…`."},
			{
				Name: "decompressed", Type: flow.Boolean, Default: "false", Extension: true,
				Summary: "The sender signs before it compresses.",
			},
			{
				Name: "secretEncoding", Type: flow.String, Values: signature.SecretEncodings(), Default: string(signature.Text), Extension: true,
				Summary: "How the secret is written.",
			},
			{Name: "secretPrefix", Type: flow.String, Extension: true, Summary: "What stands before the secret and is no part of it, as `whsec_`."},
		},
	}
}

// compileSignature returns nil when requests need no signature.
func compileSignature(c *flow.Component, sender *senders.Sender) (*signed, error) {
	m := c.Object("signature")
	s := new(signed)
	if err := s.find(c, m); err != nil {
		return nil, err
	}
	signs := sender != nil && sender.Signs()
	switch {
	case m == nil && !signs && s.secrets == nil:
		return nil, nil //nolint:nilnil // see above
	case m == nil && !signs && sender == nil:
		return nil, c.Errorf("secret", "has no meaning without `sender`: `signature` has a secret of its own")
	case m == nil && !signs:
		return nil, c.Errorf("secret", "has no meaning here: %s signs nothing", sender.Title)
	case s.secrets == nil && m == nil:
		return nil, c.Errorf("sender", "needs `secret`: %s signs its requests, by what it calls %s", sender.Title, sender.Secret)
	case s.secrets == nil:
		return nil, m.Errorf("secret", "is missing: without it no signature can be checked")
	}
	for _, t := range s.secrets {
		if names := t.Outside(); len(names) > 0 {
			return nil, s.written.Errorf(s.member, "function %s cannot be used here: secrets are known before there is anything that it could ask", names[0])
		}
	}
	if m != nil && m.Has("tolerance") && m.Duration("tolerance") <= 0 {
		return nil, m.Errorf("tolerance", "must be longer than nothing")
	}
	var scheme signature.Scheme
	if signs {
		scheme = sender.Signature
	}
	form, err := overridden(scheme, m).Compile()
	if wrong, ok := errors.AsType[*signature.Error](err); ok {
		return nil, m.Errorf(wrong.Member, "%s", wrong.Message) // a scheme of a sender has no errors by itself
	}
	s.form = form
	return s, err
}

// find finds the secrets: those of the signature, or the one of the sender.
func (s *signed) find(c *flow.Component, m *flow.Members) error {
	take := func(m *flow.Members, member string, templates ...*pebble.Template) {
		s.secrets, s.written, s.member = append(s.secrets, templates...), m, member
	}
	if m != nil {
		if m.Has("secrets") {
			take(m, "secrets", m.Templates("secrets")...)
		}
		if t := m.Template("secret"); t != nil {
			take(m, "secret", t)
		}
	}
	if t := c.Template("secret"); t != nil {
		if s.secrets != nil {
			return c.Errorf("secret", "stands in `signature` as well: one of them is enough")
		}
		take(&c.Members, "secret", t)
	}
	return nil
}

// overridden returns a scheme with what the members of the property say instead.
func overridden(scheme signature.Scheme, m *flow.Members) signature.Scheme {
	if m == nil {
		return scheme
	}
	for member, to := range map[string]*string{
		"header": &scheme.Header, "prefix": &scheme.Prefix, "algorithm": (*string)(&scheme.Algorithm), "encoding": (*string)(&scheme.Encoding),
		"payload": &scheme.Payload, "timestampHeader": &scheme.TimestampHeader, "timestampItem": &scheme.TimestampItem,
		"timestampMember": &scheme.TimestampMember,
		"idHeader":        &scheme.IDHeader, "separator": &scheme.Separator,
		"secretEncoding": (*string)(&scheme.SecretEncoding), "secretPrefix": &scheme.SecretPrefix,
	} {
		if m.Has(member) {
			*to = m.Text(member)
		}
	}
	if m.Has("tolerance") {
		scheme.Tolerance = m.Duration("tolerance")
	}
	if m.Has("decompressed") {
		scheme.Decompressed = m.Bool("decompressed")
	}
	if m.Has("versions") {
		scheme.Versions = nil
		for _, version := range m.Value("versions").List().All() {
			scheme.Versions = append(scheme.Versions, version.Str())
		}
	}
	return scheme
}

// tolerance returns for how long a signature of the trigger counts; 0: for ever, or it needs none.
func (t *Trigger) tolerance() time.Duration {
	if t.signed == nil {
		return 0
	}
	return t.signed.form.Scheme().Tolerance
}

// HasConstantSecrets reports whether the key and the secrets of the signature are written without expressions.
func (t *Trigger) HasConstantSecrets() bool {
	if _, constant := t.key.Constant(); !constant || t.signed == nil {
		return constant
	}
	for _, template := range t.signed.secrets {
		if _, constant := template.Constant(); !constant {
			return false
		}
	}
	return true
}

// verifier renders the secrets of the trigger, and returns them as well; nil: requests need no signature. An error never contains one
// of them.
func (t *Trigger) verifier(scope *pebble.Context) (*signature.Verifier, []string, error) {
	if t.signed == nil {
		return nil, nil, nil
	}
	secrets := make([]string, len(t.signed.secrets))
	for i, template := range t.signed.secrets {
		text, err := template.Render(scope)
		if err != nil {
			return nil, secrets, fmt.Errorf("cannot be rendered: %s", problem(template, "secret", scope, err))
		}
		secrets[i] = text
	}
	v, err := t.signed.form.With(secrets...)
	if t.signed.form.Scheme().Algorithm == signature.SNS {
		secrets = nil // names of topics, which may be shown
	}
	for _, text := range secrets { // what it is without its prefix
		secrets = append(secrets, strings.TrimPrefix(strings.TrimSpace(text), t.signed.form.Scheme().SecretPrefix))
	}
	if err != nil {
		return nil, secrets, fmt.Errorf("cannot be used: %w", err)
	}
	return v, secrets, nil
}

// signatureUnusable returns the finding about secrets that cannot be used.
func (t *Trigger) signatureUnusable(err error) *flow.Diagnostic {
	return t.signed.written.Errorf(t.signed.member, "%w; this trigger is switched off", err)
}
