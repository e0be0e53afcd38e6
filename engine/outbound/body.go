package outbound

import (
	"bufio"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// slack is how many bytes of a compressed body may come beyond the limit of what it holds.
const slack = 1 << 20

// result makes the answer that is handed over.
func (s *sending) result(answer *http.Response) (*task.HTTPResponse, error) {
	_, reason, _ := strings.Cut(answer.Status, " ")
	out := &task.HTTPResponse{
		Code: answer.StatusCode, Reason: reason, Header: answer.Header,
		HasBody: s.method != http.MethodHead && answer.StatusCode != http.StatusNoContent && answer.StatusCode != http.StatusNotModified,
	}
	limit := orElse(s.asked.MaxBody, defaultBody)
	b := &answerBody{sending: s, raw: answer.Body, left: limit, limit: limit, length: answer.ContentLength}
	b.reader = b.raw
	if open := decoderOf(answer.Header); open != nil && out.HasBody {
		out.Header = answer.Header.Clone()
		removeHeaders(out.Header, "content-encoding", "content-length", "content-md5")
		b.packed, b.packedLeft = true, limit+slack
		b.open = open
	}
	out.Body = b
	return out, nil
}

// decoderOf returns what undoes the coding of a body; nil: none is known, and it is handed over as it is.
func decoderOf(h http.Header) func(io.Reader) (io.Reader, error) {
	switch strings.ToLower(strings.TrimSpace(h.Get("Content-Encoding"))) {
	case "gzip", "x-gzip":
		return func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) }
	case "deflate":
		return inflate
	default:
		return nil
	}
}

// inflate reads what servers send as deflate: with the header of zlib, as it should be, or without.
func inflate(r io.Reader) (io.Reader, error) {
	b := bufio.NewReader(r)
	head, err := b.Peek(2)
	if err != nil {
		return nil, err
	}
	if head[0]&0x0f == 8 && (uint(head[0])<<8|uint(head[1]))%31 == 0 {
		return zlib.NewReader(b)
	}
	return flate.NewReader(b), nil
}

// answerBody is the body of an answer: decompressed, within its limits, with errors that say what happened.
type answerBody struct {
	sending *sending
	raw     io.ReadCloser
	reader  io.Reader // what is read: raw, or what undoes its coding
	open    func(io.Reader) (io.Reader, error)

	limit, left int64
	packed      bool
	packedLeft  int64
	length      int64 // that the answer promises; -1: none
	received    int64
	err         error
}

// Read implements [io.Reader].
func (b *answerBody) Read(p []byte) (int, error) {
	if b.err != nil {
		return 0, b.err
	}
	if len(p) == 0 {
		return 0, nil
	}
	if b.open != nil {
		reader, err := b.open(packedBody{b})
		if b.open = nil; err != nil {
			b.err = b.explain(err)
			if errors.Is(err, io.EOF) && b.received == 0 {
				b.err = io.EOF // empty, which is no gzip but meant so
			}
			return 0, b.err
		}
		b.reader = reader
	}
	n, err := b.reader.Read(p)
	if !b.packed {
		b.received += int64(n)
	}
	if b.left -= int64(n); b.left < 0 {
		b.err = b.tooLarge()
		return 0, b.err
	}
	if err != nil {
		b.err = err
		if err != io.EOF {
			b.err = b.explain(err)
		}
	}
	return n, b.err
}

// Close implements [io.Closer].
func (b *answerBody) Close() error {
	b.sending.watch.end()
	return b.raw.Close()
}

func (b *answerBody) tooLarge() error {
	return fmt.Errorf("the answer has more than %d bytes, which is the limit", b.limit)
}

func (b *answerBody) explain(err error) error {
	switch {
	case timedOut(b.sending.ctx) != nil:
		return timedOut(b.sending.ctx)
	case errors.Is(err, errPacked):
		return b.tooLarge()
	case errors.Is(err, io.ErrUnexpectedEOF) && b.length >= 0 && b.received < b.length:
		return fmt.Errorf("Premature end of Content-Length delimited message body (expected: %d; received: %d)", b.length, b.received) //nolint:staticcheck // Kestra's words
	case errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("the answer ends too early")
	case b.sending.ctx.Err() != nil:
		return b.sending.ctx.Err()
	default:
		return fmt.Errorf("the body of the answer is broken: %s", strings.TrimPrefix(err.Error(), "net/http: "))
	}
}

// errPacked says that a compressed body is too large, whatever it holds: one may be long and hold nothing.
var errPacked = errors.New("compressed body is too large")

// packedBody is the body as it comes.
type packedBody struct{ b *answerBody }

func (p packedBody) Read(q []byte) (int, error) {
	n, err := p.b.raw.Read(q)
	p.b.received += int64(n)
	if p.b.packedLeft -= int64(n); p.b.packedLeft < 0 {
		return 0, errPacked
	}
	return n, err
}
