package outbound

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"

	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// TestMisbehavior checks that whatever a server does, the request ends with an error that says what it did.
func TestMisbehavior(t *testing.T) {
	const ok = "HTTP/1.1 200 OK\r\n"
	repeat := func(w io.Writer, text string, most int) {
		piece := []byte(strings.Repeat(text, 1000))
		for range most / 1000 {
			if _, err := w.Write(piece); err != nil {
				return
			}
		}
	}
	zipped := func(text string) string {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		_, _ = io.WriteString(z, text)
		_ = z.Close()
		return b.String()
	}
	const gzipHead = ok + "Content-Encoding: gzip\r\nConnection: close\r\n\r\n"
	for _, tt := range []struct {
		name  string
		write func(io.Writer)
		err   string
	}{
		{"no answer", func(io.Writer) {}, "HOST failed to respond"},
		{"half an answer", func(w io.Writer) { _, _ = io.WriteString(w, "HTTP/1.1 200") }, "HOST failed to respond"},
		{"no HTTP", func(w io.Writer) { _, _ = io.WriteString(w, "SSH-2.0-x\r\n\r\n") }, `http://HOST: HTTP/1.x transport connection broken: malformed HTTP response "SSH-2.0-x"`},
		{"100,000 headers", func(w io.Writer) { _, _ = io.WriteString(w, ok); repeat(w, "X-A: 1\r\n", 100_000) }, "the answer of HOST has more than 262144 bytes of headers"},
		{"endless header", func(w io.Writer) { _, _ = io.WriteString(w, ok+"X: "); repeat(w, "x", 1<<20) }, "the answer of HOST has more than 262144 bytes of headers"},
		{"endless interim answers", func(w io.Writer) { repeat(w, "HTTP/1.1 103 Early\r\n\r\n", 1<<20) }, "the answer of HOST has more than 262144 bytes of headers"},
		{"endless body", func(w io.Writer) { _, _ = io.WriteString(w, ok+"\r\n"); repeat(w, "x", 1<<20) }, "the answer has more than 100000 bytes, which is the limit"},
		{"endless chunks", func(w io.Writer) {
			_, _ = io.WriteString(w, ok+"Transfer-Encoding: chunked\r\n\r\n")
			repeat(w, "1\r\nx\r\n", 1<<20)
		}, "the answer has more than 100000 bytes, which is the limit"},
		{"promised too much", func(w io.Writer) { _, _ = io.WriteString(w, ok+"Content-Length: 100\r\n\r\nfew") }, "Premature end of Content-Length delimited message body (expected: 100; received: 3)"},
		{"closes within a chunk", func(w io.Writer) { _, _ = io.WriteString(w, ok+"Transfer-Encoding: chunked\r\n\r\n5\r\nab") }, "the answer ends too early"},
		{"closes between chunks", func(w io.Writer) { _, _ = io.WriteString(w, ok+"Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n") }, "the answer ends too early"},
		{"broken chunks", func(w io.Writer) { _, _ = io.WriteString(w, ok+"Transfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n") }, "the body of the answer is broken: invalid byte in chunk length"},
		{"unknown transfer coding", func(w io.Writer) { _, _ = io.WriteString(w, ok+"Transfer-Encoding: x\r\n\r\n") }, `http://HOST: HTTP/1.x transport connection broken: unsupported transfer encoding: "x"`},
		{"no gzip", func(w io.Writer) { _, _ = io.WriteString(w, gzipHead+"no gzip at all") }, "the body of the answer is broken: gzip: invalid header"},
		{"half of gzip", func(w io.Writer) { _, _ = io.WriteString(w, gzipHead+zipped(strings.Repeat("text", 100))[:20]) }, "the answer ends too early"},
		{"wrong sum of gzip", func(w io.Writer) {
			z := []byte(zipped("text"))
			z[len(z)-8] ^= 1
			_, _ = io.WriteString(w, gzipHead+string(z))
		}, "the body of the answer is broken: gzip: invalid checksum"},
		{"large when it is unzipped", func(w io.Writer) { _, _ = io.WriteString(w, gzipHead+zipped(strings.Repeat("x", 1<<20))) }, "the answer has more than 100000 bytes, which is the limit"},
		{"gzip of nothing without an end", func(w io.Writer) { _, _ = io.WriteString(w, gzipHead); repeat(w, zipped(""), 1<<17) }, "the answer has more than 100000 bytes, which is the limit"},
		{"broken deflate", func(w io.Writer) {
			_, _ = io.WriteString(w, ok+"Content-Encoding: deflate\r\nConnection: close\r\n\r\n\xff\xff\xff")
		}, "the body of the answer is broken: flate: corrupt input before offset 1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			host := raw(t, tt.write)
			r := get(t, "http://"+host)
			r.MaxBody = 100_000
			got := send(t.Context(), newClient(t, Options{}), r)
			if text := strings.ReplaceAll(got.err, host, "HOST"); text != tt.err {
				t.Errorf("got %q, want %q", text, tt.err)
			}
		})
	}
}

// TestTimeouts checks by a clock of its own that a server that lets a request wait is not waited for, wherever it does.
func TestTimeouts(t *testing.T) {
	const ok = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"
	slowly := func(conn net.Conn, text string) {
		for i := range text {
			if _, err := io.WriteString(conn, text[i:i+1]); err != nil {
				return
			}
			<-time.After(400 * time.Millisecond)
		}
	}
	listen := func(c net.Conn) { // from when the request has begun to come
		_, _ = c.Read(make([]byte, 1))
		go func() { _, _ = io.Copy(io.Discard, c) }()
	}
	for _, tt := range []struct {
		name  string
		serve func(net.Conn)
		limit time.Duration // until when it must have ended
		err   string
	}{
		{"never connects", nil, 3 * time.Second, "http://slow.test: no connection within 3s"},
		{"never reads", func(net.Conn) {}, 2 * time.Second, "http://slow.test: no answer within 2s"},
		{"never answers", func(c net.Conn) { _, _ = io.Copy(io.Discard, c) }, 2 * time.Second, "http://slow.test: no answer within 2s"},
		{"slow headers", func(c net.Conn) { listen(c); slowly(c, ok) }, 2 * time.Second, "http://slow.test: no answer within 2s"},
		{"stops within the body", func(c net.Conn) { listen(c); _, _ = io.WriteString(c, ok+"text") }, 2 * time.Second, "nothing more of the answer within 2s"},
		{"slow body", func(c net.Conn) {
			listen(c)
			_, _ = io.WriteString(c, ok)
			slowly(c, strings.Repeat("x", 1000))
		}, 400 * time.Second, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := New()
				defer c.Close()
				var server net.Conn
				var serving sync.WaitGroup
				c.dial = func(ctx context.Context, _, _ string) (net.Conn, error) {
					if tt.serve == nil {
						<-ctx.Done()
						return nil, ctx.Err()
					}
					client, s := net.Pipe()
					server = s
					serving.Go(func() { tt.serve(s) })
					return client, nil
				}
				r := post(t, "http://slow.test", "text")
				r.ConnectTimeout, r.IdleTimeout = 3*time.Second, 2*time.Second
				began := time.Now()
				got := send(t.Context(), c, r)
				if took := time.Since(began); got.err != tt.err || took > tt.limit {
					t.Errorf("%q after %s, want %q within %s", got.err, took, tt.err, tt.limit)
				}
				if server != nil {
					_ = server.Close()
				}
				serving.Wait()
			})
		})
	}
}

// TestUploadPanics checks that a body that panics when it is read does so where the request is sent, which tasks are guarded for.
func TestUploadPanics(t *testing.T) {
	r := post(t, serve(t, echo).URL, "x")
	r.Body.Open = func() (io.ReadCloser, error) { return io.NopCloser(panics{}), nil }
	defer func() {
		if v := recover(); v != "broken" {
			t.Errorf("recovered %v", v)
		}
	}()
	got := send(t.Context(), newClient(t, Options{}), r)
	t.Errorf("no panic: %+v", got)
}

type panics struct{}

func (panics) Read([]byte) (int, error) { panic("broken") }

// TestInterrupt checks that a request ends when its task is interrupted, before the answer and within its body.
func TestInterrupt(t *testing.T) {
	why := errors.New("killed")
	for _, head := range []string{"", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"} {
		ctx, cancel := context.WithCancelCause(t.Context())
		release := make(chan struct{})
		host := raw(t, func(w io.Writer) {
			_, _ = io.WriteString(w, head)
			if head == "" {
				cancel(why)
			}
			<-release
		})
		c := newClient(t, Options{})
		out, err := c.Send(ctx, get(t, "http://"+host))
		if head != "" {
			cancel(why)
			_, err = io.ReadAll(out.Body)
			_ = out.Body.Close()
		}
		close(release)
		if !errors.Is(err, why) && !errors.Is(err, context.Canceled) {
			t.Errorf("after %q: %v", head, err)
		}
	}
}

func TestTLS(t *testing.T) {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "fine") }))
	s.Config.ErrorLog = zap.NewStdLog(zap.NewNop())
	s.StartTLS()
	defer s.Close()
	trusts := x509.NewCertPool()
	trusts.AddCert(s.Certificate())
	_, port, _ := net.SplitHostPort(s.Listener.Addr().String())
	for _, tt := range []struct {
		name, url string
		set       func(*Client, *task.HTTPRequest)
		want      answer
	}{
		{"trusted", "https://127.0.0.1:" + port, func(c *Client, _ *task.HTTPRequest) { c.roots = trusts }, answer{200, "fine", ""}},
		{"wrong name", "https://localhost:" + port, func(c *Client, _ *task.HTTPRequest) { c.roots = trusts }, answer{err: "the certificate of https://localhost:PORT is not trusted: x509: certificate is valid for example.com, *.example.com, not localhost"}},
		{"not trusted", "https://127.0.0.1:" + port, func(*Client, *task.HTTPRequest) {}, answer{err: "the certificate of https://127.0.0.1:PORT is not trusted: x509: certificate signed by unknown authority"}},
		{"any is trusted", "https://localhost:" + port, func(_ *Client, r *task.HTTPRequest) { r.Insecure = true }, answer{200, "fine", ""}},
		{"http to a server of https", "http://127.0.0.1:" + port, func(*Client, *task.HTTPRequest) {}, answer{code: 400, body: "Client sent an HTTP request to an HTTPS server.\n"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, r := newClient(t, Options{}), get(t, tt.url)
			tt.set(c, r)
			got := send(t.Context(), c, r)
			got.err = strings.ReplaceAll(got.err, ":"+port, ":PORT")
			if got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
	plain := serve(t, func(http.ResponseWriter, *http.Request) {})
	got := send(t.Context(), newClient(t, Options{}), get(t, strings.Replace(plain.URL, "http", "https", 1)))
	if want := "https://" + plain.Listener.Addr().String() + ": tls: first record does not look like a TLS handshake"; got.err != want {
		t.Errorf("https to a server of http: %q, want %q", got.err, want)
	}
}

// TestRefused checks that what must not be reached is not: by its address, by a name whose address changes, by a redirect, and by
// a proxy, whatever the spelling.
func TestRefused(t *testing.T) {
	away := serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, r.URL.Query().Get("to"), http.StatusFound)
	})
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "reached") })
	_, port, _ := net.SplitHostPort(s.Listener.Addr().String())
	proxy := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "by proxy") })
	_, proxyPort, _ := net.SplitHostPort(proxy.Listener.Addr().String())
	var through task.HTTPProxy
	through.Host = "127.0.0.1"
	_, _ = fmt.Sscan(proxyPort, &through.Port)
	for _, tt := range []struct {
		url     string
		options Options
		proxy   bool
		names   []string // the addresses of a name, one answer after the other
		want    answer
	}{
		{url: "http://169.254.169.254/", want: answer{err: "requests to 169.254.169.254:80 are refused: it is a link-local address"}},
		{url: away.URL + "?to=http://169.254.169.254/", want: answer{err: "requests to 169.254.169.254:80 are refused: it is a link-local address"}},
		{url: "http://127.0.0.1:" + port, want: answer{200, "reached", ""}},
		{url: "http://127.0.0.1:" + port, options: Options{DenyPrivate: true}, want: answer{err: "requests to 127.0.0.1:PORT are refused: it is a private address"}},
		{url: "http://127.0.0.1:" + port, options: Options{Admin: []string{"localhost:" + port}}, want: answer{err: "requests to 127.0.0.1:PORT are refused: it is the admin endpoint of this server"}},
		{url: away.URL + "?to=http://127.1.2.3:" + port, options: Options{Admin: []string{":" + port}}, want: answer{err: "requests to 127.1.2.3:PORT are refused: it is the admin endpoint of this server"}},
		{url: "http://rebind.test:" + port, names: []string{"127.0.0.1", "169.254.169.254"}, want: answer{err: "requests to 169.254.169.254:PORT are refused: it is a link-local address"}},
		{url: "http://rebind.test:" + port, names: []string{"127.0.0.1", "127.0.0.1"}, want: answer{200, "reached", ""}},

		{url: "http://example.invalid/", proxy: true, want: answer{200, "by proxy", ""}},
		{url: "http://2852039166/", proxy: true, want: answer{err: "requests to 169.254.169.254:80 are refused: it is a link-local address"}},
		{url: "http://[fe80::1]/", proxy: true, want: answer{err: "requests to [fe80::1]:80 are refused: it is a link-local address"}},
		{url: "http://127.0.0.1:" + port, proxy: true, options: Options{Admin: []string{"localhost:" + port}}, want: answer{err: "requests to 127.0.0.1:PORT are refused: it is the admin endpoint of this server"}},
		{url: "https://127.0.0.1:" + port, proxy: true, options: Options{Admin: []string{"localhost:" + port}}, want: answer{err: "requests to 127.0.0.1:PORT are refused: it is the admin endpoint of this server"}},
		{url: "http://example.invalid/", proxy: true, options: Options{DenyPrivate: true}, want: answer{err: "requests to 127.0.0.1:PROXY are refused: it is a private address"}},
	} {
		t.Run(strings.ReplaceAll(tt.url, port, "PORT"), func(t *testing.T) {
			c, r := newClient(t, tt.options), get(t, tt.url)
			if tt.proxy {
				r.Proxy = &through
			}
			var got answer
			if tt.names == nil {
				got = send(t.Context(), c, r)
			} else {
				c.resolver = resolver(t, tt.names...)
				for range tt.names { // the last answer counts
					c.Close()
					got = send(t.Context(), c, r)
				}
			}
			got.err = strings.NewReplacer(":"+port, ":PORT", ":"+proxyPort, ":PROXY").Replace(got.err)
			if got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}
