package engine

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

// TestHandedOnAnew replays and restarts executions whose request the Kestra behind has refused: it gets that again, as it came.
func TestHandedOnAnew(t *testing.T) {
	status := http.StatusNotFound
	b := newBehind(t, func(w http.ResponseWriter, _ *arrived) { w.WriteHeader(status) })
	lines, logged := observer.New(zap.DebugLevel)
	e, site := handOn(t, &b.options, zap.New(lines), SiteOptions{Logger: zap.New(lines)}, handedOnFlow("f", ""))
	const body = " {\"a\": 1.0}\xff\n"
	first := execute(t, e, site, handedOnRequest("f", body, func(r *webhook.Request) {
		r.Method, r.RawQuery = "PUT", "x=1"
		r.Header.Set("X-A", "caf\xe9")
	}))
	if first.Status() != execution.Failed {
		t.Fatalf("the first one is %s", first.Status())
	}
	status = http.StatusOK
	replay := func(id string) string {
		next, _, err := site.Replay(t.Context(), id, Replay{})
		if err != nil {
			t.Fatal(err)
		}
		if s := waitFor(t, e, next); s.Status() != execution.Success {
			t.Errorf("the replay ended %s", s.Status())
		}
		return next
	}
	second := replay(first.ID)
	if err := e.Restart(t.Context(), first.ID); err != nil {
		t.Fatal(err)
	}
	if s := waitFor(t, e, first.ID); s.Status() != execution.Success {
		t.Errorf("it ended %s when it was restarted", s.Status())
	}
	loseRequest(t, e, first) // which the second one has for itself
	third := replay(second)
	ids := map[string]int{}
	for _, r := range b.arrivals() {
		ids[r.Header.Get("X-Kestra-Delivery-Id")]++
		if r.Method != "PUT" || r.body != body || r.URL.RawQuery != "x=1" || r.Header.Get("X-A") != "caf\xe9" || r.URL.Path != webhook.Prefix+"company.team/f/"+handedOnKey {
			t.Errorf("%s %q arrived with %v", r.Method, r.body, r.Header)
		}
	}
	if diff := cmp.Diff(map[string]int{first.ID: 2, second: 1, third: 1}, ids); diff != "" {
		t.Errorf("deliveries (-want +got):\n%s", diff)
	}
	checkNoKey(t, e, logged)
}

// TestHandedOnAnewInTime restarts an execution whose request was sent again for as long as hand_on_retry says: it is sent for as long
// once more.
func TestHandedOnAnewInTime(t *testing.T) {
	down := true
	b := newBehind(t, func(w http.ResponseWriter, r *arrived) {
		if down || r.count < 3 {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	b.options.Patience = time.Nanosecond
	e, site := handOn(t, &b.options, nil, SiteOptions{}, handedOnFlow("f", ""))
	s := execute(t, e, site, handedOnRequest("f", "x"))
	if s.Status() != execution.Failed || len(b.arrivals()) != 1 {
		t.Fatalf("it ended %s; %d arrived", s.Status(), len(b.arrivals()))
	}
	down = false
	b.options.Patience = time.Hour
	e.Configure(Options{Upstream: &b.options, Catalog: Core().HandingOn()})
	if err := e.Restart(t.Context(), s.ID); err != nil {
		t.Fatal(err)
	}
	s = waitFor(t, e, s.ID)
	if s.Status() != execution.Success || len(b.arrivals()) != 3 {
		t.Errorf("it ended %s; %d arrived", s.Status(), len(b.arrivals()))
	}
	if r := &s.Runs[0]; !r.Begun().After(r.History.Start()) {
		t.Errorf("it was begun at %s, and the first time at %s", r.Begun(), r.History.Start())
	}
}

// TestNothingToHandOnAnew replays executions of flows that are handed on which have no request, or have it no more.
func TestNothingToHandOnAnew(t *testing.T) {
	b := newBehind(t, func(http.ResponseWriter, *arrived) {})
	caller := taskFlow("caller", "- {id: sub, type: io.kestra.plugin.core.flow.Subflow, namespace: company.team, flowId: f, wait: true}", "")
	e, site := handOn(t, &b.options, nil, SiteOptions{}, handedOnFlow("f", ""), caller, taskFlow("other", "- {id: a, type: io.kestra.plugin.core.log.Log, message: ok}", ""))
	waitFor(t, e, send(site, "caller", "{}").ExecutionID)
	found, _, err := e.List(t.Context(), execution.Query{FlowID: "f"})
	if err != nil || len(found) != 1 {
		t.Fatalf("%d executions, %v", len(found), err)
	}
	gone := execute(t, e, site, handedOnRequest("f", "x"))
	loseRequest(t, e, gone)
	ran := waitFor(t, e, send(site, "other", "{}").ExecutionID)
	catalog := Core().HandingOn()
	set, problems := catalog.Load([]*flow.Source{
		flow.NewSource("f", []byte(handedOnFlow("f", ""))), flow.NewSource("other", []byte("handOn: true\n"+taskFlow("other", "- {id: a, type: io.kestra.plugin.core.log.Log, message: ok}", ""))),
	})
	if len(problems.Errors()) > 0 {
		t.Fatal(problems)
	}
	site, _ = openSite(t, e, set, SiteOptions{})
	arrivals := len(b.arrivals())
	for what, id := range map[string]string{"by a task": found[0].ID, "without the file": gone.ID, "that ran here": ran.ID} {
		_, _, err := site.Replay(t.Context(), id, Replay{})
		want := "execution " + id + ": there is nothing to hand on: the execution was not begun by a request, or what it brought is not kept any more"
		if err == nil || err.Error() != want || !errors.Is(err, ErrNoRequest) || !Unfit(err) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if all, _, err := e.List(t.Context(), execution.Query{}); err != nil || len(all) != 4 || len(b.arrivals()) != arrivals {
		t.Errorf("%d executions, %d arrived, %v", len(all), len(b.arrivals()), err)
	}
}

// loseRequest removes what an execution has handed on.
func loseRequest(t *testing.T, e *Engine, s *execution.State) {
	t.Helper()
	uri, err := e.files.RequestURI(ownOrigin(s), webhook.LetterFile)
	if err != nil {
		t.Fatal(err)
	}
	if there, err := e.files.Delete(t.Context(), ownOrigin(s), uri); err != nil || !there {
		t.Fatal(there, err)
	}
}
