package outbound

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"

	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// explain says in words for the flow's author what has become of a request; where Kestra's are sane, in its words.
func (s *sending) explain(err error) error {
	if timeout := timedOut(s.ctx); timeout != nil {
		return fmt.Errorf("%s: %w", s.server(), timeout)
	}
	if s.ctx.Err() != nil {
		return context.Cause(s.ctx)
	}
	if says, ok := errors.AsType[*proxyError](err); ok {
		return says
	}
	if says := unreached(s.server(), err); says != nil {
		return says
	}
	if wrong, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return fmt.Errorf("the certificate of %s is not trusted: %w", s.server(), wrong.Err)
	}
	if op, ok := errors.AsType[*net.OpError](err); ok && (op.Op == "proxyconnect" || op.Op == "socks connect") {
		return fmt.Errorf("Connect to %s by the proxy %s failed: %s", s.server(), s.route.proxy.Host, cause(op)) //nolint:staticcheck // Kestra's words
	}
	text := strings.TrimPrefix(err.Error(), "net/http: ")
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE),
		strings.HasSuffix(text, "server closed idle connection"):
		return fmt.Errorf("%s failed to respond", s.url.Host)
	case strings.Contains(text, "server response headers exceeded"):
		return fmt.Errorf("the answer of %s has more than %d bytes of headers", s.url.Host, maxHeader)
	default:
		return fmt.Errorf("%s: %s", s.server(), text)
	}
}

// server names the server of the request that was sent last.
func (s *sending) server() string { return s.url.Scheme + "://" + s.url.Host }

// cause returns why a connection was not made, as in "Connection refused".
func cause(op *net.OpError) string {
	text := op.Err.Error()
	if number, ok := errors.AsType[syscall.Errno](op.Err); ok {
		text = number.Error()
	}
	if text == "" {
		return op.Op
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

var _ task.HTTP = (*Client)(nil)
