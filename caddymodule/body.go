package caddymodule

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

// readBody reads at most limit bytes of the body and takes the memory for them from account. A body whose declared length is
// above the limit is not read at all, and one that takes too long to arrive is cut off.
func readBody(arrivals *arrivals, a *arrival, body io.ReadCloser, declared, limit int64, account webhook.Account) ([]byte, error) {
	if declared > limit {
		return nil, webhook.TooLarge(limit)
	}
	a.body = body
	if declared < 0 {
		a.body = http.MaxBytesReader(a.w, body, limit) // beyond it the connection ends with the answer
	}
	arrivals.begin(a)
	text, err := webhook.ReadAll(a, declared, limit, account)
	late := arrivals.end(a)
	if err == nil {
		return text, nil
	}
	// The handler request_body and others before this one may have a say, in the form of a status.
	if outer, ok := errors.AsType[caddyhttp.HandlerError](err); ok && outer.StatusCode != 0 {
		message := "request body was refused"
		if tooLarge, ok := errors.AsType[*http.MaxBytesError](outer.Err); ok {
			message = fmt.Sprintf("request body is larger than %d bytes", tooLarge.Limit)
		}
		return nil, &webhook.BodyError{Status: outer.StatusCode, Message: message, Err: err}
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, webhook.TooLarge(limit)
	}
	if late && errors.Is(err, os.ErrDeadlineExceeded) {
		return nil, &webhook.BodyError{Status: http.StatusRequestTimeout, Message: "request body did not arrive in time", Err: err}
	}
	return nil, fmt.Errorf("request body: %w", err)
}

// bodyCounter counts what was read of a body, for the access log.
type bodyCounter struct {
	io.ReadCloser
	read  int
	ended bool // its end was read
}

// Read implements io.Reader.
func (b *bodyCounter) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.read += n
	b.ended = b.ended || err == io.EOF
	return n, err
}
