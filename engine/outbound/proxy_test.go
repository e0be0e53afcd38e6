package outbound

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// proxyAt returns the proxy that a server is.
func proxyAt(t *testing.T, address string) *task.HTTPProxy {
	t.Helper()
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	return &task.HTTPProxy{Host: host, Port: n}
}

func TestHTTPProxy(t *testing.T) {
	target := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "target") }))
	defer target.Close()
	proxy := serve(t, func(w http.ResponseWriter, r *http.Request) {
		credentials, _ := strings.CutPrefix(r.Header.Get("Proxy-Authorization"), "Basic ")
		who, _ := base64.StdEncoding.DecodeString(credentials)
		switch {
		case string(who) != "u:p w":
			w.WriteHeader(http.StatusProxyAuthRequired)
		case r.Method == http.MethodConnect:
			pipe(w, r.Host)
		default:
			_, _ = fmt.Fprintf(w, "%s %s", r.Method, r.URL)
		}
	})
	c := newClient(t, Options{})
	at := proxy.Listener.Addr().String()
	for _, tt := range []struct {
		name, url, user string
		want            answer
	}{
		{"http", "http://a.invalid/x?y", "u", answer{200, "GET http://a.invalid/x?y", ""}},
		{"http, wrong user", "http://a.invalid/x", "w", answer{407, "", ""}},
		{"https", target.URL, "u", answer{200, "target", ""}},
		{"https, wrong user", target.URL, "w", answer{err: "proxy " + at + " makes no connection: it answers 407 Proxy Authentication Required"}},
	} {
		r := get(t, tt.url)
		r.Insecure, r.Proxy = true, proxyAt(t, at)
		r.Proxy.Username, r.Proxy.Password = tt.user, "p w"
		if got := send(t.Context(), c, r); got != tt.want {
			t.Errorf("%s: got %+v, want %+v", tt.name, got, tt.want)
		}
	}
	r := get(t, "http://a.invalid/")
	r.Proxy = proxyAt(t, "127.0.0.1:1")
	if got := send(t.Context(), c, r); got.err != "Connect to http://a.invalid by the proxy 127.0.0.1 failed: Connection refused" {
		t.Errorf("no proxy there: %+v", got)
	}
}

// pipe connects the client of a request with a server.
func pipe(w http.ResponseWriter, host string) {
	server, err := net.Dial("tcp", host)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	defer func() { _ = server.Close() }()
	client, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	defer func() { _ = client.Close() }()
	_, _ = io.WriteString(client, "HTTP/1.1 200 OK\r\n\r\n")
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = io.Copy(server, client)
		_ = server.Close()
	}()
	_, _ = io.Copy(client, server)
	_ = client.Close()
	<-done
}

func TestSOCKSProxy(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	asked := make(chan string, 1)
	go func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer func() { _ = conn.Close() }()
		greeting := make([]byte, 4)
		_, _ = io.ReadFull(conn, greeting) // version 5, 2 methods: none and password
		_, _ = conn.Write([]byte{5, 2})
		login := make([]byte, 1+1+1+1+1)
		_, _ = io.ReadFull(conn, login)
		_, _ = conn.Write([]byte{1, 0})
		request := make([]byte, 4+1+len("a.invalid")+2)
		_, _ = io.ReadFull(conn, request)
		asked <- string(login[2:3]) + string(login[4:]) + " " + string(request[5:len(request)-2])
		_, _ = conn.Write([]byte{5, 0, 0, 1, 0, 0, 0, 0, 0, 0})
		if _, err := http.ReadRequest(bufio.NewReader(conn)); err != nil {
			return
		}
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nsocks")
	}()
	defer func() { _ = l.Close() }()
	r := get(t, "http://a.invalid/")
	r.Proxy = proxyAt(t, l.Addr().String())
	r.Proxy.SOCKS, r.Proxy.Username, r.Proxy.Password = true, "u", "p"
	if got := send(t.Context(), newClient(t, Options{}), r); got != (answer{200, "socks", ""}) {
		t.Errorf("%+v", got)
	}
	if got := <-asked; got != "up a.invalid" {
		t.Errorf("the proxy was asked %q", got)
	}
}

// TestDigest checks the answers to challenges by those of RFC 7616 and RFC 2617 and by a server.
func TestDigest(t *testing.T) {
	check := func(c *challenge, authorization string) bool { // as a server does
		got := parameters(strings.TrimPrefix(authorization, "Digest "))
		who, what := c.sum("user", c.realm, "pa ss"), c.sum("GET", got["uri"])
		if strings.HasSuffix(c.algorithm, "-sess") {
			who = c.sum(who, c.nonce, got["cnonce"])
		}
		want := c.sum(who, c.nonce, what)
		if got["qop"] != "" {
			want = c.sum(who, c.nonce, got["nc"], got["cnonce"], got["qop"], what)
		}
		return got["response"] == want && got["username"] == "user" && got["opaque"] == c.opaque && got["realm"] == c.realm
	}
	for _, tt := range []struct {
		header string
		met    bool
	}{
		{`Digest realm="r", nonce="abc", algorithm=MD5, qop="auth"`, true},
		{`Digest realm="a \"b\", c", nonce="abc", qop="auth,auth-int", opaque="o"`, true},
		{`Digest nonce=abc,realm=r`, true},
		{`digest realm="r", nonce="abc", algorithm=SHA-256, qop="auth-int, auth"`, true},
		{`Digest realm="r", nonce="abc", algorithm=MD5-sess, qop="auth"`, true},
		{`Digest realm="r", nonce="abc", algorithm=SHA-512-256`, false},
		{`Digest realm="r", nonce="abc", qop="auth-int"`, false},
		{`Digest realm="r"`, false},
		{`Basic realm="r"`, false},
		{``, false},
	} {
		s := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if c := parseChallenge([]string{tt.header}); c != nil && check(c, r.Header.Get("Authorization")) {
				_, _ = io.WriteString(w, "welcome")
				return
			}
			w.Header().Set("WWW-Authenticate", tt.header)
			w.WriteHeader(http.StatusUnauthorized)
		})
		r := get(t, s.URL+"/a?b")
		r.Auth = &task.HTTPAuth{Scheme: task.DigestAuth, Username: "user", Password: "pa ss"}
		if got := send(t.Context(), newClient(t, Options{}), r); (got.code == 200) != tt.met {
			t.Errorf("%s: %+v", tt.header, got)
		}
	}
	c := parseChallenge([]string{`Basic realm="x"`, `Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41"`})
	who, what := c.sum("Mufasa", c.realm, "Circle Of Life"), c.sum("GET", "/dir/index.html")
	if got := c.sum(who, c.nonce, "00000001", "0a4f113b", "auth", what); got != "6629fae49393a05397450978507c4ef1" { // RFC 2617, 3.5
		t.Errorf("response %s", got)
	}
}

// TestRouteSecrets checks that no error shows the password of a proxy.
func TestRouteSecrets(t *testing.T) {
	r := get(t, "https://a.invalid/")
	r.Proxy = &task.HTTPProxy{Host: "127.0.0.1", Port: 1, Username: "u", Password: "hunter22"}
	got := send(t.Context(), newClient(t, Options{}), r)
	if got.err == "" || strings.Contains(got.err, url.QueryEscape("hunter22")) {
		t.Errorf("%+v", got)
	}
}
