package senders

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine/signature"
)

// TestRows checks that every row says what a row must, and nothing that cannot be.
func TestRows(t *testing.T) {
	if names := Names(); !slices.IsSorted(names) || len(slices.Compact(slices.Clone(names))) != len(names) {
		t.Errorf("the names are not sorted, or one stands there twice: %v", names)
	}
	for _, name := range Names() {
		s := ByName(name)
		fault := func(format string, args ...any) { t.Errorf(name+": "+format, args...) }
		if s.Title == "" || s.Proof == "" || s.Retries == "" {
			fault("title, proof or retries are missing")
		}
		if at, err := url.Parse(s.Docs); err != nil || at.Scheme != "https" || at.Host == "" {
			fault("%q is no address of documentation", s.Docs)
		}
		if s.Signs() != (s.Secret != "") {
			fault("it signs by nothing, or has a secret for nothing")
		}
		if s.Signs() {
			if _, err := s.Signature.Compile(); err != nil {
				fault("signature: %v", err)
			}
			if s.Signature.Tolerance != 0 && name != "mailgun" && name != "sns" { // both send again what is as old, with the same signature
				fault("a tolerance of its own wants a reason here")
			}
		}
		places := []Place{s.DeliveryID, s.IDWithin, s.Event}
		for _, h := range s.Handshakes {
			if (h.Text == Place{}) == (len(h.JSON) == 0) || len(h.If) == 0 {
				fault("a handshake is answered by a text or by JSON, and by one of them; and has a condition")
			}
			for _, m := range h.If {
				places = append(places, m.Place)
				if h.Unsigned && (m.Member != "" || m.Field != "") {
					fault("a handshake without a signature is asked before the body is read, and cannot depend on it")
				}
			}
			for _, m := range h.JSON {
				places = append(places, m.Of)
				if m.HMAC && (!s.Signs() || s.Signature.Algorithm != signature.SHA256 && s.Signature.Algorithm != "") {
					fault("an HMAC needs a secret of one")
				}
			}
			places = append(places, h.Text)
		}
		for _, p := range places {
			if http.CanonicalHeaderKey(p.Header) != p.Header {
				fault("header %s is not in its canonical spelling", p.Header)
			}
			set := 0
			for _, text := range []string{p.Header, p.Parameter, p.Field, p.Member} {
				if text != "" {
					set++
				}
			}
			if set > 1 && (set > 2 || p.Header == "" || p.Member == "") {
				fault("%v is two places at once", p)
			}
		}
	}
	if ByName("nobody") != nil {
		t.Error("there is a sender of any name")
	}
}

// TestSignedIDs says of which senders a delivery that is sent again by somebody else is known.
func TestSignedIDs(t *testing.T) {
	var covered []string
	for _, name := range Names() {
		if ByName(name).IDIsSigned() {
			covered = append(covered, name)
		}
	}
	const want = "discord heroku intercom mailgun paddle pagerduty sendgrid slack sns square standard-webhooks stripe svix typeform vercel"
	if got := strings.Join(covered, " "); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
