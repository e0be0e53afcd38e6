package signature

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Algorithm is how a signature is made.
type Algorithm string

// The algorithms. SHA1, SHA256 and SHA512 are HMACs, by the names that Kestra gives them.
const (
	SHA1    Algorithm = "SHA1"
	SHA256  Algorithm = "SHA256"
	SHA512  Algorithm = "SHA512"
	Ed25519 Algorithm = "ED25519"
	ECDSA   Algorithm = "ECDSA_P256" // over the SHA-256 of what is signed, in ASN.1
	Plain   Algorithm = "PLAIN"      // nothing is signed: the header is the secret

	// SNS is that of Amazon SNS alone: members of the message, signed by RSA with a certificate that the message names. The secret is the
	// ARN of a topic, which the message must be of: the certificate signs those of all topics of all customers.
	SNS Algorithm = "AMAZON_SNS"
)

// Algorithms returns the algorithms that a flow can choose.
func Algorithms() []string {
	return []string{string(SHA1), string(SHA256), string(SHA512), string(Ed25519), string(ECDSA), string(Plain)}
}

// Encoding is how bytes are written as text.
type Encoding string

// The encodings. Base64 may be padded or not.
const (
	Hex       Encoding = "hex"
	Base64    Encoding = "base64"
	Base64URL Encoding = "base64url"
	Text      Encoding = "text" // of secrets alone: the bytes of the text
)

// Encodings returns the encodings of signatures.
func Encodings() []string { return []string{string(Hex), string(Base64), string(Base64URL)} }

// SecretEncodings returns the encodings of secrets.
func SecretEncodings() []string { return append([]string{string(Text)}, Encodings()...) }

// TimeForm is how a timestamp is written. All forms are read; a request is signed with that of its sender.
type TimeForm string

// The forms of timestamps.
const (
	Seconds      TimeForm = ""             // since 1970
	Milliseconds TimeForm = "milliseconds" // since 1970
	RFC3339      TimeForm = "RFC 3339"     // in UTC
)

// of returns a time as a member of a JSON body has it.
func (f TimeForm) of(t time.Time) any {
	switch f {
	case Milliseconds:
		return t.UnixMilli()
	case RFC3339:
		return t.UTC().Format(time.RFC3339)
	default:
		return t.Unix()
	}
}

// DefaultTolerance is how far the time of a signature may be from that of its arrival, unless a scheme says otherwise.
const DefaultTolerance = 5 * time.Minute

// Scheme says how a sender signs. The zero value of a field means what its comment says.
type Scheme struct {
	Header    string    // that has the signature; must be set, or SignatureMember
	Prefix    string    // before the signature in the header, as in sha256=; "": none
	Algorithm Algorithm // "": SHA256
	Encoding  Encoding  // of the signature; "": hex. PLAIN has none

	// Payload is what is signed: text in which {body}, {timestamp}, {id}, {url}, {decodedUrl}, {method} and {params} stand for parts of the
	// request. "": {body}.
	//
	// {body} is the body byte for byte as it came. {url} is the whole URL as its sender wrote it, and {decodedUrl} the same with those
	// characters plain that need no encoding in a query, as HubSpot signs it. {params} is what Twilio signs of a body: the names and
	// values of a form, sorted, one after the other; of any other body nothing, but then the parameter bodySHA256 of the URL must be its
	// hash in hex.
	Payload string

	TimestampHeader string        // that has {timestamp}: seconds or milliseconds since 1970, or a date of RFC 3339; "": none
	TimeForm        TimeForm      // of the timestamp
	IDHeader        string        // that has {id}; "": none
	Tolerance       time.Duration // how far the timestamp may be from now; 0: [DefaultTolerance]

	// Members of the JSON body that have what others have in headers, as in signature.timestamp; "": none. The timestamp must be signed,
	// as {timestamp} or as part of {body}.
	TimestampMember, IDMember, SignatureMember string

	// Bodiless says that the sender does not sign the body, so that a payload without it is no mistake.
	Bodiless bool

	// Separator divides a header into several members, name=value or name,value; "": the header is one signature.
	Separator     string
	Versions      []string // the names of the members that are signatures: one of them must be right
	TimestampItem string   // the name of the member that is {timestamp}; "": none is

	// Decompressed says that the sender signs before it compresses: {body} is the body as it was then.
	Decompressed bool

	SecretEncoding Encoding // "": text. Public keys are read in any form, see [Form.With]
	SecretPrefix   string   // before a secret, and no part of it, as in whsec_; a secret may be without
}

// Error is a member of a scheme that cannot be as it is. Member is empty when the scheme as a whole is meant.
type Error struct {
	Member  string // as a flow writes it
	Message string
}

// Error implements the interface error.
func (e *Error) Error() string { return strings.TrimSpace(e.Member + " " + e.Message) }

// Form is a compiled scheme.
type Form struct {
	scheme  Scheme
	payload []part
	body    int  // where {body} stands in it; -1: nowhere
	streams bool // what is signed is hashed piece by piece
	timed   bool // the signature has a time
}

// Scheme returns the scheme with its defaults written out.
func (f *Form) Scheme() Scheme { return f.scheme }

// Decompressed reports whether the body is to be given to a [Check] after its content coding was undone, and not as it came.
func (f *Form) Decompressed() bool { return f.scheme.Decompressed }

// ReadsMembers reports whether a [Check] of the form ends with members of the body, see [Message].Member.
func (f *Form) ReadsMembers() bool {
	return f.scheme.TimestampMember != "" || f.scheme.SignatureMember != ""
}

// Signs reports whether there is a signature at all: the zero scheme has none.
func (s *Scheme) Signs() bool { return s.Header != "" || s.SignatureMember != "" || s.Algorithm == SNS }

// Compile checks a scheme. The error is an [*Error].
func (s Scheme) Compile() (*Form, error) {
	s.Header = http.CanonicalHeaderKey(s.Header)
	s.TimestampHeader = http.CanonicalHeaderKey(s.TimestampHeader)
	s.IDHeader = http.CanonicalHeaderKey(s.IDHeader)
	if s.Algorithm == SNS {
		s.SignatureMember, s.TimestampMember, s.Bodiless = "Signature", "Timestamp", true
		s.Encoding = Base64
	}
	if s.Algorithm == "" {
		s.Algorithm = SHA256
	}
	if s.Encoding == "" && s.Algorithm != Plain {
		s.Encoding = Hex
	}
	if s.Payload == "" && s.Algorithm != Plain && s.Algorithm != SNS {
		s.Payload = "{body}"
	}
	if s.SecretEncoding == "" {
		s.SecretEncoding = Text
	}
	f := &Form{scheme: s}
	var err error
	if f.payload, err = parsePayload(s.Payload); err != nil {
		return nil, &Error{"payload", err.Error()}
	}
	if err := f.check(); err != nil {
		return nil, err
	}
	f.body = slices.Index(f.payload, part{kind: partBody})
	f.streams = f.body >= 0 && !f.has(partParams) && s.Algorithm != Ed25519
	if f.timed = f.has(partTimestamp) || s.TimestampMember != ""; f.timed && s.Tolerance == 0 {
		f.scheme.Tolerance = DefaultTolerance
	}
	return f, nil
}

func (f *Form) check() error {
	s := f.scheme
	timestamp := s.TimestampHeader != "" || s.TimestampItem != "" || s.TimestampMember != ""
	wrong := func(member, format string, args ...any) error { return &Error{member, fmt.Sprintf(format, args...)} }
	for member, name := range map[string]string{"header": s.Header, "timestampHeader": s.TimestampHeader, "idHeader": s.IDHeader} {
		if name != "" && !isToken(name) {
			return wrong(member, "is no name of a header")
		}
	}
	switch {
	case s.Algorithm == SNS && (s.Header+s.Prefix+s.Payload+s.TimestampHeader+s.IDHeader+s.IDMember+s.Separator+s.TimestampItem+s.SecretPrefix != "" || len(s.Versions) > 0 || s.Decompressed):
		return wrong("algorithm", "of Amazon SNS leaves nothing to choose but tolerance and secrets")
	case s.Algorithm == SNS:
		return nil
	case s.Header != "" && s.SignatureMember != "":
		return wrong("header", "cannot be chosen: the signature is in the body")
	case s.Header == "" && s.SignatureMember == "":
		return wrong("header", "is missing: the name of the header that has the signature")
	case !slices.Contains(Algorithms(), string(s.Algorithm)):
		return wrong("algorithm", "must be one of %s", strings.Join(Algorithms(), ", "))
	case s.Algorithm == Plain && (s.Payload != "" || s.Encoding != "" || timestamp || s.IDHeader != "" || s.Separator != ""):
		return wrong("algorithm", "PLAIN compares the header with the secret: payload, encoding, separator, timestampHeader, timestampMember and idHeader have no meaning")
	case s.Algorithm != Plain && !slices.Contains(Encodings(), string(s.Encoding)):
		return wrong("encoding", "must be one of %s", strings.Join(Encodings(), ", "))
	case !slices.Contains(SecretEncodings(), string(s.SecretEncoding)):
		return wrong("secretEncoding", "must be one of %s", strings.Join(SecretEncodings(), ", "))
	case s.Tolerance < 0:
		return wrong("tolerance", "must not be negative")
	case s.Tolerance > 0 && !timestamp:
		return wrong("tolerance", "has no effect without timestampHeader, timestampItem or timestampMember")
	case f.has(partTimestamp) && !timestamp:
		return wrong("payload", "has {timestamp}, so timestampHeader or timestampItem must say where it is")
	case timestamp && !f.has(partTimestamp) && !(s.TimestampMember != "" && f.has(partBody)):
		return wrong("payload", "must have {timestamp}: one that is not signed protects from nothing")
	case s.TimestampHeader != "" && s.TimestampItem != "":
		return wrong("timestampItem", "and timestampHeader: there can be one of them")
	case s.TimestampMember != "" && (s.TimestampHeader != "" || s.TimestampItem != ""):
		return wrong("timestampMember", "and timestampHeader or timestampItem: there can be one of them")
	case s.TimestampMember != "" && f.has(partTimestamp) && f.has(partBody):
		return wrong("timestampMember", "is signed as part of {body}, and not as {timestamp}")
	case s.TimestampMember != "" && s.Algorithm == Ed25519:
		return wrong("timestampMember", "cannot stand beside ED25519")
	case s.IDHeader != "" && !f.has(partID):
		return wrong("idHeader", "is for {id} in payload, which is not there")
	case s.IDMember != "" && !f.has(partID):
		return wrong("payload", "must have {id}, which %s of the body is", s.IDMember)
	case s.IDHeader == "" && s.IDMember == "" && f.has(partID):
		return wrong("payload", "has {id}, so idHeader must say where it is")
	case s.Separator == "" && len(s.Versions) > 0:
		return wrong("versions", "are members of a list, which needs separator")
	case s.Separator == "" && s.TimestampItem != "":
		return wrong("timestampItem", "is a member of a list, which needs separator")
	case s.Separator != "" && len(s.Versions) == 0:
		return wrong("separator", "needs versions: the names of the members that are signatures, as in [v1]")
	case s.Separator != "" && s.Prefix != "":
		return wrong("prefix", "cannot stand beside separator")
	case strings.ContainsAny(s.Separator, "=") || len(s.Separator) > 1:
		return wrong("separator", "must be one character, and not =")
	case s.Algorithm != Plain && !s.Bodiless && !f.has(partBody) && !f.has(partParams):
		return wrong("payload", "must have {body} or {params}: a signature without the body says nothing of it")
	}
	return nil
}

// isToken reports whether a text can be the name of a header.
func isToken(name string) bool {
	for _, r := range name {
		if r <= ' ' || r >= 0x7f || strings.ContainsRune(`()<>@,;:\"/[]?={}`, r) {
			return false
		}
	}
	return name != ""
}

// What is wrong with a signature. None of the texts has a part of a signature or of a secret.
var (
	ErrMissing   = errors.New("is missing")
	ErrSeveral   = errors.New("stands there twice")
	ErrMalformed = errors.New("is not of the right form")
	ErrWrong     = errors.New("does not match")
	ErrTime      = errors.New("is too far from the time here")
)
