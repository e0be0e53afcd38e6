package engine

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/runner"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
	"github.com/caddy-kestra/kestra-webhook/engine/value/valuetest"
)

// onDisk returns a function that opens an engine on the same store again and again; the one before is stopped first, and runs
// nothing to its end. Its log has what is logged from then on.
func onDisk(t *testing.T) func() (*Engine, *observer.ObservedLogs) {
	var last *Engine
	end := func() {
		if last == nil {
			return
		}
		if err := last.Close(); err != nil {
			t.Error(err)
		}
		last = nil
	}
	t.Cleanup(end)
	path := filepath.Join(t.TempDir(), "kestra.db")
	return func() (*Engine, *observer.ObservedLogs) {
		end()
		e, err := Open(t.Context(), StoreOptions{Kind: StoreSQLite, Path: path})
		if err != nil {
			t.Fatal(err)
		}
		core, logs := observer.New(zap.DebugLevel)
		e.Configure(Options{Drain: -1, Logger: zap.New(core), EvaluationWait: patient})
		last = e
		return e, logs
	}
}

// leftAtGate starts an execution of a flow, and the process anew while its task is under way, which may end then. The flow is not served
// yet.
func leftAtGate(t *testing.T) (e *Engine, logs *observer.ObservedLogs, text, id string) {
	t.Helper()
	open := onDisk(t)
	g := newGate(t, t.Name())
	text = gateFlow(t, "")
	e, _ = open()
	id = send(newSite(t, e, SiteOptions{}, text), "f", "{}").ExecutionID
	<-g.entered
	e, logs = open()
	close(g.open)
	return e, logs, text, id
}

// attempts returns the statuses of the attempts of a task.
func attempts(s *execution.State, taskID string) (all []string) {
	for i := range s.Runs {
		if r := &s.Runs[i]; r.TaskID == taskID {
			for _, a := range r.Attempts {
				all = append(all, string(a.History.Current()))
			}
		}
	}
	return all
}

// TestGoesOnAfterTheEnd ends the process while a task is under way: it runs again in the next one, and says so; what had ended does
// not.
func TestGoesOnAfterTheEnd(t *testing.T) {
	open := onDisk(t)
	g := newGate(t, t.Name())
	text := taskFlow("f", "- {id: first, type: io.kestra.plugin.core.debug.Return, format: \"{{ uuid() }}\"}\n"+
		"- {id: gate, type: test.Gate, gate: "+quoteYAML(t.Name())+"}\n"+
		"- {id: last, type: io.kestra.plugin.core.debug.Return, format: \"{{ outputs.first.value }}\"}", "")
	e, _ := open()
	site := newSite(t, e, SiteOptions{}, text)
	id := send(site, "f", `{"n":1}`).ExecutionID
	<-g.entered
	before, err := e.Get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}

	e, logs := open()
	close(g.open)
	newSite(t, e, SiteOptions{}, text)
	s := waitFor(t, e, id)
	if s.Status() != execution.Success {
		t.Fatalf("ends %s", s.Status())
	}
	if got := attempts(s, "gate"); !slices.Equal(got, []string{"RESUBMITTED", "SUCCESS"}) {
		t.Errorf("attempts %v", got)
	}
	if got := attempts(s, "first"); len(got) != 1 || string(s.Runs[0].Outputs.JSON) != string(before.Runs[0].Outputs.JSON) {
		t.Errorf("what had ended has attempts %v, and outputs %s after %s", got, s.Runs[0].Outputs.JSON, before.Runs[0].Outputs.JSON)
	}
	if logs.FilterMessageSnippet("begins anew").Len() != 1 {
		t.Errorf("logged %v", logs.All())
	}
}

// TestGoesOnInItsRevision edits and removes flows while executions of them are under way, and starts anew: they end in the revision
// that they began with, whose key nobody learns from the store.
func TestGoesOnInItsRevision(t *testing.T) {
	for _, tt := range []struct{ name, next string }{
		{"edited", webhookFlow("f", "")},
		{"removed", webhookFlow("other", "")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			open := onDisk(t)
			g := newGate(t, t.Name())
			e, _ := open()
			site := newSite(t, e, SiteOptions{}, strings.ReplaceAll(gateFlow(t, "stopAfter: [SUCCESS]"), "key: abc", "key: a"))
			r := newRequest("f", "{}")
			r.Target.Key = "a"
			id := sendRequest(site, r).ExecutionID
			<-g.entered
			if kept, err := e.store.Flow(t.Context(), "company.team", "f", 1); err != nil || strings.Contains(string(kept.Source), "key: a") {
				t.Errorf("the store has %s, %v", kept.Source, err)
			}

			e, _ = open()
			close(g.open)
			newSite(t, e, SiteOptions{}, tt.next)
			s := waitFor(t, e, id)
			if got := attempts(s, "gate"); s.Status() != execution.Success || s.Revision != 1 || !slices.Equal(got, []string{"RESUBMITTED", "SUCCESS"}) {
				t.Errorf("%s in revision %d, attempts %v", s.Status(), s.Revision, got)
			}
		})
	}
}

// TestTimesOutliveTheEnd checks that what waits for a time, for somebody or for a place goes on when that comes, and not before.
func TestTimesOutliveTheEnd(t *testing.T) {
	open := onDisk(t)
	texts := []string{
		taskFlow("sleeps", "- {id: s, type: io.kestra.plugin.core.flow.Sleep, duration: PT1H}", ""),
		taskFlow("pauses", "- {id: p, type: io.kestra.plugin.core.flow.Pause, onResume: [{id: x, type: SECRET}]}\n"+
			"- {id: l, type: io.kestra.plugin.core.log.Log, message: \"{{ outputs.p.onResume.x }}\"}", ""),
		taskFlow("queues", "- {id: p, type: io.kestra.plugin.core.flow.Pause}", "", "concurrency: {limit: 1}"),
	}
	e, _ := open()
	site := newSite(t, e, SiteOptions{}, texts...)
	sleeps, pauses := send(site, "sleeps", "{}").ExecutionID, send(site, "pauses", "{}").ExecutionID
	first, second := send(site, "queues", "{}").ExecutionID, send(site, "queues", "{}").ExecutionID
	status := func(id string, want execution.Status) *execution.State {
		t.Helper()
		for {
			s, err := e.Get(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			if s.Status() == want {
				return s
			}
			select {
			case <-t.Context().Done():
				t.Fatalf("%s is %s, not %s", id, s.Status(), want)
			case <-time.After(time.Millisecond):
			}
		}
	}
	for _, id := range []string{first, pauses} {
		status(id, execution.Paused)
	}
	slept := status(sleeps, execution.Running).Wakes()
	for len(slept) == 0 {
		slept = status(sleeps, execution.Running).Wakes()
	}

	e, logs := open()
	newSite(t, e, SiteOptions{}, texts...)
	third := func() string {
		site := newSite(t, e, SiteOptions{}, texts...)
		return send(site, "queues", "{}").ExecutionID
	}()
	if got := status(sleeps, execution.Running).Wakes(); len(got) != 1 || !got[0].At.Equal(slept[0].At) {
		t.Errorf("wakes %v, before %v", got, slept)
	}
	for i, id := range []string{first, second, third} {
		status(id, execution.Paused)
		for _, waiting := range []string{second, third}[min(i, 2):] {
			if s := status(waiting, execution.Queued); s.Status() != execution.Queued {
				t.Errorf("%s does not wait", waiting)
			}
		}
		if err := e.Resume(t.Context(), id, nil); err != nil {
			t.Fatal(err)
		}
		waitFor(t, e, id)
	}
	in := value.MapOf("x", value.String("hidden-text")).Map()
	if err := e.Resume(t.Context(), pauses, in); err != nil {
		t.Fatal(err)
	}
	if s := waitFor(t, e, pauses); s.Status() != execution.Success {
		t.Errorf("the paused one ends %s", s.Status())
	}
	for _, l := range logs.All() {
		if strings.Contains(l.Message, "hidden-text") {
			t.Errorf("logged %s", l.Message)
		}
	}
	if err := e.Kill(t.Context(), sleeps); err != nil {
		t.Fatal(err)
	}
	if s := waitFor(t, e, sleeps); s.Status() != execution.Killed {
		t.Errorf("killed, it ends %s", s.Status())
	}
}

// TestWhatCannotGoOn checks that an execution stays whose flow does not load any more, and goes on when a configuration brings it.
func TestWhatCannotGoOn(t *testing.T) {
	e, logs, text, id := leftAtGate(t)
	e.Serve() // no site at all
	for logs.FilterMessageSnippet("cannot go on now").Len() == 0 {
		select {
		case <-t.Context().Done():
			t.Fatal(logs.All())
		case <-time.After(time.Millisecond):
		}
	}
	if _, err := e.Wait(t.Context(), id); err == nil {
		t.Error("it has ended")
	}
	newSite(t, e, SiteOptions{}, text)
	if s := waitFor(t, e, id); s.Status() != execution.Success {
		t.Errorf("ends %s", s.Status())
	}
}

// TestWaitBeforeItGoesOn waits for an execution that was found in the store and has not been taken up yet.
func TestWaitBeforeItGoesOn(t *testing.T) {
	e, _, text, id := leftAtGate(t)
	again, _, err := NewSite(loadFlows(t, text), SiteOptions{})
	if err == nil {
		err = again.Open(t.Context(), e)
	}
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := e.Wait(ctx, id); !errors.Is(err, context.Canceled) {
		t.Errorf("waiting for what nobody runs: %v", err)
	}
	ended := make(chan *execution.State)
	go func() { ended <- waitFor(t, e, id) }()
	e.Serve(again)
	if s := <-ended; s.Status() != execution.Success {
		t.Errorf("ends %s", s.Status())
	}
	if err := e.Kill(t.Context(), id); !errors.Is(err, runner.ErrEnded) {
		t.Errorf("killing it then: %v", err)
	}
}

// TestWhatWaitsIsParkedAgain starts the process anew while executions wait for an hour: they wait in the store, as before, and nothing of
// what they began with is in memory.
func TestWhatWaitsIsParkedAgain(t *testing.T) {
	const many, body = 200, 50 << 10
	open := onDisk(t)
	text := taskFlow("naps", "- {id: nap, type: io.kestra.plugin.core.flow.Sleep, duration: PT1H}", "")
	parked := func(e *Engine) {
		t.Helper()
		for u := e.Usage(); u.Parked != many || u.UnderWay != 0; u = e.Usage() {
			<-time.After(time.Millisecond)
		}
	}
	e, _ := open()
	site := newSite(t, e, SiteOptions{}, text)
	for range many {
		if got := send(site, "naps", `{"a":"`+strings.Repeat("x", body)+`"}`); got.Status != 200 {
			t.Fatalf("%d %s", got.Status, got.Body)
		}
	}
	parked(e)
	e, _ = open()
	before := valuetest.Heap()
	newSite(t, e, SiteOptions{}, text)
	parked(e)
	if more := valuetest.Heap() - before; more > many*body/4 {
		t.Errorf("%d executions with %d bytes each take %d bytes while they wait", many, body, more)
	}
}
