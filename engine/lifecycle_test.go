package engine

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/runner"
	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

// gateFlow returns a flow whose one task waits at the gate of the test.
func gateFlow(t *testing.T, trigger string) string {
	return taskFlow("f", "- {id: gate, type: test.Gate, gate: "+quoteYAML(t.Name())+"}", trigger)
}

func TestOpen(t *testing.T) {
	for _, kind := range []string{"", "sqlite", "nope"} {
		if e, err := Open(StoreOptions{Kind: kind}); err == nil {
			t.Errorf("store %q opens: %v", kind, e.Close())
		}
	}
	if a, b := (StoreOptions{Kind: "sqlite", Path: "a"}), (StoreOptions{Kind: "sqlite", Path: "b"}); a.Identity() == b.Identity() {
		t.Error("two stores count as one")
	}
}

func TestCapacity(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := openEngine(t)
		e.Configure(Options{Capacity: 2})
		g := newGate(t, t.Name())
		site := newSite(t, e, SiteOptions{}, gateFlow(t, ""))
		first, second := send(site, "f", "{}"), send(site, "f", "{}")
		third := send(site, "f", "{}")
		if first.Status != 200 || second.Status != 200 {
			t.Fatalf("the first are answered with %d and %d", first.Status, second.Status)
		}
		if third.Status != 503 || third.Outcome != webhook.OutcomeBusy || third.RetryAfter != 1 || third.ExecutionID != "" {
			t.Errorf("above the capacity: %+v", third)
		}
		e.Configure(Options{Capacity: 3})
		fourth := send(site, "f", "{}")
		if fourth.Status != 200 {
			t.Errorf("with more capacity: %d", fourth.Status)
		}
		close(g.open)
		for _, r := range []webhook.Response{first, second, fourth} {
			waitFor(t, e, r.ExecutionID)
		}
		// What does not fire leaves nothing behind.
		for range 10 {
			send(site, "f", "{}", func(r *webhook.Request) { r.ReadBody = func(int64) ([]byte, error) { return nil, errors.New("x") } })
		}
		if r := send(site, "f", "{}"); r.Status != 200 {
			t.Errorf("after all have ended: %d", r.Status)
		}
	})
}

// TestMemory checks that bodies count against the memory of all executions before they are read, as what they declare or
// else as a little that grows, and then as what they are when decompressed.
func TestMemory(t *testing.T) {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if _, err := w.Write(bytes.Repeat([]byte(" "), 600)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	body := strings.Repeat(" ", 600)
	unread := func(r *webhook.Request) {
		r.ReadBody = func(int64) ([]byte, error) { t.Error("the body is read"); return nil, nil }
	}
	growing := func(r *webhook.Request) {
		r.ReadBody = func(int64) ([]byte, error) { return nil, fmt.Errorf("reading: %w", r.Hold(900)) }
	}
	undeclared := func(r *webhook.Request) { r.ContentLength = -1 }
	gzipped := func(r *webhook.Request) { r.Header.Set("Content-Encoding", "gzip") }
	synctest.Test(t, func(t *testing.T) {
		e := openEngine(t)
		e.runner.Configure(runner.Options{Bytes: 2000})
		g := newGate(t, t.Name())
		site := newSite(t, e, SiteOptions{MaxBody: 700}, gateFlow(t, ""))
		first := send(site, "f", body)
		if first.Status != 200 {
			t.Fatalf("the first is answered with %d", first.Status)
		}
		for name, r := range map[string]webhook.Response{
			"declared":     send(site, "f", body, unread),
			"undeclared":   send(site, "f", "", undeclared, unread),
			"decompressed": send(site, "f", packed.String(), gzipped),
			"growing":      send(newSite(t, e, SiteOptions{MaxBody: 300}, gateFlow(t, "")), "f", "", undeclared, growing),
		} {
			if r.Status != 503 || r.Outcome != webhook.OutcomeBusy || r.RetryAfter != 1 {
				t.Errorf("%s: %+v", name, r)
			}
		}
		small := send(site, "f", "{}") // what was refused holds nothing
		if small.Status != 200 {
			t.Errorf("a small body is answered with %d", small.Status)
		}
		close(g.open)
		waitFor(t, e, first.ExecutionID)
		if r := send(site, "f", packed.String(), gzipped); r.Status != 200 {
			t.Errorf("after the first has ended: %d", r.Status)
		}
	})
}

// TestExit checks what callers hear when the process goes down.
func TestExit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := openEngine(t)
		g := newGate(t, t.Name())
		old := newSite(t, e, SiteOptions{}, gateFlow(t, "wait: true"))
		site := newSite(t, e, SiteOptions{}, gateFlow(t, "wait: true"))
		answers := make(chan webhook.Response, 2)
		for _, s := range []*Site{old, site} {
			go func() { answers <- send(s, "f", "{}") }()
		}
		<-g.entered
		<-g.entered
		begin := time.Now()
		e.Exit()
		if r := send(site, "f", "{}"); r.Status != 503 || r.Outcome != webhook.OutcomeStopping || r.RetryAfter != 5 || time.Since(begin) != 0 {
			t.Errorf("a new request: %+v after %v", r, time.Since(begin))
		}
		for range 2 {
			r := <-answers
			if r.Status != 503 || r.Outcome != webhook.OutcomeStopping || r.RetryAfter != 5 {
				t.Errorf("a caller who waits: %+v", r)
			}
			if took := time.Since(begin); took != 2*time.Second {
				t.Errorf("a caller who waits hears after %v", took)
			}
		}
		close(g.open)
	})
}

func TestExitLetsWaitsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := openEngine(t)
		g := newGate(t, t.Name())
		site := newSite(t, e, SiteOptions{}, gateFlow(t, "wait: true"))
		go func() {
			<-g.entered
			e.Exit()
			<-time.After(time.Second) // of the bubble
			close(g.open)
		}()
		if r := send(site, "f", "{}"); r.Status != 200 || r.Outcome != webhook.OutcomeEnded {
			t.Errorf("answer is %+v", r)
		}
	})
}

// TestClose checks that an engine is not closed under a request, as when a reload cleans up the old configuration.
func TestClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, err := Open(StoreOptions{Kind: StoreMemory})
		if err != nil {
			t.Fatal(err)
		}
		g := newGate(t, t.Name())
		site := newSite(t, e, SiteOptions{}, gateFlow(t, "wait: true"))
		var answer webhook.Response
		closed := false
		var all sync.WaitGroup
		all.Go(func() { answer = send(site, "f", "{}") })
		<-g.entered
		all.Go(func() {
			if err := e.Close(); err != nil {
				t.Error(err)
			}
			closed = true
		})
		synctest.Wait()
		if closed {
			t.Error("closed under a request")
		}
		if r := send(site, "f", "{}"); r.Status != 503 || r.Outcome != webhook.OutcomeStopping {
			t.Errorf("a request to an engine that closes: %+v", r)
		}
		close(g.open)
		all.Wait()
		if answer.Status != 200 || answer.Outcome != webhook.OutcomeEnded {
			t.Errorf("the request was answered with %+v", answer)
		}
	})
}

// TestCloseIsBounded checks that a task that does not end keeps no process alive.
func TestCloseIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, err := Open(StoreOptions{Kind: StoreMemory})
		if err != nil {
			t.Fatal(err)
		}
		g := newGate(t, t.Name())
		if r := send(newSite(t, e, SiteOptions{}, gateFlow(t, "")), "f", "{}"); r.Status != 200 {
			t.Fatalf("answer is %+v", r)
		}
		<-g.entered
		begin := time.Now()
		if err := e.Close(); err != nil {
			t.Error(err)
		}
		if took := time.Since(begin); took > 2*time.Second {
			t.Errorf("closing took %v", took)
		}
	})
}

func TestClosedEngine(t *testing.T) {
	e, err := Open(StoreOptions{Kind: StoreMemory})
	if err != nil {
		t.Fatal(err)
	}
	site := newSite(t, e, SiteOptions{}, webhookFlow("f", ""))
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if r := send(site, "f", "{}"); r.Status != 503 || r.RetryAfter == 0 {
		t.Errorf("answer is %+v", r)
	}
	ctx := context.Background()
	_, errGet := e.Get(ctx, "x")
	_, errList := e.List(ctx, execution.Query{})
	_, errWait := e.Wait(ctx, "x")
	for _, err := range []error{errGet, errList, errWait} {
		if !errors.Is(err, ErrClosed) {
			t.Errorf("error is %v", err)
		}
	}
}

func TestGetListWait(t *testing.T) {
	e := openEngine(t)
	site := newSite(t, e, SiteOptions{}, webhookFlow("f", ""), webhookFlow("g", ""))
	var ids []string
	for _, id := range []string{"f", "g", "f"} {
		a := decodeAnswer(t, send(site, id, "{}"))
		waitFor(t, e, a.ID)
		ids = append(ids, a.ID)
	}
	ctx := t.Context()
	if s, err := e.Get(ctx, ids[1]); err != nil || s.FlowID != "g" {
		t.Errorf("get: %v, %v", s, err)
	}
	all, err := e.List(ctx, execution.Query{})
	if err != nil || len(all) != 3 || all[0].ID != ids[2] || all[2].ID != ids[0] {
		t.Errorf("list: %v, %v", all, err)
	}
	some, err := e.List(ctx, execution.Query{FlowID: "f", Limit: 1})
	if err != nil || len(some) != 1 || some[0].ID != ids[2] {
		t.Errorf("list of f: %v, %v", some, err)
	}
	_, errGet := e.Get(ctx, "nope")
	_, errWait := e.Wait(ctx, "nope")
	if !errors.Is(errGet, execution.ErrNotFound) || !errors.Is(errWait, execution.ErrNotFound) {
		t.Errorf("an unknown execution: %v, %v", errGet, errWait)
	}
}

// TestManyCallers runs requests of all kinds at once, for the race detector.
func TestManyCallers(t *testing.T) {
	e := openEngine(t)
	site := newSite(t, e, SiteOptions{}, webhookFlow("f", ""), webhookFlow("w", "wait: true"), webhookFlow("c", expressionCondition("{{ trigger.body.n % 2 == 0 }}")))
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 50 {
				for id, want := range map[string]int{"f": 200, "w": 200, "c": 204, "nope": 404} {
					if r := send(site, id, `{"n":1}`); r.Status != want {
						t.Errorf("%s: %d", id, r.Status)
					}
				}
			}
		})
	}
	all.Wait()
}
