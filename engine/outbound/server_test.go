package outbound

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"go.uber.org/goleak"

	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// answer is what has become of a request.
type answer struct {
	code int
	body string
	err  string
}

// newClient returns a client that is closed when the test ends.
func newClient(t testing.TB, o Options) *Client {
	t.Helper()
	c := New()
	c.Configure(o)
	t.Cleanup(c.Close)
	return c
}

// get returns a request for an address.
func get(t testing.TB, address string) *task.HTTPRequest {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return &task.HTTPRequest{Method: http.MethodGet, URL: u}
}

// post returns a request with a body.
func post(t testing.TB, address, body string) *task.HTTPRequest {
	t.Helper()
	r := get(t, address)
	r.Method = http.MethodPost
	r.Header = http.Header{"Content-Type": {"text/plain"}}
	r.Body = &task.HTTPBody{Length: int64(len(body)), Open: func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader([]byte(body))), nil
	}}
	return r
}

// send sends a request and reads the whole answer.
func send(ctx context.Context, c *Client, r *task.HTTPRequest) answer {
	out, err := c.Send(ctx, r)
	if err != nil {
		return answer{err: err.Error()}
	}
	body, err := io.ReadAll(out.Body)
	if closing := out.Body.Close(); err == nil {
		err = closing
	}
	a := answer{code: out.Code, body: string(body)}
	if err != nil {
		a.err = err.Error()
	}
	return a
}

// serve starts a server on loopback.
func serve(t testing.TB, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s
}

// raw starts a server that answers every connection with what write writes, after it has read a request.
func raw(t testing.TB, write func(w io.Writer)) (address string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			if _, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
				write(conn)
			}
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() {
		_ = l.Close()
		<-done
	})
	return l.Addr().String()
}
