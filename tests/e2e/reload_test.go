package e2e

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/caddy-kestra/kestra-webhook/tests/e2e/harness"
)

// footprint is what a server takes up after its garbage was collected.
type footprint struct{ goroutines, heap int }

var (
	goroutineTotal = regexp.MustCompile(`goroutine profile: total (\d+)`)
	heapAlloc      = regexp.MustCompile(`# HeapAlloc = (\d+)`)
)

func measure(t *testing.T, s *harness.Server) footprint {
	t.Helper()
	read := func(path string, number *regexp.Regexp) int {
		a := harness.Fetch(t, http.DefaultClient, "GET", fmt.Sprintf("http://127.0.0.1:%d/debug/pprof/%s", s.AdminPort, path), "")
		found := number.FindStringSubmatch(a.Body)
		if a.Status != 200 || found == nil {
			t.Fatalf("%s: %d %.200s", path, a.Status, a.Body)
		}
		n, err := strconv.Atoi(found[1])
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	read("heap?debug=1&gc=1", heapAlloc) // a first collection: finalizers and pools need two
	return footprint{heap: read("heap?debug=1&gc=1", heapAlloc), goroutines: read("goroutine?debug=1", goroutineTotal)}
}

// load sends requests without a pause, each with a number of its own, and checks every answer.
type load struct {
	t        *testing.T
	base     string
	clients  map[string]*http.Client // by the way in which senders use connections
	numbers  atomic.Int64            // given out
	answered atomic.Int64
	repeated atomic.Int64
}

func newLoad(t *testing.T, s *harness.Server) *load {
	h1, clear := new(http.Protocols), new(http.Protocols)
	h1.SetHTTP1(true)
	clear.SetUnencryptedHTTP2(true)
	return &load{t: t, base: s.URL(""), clients: map[string]*http.Client{
		"kept connection": {Transport: &http.Transport{Protocols: h1}},
		"new connections": {Transport: &http.Transport{Protocols: h1, DisableKeepAlives: true}},
		"HTTP/2":          {Transport: &http.Transport{Protocols: clear}},
	}}
}

// begin sends until end is called. end returns when all requests are answered and no connection is left.
func (l *load) begin() (end func()) {
	stop := make(chan struct{})
	var workers sync.WaitGroup
	for name, client := range l.clients {
		for _, flow := range []string{"echo", "start"} {
			workers.Go(func() {
				for {
					select {
					case <-stop:
						return
					default:
					}
					n := l.numbers.Add(1)
					if err := l.request(client, flow, n); err != nil {
						l.t.Errorf("request %d to %s by %s: %v", n, flow, name, err)
						return
					}
					l.answered.Add(1)
				}
			})
		}
	}
	return func() {
		close(stop)
		workers.Wait()
		for _, c := range l.clients {
			c.CloseIdleConnections()
		}
	}
}

// await returns when this many more requests have been answered.
func (l *load) await(more int64) {
	l.t.Helper()
	until := l.answered.Load() + more
	harness.Eventually(l.t, time.Minute, fmt.Sprint(more, " requests answered"), func() bool {
		return l.answered.Load() >= until || l.t.Failed()
	})
}

// request sends the request with a number, and checks the answer. It sends again, as senders do, when the connection ended
// before the first byte of an answer came: at a reload, net/http closes those whose request it has not yet handed on, and
// Linux resets those that the old listener had not accepted. That such a request did not run is checked at the end.
func (l *load) request(client *http.Client, flow string, n int64) error {
	for range 5 {
		began := false
		ctx := httptrace.WithClientTrace(l.t.Context(), &httptrace.ClientTrace{GotFirstResponseByte: func() { began = true }})
		err := l.send(ctx, client, flow, n)
		if err == nil || began {
			return err
		}
		l.repeated.Add(1)
	}
	return fmt.Errorf("no connection lasted")
}

func (l *load) send(ctx context.Context, client *http.Client, flow string, n int64) error {
	r, err := http.NewRequestWithContext(ctx, "POST", fmt.Sprintf("%s%s?n=%d", l.base, webhook(flow, "key"), n), strings.NewReader(fmt.Sprint("text ", n)))
	if err != nil {
		return err
	}
	response, err := client.Do(r)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	wantBody := `"state":{"current":"CREATED"`
	if flow == "echo" {
		wantBody = fmt.Sprintf(`{"n":"%d","body":"text %[1]d"}`, n)
	}
	if response.StatusCode != 200 || !strings.Contains(string(body), wantBody) {
		return fmt.Errorf("%d %s", response.StatusCode, body)
	}
	return nil
}

// tellsRuns returns a flow of which the log tells which requests ran. Those without a number were asked for otherwise.
func tellsRuns(flow string) string {
	return strings.Replace(flow, "tasks:\n", "tasks:\n  - id: log\n    type: io.kestra.plugin.core.log.Log\n    message: \"runs {{ trigger.parameters.n[0] ?? 'asked' }}\"\n", 1)
}

// wantEachOnce checks that all requests ran, each once.
func (l *load) wantEachOnce(s *harness.Server) {
	l.t.Helper()
	var runs map[string]int
	harness.Eventually(l.t, time.Minute, "all requests ran", func() bool {
		runs = map[string]int{}
		for _, line := range logLines(l.t, s.Output(), func(l logLine) bool { return strings.HasPrefix(l.Msg, "runs ") && l.Msg != "runs asked" }) {
			runs[strings.TrimPrefix(line.Msg, "runs ")]++
		}
		return len(runs) >= int(l.answered.Load())
	})
	if len(runs) != int(l.numbers.Load()) {
		l.t.Errorf("%d requests ran of %d", len(runs), l.numbers.Load())
	}
	for n, times := range runs {
		if times != 1 {
			l.t.Errorf("request %s ran %d times", n, times)
		}
	}
}

// staysLevel does something a few times under load, and then more times: no request fails, each is answered once, and the server has no
// more goroutines and memory in the end than after the first times.
func (l *load) staysLevel(s *harness.Server, do func(times int), few, more int) {
	l.t.Helper()
	end := l.begin()
	l.await(1_000) // from now on caches are full
	do(few)
	end()
	before := measure(l.t, s)
	end = l.begin()
	do(more)
	end()
	after := measure(l.t, s)
	l.t.Logf("%d requests, %d sent again; goroutines and bytes: %v, %v", l.answered.Load(), l.repeated.Load(), before, after)
	if after.goroutines > before.goroutines+5 || after.heap > before.heap+4<<20 {
		l.t.Errorf("goroutines and bytes after %d times: %v, after %d: %v", few, before, few+more, after)
	}
	l.wantEachOnce(s)
}
