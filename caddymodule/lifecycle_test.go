package caddymodule

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/caddyserver/caddy/v2"
	"go.uber.org/goleak"
)

// slowRequest is a request whose body is still being sent.
type slowRequest struct {
	t      *testing.T
	conn   net.Conn
	reader *bufio.Reader
}

// begin sends half a body of 8 bytes, and returns when the handler reads it.
func (s *server) begin(path string) *slowRequest {
	s.t.Helper()
	return s.beginAs(path, "Content-Length: 8", `{"a"`)
}

// beginAs is begin with the header that says how long the body is, and the half of it.
func (s *server) beginAs(path, length, half string) *slowRequest {
	s.t.Helper()
	conn, err := net.Dial("tcp", s.address)
	if errors.Is(err, syscall.ECONNRESET) {
		return s.beginAs(path, length, half) // see server.do
	}
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		s.t.Fatal(err)
	}
	slow := &slowRequest{s.t, conn, bufio.NewReader(conn)}
	_, err = io.WriteString(conn, "POST "+path+" HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"+length+"\r\n\r\n")
	var line string
	if err == nil {
		line, err = slow.reader.ReadString('\n')
	}
	if errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) || errors.Is(err, io.EOF) {
		return s.beginAs(path, length, half) // see server.do
	}
	if err != nil || !strings.Contains(line, "100 Continue") {
		s.t.Fatalf("the body was not asked for: %q (%v)", line, err)
	}
	if _, err := slow.reader.ReadString('\n'); err != nil { // the empty line after it
		s.t.Fatal(err)
	}
	slow.send(half)
	return slow
}

func (s *slowRequest) send(text string) {
	s.t.Helper()
	if _, err := io.WriteString(s.conn, text); err != nil {
		s.t.Fatal(err)
	}
}

// end sends the other half.
func (s *slowRequest) end() answer {
	s.t.Helper()
	s.send(": 1}")
	return s.answer()
}

// answer reads the answer.
func (s *slowRequest) answer() answer {
	s.t.Helper()
	response, err := http.ReadResponse(s.reader, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	return readAnswer(s.t, response)
}

func TestReload(t *testing.T) {
	before := writeFlows(t, map[string]string{"old.yml": webhookFlow("old", waitForOutputs)})
	after := writeFlows(t, map[string]string{"new.yml": webhookFlow("new", "")})
	s := newServer(t)
	s.serve("", "kestra_webhook * "+before)
	engine := theEngine(t)
	slow := s.begin(webhookPath("old") + "?name=Alice")

	s.serve("", "kestra_webhook * "+after)
	if theEngine(t) != engine {
		t.Error("the reload opened another engine")
	}
	s.get(webhookPath("new")).want(t, 200, "state")
	s.get(webhookPath("old")).want(t, 404, "")
	slow.end().want(t, 200, `{"greeting":"Hello Alice!"}`)
}

// TestBodiesTakeNoPlace checks that a request takes a place among the executions when its body is there, and not before:
// senders that are slow, or send nothing, keep nobody out.
func TestBodiesTakeNoPlace(t *testing.T) {
	flows := writeFlows(t, map[string]string{"f.yml": webhookFlow("f", waitForOutputs)})
	s := newServer(t)
	s.serve("kestra {\ncapacity 1\n}", "kestra_webhook * "+flows)
	var slow []*slowRequest
	for range 30 {
		slow = append(slow, s.begin(webhookPath("f")))
	}
	s.get(webhookPath("f")).want(t, 200, "Hello world!")
	for _, request := range slow {
		request.end().want(t, 200, "Hello world!")
	}
}

// TestManyBodiesOfUnknownLength checks that bodies in chunks which are slow to arrive do not count as the largest there may be.
func TestManyBodiesOfUnknownLength(t *testing.T) {
	flows := writeFlows(t, map[string]string{"f.yml": webhookFlow("f", "")})
	s := newServer(t)
	s.serve("", "kestra_webhook * "+flows+" {\nmax_body 1GiB\n}")
	const chunked = "Transfer-Encoding: chunked"
	first := s.beginAs(webhookPath("f"), chunked, "4\r\n{\"a\"\r\n")
	second := s.beginAs(webhookPath("f"), chunked, "4\r\n{\"a\"\r\n")
	for _, slow := range []*slowRequest{first, second} {
		slow.send("4\r\n: 1}\r\n0\r\n\r\n")
		slow.answer().want(t, 200, `"body":{"a": 1}`)
	}
}

func TestReloadThatFails(t *testing.T) {
	flows := writeFlows(t, map[string]string{"fire.yml": webhookFlow("fire", "")})
	s := newServer(t)
	s.serve("", "kestra_webhook * "+flows)
	engine := theEngine(t)
	for _, site := range []string{
		"kestra_webhook missing",
		"kestra_webhook * " + flows + " {\nnamespaces a.*.b\n}",
	} {
		if err := s.load("", site); err == nil {
			t.Errorf("no error with %s", site)
		}
		s.get(webhookPath("fire")).want(t, 200, "state")
	}
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close()
	other := *s
	other.address = busy.Addr().String()
	if err := other.load("", "kestra_webhook * "+flows); err == nil {
		t.Error("no error with an address that is taken")
	}
	s.get(webhookPath("fire")).want(t, 200, "state")
	if theEngine(t) != engine {
		t.Error("another engine serves")
	}
}

// TestReloadWithoutKestra takes the module out of the configuration while it serves.
func TestReloadWithoutKestra(t *testing.T) {
	flows := writeFlows(t, map[string]string{"fire.yml": webhookFlow("fire", "")})
	s := newServer(t)
	s.serve("", "kestra_webhook * "+flows)
	engine := theEngine(t)
	slow := s.begin(webhookPath("fire"))
	s.serve("", "respond next")
	s.get(webhookPath("fire")).want(t, 200, "next")
	noEngine(t)
	select {
	case <-engine.closed:
		t.Error("the engine of a request that is not answered is closed")
	default:
	}
	slow.end().want(t, 200, "state")
	<-engine.closed
	if engine.err != nil {
		t.Error(engine.err)
	}
}

// TestReloadWithoutKestraAndBack comes back to a store while a request of the first configuration is under way.
func TestReloadWithoutKestraAndBack(t *testing.T) {
	flows := writeFlows(t, map[string]string{"fire.yml": webhookFlow("fire", "")})
	s := newServer(t)
	s.serve("", "kestra_webhook * "+flows)
	engine := theEngine(t)
	slow := s.begin(webhookPath("fire"))
	for range 3 {
		s.serve("", "respond next")
		noEngine(t)
		s.serve("", "kestra_webhook * "+flows)
		if theEngine(t) != engine {
			t.Fatal("another engine serves")
		}
	}
	slow.end().want(t, 200, "state")
	s.get(webhookPath("fire")).want(t, 200, "state")
	s.serve("", "respond next")
	<-engine.closed
	if engine.err != nil {
		t.Error(engine.err)
	}
	s.serve("", "kestra_webhook * "+flows)
	s.get(webhookPath("fire")).want(t, 200, "state")
}

// TestManyReloads has requests under way at every one of them, and some over several.
func TestManyReloads(t *testing.T) {
	flows := writeFlows(t, map[string]string{"fire.yml": webhookFlow("fire", waitForOutputs)})
	s := newServer(t)
	s.serve("", "kestra_webhook * "+flows)
	engine := theEngine(t)
	before := runtime.NumGoroutine()
	var slow []*slowRequest
	const reloads, each, at = 20, 3, 4
	for range reloads {
		for range each {
			slow = append(slow, s.begin(webhookPath("fire")))
		}
		s.serve("", "kestra_webhook * "+flows)
		for len(slow) > at*each {
			slow[0].end().want(t, 200, "Hello world!")
			slow = slow[1:]
		}
	}
	for _, request := range slow {
		request.end().want(t, 200, "Hello world!")
	}
	// Configurations end after the last of their requests, and each has more goroutines than one.
	waitFor(t, "the goroutines of former configurations to end", func() bool { return runtime.NumGoroutine() < before+reloads/2 })
	if theEngine(t) != engine {
		t.Error("another engine serves")
	}
}

// TestStopLeavesNothing looks for goroutines of ours after Caddy stopped.
func TestStopLeavesNothing(t *testing.T) {
	flows := writeFlows(t, map[string]string{"fire.yml": webhookFlow("fire", "")})
	// What Caddy itself leaves behind is there after the first time.
	for i := range 2 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			if i == 1 {
				current := goleak.IgnoreCurrent()
				logFile := goleak.IgnoreTopFunction("github.com/DeRuina/timberjack.(*Logger).millRun")
				t.Cleanup(func() { goleak.VerifyNone(t, current, logFile) })
			}
			s := newServer(t)
			s.serve("", "kestra_webhook * "+flows)
			s.get(webhookPath("fire")).want(t, 200, "state")
		})
	}
}

// TestExit tells the engine what it is told when the process ends.
func TestExit(t *testing.T) {
	flows := writeFlows(t, map[string]string{"fire.yml": webhookFlow("fire", "")})
	s := newServer(t)
	s.serve("", "kestra_webhook * "+flows+"\nrespond next")
	engine := theEngine(t)

	if err := (exitHandler{&App{serving: serving{engine: engine, stopping: make(chan struct{})}}}).Handle(t.Context(), caddy.Event{}); err != nil {
		t.Error(err)
	}
	s.get(webhookPath("fire")).want(t, 200, "state") // the process does not end: it was a reload

	engine.Exit()
	got := s.get(webhookPath("fire"))
	got.want(t, 503, "stopping")
	if got.header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	s.get(webhookPath("fire")+"x").want(t, 503, "stopping")
	s.get("/").want(t, 200, "next")
}
