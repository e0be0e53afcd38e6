package signature

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"hash"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Message is a request without its body.
type Message struct {
	Method string
	Header http.Header
	URL    func() string // the whole URL as its sender wrote it; called only for schemes that sign it

	// Member returns the text or number at a path of the JSON body, as in signature.token; "": there is none. It must be there when
	// a check of a form ends that [Form.ReadsMembers].
	Member func(path string) string

	// Certificate returns the certificate at an address; called for SNS alone. Its error is that of [Check.End].
	Certificate func(address string) (*x509.Certificate, error)
}

// Check is the check of one request. The bytes of the body are written to it in any pieces, and then [Check.End] says whether
// the signature is right.
type Check struct {
	verifier   *Verifier
	message    Message
	err        error // already known before the body
	signatures [][]byte
	timestamp  string
	id         string
	sums       []hash.Hash // one for each secret, or one for all of ECDSA; nil: what is signed is made at the end

	// Room for what most checks need, so that it is allocated once with the check.
	signatureRoom [1][]byte
	sumRoom       [1]hash.Hash
	decodeRoom    [sha512.Size]byte
	resultRoom    [sha512.Size]byte
}

// maxSignatures is how many signatures one header may have: each costs a comparison, or the check of a signature by a public key.
const maxSignatures = 16

// Begin begins the check of a request.
func (v *Verifier) Begin(m *Message) *Check {
	c := &Check{verifier: v, message: *m}
	if c.err = c.readHeaders(); c.err != nil || !v.form.streams {
		return c
	}
	c.sums = c.sumRoom[:0]
	if v.form.scheme.Algorithm == ECDSA {
		c.sums = append(c.sums, sha256.New())
	} else {
		for i := range v.secrets {
			mac := v.secrets[i].macs.Get().(hash.Hash)
			mac.Reset()
			c.sums = append(c.sums, mac)
		}
	}
	for _, p := range v.form.payload[:v.form.body] {
		_, _ = c.Write([]byte(c.text(p, nil)))
	}
	return c
}

// Copies reports whether the check holds the body a second time while it ends.
func (v *Verifier) Copies() bool {
	f := v.form
	return !f.streams && (f.has(partBody) || f.has(partParams))
}

// Write implements [io.Writer]: it takes the next piece of the body. It never fails.
func (c *Check) Write(piece []byte) (int, error) {
	for _, sum := range c.sums {
		_, _ = sum.Write(piece) // never fails
	}
	return len(piece), nil
}

// End returns nil when the signature is right, and otherwise what is wrong with it: an error that wraps one of [ErrMissing],
// [ErrSeveral], [ErrMalformed], [ErrWrong] and [ErrTime], or that of [Message].Certificate. body is all that was written; a form that
// [Form.ReadsMembers] needs none. The check is over then.
func (c *Check) End(body []byte, now time.Time) error {
	if c.err == nil {
		c.err = c.readMembers()
	}
	if c.err != nil {
		return c.err
	}
	form := c.verifier.form
	if c.sums != nil {
		for _, p := range form.payload[form.body+1:] {
			_, _ = c.Write([]byte(c.text(p, nil)))
		}
	}
	if form.scheme.Algorithm == SNS {
		if err := c.checkSNS(); err != nil {
			return err
		}
	} else if !c.matches(body) {
		return fmt.Errorf("%s %w", form.scheme.place(), ErrWrong)
	}
	if !form.timed {
		return nil
	}
	at, ok := parseTime(c.timestamp)
	if !ok {
		return fmt.Errorf("the time of the signature %w", ErrMalformed)
	}
	if off := now.Sub(at).Abs(); off > form.scheme.Tolerance {
		return fmt.Errorf("the time of the signature %w, by %s", ErrTime, off.Round(time.Second))
	}
	return nil
}

// place says where the signature is.
func (s *Scheme) place() string {
	if s.SignatureMember != "" {
		return "the signature in " + s.SignatureMember + " of the body"
	}
	return "the signature in header " + s.Header
}

// matches reports whether one of the signatures is right. All are compared, whichever fits.
func (c *Check) matches(body []byte) bool {
	v, right := c.verifier, 0
	switch v.form.scheme.Algorithm {
	case Plain:
		for _, signature := range c.signatures {
			sum := sha256.Sum256(signature)
			for i := range v.secrets {
				right |= subtle.ConstantTimeCompare(sum[:], v.secrets[i].plain[:])
			}
		}
	case Ed25519:
		signed := c.signed(body)
		for _, signature := range c.signatures {
			for _, s := range v.secrets {
				if len(signature) == ed25519.SignatureSize && ed25519.Verify(s.ed25519, signed, signature) {
					right = 1
				}
			}
		}
	case ECDSA:
		sum := c.sum(0, body)
		for _, signature := range c.signatures {
			for _, s := range v.secrets {
				if ecdsa.VerifyASN1(s.ecdsa, sum, signature) {
					right = 1
				}
			}
		}
	default:
		for i := range v.secrets {
			sum := c.sum(i, body)
			for _, signature := range c.signatures {
				right |= subtle.ConstantTimeCompare(sum, signature)
			}
		}
	}
	return right == 1
}

// sum returns the hash of what is signed: the HMAC by the secret with this number or, of ECDSA, the plain one.
func (c *Check) sum(i int, body []byte) []byte {
	if c.sums == nil {
		return c.verifier.sum(i, c.signed(body))
	}
	sum := c.sums[i].Sum(c.resultRoom[:0])
	if macs := c.verifier.secrets[i].macs; macs != nil {
		macs.Put(c.sums[i])
	}
	return sum
}

// sum returns the hash of a text: the HMAC by the secret with this number or, of ECDSA, the plain one.
func (v *Verifier) sum(i int, signed []byte) []byte {
	macs := v.secrets[i].macs
	if macs == nil {
		sum := sha256.Sum256(signed)
		return sum[:]
	}
	mac := macs.Get().(hash.Hash)
	defer macs.Put(mac)
	mac.Reset()
	_, _ = mac.Write(signed) // never fails
	return mac.Sum(nil)
}

// signed returns all that is signed.
func (c *Check) signed(body []byte) []byte {
	signed := make([]byte, 0, len(body)+256)
	for _, p := range c.verifier.form.payload {
		if p.kind == partBody {
			signed = append(signed, body...)
		} else {
			signed = append(signed, c.text(p, body)...)
		}
	}
	return signed
}

// text returns what a part of the payload stands for, {body} excepted.
func (c *Check) text(p part, body []byte) string {
	switch p.kind {
	case partTimestamp:
		return c.timestamp
	case partID:
		return c.id
	case partURL:
		return c.message.URL()
	case partDecoded:
		return decodedURL.Replace(c.message.URL())
	case partMethod:
		return c.message.Method
	case partParams:
		return c.parameters(body)
	default:
		return p.text
	}
}

// unsigned stands for the parameters of a body that nothing speaks for: no signature has it.
const unsigned = "\x00the body is not signed\x00"

// parameters returns what {params} stands for.
func (c *Check) parameters(body []byte) string {
	kind, _, _ := mime.ParseMediaType(c.message.Header.Get("Content-Type"))
	if kind == "application/x-www-form-urlencoded" {
		return formParameters(string(body))
	}
	if len(body) == 0 {
		return ""
	}
	_, query, _ := strings.Cut(c.message.URL(), "?")
	parameters, _ := url.ParseQuery(query)
	sum := sha256.Sum256(body)
	if want, err := hex.DecodeString(parameters.Get("bodySHA256")); err != nil || subtle.ConstantTimeCompare(want, sum[:]) != 1 {
		return unsigned
	}
	return ""
}

// readHeaders reads what the headers say.
func (c *Check) readHeaders() error {
	scheme := &c.verifier.form.scheme
	if scheme.SignatureMember != "" {
		return nil // so all of it is in the body
	}
	text, err := c.header(scheme.Header)
	if err != nil {
		return err
	}
	if scheme.TimestampHeader != "" {
		if c.timestamp, err = c.header(scheme.TimestampHeader); err != nil {
			return err
		}
	}
	if scheme.IDHeader != "" {
		if c.id, err = c.header(scheme.IDHeader); err != nil {
			return err
		}
	}
	if scheme.Separator != "" {
		return c.readItems(text)
	}
	text, found := strings.CutPrefix(text, scheme.Prefix)
	if !found || !c.add(text) {
		return fmt.Errorf("%s %w", scheme.place(), ErrMalformed)
	}
	return nil
}

// readMembers reads what members of the body say.
func (c *Check) readMembers() error {
	scheme := &c.verifier.form.scheme
	for _, member := range [...]struct {
		path string
		to   *string
	}{{scheme.TimestampMember, &c.timestamp}, {scheme.IDMember, &c.id}} {
		if member.path == "" {
			continue
		}
		if *member.to = c.message.Member(member.path); *member.to == "" {
			return fmt.Errorf("%s of the body %w", member.path, ErrMissing)
		}
	}
	if scheme.SignatureMember == "" {
		return nil
	}
	switch text := c.message.Member(scheme.SignatureMember); {
	case text == "":
		return fmt.Errorf("%s %w", scheme.place(), ErrMissing)
	case !c.add(text):
		return fmt.Errorf("%s %w", scheme.place(), ErrMalformed)
	default:
		return nil
	}
}

// header returns the one value of a header.
func (c *Check) header(name string) (string, error) {
	switch texts := c.message.Header[name]; {
	case len(texts) == 0 || strings.TrimSpace(texts[0]) == "":
		return "", fmt.Errorf("header %s %w", name, ErrMissing)
	case len(texts) > 1:
		return "", fmt.Errorf("header %s %w", name, ErrSeveral)
	default:
		return strings.TrimSpace(texts[0]), nil
	}
}

// readItems reads a header that is a list of name=value or name,value.
func (c *Check) readItems(text string) error {
	scheme := &c.verifier.form.scheme
	malformed := fmt.Errorf("the list in header %s %w", scheme.Header, ErrMalformed)
	for member := range strings.SplitSeq(text, scheme.Separator) {
		member = strings.TrimSpace(member)
		at := strings.IndexAny(member, "=,")
		if at < 0 {
			continue
		}
		name, v := member[:at], member[at+1:]
		if name == scheme.TimestampItem {
			if c.timestamp != "" { // which of them is signed would be the sender's choice
				return malformed
			}
			c.timestamp = v
		}
		for _, version := range scheme.Versions {
			if name == version && !c.add(v) {
				return malformed
			}
		}
	}
	switch {
	case len(c.signatures) == 0:
		return fmt.Errorf("a signature of version %s in header %s %w", strings.Join(scheme.Versions, ", "), scheme.Header, ErrMissing)
	case scheme.TimestampItem != "" && c.timestamp == "":
		return fmt.Errorf("the time in header %s %w", scheme.Header, ErrMissing)
	}
	return nil
}

// add takes one more signature; false: it is none, or one too many.
func (c *Check) add(text string) bool {
	if c.signatures == nil {
		c.signatures = c.signatureRoom[:0]
	}
	if c.verifier.form.scheme.Algorithm == Plain {
		c.signatures = append(c.signatures, []byte(text))
		return true
	}
	room := c.decodeRoom[:0]
	if len(c.signatures) > 0 {
		room = nil
	}
	signature, err := appendDecoded(room, c.verifier.form.scheme.Encoding, text)
	c.signatures = append(c.signatures, signature)
	return err == nil && len(signature) > 0 && len(c.signatures) <= maxSignatures
}

// parseTime reads seconds or milliseconds since 1970, or a date of RFC 3339.
func parseTime(text string) (time.Time, bool) {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		const firstMilliseconds = 100_000_000_000 // in seconds, that is the year 5138
		if n >= firstMilliseconds {
			return time.UnixMilli(n), true
		}
		return time.Unix(n, 0), true
	}
	at, err := time.Parse(time.RFC3339, text)
	return at, err == nil
}
