package engine

import (
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// TestRequestsWait checks that executions that wait for another server, by a task or by an expression of one, hold up nobody.
func TestRequestsWait(t *testing.T) {
	asked, release := make(chan struct{}, 100), make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked <- struct{}{}
		<-release
		_, _ = io.WriteString(w, `{"a": 1}`)
	}))
	defer s.Close()
	e := openEngine(t)
	site := newSite(t, e, SiteOptions{},
		taskFlow("task", "- {id: a, type: io.kestra.plugin.core.http.Request, uri: '"+s.URL+"'}", ""),
		taskFlow("expression", `- {id: a, type: io.kestra.plugin.core.debug.Return, format: "{{ http('`+s.URL+`').a }}"}`, ""),
		taskFlow("other", "- {id: a, type: io.kestra.plugin.core.debug.Return, format: x}", "wait: true"),
	)
	var started []string
	for range min(2*runtime.GOMAXPROCS(0), 20) { // fewer than there are workers for one flow
		for _, id := range []string{"task", "expression"} {
			started = append(started, send(site, id, "").ExecutionID)
			<-asked
		}
	}
	if r := send(site, "other", ""); r.Status != http.StatusOK {
		t.Errorf("another flow meanwhile: %d %s", r.Status, r.Body)
	}
	close(release)
	for _, id := range started {
		ended, err := e.Wait(t.Context(), id)
		if err != nil || ended.Status() != execution.Success {
			t.Errorf("%v, %v", ended.Status(), err)
		}
	}
}

// TestRequestsAreInterrupted checks that the timeout of a task ends its request, and that killing an execution does.
func TestRequestsAreInterrupted(t *testing.T) {
	asked := make(chan struct{}, 1)
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/killed" {
			asked <- struct{}{}
		}
		<-r.Context().Done()
	}))
	defer s.Close() // waits until all clients have gone
	e := openEngine(t)
	request := "- {id: a, type: io.kestra.plugin.core.http.Request, uri: '" + s.URL
	site := newSite(t, e, SiteOptions{}, taskFlow("timeout", request+"', timeout: PT0.05S}", ""), taskFlow("killed", request+"/killed'}", ""))
	id := send(site, "timeout", "").ExecutionID
	if ended, err := e.Wait(t.Context(), id); err != nil || ended.Status() != execution.Failed {
		t.Errorf("timeout: %v, %v", ended.Status(), err)
	}
	lines, err := e.Logs(t.Context(), id, 0, 10)
	if err != nil || len(lines) == 0 || !strings.Contains(lines[len(lines)-1].Message, "Timeout after 00:00:00.050") {
		t.Errorf("timeout: %v, %v", lines, err)
	}
	id = send(site, "killed", "").ExecutionID
	<-asked
	if err := e.Kill(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if ended, err := e.Wait(t.Context(), id); err != nil || ended.Status() != execution.Killed {
		t.Errorf("kill: %v, %v", ended.Status(), err)
	}
}
