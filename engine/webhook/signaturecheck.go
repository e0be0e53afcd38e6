package webhook

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/signature"
)

// SignatureError is a request whose signature is missing or wrong. Its text says why, for the log and not for the caller.
type SignatureError struct{ error }

// Unwrap returns the cause, one of those of package signature.
func (e SignatureError) Unwrap() error { return e.error }

// CertificateError is a certificate that a signature needs and that could not be had, so that nobody knows whether it is right.
type CertificateError struct{ Err error }

// Error implements the interface error.
func (e CertificateError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e CertificateError) Unwrap() error { return e.Err }

// unsigned is the one body of every request whose signature is missing or wrong, in Kestra's words.
var unsigned = Message(http.StatusUnauthorized, OutcomeUnsigned, "Invalid webhook signature.")

// Unsigned returns the answer to a request whose signature is missing or wrong.
func Unsigned() Response { return unsigned }

// NeedsCertificate reports whether signatures are checked by a certificate that is fetched, see [Request].Certificate.
func (e *Endpoint) NeedsCertificate() bool {
	return e.verifier != nil && e.verifier.Form().Scheme().Algorithm == signature.SNS
}

// Demand makes r a request of the trigger's sender, and a right signature part of its receipt: without one, [Receive] returns a
// [SignatureError]. The URL that some senders sign begins with baseURL, or as the request says if that is empty.
func (e *Endpoint) Demand(r *Request, baseURL string, now time.Time) {
	r.sender, r.handedOn = e.sender, e.Flow.HandedOn
	if e.verifier != nil {
		e.demandSignature(r, baseURL, now)
	}
}

func (e *Endpoint) demandSignature(r *Request, baseURL string, now time.Time) {
	c := &signatureCheck{form: e.verifier.Form(), copies: e.verifier.Copies(), now: now}
	c.message = signature.Message{Method: r.Method, Header: r.Header, Certificate: r.Certificate, URL: func() string {
		if baseURL == "" {
			baseURL = r.Scheme + "://" + r.Host
		}
		return strings.TrimSuffix(baseURL, "/") + r.URI
	}}
	if c.form.ReadsMembers() {
		c.message.Member = func(path string) string { return c.delivery.member(path) }
	}
	c.check = e.verifier.Begin(&c.message)
	r.signature = c
	scheme := c.form.Scheme()
	if scheme.Algorithm == signature.Plain {
		r.token = scheme.Header
	}
	if !scheme.Decompressed {
		r.Hash = c.check
	}
}

// signatureCheck is the check of a request's signature while its body is read. Nil: it needs none.
type signatureCheck struct {
	form     *signature.Form
	copies   bool // see [signature.Verifier.Copies]
	message  signature.Message
	check    *signature.Check
	now      time.Time
	delivery *Delivery // once its body is there, for forms that read members of it
}

// end says whether the signature is right; body is as it came, or with decompressed as it was before its content coding. It is called for
// both, and acts at the one that is signed. A form that reads members of the body is checked by endMembers.
func (c *signatureCheck) end(body []byte, decompressed bool, account Account) error {
	if c == nil || decompressed != c.form.Decompressed() {
		return nil
	}
	if decompressed {
		_, _ = c.check.Write(body) // never fails
	}
	if c.form.ReadsMembers() {
		return nil
	}
	if c.copies {
		size := int64(2 * len(body))
		if err := account.Take(size); err != nil {
			return err
		}
		defer account.Give(size)
	}
	return c.verdict(body)
}

// endMembers says whether the signature of a form is right that reads members of the body.
func (c *signatureCheck) endMembers(d *Delivery) error {
	if c == nil || !c.form.ReadsMembers() {
		return nil
	}
	if d.body.json {
		if err := d.buildBody(); err != nil {
			return err
		}
	}
	c.delivery = d
	return c.verdict(nil)
}

func (c *signatureCheck) verdict(body []byte) error {
	err := c.check.End(body, c.now)
	if _, unknown := errors.AsType[CertificateError](err); err == nil || unknown {
		return err
	}
	return SignatureError{err}
}

// buildBody makes the tree of a JSON body now. The error is that of the account.
func (d *Delivery) buildBody() error {
	size := treeSize(d.body.text)
	if err := d.account.Take(size); err != nil {
		return err
	}
	d.asked, d.built = true, d.built+size
	p := &d.parts[partBody]
	p.once.Do(func() { p.v = d.decode() })
	return nil
}
