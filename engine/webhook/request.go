package webhook

import (
	"fmt"
	"net/http"
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
	Malformed        bool   // the path is ours but of a wrong shape; Target is empty
	Path             string // for conditions; the key is replaced
	RawQuery         string
	Header           http.Header // not changed
	Host             string
	TransferEncoding []string
	ContentLength    int64  // bytes; -1: not declared
	RemoteAddr       string // the client's IP address

	// ReadBody returns the whole body, at most limit bytes of it. It is called at most once, and not before the key
	// matched. A [*BodyError] says what to answer; any other error is answered with 400.
	ReadBody func(limit int64) ([]byte, error)

	// Hold is set before ReadBody is called, which asks it before a body of undeclared length takes more memory than
	// [UndeclaredBody], with the bytes of the whole; an error ends the reading.
	Hold func(bytes int64) error
}

// UndeclaredBody is how many bytes a body of undeclared length counts as when its reading begins.
const UndeclaredBody = 64 << 10

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
