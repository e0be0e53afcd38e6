package conformance

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/caddy-kestra/kestra-webhook/caddymodule/api"
	"github.com/caddy-kestra/kestra-webhook/engine"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

// recordedSite is the configuration that Kestra had when the requests were recorded.
var recordedSite = engine.SiteOptions{
	BaseURL: "http://127.0.0.1:28080",
	Environ: []string{"ENV_FOO=bar", "SECRET_WEBHOOK_KEY=c2VjcmV0S2V5"},
}

// nextHandler is the status with which the test's server answers URLs that are not of webhooks.
const nextHandler = 599

// server serves the flows of one topic over HTTP, on connections in memory: so that the clock of a bubble of testing/synctest
// runs while all wait, and retries of seconds take none.
type server struct {
	engine   *engine.Engine
	site     *engine.Site
	set      *flow.Set
	listener *listener

	followers api.Followers
	ids       map[string]string // of executions here, by those that were recorded
}

func startServer(t *testing.T, set *flow.Set, options engine.SiteOptions) *server {
	t.Helper()
	e, err := engine.Open(t.Context(), engine.StoreOptions{Kind: engine.StoreMemory, Files: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	site, _, err := engine.NewSite(set, options)
	if err != nil {
		t.Fatal(err)
	}
	if err := site.Open(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	s := &server{engine: e, site: site, set: set, listener: &listener{make(chan net.Conn), make(chan struct{})}, ids: map[string]string{}}
	server := &http.Server{Handler: s, ErrorLog: zap.NewStdLog(zap.NewNop())}
	served := make(chan error)
	go func() { served <- server.Serve(s.listener) }()
	t.Cleanup(func() {
		err := server.Close()
		if ended := <-served; err != nil || !errors.Is(ended, http.ErrServerClosed) {
			t.Error(err, ended)
		}
	})
	return s
}

// listener accepts connections in memory.
type listener struct {
	conns  chan net.Conn
	closed chan struct{}
}

// Accept implements [net.Listener].
func (l *listener) Accept() (net.Conn, error) {
	select {
	case conn := <-l.conns:
		return conn, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// Close implements [net.Listener].
func (l *listener) Close() error {
	close(l.closed)
	return nil
}

// Addr implements [net.Listener].
func (l *listener) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }

// dial connects a client.
func (l *listener) dial() net.Conn {
	client, server := net.Pipe()
	l.conns <- server
	return client
}

// ServeHTTP hands webhook URLs to the site, as the Caddy handler does.
func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := r.URL.EscapedPath()
	if route, ok := api.Find(r); ok && r.Method != http.MethodPut { // flows are not written here
		(&api.API{Server: s, Followers: &s.followers}).Serve(w, r, s.engine, route)
		return
	}
	if !webhook.IsURL(path) {
		w.WriteHeader(nextHandler)
		return
	}
	target, ok := webhook.ParseURL(path)
	answer, release := s.site.Webhook(r.Context(), &webhook.Request{
		Method: r.Method, Target: target, Malformed: !ok, Path: path, RawQuery: r.URL.RawQuery,
		Header: r.Header, Host: r.Host, TransferEncoding: r.TransferEncoding, ContentLength: r.ContentLength,
		RemoteAddr: "127.0.0.1",
		ReadBody: func(limit int64, account webhook.Account) ([]byte, error) {
			return webhook.ReadAll(r.Body, r.ContentLength, limit, account)
		},
	})
	defer release()
	w.Header().Set(executionHeader, answer.ExecutionID)
	w.Header()["Content-Type"] = nil
	if answer.ContentType != "" {
		w.Header().Set("Content-Type", answer.ContentType)
	}
	if answer.Body != nil {
		w.Header().Set("Content-Length", strconv.Itoa(len(answer.Body)))
	}
	w.WriteHeader(answer.Status)
	_, _ = w.Write(answer.Body) // an answer to a client that is gone, or to HEAD
}

// executionHeader names the execution of an answer, as that of the Caddy handler does.
const executionHeader = "X-Kestra-Execution-Id"

// answer is what came back for a request.
type answer struct {
	status      int
	contentType string
	body        []byte
	execution   string
}

// send sends a request byte for byte on a connection of its own.
func (s *server) send(method string, raw []byte) (answer, error) {
	return exchange(s.listener.dial(), time.Hour, method, raw)
}

// exchange sends a request over a connection, which it closes, and returns the answer, which must be there within a limit.
func exchange(conn net.Conn, limit time.Duration, method string, raw []byte) (answer, error) {
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(limit)); err != nil {
		return answer{}, err
	}
	written := make(chan error, 1) // while the answer is read: a pipe has no buffer
	go func() {
		_, err := conn.Write(raw)
		written <- err
	}()
	r, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: method})
	if err != nil {
		return answer{}, fmt.Errorf("read: %w", err)
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return answer{}, fmt.Errorf("read: %w", err)
	}
	conn.Close()
	<-written // an answer may come before the whole request has gone
	return answer{r.StatusCode, r.Header.Get("Content-Type"), body, r.Header.Get(executionHeader)}, nil
}
