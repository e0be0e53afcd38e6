package engine

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

// gateFlow returns a flow whose one task waits at the gate of the test.
func gateFlow(t *testing.T, trigger string) string {
	return taskFlow("f", "- {id: gate, type: test.Gate, gate: "+quoteYAML(t.Name())+"}", trigger)
}

func TestOpen(t *testing.T) {
	for _, kind := range []string{"", "nope"} {
		if e, err := Open(t.Context(), StoreOptions{Kind: kind}); err == nil {
			t.Errorf("store %q opens: %v", kind, e.Close())
		}
	}
	if a, b := (StoreOptions{Kind: "sqlite", Path: "a"}), (StoreOptions{Kind: "sqlite", Path: "b"}); a.Identity() == b.Identity() {
		t.Error("two stores count as one")
	}
	if a, b := (StoreOptions{Kind: "sqlite", Path: "a", LockTimeout: 1}), (StoreOptions{Kind: "sqlite", Path: "a", Files: "f"}); a.Identity() != b.Identity() {
		t.Error("one file counts as two stores")
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
		// Requests that fire nothing leave nothing behind.
		for range 10 {
			send(site, "f", "{}", func(r *webhook.Request) {
				r.ReadBody = func(int64, webhook.Account) ([]byte, error) { return nil, errors.New("x") }
			})
		}
		if r := send(site, "f", "{}"); r.Status != 200 {
			t.Errorf("after all have ended: %d", r.Status)
		}
	})
}

// TestMemory checks that a request which finds no memory left is answered with 503 and leaves nothing taken, wherever on
// its way that happens.
func TestMemory(t *testing.T) {
	packed := gzipped(t, strings.Repeat(" ", 600<<10))
	values := "[" + strings.Repeat("1,", 100<<10) + "1]"
	body := func(text string) func(*webhook.Request) {
		return func(r *webhook.Request) {
			r.ContentLength = int64(len(text))
			r.ReadBody = func(limit int64, account webhook.Account) ([]byte, error) {
				return webhook.ReadAll(strings.NewReader(text), r.ContentLength, limit, account)
			}
		}
	}
	header := func(name, text string) func(*webhook.Request) {
		return func(r *webhook.Request) { r.Header.Set(name, text) }
	}
	many := strings.Repeat("a&", 20<<10)
	query := func(r *webhook.Request) { r.RawQuery = many }
	tests := []struct {
		name string
		flow string
		with []func(*webhook.Request)
		left int64 // KiB
		want int   // status, with that much memory left
	}{
		{"a small request", "plain", nil, 64, 200},
		{"many headers", "plain", []func(*webhook.Request){header("X", strings.Repeat("x", 64<<10))}, 64, 503},
		{"a long body", "plain", []func(*webhook.Request){body(strings.Repeat("x", 600<<10))}, 500, 503},
		{"a packed body", "plain", []func(*webhook.Request){body(packed), header("Content-Encoding", "gzip")}, 500, 503},
		{"a body in another charset", "plain", []func(*webhook.Request){body(strings.Repeat("\xe9", 100<<10)), header("Content-Type", "text/plain; charset=latin1")}, 300, 503},
		{"a tree that nobody reads", "plain", []func(*webhook.Request){body(values)}, 1500, 200},
		{"a tree", "tree", []func(*webhook.Request){body(values)}, 1500, 503},
		{"a tree in CEL", "cel", []func(*webhook.Request){body(values)}, 1500, 503},
		{"form fields", "form", []func(*webhook.Request){body(many), header("Content-Type", "application/x-www-form-urlencoded")}, 1000, 503},
		{"parameters", "plain", []func(*webhook.Request){query}, 1000, 503},
		{"what a condition makes", "makes", nil, 1000, 503},
		{"what a label makes", "label", nil, 1000, 503},
		{"what an input makes", "input", []func(*webhook.Request){body(`{"l":"` + values + `"}`)}, 1500, 503},
		{"the mask of a SECRET", "secret", []func(*webhook.Request){body(`{"pw":"` + strings.Repeat("x", 16<<10) + `"}`)}, 1000, 503},
		{"what a task makes", "task", nil, 1000, 503},
		{"the answer", "plain", []func(*webhook.Request){body(strings.Repeat("\x01", 50<<10))}, 600, 503},
	}
	const long = "{{ range(1, 20000) | join(\"-------------------------------------------------------\") | length > 1 }}"
	e := openEngine(t)
	site := newSite(t, e, SiteOptions{},
		webhookFlow("plain", ""),
		webhookFlow("tree", expressionCondition("{{ trigger.body[0] == 1 }}")),
		webhookFlow("cel", celCondition("body[0] == 1")),
		webhookFlow("form", expressionCondition("{{ trigger.formFields.a[0] == '' }}")),
		webhookFlow("makes", expressionCondition(long)),
		webhookFlow("label", "labels: {l: '"+long+"'}"),
		webhookFlow("input", "inputsFrom: body", "inputs: [{id: l, type: ARRAY, itemType: INT}]"),
		webhookFlow("secret", "inputs: {pw: '{{ trigger.body.pw }}'}", "inputs: [{id: pw, type: SECRET}]"),
		taskFlow("task", "- {id: ret, type: io.kestra.plugin.core.debug.Return, format: '"+long+"'}", "wait: true"))
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if r := send(site, test.flow, "{}", test.with...); r.Status != 200 {
				t.Fatalf("with memory the answer is %d %s", r.Status, r.Body)
			} else {
				waitFor(t, e, r.ExecutionID)
			}
			other := e.admission.Claim("another flow")
			pool := e.admission.Limits().Memory / 2
			used, _ := e.admission.Used()
			other.Charge(pool - used - test.left<<10)
			r := send(site, test.flow, "{}", test.with...)
			if r.Status != test.want || test.want == 503 && (r.Outcome != webhook.OutcomeBusy || r.RetryAfter != 1) {
				t.Errorf("without, it is %d %s %s", r.Status, r.Outcome, r.Body)
			}
			if r.Status == 200 {
				waitFor(t, e, r.ExecutionID)
			}
			other.Release()
			if used, places := e.admission.Used(); used != 0 || places != 0 {
				t.Errorf("%d bytes and %d places are left", used, places)
			}
			if r := send(site, test.flow, "{}", test.with...); r.Status != 200 {
				t.Errorf("with memory again: %d", r.Status)
			} else {
				waitFor(t, e, r.ExecutionID)
			}
		})
	}
}

func gzipped(t testing.TB, text string) string {
	t.Helper()
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return packed.String()
}

// TestExit checks the answers to callers while the process goes down.
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
		if r := send(site, "f", "{}"); r.Status != 503 || r.Outcome != webhook.OutcomeStopping || r.RetryAfter != 5 || r.ExecutionID != "" || time.Since(begin) != 0 {
			t.Errorf("a new request: %+v after %v", r, time.Since(begin))
		}
		for range 2 {
			r := <-answers
			if r.Status != 503 || r.Outcome != webhook.OutcomeStopping || r.RetryAfter != 5 || r.ExecutionID == "" {
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
			<-time.After(time.Second) // on the clock of synctest
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
		e, err := Open(t.Context(), StoreOptions{Kind: StoreMemory})
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
		e, err := Open(t.Context(), StoreOptions{Kind: StoreMemory})
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
	e, err := Open(t.Context(), StoreOptions{Kind: StoreMemory})
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
	_, _, errList := e.List(ctx, execution.Query{})
	_, errWait := e.Wait(ctx, "x")
	for _, err := range []error{errGet, errList, errWait, e.Kill(ctx, "x"), e.Resume(ctx, "x", nil)} {
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
	all, next, err := e.List(ctx, execution.Query{})
	if err != nil || next != 0 || len(all) != 3 || all[0].ID != ids[2] || all[2].ID != ids[0] {
		t.Errorf("list: %v, %d, %v", all, next, err)
	}
	some, next, err := e.List(ctx, execution.Query{FlowID: "f", Limit: 1})
	if err != nil || next == 0 || len(some) != 1 || some[0].ID != ids[2] {
		t.Errorf("list of f: %v, %d, %v", some, next, err)
	}
	rest, next, err := e.List(ctx, execution.Query{FlowID: "f", Limit: 1, Before: next})
	if err != nil || len(rest) != 1 || rest[0].ID != ids[0] {
		t.Errorf("the rest of the list of f: %v, %d, %v", rest, next, err)
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

// TestReloadRaisesLimit loads a flow anew with a higher limit of `concurrency`, while executions of it wait: they begin.
func TestReloadRaisesLimit(t *testing.T) {
	g := newGate(t, t.Name())
	e := openEngine(t)
	limited := func(limit string) string {
		return taskFlow("limited", "- {id: g, type: test.Gate, gate: "+t.Name()+"}", "", "concurrency: {limit: "+limit+"}")
	}
	site := newSite(t, e, SiteOptions{}, limited("1"))
	var ids []string
	for range 3 {
		ids = append(ids, send(site, "limited", "{}").ExecutionID)
	}
	<-g.entered
	newSite(t, e, SiteOptions{}, limited("3"))
	<-g.entered
	<-g.entered
	close(g.open)
	for _, id := range ids {
		if s, err := e.Wait(t.Context(), id); err != nil || s.Status() != execution.Success {
			t.Errorf("%v, %v", s, err)
		}
	}
}
