package caddymodule

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/caddyserver/caddy/v2"
	_ "github.com/caddyserver/caddy/v2/modules/standard"
)

// key is the webhook key of all flows in tests. No output may hold it.
const key = "canary4wjtkzwVGBM9yKnjm3yv8r"

// webhookFlow is a flow with a webhook trigger; more are further properties of the trigger.
func webhookFlow(id, more string) string {
	return "id: " + id + `
namespace: company.team
tasks:
  - id: answer
    type: io.kestra.plugin.core.debug.Return
    format: "Hello {{ trigger.parameters.name[0] ?? 'world' }}!"
outputs:
  - id: greeting
    type: STRING
    value: "{{ outputs.answer.value }}"
triggers:
  - id: webhook
    type: io.kestra.plugin.core.trigger.Webhook
    key: ` + key + "\n" + more
}

const waitForOutputs = "    wait: true\n    returnOutputs: true\n"

// webhookPath is the path of the webhook of a flow in company.team.
func webhookPath(id string) string {
	return "/api/v1/executions/webhook/company.team/" + id + "/" + key
}

// writeFlows writes flow files, by name, and returns their folder.
func writeFlows(t *testing.T, flows map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range flows {
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// server is a Caddy inside the test process. There is one at a time.
type server struct {
	t       *testing.T
	address string
	url     string
	logFile string
	format  string // of the log, in Caddyfile syntax
	admin   string // where the admin endpoint listens; off: nowhere
}

// newServer reserves an address, gives Caddy a data directory, and stops Caddy at the end of the test.
func newServer(t *testing.T) *server {
	t.Helper()
	t.Setenv("XDG_DATA_HOME", t.TempDir())
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &server{t: t, address: listener.Addr().String(), logFile: filepath.Join(t.TempDir(), "log"), format: "format json", admin: "off"}
	s.url = "http://" + s.address
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := caddy.Stop(); err != nil {
			t.Error(err)
		}
		noEngine(t)
	})
	return s
}

// config returns the JSON of a Caddyfile with these global options and this site, which logs everything to s.logFile.
func (s *server) config(global, site string) []byte {
	s.t.Helper()
	_, port, err := net.SplitHostPort(s.address)
	if err != nil {
		s.t.Fatal(err)
	}
	config, err := adapt(s.t, "Caddyfile", fmt.Sprintf(`{
	admin %s
	persist_config off
	default_bind 127.0.0.1
	log {
		level DEBUG
		output file %s
		%s
	}
	%s
}

http://:%s {
	%s
}
`, s.admin, s.logFile, s.format, global, port, site))
	if err != nil {
		s.t.Fatal(err)
	}
	return []byte(config)
}

// load runs a configuration, at first or anew.
func (s *server) load(global, site string) error {
	s.t.Helper()
	return caddy.Load(s.config(global, site), true)
}

// serve is load that must succeed.
func (s *server) serve(global, site string) {
	s.t.Helper()
	if err := s.load(global, site); err != nil {
		s.t.Fatal(err)
	}
}

// answer is what a request got.
type answer struct {
	status int
	header http.Header
	body   string
}

var client = &http.Client{
	Timeout:   20 * time.Second,
	Transport: &http.Transport{DisableKeepAlives: true},
	CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	},
}

// do sends a request; header are names and values in turn. It tries again when the connection is reset: at a reload Caddy
// opens the address anew, and Linux then resets connections that the old socket has not accepted.
func (s *server) do(method, path, body string, header ...string) answer {
	s.t.Helper()
	var response *http.Response
	for tries := 1; ; tries++ {
		request, err := http.NewRequestWithContext(s.t.Context(), method, s.url+path, strings.NewReader(body))
		if err != nil {
			s.t.Fatal(err)
		}
		for i := 0; i+1 < len(header); i += 2 {
			request.Header.Set(header[i], header[i+1])
		}
		if response, err = client.Do(request); err == nil {
			break
		}
		if !errors.Is(err, syscall.ECONNRESET) && !errors.Is(err, io.EOF) || tries == 5 {
			s.t.Fatal(err)
		}
	}
	return readAnswer(s.t, response)
}

func readAnswer(t testing.TB, response *http.Response) answer {
	t.Helper()
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{response.StatusCode, response.Header, string(text)}
}

// chunked posts a body without its length.
func (s *server) chunked(path, body string) answer {
	s.t.Helper()
	request, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.url+path, io.MultiReader(strings.NewReader(body)))
	if err != nil {
		s.t.Fatal(err)
	}
	response, err := client.Do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	return readAnswer(s.t, response)
}

func (s *server) get(path string) answer {
	s.t.Helper()
	return s.do(http.MethodGet, path, "")
}

// want fails the test unless the answer has this status and a body that contains text.
func (a answer) want(t *testing.T, status int, text string) {
	t.Helper()
	if a.status != status || !strings.Contains(a.body, text) {
		t.Errorf("got %d %q, want %d with %q", a.status, a.body, status, text)
	}
}

// log returns all that was logged.
func (s *server) log() string {
	s.t.Helper()
	return readLog(s.t, s.logFile)
}

// readLog returns the lines of a log file. The last may be half written, and is then left out.
func readLog(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return string(text[:bytes.LastIndexByte(text, '\n')+1])
}

// logLine is one line of a log. Request is there in access lines only.
type logLine struct {
	Level   string
	Logger  string
	Msg     string
	Request *struct {
		URI     string
		Method  string
		Headers map[string][]string
	}
	Status      int
	Size        int
	BytesRead   int    `json:"bytes_read"`
	UserID      string `json:"user_id"`
	Duration    float64
	ExecutionID string `json:"execution_id"`
	Namespace   string
	Flow        string
	Outcome     string
}

// lines returns the lines of a log that a logger with this name wrote.
func lines(t *testing.T, log, logger string) []logLine {
	t.Helper()
	var found []logLine
	for text := range strings.Lines(log) {
		var line logLine
		if err := json.Unmarshal([]byte(text), &line); err != nil {
			t.Fatalf("log line %q: %v", text, err)
		}
		if line.Logger == logger {
			found = append(found, line)
		}
	}
	return found
}

// accessLines waits for and returns n access lines; they are written after the answer was sent.
func (s *server) accessLines(n int) []logLine {
	s.t.Helper()
	var found []logLine
	waitFor(s.t, fmt.Sprintf("%d access lines", n), func() bool {
		found = lines(s.t, s.log(), "http.log.access")
		return len(found) >= n
	})
	return found
}

func waitFor(t *testing.T, what string, done func() bool) {
	t.Helper()
	deadline := time.NewTimer(10 * time.Second)
	defer deadline.Stop()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-tick.C:
		case <-deadline.C:
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

// theEngine returns the one engine that is in use.
func theEngine(t *testing.T) *pooledEngine {
	t.Helper()
	var found []*pooledEngine
	var identity string
	engines.Range(func(key, value any) bool {
		found, identity = append(found, value.(*pooledEngine)), key.(string)
		return true
	})
	if len(found) != 1 {
		t.Fatalf("%d engines are in use, want 1", len(found))
	}
	if refs, _ := engines.References(identity); refs != 1 {
		t.Errorf("%d references to the engine, want 1", refs)
	}
	return found[0]
}

// noEngine fails the test if an engine is in use.
func noEngine(t *testing.T) {
	t.Helper()
	engines.Range(func(key, _ any) bool {
		t.Errorf("the engine on %v is still in use", key)
		return true
	})
}
