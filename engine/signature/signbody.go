package signature

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// errCertificate is why nobody but Amazon signs as Amazon SNS does.
var errCertificate = errors.New("messages of Amazon SNS are signed by a key that only Amazon has")

// SignBody is [Form.Sign] for any form: what the form reads from members of a JSON body, the time, the id and the signature, is put there
// where it is not. It returns the body to send, which is the one that was given, byte for byte, if nothing had to be put into it.
func (f *Form) SignBody(m *Message, body []byte, secret string, now time.Time) ([]byte, error) {
	scheme := &f.scheme
	switch {
	case scheme.Algorithm == SNS:
		return nil, errCertificate
	case !f.ReadsMembers():
		return body, f.Sign(m, body, secret, now)
	}
	b, err := openBody(body)
	if err != nil {
		return nil, err
	}
	c := &Check{verifier: &Verifier{form: f}, message: *m}
	if scheme.TimestampMember != "" {
		c.timestamp = b.orElse(scheme.TimestampMember, func() any { return scheme.TimeForm.of(now) })
	}
	if scheme.IDMember != "" {
		c.id = b.orElse(scheme.IDMember, func() any { return rand.Text() })
	}
	if scheme.SignatureMember == "" {
		if body, err = b.bytes(body); err != nil {
			return nil, err
		}
		return body, f.Sign(m, body, secret, now)
	}
	text, err := f.sign(c, nil, secret)
	if err != nil {
		return nil, err
	}
	b.set(scheme.SignatureMember, text)
	return b.bytes(body)
}

// openedBody is a body into which members are put.
type openedBody struct {
	members map[string]any
	changed bool
	err     error
}

func openBody(body []byte) (*openedBody, error) {
	b := new(openedBody)
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	err := d.Decode(&b.members)
	if _, after := d.Token(); err != nil || b.members == nil || !errors.Is(after, io.EOF) {
		return nil, fmt.Errorf("the body %w: it must be a JSON object, which has a part of the signature", ErrMalformed)
	}
	return b, nil
}

// orElse returns the text of a member, which is put there first if there is none.
func (b *openedBody) orElse(path string, otherwise func() any) string {
	m, name := b.parent(path)
	switch m[name].(type) {
	case nil:
		b.set(path, otherwise())
	case string, json.Number:
	default:
		b.err = fmt.Errorf("%s of the body %w: it must be a text or a number", path, ErrMalformed)
	}
	return fmt.Sprint(m[name])
}

func (b *openedBody) set(path string, v any) {
	m, name := b.parent(path)
	m[name], b.changed = v, true
}

// parent returns the object of a member, and its name there.
func (b *openedBody) parent(path string) (map[string]any, string) {
	m := b.members
	for {
		name, rest, more := strings.Cut(path, ".")
		if !more {
			return m, name
		}
		inner, ok := m[name].(map[string]any)
		if !ok {
			if m[name] != nil {
				b.err = fmt.Errorf("%s of the body %w: it must be an object", name, ErrMalformed)
			}
			inner = map[string]any{}
			m[name] = inner
		}
		m, path = inner, rest
	}
}

// bytes returns the body, which was given as this text.
func (b *openedBody) bytes(given []byte) ([]byte, error) {
	if b.err != nil || !b.changed {
		return given, b.err
	}
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	err := e.Encode(b.members)
	return bytes.TrimSuffix(text.Bytes(), []byte("\n")), err
}
