package caddymodule

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

// firstRead is how much room a body gets before its first byte is there: what a client declares is not yet sent.
const firstRead = 64 << 10

// readBody returns the body, of which at most limit bytes are read. One that declares to be longer is not read at all.
// When exit is done, what has not arrived shortly after is not waited for: the process would wait for the client.
func readBody(exit context.Context, w http.ResponseWriter, body io.ReadCloser, declared, limit int64) ([]byte, error) {
	if declared > limit {
		return nil, webhook.TooLarge(limit)
	}
	defer context.AfterFunc(exit, func() {
		// Where the connection has no deadlines, the server's own timeouts must do.
		_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(bodyGrace))
	})()
	var b bytes.Buffer
	if declared > 0 {
		b.Grow(int(min(declared, firstRead)) + bytes.MinRead) // MinRead is for the read that finds the end
	}
	_, err := b.ReadFrom(http.MaxBytesReader(w, body, limit))
	if err == nil {
		return b.Bytes(), nil
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

// growingBody is a body of undeclared length: it asks for the memory that it takes, each time for twice as much.
type growingBody struct {
	io.ReadCloser
	hold       func(bytes int64) error
	read, held int64
}

// Read implements io.Reader.
func (b *growingBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if b.read += int64(n); b.read > b.held {
		b.held = 2 * b.read
		if full := b.hold(b.held); full != nil {
			return n, full
		}
	}
	return n, err
}
