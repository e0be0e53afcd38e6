package webhook

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/signature"
)

// signed says how the requests of a trigger are signed, and what gives the secrets.
type signed struct {
	form    *signature.Form
	members *flow.Members
	secrets []*pebble.Template
}

func signatureProperty() flow.Property {
	return flow.Property{
		Name: "signature", Type: flow.Object,
		Summary: "The signature that every request must carry, checked over the bytes of the body before anything is evaluated; " +
			"a request without a right one is answered with 401 and starts nothing.",
		Properties: []flow.Property{
			{Name: "header", Type: flow.String, Required: true, Summary: "The header that has the signature."},
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
				Summary: "What is signed: a text with `{body}`, `{timestamp}`, `{id}`, `{url}`, `{method}` and `{params}` in it, as in `v0:{timestamp}:{body}`. `{params}` are the sorted fields of a form.",
			},
			{
				Name: "timestampHeader", Type: flow.String, Extension: true,
				Summary: "The header with the time of the signature: seconds, milliseconds or a date.",
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

// compileSignature returns nil when the property is not written.
func compileSignature(m *flow.Members) (*signed, error) {
	if m == nil {
		return nil, nil //nolint:nilnil // requests need no signature
	}
	s := &signed{members: m, secrets: m.Templates("secrets")}
	if t := m.Template("secret"); t != nil {
		s.secrets = append([]*pebble.Template{t}, s.secrets...)
	}
	if len(s.secrets) == 0 {
		return nil, m.Errorf("secret", "is missing: without it no signature can be checked")
	}
	for _, t := range s.secrets {
		if names := t.Outside(); len(names) > 0 {
			return nil, m.Errorf("secret", "function %s cannot be used here: secrets are known before there is anything that it could ask", names[0])
		}
	}
	if m.Has("tolerance") && m.Duration("tolerance") <= 0 {
		return nil, m.Errorf("tolerance", "must be longer than nothing")
	}
	form, err := schemeOf(m).Compile()
	if wrong, ok := errors.AsType[*signature.Error](err); ok {
		return nil, m.Errorf(wrong.Member, "%s", wrong.Message)
	}
	s.form = form
	return s, err
}

// schemeOf returns what the members of the property say.
func schemeOf(m *flow.Members) signature.Scheme {
	scheme := signature.Scheme{
		Header:          m.Text("header"),
		Prefix:          m.Text("prefix"),
		Algorithm:       signature.Algorithm(m.Text("algorithm")),
		Encoding:        signature.Encoding(m.Text("encoding")),
		Payload:         m.Text("payload"),
		TimestampHeader: m.Text("timestampHeader"),
		TimestampItem:   m.Text("timestampItem"),
		IDHeader:        m.Text("idHeader"),
		Tolerance:       m.Duration("tolerance"),
		Separator:       m.Text("separator"),
		Decompressed:    m.Bool("decompressed"),
		SecretEncoding:  signature.Encoding(m.Text("secretEncoding")),
		SecretPrefix:    m.Text("secretPrefix"),
	}
	for _, version := range m.Value("versions").List().All() {
		scheme.Versions = append(scheme.Versions, version.Str())
	}
	return scheme
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

// verifier renders the secrets of the trigger; nil: requests need no signature. An error never contains one of them.
func (t *Trigger) verifier(scope *pebble.Context) (*signature.Verifier, error) {
	if t.signed == nil {
		return nil, nil //nolint:nilnil // see above
	}
	secrets := make([]string, len(t.signed.secrets))
	for i, template := range t.signed.secrets {
		text, err := template.Render(scope)
		if err != nil {
			return nil, fmt.Errorf("cannot be rendered: %s", problem(template, "secret", scope, err))
		}
		secrets[i] = text
	}
	v, err := t.signed.form.With(secrets...)
	if err != nil {
		return nil, fmt.Errorf("cannot be used: %w", err)
	}
	return v, nil
}

// signatureUnusable returns the finding about secrets that cannot be used.
func (t *Trigger) signatureUnusable(err error) *flow.Diagnostic {
	member := "secret"
	if !t.signed.members.Has(member) {
		member = "secrets"
	}
	return t.signed.members.Errorf(member, "%w; this trigger is switched off", err)
}

// SignatureError is a request whose signature is missing or wrong. Its text says why, for the log and not for the caller.
type SignatureError struct{ error }

// Unwrap returns the cause, one of those of package signature.
func (e SignatureError) Unwrap() error { return e.error }

// unsigned is the one body of every request whose signature is missing or wrong, in Kestra's words.
var unsigned = Message(http.StatusUnauthorized, OutcomeUnsigned, "Invalid webhook signature.")

// Unsigned returns the answer to a request whose signature is missing or wrong.
func Unsigned() Response { return unsigned }

// Demand makes a right signature part of the receipt of r: without one, [Receive] returns a [SignatureError]. The URL that some senders
// sign begins with baseURL, or as the request says if that is empty.
func (e *Endpoint) Demand(r *Request, baseURL string, now time.Time) {
	if e.verifier == nil {
		return
	}
	if baseURL == "" {
		baseURL = r.Scheme + "://" + r.Host
	}
	url := func() string { return strings.TrimSuffix(baseURL, "/") + r.URI }
	m := &signature.Message{Method: r.Method, Header: r.Header, URL: url}
	r.signature = &signatureCheck{verifier: e.verifier, check: e.verifier.Begin(m), now: now}
	scheme := e.verifier.Form().Scheme()
	if scheme.Algorithm == signature.Plain {
		r.token = scheme.Header
	}
	if !scheme.Decompressed {
		r.Hash = r.signature.check
	}
}

// signatureCheck is the check of a request's signature while its body is read. Nil: it needs none.
type signatureCheck struct {
	verifier *signature.Verifier
	check    *signature.Check
	now      time.Time
}

// end says whether the signature is right; body is as it came, or with decompressed as it was before its content coding. It is called for
// both, and acts at the one that is signed.
func (c *signatureCheck) end(body []byte, decompressed bool, account Account) error {
	if c == nil || decompressed != c.verifier.Form().Decompressed() {
		return nil
	}
	if decompressed {
		_, _ = c.check.Write(body) // never fails
	}
	if c.verifier.Copies() {
		size := int64(2 * len(body))
		if err := account.Take(size); err != nil {
			return err
		}
		defer account.Give(size)
	}
	if err := c.check.End(body, c.now); err != nil {
		return SignatureError{err}
	}
	return nil
}
