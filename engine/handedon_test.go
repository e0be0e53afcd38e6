package engine

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

// handedOnKey is a key that is looked for wherever it must not be.
const handedOnKey = "canaryK1tz7Yp/ qW3"

// handedOnFlow returns the flow company.team/id, which a Kestra behind runs.
func handedOnFlow(id, trigger string, members ...string) string {
	return strings.Replace(taskFlow(id, "- {id: t, type: io.kestra.plugin.aws.s3.Download}", trigger, members...), "key: abc", "key: "+handedOnKey, 1)
}

// handedOnRequest returns a request for a flow of handedOnFlow.
func handedOnRequest(id, body string, change ...func(*webhook.Request)) *webhook.Request {
	r := newRequest(id, body)
	r.Target.Key = handedOnKey
	r.Path = webhook.Prefix + "company.team/" + id + "/" + url.PathEscape(handedOnKey)
	for _, f := range change {
		f(r)
	}
	return r
}

// behind is a Kestra behind the server, of which a test says what it answers.
type behind struct {
	*httptest.Server
	options Upstream

	mu     sync.Mutex
	came   []*arrived
	answer func(w http.ResponseWriter, r *arrived)
}

// arrived is a request that it got.
type arrived struct {
	*http.Request
	body  string
	count int // of those with its delivery id, from 1
}

func newBehind(t *testing.T, answer func(w http.ResponseWriter, r *arrived)) *behind {
	b := &behind{answer: answer}
	b.Server = httptest.NewServer(b)
	t.Cleanup(b.Close)
	b.options = Upstream{URL: mustURL(t, b.URL), Pause: time.Millisecond}
	return b
}

func mustURL(t *testing.T, text string) *url.URL {
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// ServeHTTP implements [http.Handler].
func (b *behind) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	a := &arrived{Request: r, body: string(body), count: 1}
	b.mu.Lock()
	for _, before := range b.came {
		if before.Header.Get("X-Kestra-Delivery-Id") == r.Header.Get("X-Kestra-Delivery-Id") {
			a.count++
		}
	}
	b.came = append(b.came, a)
	b.mu.Unlock()
	b.answer(w, a)
}

// arrivals returns what it got so far.
func (b *behind) arrivals() []*arrived {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.came)
}

// handOn opens an engine with a store in a file that hands flows on, and a site.
func handOn(t *testing.T, options *Upstream, log *zap.Logger, o SiteOptions, texts ...string) (*Engine, *Site) {
	t.Helper()
	e := openLasting(t, t.TempDir())
	t.Cleanup(func() { mustClose(t, e) })
	return handOnIn(t, e, Options{Upstream: options, Logger: log}, o, texts...)
}

// handOnIn lets an engine hand flows on, and opens a site on it.
func handOnIn(t *testing.T, e *Engine, options Options, o SiteOptions, texts ...string) (*Engine, *Site) {
	t.Helper()
	catalog := Core().HandingOn()
	options.Catalog = catalog
	e.Configure(options)
	var sources []*flow.Source
	for _, text := range texts {
		sources = append(sources, flow.NewSource("test", []byte(text)))
	}
	set, found := catalog.Load(sources)
	if len(found.Errors()) > 0 {
		t.Fatal(found.Errors())
	}
	site, _ := openSite(t, e, set, o)
	return e, site
}

// execute sends a request and returns the execution when it has ended.
func execute(t *testing.T, e *Engine, site *Site, r *webhook.Request) *execution.State {
	t.Helper()
	response := sendRequest(site, r)
	if response.Status != 200 {
		t.Fatalf("%d %s", response.Status, response.Body)
	}
	return waitFor(t, e, response.ExecutionID)
}

func TestHandedOnAsItCame(t *testing.T) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = z.Write([]byte(`{"a": 1.0}`))
	_ = z.Close()
	header := func(pairs ...string) func(*webhook.Request) {
		return func(r *webhook.Request) {
			for i := 0; i < len(pairs); i += 2 {
				r.Header.Add(pairs[i], pairs[i+1])
			}
		}
	}
	tests := map[string]struct {
		body    string
		change  func(*webhook.Request)
		uri     string // behind the flow's
		headers map[string]string
	}{
		"JSON with blanks":    {" {\"a\": 1.0, \"a\":2 }\n", nil, "", map[string]string{"Content-Type": "application/json", "Content-Length": "20"}},
		"packed":              {packed.String(), header("Content-Encoding", "gzip"), "", map[string]string{"Content-Encoding": "gzip"}},
		"no text":             {"\xff\xfe\x00\x80", nil, "", nil},
		"a mark at the front": {"\ufeff{}", nil, "", nil},
		"another charset":     {"caf\xe9", func(r *webhook.Request) { r.Header.Set("Content-Type", "text/plain; charset=latin1") }, "", map[string]string{"Content-Type": "text/plain; charset=latin1"}},
		"nothing":             {"", nil, "", map[string]string{"Content-Length": "0"}},
		"a form with files": {
			"--x\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a\"\r\n\r\n\x00\r\n--x--\r\n",
			func(r *webhook.Request) { r.Header.Set("Content-Type", "multipart/form-data; boundary=x") }, "", nil,
		},
		"GET":     {"", func(r *webhook.Request) { r.Method = "GET" }, "", nil},
		"PUT":     {"x", func(r *webhook.Request) { r.Method = "PUT" }, "", nil},
		"a query": {"", func(r *webhook.Request) { r.RawQuery = "a=1&b=%20+&c;&a" }, "?a=1&b=%20+&c;&a", nil},
		"headers": {"", header("X-A", "1", "X-A", "2", "X-Latin", "caf\xe9", "Referer", "https://x/y"), "", map[string]string{"X-A": "1, 2", "X-Latin": "caf\xe9", "Referer": "https://x/y"}},
		"a header with the key": {
			"", header("X-Original-Uri", webhook.Prefix+"company.team/f/"+url.PathEscape(handedOnKey)), "",
			map[string]string{"X-Original-Uri": webhook.Prefix + "company.team/f/" + url.PathEscape(handedOnKey)},
		},
		"of the connection": {"", header("Connection", "close, X-Hop", "X-Hop", "1", "Te", "trailers", "Upgrade", "h2c", "Expect", "100-continue", "Proxy-Authorization", "Basic eDp5"), "", map[string]string{
			"Connection": "keep-alive", "X-Hop": "", "Te": "", "Upgrade": "", "Expect": "", "Proxy-Authorization": "",
		}},
		"credentials": {"", header("Authorization", "Bearer t0ken", "Cookie", "a=b"), "", map[string]string{"Authorization": "", "Cookie": ""}},
		"ours":        {"", header("X-Set", "by the sender", "X-Kestra-Delivery-Id", "forged"), "", map[string]string{"X-Set": "by us"}},
	}
	b := newBehind(t, func(w http.ResponseWriter, _ *arrived) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"id":"behind1","namespace":"company.team","flowId":"f","state":{"current":"CREATED"}}`)
	})
	b.options.URL = mustURL(t, b.URL+"/base/")
	b.options.Header = http.Header{"X-Set": {"by us"}}
	e, site := handOn(t, &b.options, nil, SiteOptions{}, handedOnFlow("f", ""))
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if tt.change == nil {
				tt.change = func(*webhook.Request) {}
			}
			request := handedOnRequest("f", tt.body, tt.change)
			s := execute(t, e, site, request)
			all := b.arrivals()
			got := all[len(all)-1]
			if got.Method != request.Method || got.body != tt.body {
				t.Errorf("%s %q arrived, sent was %s %q", got.Method, got.body, request.Method, tt.body)
			}
			if want := "/base" + webhook.Prefix + "company.team/f/" + url.PathEscape(handedOnKey) + tt.uri; got.RequestURI != want {
				t.Errorf("it came to %s, want %s", got.RequestURI, want)
			}
			if got.Host != b.options.URL.Host || got.Header.Get("X-Kestra-Delivery-Id") != s.ID || len(got.Header.Values("X-Kestra-Delivery-Id")) != 1 {
				t.Errorf("host %s, delivery %q of the execution %s", got.Host, got.Header.Values("X-Kestra-Delivery-Id"), s.ID)
			}
			for name, want := range tt.headers {
				if text := strings.Join(got.Header.Values(name), ", "); text != want {
					t.Errorf("the header %s is %q, want %q", name, text, want)
				}
			}
			const outputs = `"executionId":"behind1","state":"CREATED"}`
			if s.Status() != execution.Success || !strings.HasSuffix(string(s.Runs[0].Outputs.JSON), outputs) {
				t.Errorf("it ended %s with %s", s.Status(), s.Runs[0].Outputs.JSON)
			}
		})
	}
}

func TestHandedOnWithCredentials(t *testing.T) {
	b := newBehind(t, func(http.ResponseWriter, *arrived) {})
	e, site := handOn(t, &b.options, nil, SiteOptions{KeepCredentials: true}, handedOnFlow("f", ""))
	execute(t, e, site, handedOnRequest("f", "", func(r *webhook.Request) {
		r.Path = strings.Replace(r.Path, webhook.Prefix, webhook.PrefixMain, 1)
		r.Header.Set("Authorization", "Bearer t0ken")
		r.Header.Set("Proxy-Authorization", "Basic eDp5")
	}))
	got := b.arrivals()[0]
	if got.Header.Get("Authorization") != "Bearer t0ken" || got.Header.Get("Proxy-Authorization") != "" || !strings.HasPrefix(got.RequestURI, webhook.PrefixMain) {
		t.Errorf("%s arrived with %v", got.RequestURI, got.Header)
	}
}

// TestHandedOnThroughFaults lets a Kestra behind fail in every way. Every request arrives as it came, and once, unless its answer was lost.
func TestHandedOnThroughFaults(t *testing.T) {
	t.Parallel() // most of it is waiting
	cut := func(w http.ResponseWriter, text string) {
		conn, buffered, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		_, _ = buffered.WriteString(text)
		_ = buffered.Flush()
		_ = conn.(*net.TCPConn).SetLinger(0)
		_ = conn.Close()
	}
	faults := map[string]func(w http.ResponseWriter){
		"nothing":     func(w http.ResponseWriter) { cut(w, "") },
		"half a line": func(w http.ResponseWriter) { cut(w, "HTTP/1.1 20") },
		"no HTTP":     func(w http.ResponseWriter) { cut(w, "hello\r\n\r\n") },
		"500":         func(w http.ResponseWriter) { http.Error(w, "no", http.StatusInternalServerError) },
		"503":         func(w http.ResponseWriter) { http.Error(w, "no", http.StatusServiceUnavailable) },
		"429": func(w http.ResponseWriter) {
			w.Header().Set("Retry-After", "0")
			w.WriteHeader(429)
		},
		"lost": func(w http.ResponseWriter) {
			cut(w, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"id\"")
		},
	}
	names := []string{"nothing", "500", "half a line", "429", "lost", "503", "no HTTP", "lost"}
	var mu sync.Mutex
	taken, lost := map[string]int{}, map[string]int{}
	b := newBehind(t, func(w http.ResponseWriter, r *arrived) {
		var number int
		_, _ = fmt.Sscanf(r.body, "body %d", &number)
		id, fault := r.Header.Get("X-Kestra-Delivery-Id"), "none"
		if r.count <= number%(len(names)/2) { // more would wait longer, and come to nothing else
			fault = names[(number+r.count)%len(names)]
		}
		mu.Lock()
		if fault == "none" || fault == "lost" {
			taken[id]++
		}
		if fault == "lost" {
			lost[id]++
		}
		mu.Unlock()
		if fault != "none" {
			faults[fault](w)
			return
		}
		for range 5 { // slowly
			_, _ = io.WriteString(w, "piece ")
			_ = http.NewResponseController(w).Flush()
		}
	})
	lines, logged := observer.New(zapcore.DebugLevel)
	e, site := handOn(t, &b.options, zap.New(lines), SiteOptions{Logger: zap.New(lines)}, handedOnFlow("f", ""))
	sent := map[string]string{}
	for i := range 40 {
		body := fmt.Sprintf("body %d \xff%s", i, strings.Repeat("\x00 ", i*1000))
		response := sendRequest(site, handedOnRequest("f", body))
		if response.Status != 200 {
			t.Fatalf("%d %s", response.Status, response.Body)
		}
		sent[response.ExecutionID] = body
	}
	for id := range sent {
		if s := waitFor(t, e, id); s.Status() != execution.Success || len(s.Runs[0].Attempts) != 1 {
			t.Errorf("it ended %s in %d attempts: %s", s.Status(), len(s.Runs[0].Attempts), s.Runs[0].Outputs.JSON)
		}
	}
	for _, r := range b.arrivals() {
		if want := sent[r.Header.Get("X-Kestra-Delivery-Id")]; r.body != want {
			t.Errorf("%.30q… arrived (%d bytes), sent was %.30q… (%d)", r.body, len(r.body), want, len(want))
		}
	}
	for id, body := range sent {
		if taken[id]-lost[id] != 1 {
			t.Errorf("%.10s was taken %d times, and the answer lost %d times", body, taken[id], lost[id])
		}
	}
	if logged.FilterMessageSnippet("the request is sent again at").Len() < 40 {
		t.Errorf("%d lines tell of faults", logged.FilterMessageSnippet("the request is sent again at").Len())
	}
	checkNoKey(t, e, logged)
}

// checkNoKey looks for the key in all lines and in all that is kept of executions.
func checkNoKey(t *testing.T, e *Engine, logged *observer.ObservedLogs) {
	t.Helper()
	has := func(text string) bool {
		return strings.Contains(text, "canaryK1tz7") || strings.Contains(text, url.PathEscape(handedOnKey))
	}
	for _, line := range logged.All() {
		if text := fmt.Sprint(line.Message, line.ContextMap()); has(text) {
			t.Errorf("logged: %s", text)
		}
	}
	found, _, err := e.List(t.Context(), execution.Query{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	for i := range found {
		s, err := e.Get(t.Context(), found[i].ID)
		if err != nil {
			t.Fatal(err)
		}
		texts := []string{string(s.Trigger.Variables.JSON), fmt.Sprint(s.Head)}
		for _, r := range s.Runs {
			texts = append(texts, string(r.Outputs.JSON))
		}
		lines, err := e.Logs(t.Context(), s.ID, 0, 1000)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range lines {
			texts = append(texts, line.Message)
		}
		uris, err := e.files.List(t.Context(), ownOrigin(s))
		if err != nil {
			t.Fatal(err)
		}
		for _, uri := range uris {
			f, err := e.files.Open(t.Context(), ownOrigin(s), uri)
			if err != nil {
				t.Fatal(err)
			}
			text, _ := io.ReadAll(f)
			_ = f.Close()
			texts = append(texts, string(text))
		}
		for _, text := range texts {
			if has(text) {
				t.Errorf("kept: %.500s", text)
			}
		}
	}
}

// TestHandedOnLater has no Kestra behind at first, then one that does not answer, and then one that does.
func TestHandedOnLater(t *testing.T) {
	t.Parallel() // most of it is waiting
	closed := httptest.NewServer(nil)
	closed.Close()
	told := make(chan string, 1000)
	lines, logged := observer.New(zapcore.DebugLevel)
	log := zap.New(zapcore.RegisterHooks(lines, func(e zapcore.Entry) error { told <- e.Message; return nil }))
	await := func(snippet string) {
		t.Helper()
		for !strings.Contains(<-told, snippet) {
		}
	}
	refusing := Upstream{URL: mustURL(t, closed.URL), Pause: time.Millisecond}
	e, site := handOn(t, &refusing, log, SiteOptions{}, handedOnFlow("f", ""))
	response := sendRequest(site, handedOnRequest("f", "{}"))
	await("Connection refused; the request is sent again at")

	hanging := newBehind(t, func(_ http.ResponseWriter, r *arrived) { <-r.Context().Done() })
	hanging.options.Timeout = 50 * time.Millisecond
	e.Configure(Options{Upstream: &hanging.options, Logger: log, Catalog: Core().HandingOn()})
	await("no answer within 50ms; the request is sent again at")

	e.Configure(Options{Logger: log, Catalog: Core().HandingOn()})
	await("there is no Kestra to hand the request on to: the option `upstream` says where it is; the request is sent again at")

	b := newBehind(t, func(http.ResponseWriter, *arrived) {})
	e.Configure(Options{Upstream: &b.options, Logger: log, Catalog: Core().HandingOn()})
	if s := waitFor(t, e, response.ExecutionID); s.Status() != execution.Success || len(b.arrivals()) != 1 || b.arrivals()[0].body != "{}" {
		t.Errorf("it ended %s; %d arrived", s.Status(), len(b.arrivals()))
	}
	checkNoKey(t, e, logged)
}

// TestHandedOnInOrder holds up the first of several requests: the others come after it, one by one.
func TestHandedOnInOrder(t *testing.T) {
	b := newBehind(t, func(w http.ResponseWriter, r *arrived) {
		if r.body == "0" && r.count < 4 {
			w.WriteHeader(503)
		}
	})
	e, site := handOn(t, &b.options, nil, SiteOptions{}, handedOnFlow("f", "", "ordered: true"))
	var ids []string
	for i := range 5 {
		ids = append(ids, sendRequest(site, handedOnRequest("f", fmt.Sprint(i))).ExecutionID)
	}
	for _, id := range ids {
		waitFor(t, e, id)
	}
	var got []string
	for _, r := range b.arrivals() {
		got = append(got, r.body)
	}
	if diff := cmp.Diff([]string{"0", "0", "0", "0", "1", "2", "3", "4"}, got); diff != "" {
		t.Errorf("arrivals (-want +got):\n%s", diff)
	}
}

func ownOrigin(s *execution.State) task.Origin {
	return task.Origin{Namespace: s.Namespace, Flow: s.FlowID, Execution: s.ID}
}
