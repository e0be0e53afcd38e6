package conformance

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

// What Kestra was configured with when the requests were recorded.
var recordedSite = engine.SiteOptions{
	BaseURL: "http://127.0.0.1:28080",
	Environ: []string{"ENV_FOO=bar"},
}

// nextHandler is the status that this test's server answers with for what is no webhook URL.
const nextHandler = 599

// server serves the flows of one topic over HTTP.
type server struct {
	engine    *engine.Engine
	site      *engine.Site
	set       *flow.Set
	address   string
	execution string // of the request at hand; requests come one after the other
}

func startServer(t *testing.T, set *flow.Set, options engine.SiteOptions) *server {
	t.Helper()
	e, err := engine.Open(t.Context(), engine.StoreOptions{Kind: engine.StoreMemory})
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
	s := &server{engine: e, site: site, set: set}
	http := httptest.NewServer(s)
	t.Cleanup(http.Close)
	s.address = http.Listener.Addr().String()
	return s
}

// ServeHTTP hands webhook URLs to the site, as the Caddy handler does.
func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := r.URL.EscapedPath()
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
	s.execution = answer.ExecutionID
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

// answer is what came back for a request.
type answer struct {
	status      int
	contentType string
	body        []byte
	execution   string
}

// send sends a request byte for byte on a connection of its own.
func (s *server) send(method string, raw []byte) (answer, error) {
	s.execution = ""
	conn, err := net.Dial("tcp", s.address)
	if err != nil {
		return answer{}, err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		return answer{}, err
	}
	if _, err := conn.Write(raw); err != nil {
		return answer{}, fmt.Errorf("write: %w", err)
	}
	r, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: method})
	if err != nil {
		return answer{}, fmt.Errorf("read: %w", err)
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return answer{}, fmt.Errorf("read: %w", err)
	}
	return answer{r.StatusCode, r.Header.Get("Content-Type"), body, s.execution}, nil
}
