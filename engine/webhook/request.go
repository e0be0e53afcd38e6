package webhook

import (
	"crypto/x509"
	"fmt"
	"io"
	"net/http"

	"github.com/caddy-kestra/kestra-webhook/engine/webhook/senders"
)

// Target is what a webhook URL names, decoded.
type Target struct {
	Namespace string
	FlowID    string
	Key       string // secret: never logged, stored or put into an error
}

// Request is one call of a webhook URL, as far as the HTTP server knows it.
type Request struct {
	Method           string
	Target           Target
	Token            string // of a status URL, which has no key; secret as one is. Empty: the URL of a webhook
	Malformed        bool   // the path is ours but of a wrong shape; Target is empty
	Path             string // escaped, as handlers before this one left it; holds the key, see [Request.RedactedPath]
	RawQuery         string
	Scheme           string      // http or https, as the server was asked
	URI              string      // path and query as the sender wrote them, before any handler; holds the key
	Header           http.Header // not changed
	Host             string
	TransferEncoding []string
	ContentLength    int64  // bytes; -1: not declared
	RemoteAddr       string // the client's IP address

	// ReadBody returns the whole body, at most limit bytes of it, and takes the memory for them from account before it is
	// allocated. It is called at most once, and not before the key matched. A [*BodyError] says what to answer, an error of
	// the account is passed on; any other error is answered with 400.
	ReadBody func(limit int64, account Account) ([]byte, error)

	// Hash takes the bytes of the body as ReadBody reads them, so that a large one is hashed without a second walk over it. Its
	// Write never fails; nil: nothing needs them.
	Hash io.Writer

	// Certificate returns the certificate at an address of Amazon SNS, or a [CertificateError]; set for those that
	// [Endpoint.NeedsCertificate].
	Certificate func(address string) (*x509.Certificate, error)

	sender    *senders.Sender // nil: the trigger names none
	signature *signatureCheck // see [Endpoint.Demand]
	token     string          // the header that has a token in place of a signature, in its canonical spelling; "": none
	handedOn  bool            // the bytes of its body are kept as they came
	hidden    bool            // see [Delivery.HideCredentials]
}

// Account is what the parts of a request take their memory from.
type Account interface {
	Take(bytes int64) error // before they are allocated; an error means that there are not as many left
	Give(bytes int64)       // when they are dropped
}

// Size returns about how many bytes of memory a request takes without its body.
func (r *Request) Size() int64 {
	const fixed, header = 4 << 10, 64 // of a request and of a header, in bytes beside their texts
	size := int64(fixed + 2*len(r.RawQuery) + len(r.Path))
	for name, texts := range r.Header {
		size += header
		for _, text := range texts {
			size += int64(len(name) + 2*len(text))
		}
	}
	return size
}

// RedactedPath returns the path without its key.
func (r *Request) RedactedPath() string { return RedactURL(r.Path) }

// RedactedURL returns the path and the query without the key.
func (r *Request) RedactedURL() string {
	if r.RawQuery == "" {
		return r.RedactedPath()
	}
	return RedactURL(r.Path + "?" + r.RawQuery)
}

// BodyError is a body that could not be read, with the status to answer.
type BodyError struct {
	Status  int // 413, or what an outer limit of the server demands
	Message string
	Err     error
}

// Error returns the message for the caller of the webhook.
func (e *BodyError) Error() string { return e.Message }

// Unwrap returns the cause.
func (e *BodyError) Unwrap() error { return e.Err }

// TooLarge is the error of a body above limit bytes.
func TooLarge(limit int64) *BodyError {
	return &BodyError{Status: http.StatusRequestEntityTooLarge, Message: fmt.Sprintf("request body is larger than %d bytes", limit)}
}
