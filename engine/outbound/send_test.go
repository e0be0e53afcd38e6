package outbound

import (
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// echo answers with the request.
func echo(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	var headers []string
	for name, values := range r.Header {
		for _, v := range values {
			headers = append(headers, name+": "+v)
		}
	}
	slices.Sort(headers)
	_, _ = fmt.Fprintf(w, "%s %s %q\n%s", r.Method, r.RequestURI, body, strings.Join(headers, "\n"))
}

func TestSend(t *testing.T) {
	s := serve(t, echo)
	c := newClient(t, Options{})
	const always = "Accept-Encoding: gzip, x-gzip, deflate\nConnection: keep-alive\n"
	r := post(t, s.URL+"/a%2Fb?x=1", "text")
	r.Header["x-own"] = []string{"1", "2"}
	want := answer{code: 200, body: "POST /a%2Fb?x=1 \"text\"\n" + always + "Content-Length: 4\nContent-Type: text/plain\nUser-Agent: Kestra\nX-Own: 1\nX-Own: 2"}
	if got := send(t.Context(), c, r); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	r = get(t, s.URL)
	r.Header = http.Header{"user-agent": {"mine"}, "Content-Length": {"7"}}
	want = answer{code: 200, body: "GET / \"\"\n" + always + "User-Agent: mine"}
	if got := send(t.Context(), c, r); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// TestTraceparent checks that a server is told of the span of a task, unless the flow names another one or nobody traces the task.
func TestTraceparent(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, strings.Join(r.Header["Traceparent"], "; "))
	})
	c := newClient(t, Options{})
	ctx, span := sdktrace.NewTracerProvider().Tracer("test").Start(t.Context(), "task")
	defer span.End()
	of := span.SpanContext()
	const other = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
	for _, test := range []struct {
		name   string
		ctx    context.Context
		header http.Header
		want   string
	}{
		{"traced", ctx, nil, "00-" + of.TraceID().String() + "-" + of.SpanID().String() + "-01"},
		{"named by the flow", ctx, http.Header{"traceparent": {other}}, other},
		{"not traced", t.Context(), nil, ""},
	} {
		r := get(t, s.URL)
		r.Header = test.header
		if got := send(test.ctx, c, r); got != (answer{code: 200, body: test.want}) {
			t.Errorf("%s: %+v, want %q", test.name, got, test.want)
		}
	}
}

func TestSendBodies(t *testing.T) {
	const text = `{"zipped":true}`
	coded := func(coding string, open func(io.Writer) io.WriteCloser) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", coding)
			z := open(w)
			_, _ = io.WriteString(z, text)
			_ = z.Close()
		}
	}
	raw := func(w io.Writer) io.WriteCloser {
		z, _ := flate.NewWriter(w, 1)
		return z
	}
	c := newClient(t, Options{})
	for name, h := range map[string]http.HandlerFunc{
		"plain":   func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, text) },
		"gzip":    coded("gzip", func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) }),
		"x-gzip":  coded("X-GZip", func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) }),
		"deflate": coded("deflate", func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) }),
		"flate":   coded("deflate", raw),
		"unknown": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "br")
			_, _ = io.WriteString(w, text)
		},
		"limit":      func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, text) },
		"coded HEAD": func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Encoding", "gzip") },
	} {
		t.Run(name, func(t *testing.T) {
			r := get(t, serve(t, h).URL)
			want := answer{200, text, ""}
			switch name {
			case "limit":
				r.MaxBody = int64(len(text))
			case "coded HEAD":
				r.Method, want.body = http.MethodHead, ""
			}
			if got := send(t.Context(), c, r); got != want {
				t.Errorf("got %+v, want %+v", got, want)
			}
		})
	}
	s := serve(t, coded("gzip", func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) }))
	out, err := c.Send(t.Context(), get(t, s.URL))
	if err != nil {
		t.Fatal(err)
	}
	if out.Header.Get("Content-Encoding") != "" || out.Header.Get("Content-Length") != "" {
		t.Errorf("headers of what was sent: %v", out.Header)
	}
	_ = out.Body.Close()
}

func TestRedirects(t *testing.T) {
	var other string
	h := func(w http.ResponseWriter, r *http.Request) {
		kind, code, _ := strings.Cut(strings.Trim(r.URL.Path, "/"), "/")
		to := map[string]string{"here": "/echo", "relative": "../echo?r=1", "away": other + "/echo", "none": "", "loop": r.URL.Path, "ftp": "ftp://x/", "bad": "http://[::1"}[kind]
		if kind == "echo" {
			body, _ := io.ReadAll(r.Body)
			cookie, _ := r.Cookie("c")
			_, _ = fmt.Fprintf(w, "%s %s %q %s|%s|%v", r.Method, r.RequestURI, body, r.Header.Get("Content-Type"), r.Header.Get("Authorization"), cookie)
			return
		}
		http.SetCookie(w, &http.Cookie{Name: "c", Value: "1", Path: "/"})
		if to != "" {
			w.Header().Set("Location", to)
		}
		n := 0
		_, _ = fmt.Sscan(code, &n)
		w.WriteHeader(n)
		_, _ = io.WriteString(w, "moved")
	}
	s := serve(t, h)
	other = strings.Replace(serve(t, h).URL, "127.0.0.1", "localhost", 1)
	c := newClient(t, Options{})
	for _, tt := range []struct{ method, path, want string }{
		{"GET", "here/301", `GET /echo "" text/plain|Basic dTpw|c=1`},
		{"GET", "here/308", `GET /echo "" text/plain|Basic dTpw|c=1`},
		{"POST", "here/301", `GET /echo "" |Basic dTpw|c=1`},
		{"POST", "here/302", `GET /echo "" |Basic dTpw|c=1`},
		{"POST", "here/303", `GET /echo "" |Basic dTpw|c=1`},
		{"POST", "here/307", `POST /echo "b" text/plain|Basic dTpw|c=1`},
		{"POST", "here/308", `POST /echo "b" text/plain|Basic dTpw|c=1`},
		{"PUT", "here/302", `PUT /echo "b" text/plain|Basic dTpw|c=1`},
		{"PUT", "here/303", `GET /echo "" |Basic dTpw|c=1`},
		{"HEAD", "here/303", ``},
		{"GET", "relative/302", `GET /echo?r=1 "" text/plain|Basic dTpw|c=1`},
		{"GET", "away/302", `GET /echo "" text/plain||`},
		{"POST", "away/307", `POST /echo "b" text/plain||`},
		{"GET", "none/302", `moved`},
		{"GET", "here/300", `moved`},
		{"GET", "here/304", ``},
		{"GET", "loop/302", `more than 20 redirects, the last one to /loop/302`},
		{"GET", "ftp/302", `redirect to ftp://x/, which is no address of http or https`},
		{"GET", "bad/302", `redirect to an address, which is no address`},
	} {
		t.Run(tt.method+" "+tt.path, func(t *testing.T) {
			r := post(t, s.URL+"/"+tt.path, "b")
			if r.Method = tt.method; tt.method == "GET" || tt.method == "HEAD" {
				r.Body = nil
			}
			r.Auth = &task.HTTPAuth{Username: "u", Password: "p"}
			got := send(t.Context(), c, r)
			if text := strings.ReplaceAll(got.body+got.err, "<nil>", ""); text != tt.want {
				t.Errorf("got %q, want %q", text, tt.want)
			}
		})
	}
	r := get(t, s.URL+"/here/302")
	r.KeepRedirects = true
	if got := send(t.Context(), c, r); got != (answer{302, "moved", ""}) {
		t.Errorf("not followed: %+v", got)
	}
}

func TestAuth(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.Header.Get("Authorization"))
	})
	c := newClient(t, Options{})
	for _, tt := range []struct {
		auth *task.HTTPAuth
		want string
	}{
		{nil, "given"},
		{&task.HTTPAuth{Username: "user", Password: "pa ss"}, "Basic dXNlcjpwYSBzcw=="},
		{&task.HTTPAuth{Scheme: task.BearerAuth, Token: "t"}, "Bearer t"},
		{&task.HTTPAuth{Scheme: task.DigestAuth, Username: "u"}, "given"}, // nobody asks
	} {
		r := get(t, s.URL)
		r.Header = http.Header{"Authorization": {"given"}}
		r.Auth = tt.auth
		if got := send(t.Context(), c, r); got.body != tt.want {
			t.Errorf("%+v: %+v, want %q", tt.auth, got, tt.want)
		}
	}
}

// TestExchanged checks what is told of each request of one that is redirected.
func TestExchanged(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/a" {
			http.Redirect(w, r, "/b", http.StatusFound)
			return
		}
		w.WriteHeader(http.StatusTeapot)
	})
	var got []string
	r := get(t, s.URL+"/a")
	r.Header = http.Header{"X-A": {"1"}}
	r.Exchanged = func(e *task.HTTPExchange) {
		got = append(got, fmt.Sprint(e.Method, " ", strings.TrimPrefix(e.URL, s.URL), " ", e.Remote == s.Listener.Addr().String(), " ", e.Sent.Get("X-A"), " ", e.Code, " ", e.Reason, " ", e.Received.Get("Location")))
	}
	send(t.Context(), newClient(t, Options{}), r)
	if diff := cmp.Diff([]string{"GET /a true 1 302 Found /b", "GET /b true 1 418 I'm a teapot "}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestPools checks that requests share connections, and that there are only so many pools.
func TestPools(t *testing.T) {
	seen := map[string]bool{}
	s := serve(t, func(_ http.ResponseWriter, r *http.Request) { seen[r.RemoteAddr] = true })
	c := newClient(t, Options{})
	for range 5 {
		send(t.Context(), c, get(t, s.URL))
	}
	if len(seen) != 1 {
		t.Errorf("5 requests took %d connections", len(seen))
	}
	for i := range 2 * maxRoutes {
		c.transport(route{proxy: task.HTTPProxy{Host: fmt.Sprint("p", i)}})
		c.transport(route{insecure: true})
	}
	if len(c.pools) != maxRoutes || c.pools[route{insecure: true}] == nil {
		t.Errorf("%d pools, want %d with the one that is always used", len(c.pools), maxRoutes)
	}
}

func TestSendRefusesURLs(t *testing.T) {
	c := newClient(t, Options{})
	for address, want := range map[string]string{
		"ftp://x/":             "ftp://x/ is no address of a server: it must begin with http:// or https://",
		"/a":                   "/a is no address of a server: it must begin with http:// or https://",
		"http:///a":            "http:///a is no address of a server: it must begin with http:// or https://",
		"http://u:secret@h/":   "Request URI authority contains deprecated userinfo component",
		"http://x.invalid/":    "x.invalid: Name or service not known",
		"http://127.0.0.1:1/a": "Connect to http://127.0.0.1:1 failed: Connection refused",
	} {
		if got := send(context.Background(), c, get(t, address)); got.err != want {
			t.Errorf("%s: %q, want %q", address, got.err, want)
		}
	}
}

// TestConfigure checks that connections live on when nothing changes, and that none is used that new options would refuse.
func TestConfigure(t *testing.T) {
	seen := map[string]bool{}
	s := serve(t, func(_ http.ResponseWriter, r *http.Request) { seen[r.RemoteAddr] = true })
	c := newClient(t, Options{})
	for range 2 {
		send(t.Context(), c, get(t, s.URL))
		c.Configure(Options{})
	}
	if len(seen) != 1 {
		t.Errorf("%d connections, want 1", len(seen))
	}
	c.Configure(Options{DenyPrivate: true})
	if got := send(t.Context(), c, get(t, s.URL)); got.err == "" {
		t.Errorf("refused address is reached by an old connection: %+v", got)
	}
}
