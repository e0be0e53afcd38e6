package engine

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

// statusRequest returns a request to the status URL of company.team/id with a token.
func statusRequest(id, token string, change ...func(*webhook.Request)) *webhook.Request {
	return newRequest(id, "", append([]func(*webhook.Request){func(r *webhook.Request) {
		r.Method, r.Token, r.Target.Key = http.MethodGet, token, ""
		r.Path = webhook.Prefix + "company.team/" + id + "/-/" + token
	}}, change...)...)
}

// status asks for the status of an execution of company.team/id.
func status(site *Site, id, token string, change ...func(*webhook.Request)) webhook.Response {
	return sendRequest(site, statusRequest(id, token, change...))
}

// patience gives a request the parameter wait.
func patience(text string) func(*webhook.Request) {
	return func(r *webhook.Request) { r.RawQuery = "wait=" + text }
}

// checkStatus compares what a status URL answers with what the caller got who waited.
func checkStatus(t *testing.T, what string, waited, got webhook.Response) {
	t.Helper()
	if waited.Outcome != webhook.OutcomeEnded || !bytes.Equal(waited.Body, got.Body) {
		t.Errorf("%s: the body is\n%.1000s\nwant\n%.1000s", what, got.Body, waited.Body)
	}
	waited.Outcome, waited.Body, got.Body = webhook.OutcomeStatus, nil, nil // some are long
	if diff := cmp.Diff(waited, got); diff != "" {
		t.Errorf("%s (-waited +got):\n%s", what, diff)
	}
}

// TestStatusOfEnded asks for executions that have ended: the answer is that of the wait, byte by byte, also when the flow was edited or
// removed, or the process has ended in between.
func TestStatusOfEnded(t *testing.T) {
	const fails = "- {id: fail, type: io.kestra.plugin.core.execution.Fail}"
	const output = "outputs: [{id: o, type: STRING, value: \"{{ trigger.body.n }}\"}]"
	large := `{"n":"` + strings.Repeat("x", execution.InlineLimit) + `"}` // kept apart
	tests := []struct {
		name, tasks, trigger, members, body string
		status                              int
	}{
		{"plain", "", "", output, `{"n": 1}`, 200},
		{"large", "", "", output, large, 200},
		{"fails", fails, "", "", "{}", 500},
		{"outputs", "", "returnOutputs: true\nresponseCode: '{{ outputs.ret.value == trigger.body.n ? 201 : 599 }}'", output, `{"n":"f"}`, 201},
		{"responseCode is wrong", "", "responseCode: nope", "", "{}", 500},
		{"responseCode of the log", fails, "responseCode: '{{ error.message | length > 0 ? 502 : 200 }}'", "", "{}", 502},
		{"nothing", "", "responseCode: 204", "", "{}", 204},
		{"response", "", "response: {status: 203, contentType: text/plain, body: '{{ outputs.ret.value }} {{ trigger.body.n }}'}", "", `{"n":"f"}`, 203},
		{"text", "", "returnOutputs: true\nresponseContentType: text/plain", output, `{"n":"f"}`, 200},
		{"killed", "- {id: exit, type: io.kestra.plugin.core.execution.Exit, state: KILLED}", "", "", "{}", 200},
		{"cancelled", "- {id: exit, type: io.kestra.plugin.core.execution.Exit, state: CANCELLED}", "", "", "{}", 200},
		{"no place", "", "", "concurrency: {limit: 1, behavior: FAIL}", "{}", 200},
	}
	eachStore(t, func(t *testing.T, e *Engine, again func(*Engine) *Engine) {
		var texts, edited []string
		for i, test := range tests {
			if test.tasks == "" {
				test.tasks = "- {id: ret, type: io.kestra.plugin.core.debug.Return, format: f}"
			}
			text := taskFlow(fmt.Sprint("f", i), test.tasks, "wait: true\n"+test.trigger, test.members)
			texts = append(texts, text)
			edited = append(edited, webhookFlow(fmt.Sprint("f", i), "wait: true\nresponseCode: 418"))
		}
		o := SiteOptions{BaseURL: "https://example.com", Environ: []string{}}
		site := newSite(t, e, o, texts...)
		waited := make([]webhook.Response, len(tests))
		for i, test := range tests {
			if waited[i] = send(site, fmt.Sprint("f", i), test.body); waited[i].Status != test.status {
				t.Errorf("%s: answered with %d %.300s", test.name, waited[i].Status, waited[i].Body)
			}
		}
		check := func(when string) {
			for i, test := range tests {
				id := fmt.Sprint("f", i)
				token := e.tokens.Make("company.team", id, waited[i].ExecutionID)
				for _, query := range []string{"", "wait=1h"} {
					got := status(site, id, token, func(r *webhook.Request) { r.RawQuery = query })
					checkStatus(t, test.name+", "+when+", "+query, waited[i], got)
				}
			}
		}
		check("at once")
		site = newSite(t, e, o, edited...)
		check("edited")
		site = newSite(t, e, o)
		check("removed")
		if again != nil {
			e = again(e)
			site = newSite(t, e, o, texts...)
			check("after a restart")
			e = again(e)
			site = newSite(t, e, o)
			check("after a restart without flows")
		}
		if used, places := e.admission.Used(); used != 0 || places != 0 {
			t.Errorf("%d bytes and %d places are left", used, places)
		}
	})
}

// TestStatusUnknownFlow asks for an execution whose flow is not even kept: the answer follows from its state.
func TestStatusUnknownFlow(t *testing.T) {
	core, logs := observer.New(zap.WarnLevel)
	e := openEngine(t)
	site := newSite(t, e, SiteOptions{Logger: zap.New(core)})
	p := execution.NewPlan(loadFlows(t, webhookFlow("f", "")).Flow("company.team", "f"), 7)
	s := execution.New(p, time.Now(), nil, execution.Trigger{ID: "hook", Type: webhook.Type, Variables: execution.Datum{JSON: []byte("{}")}})
	s.History = append(s.History, execution.Transition{Status: execution.Failed, At: time.Now()})
	s.Progress.Stage = execution.StageEnd
	if err := e.store.Commit(t.Context(), &execution.Batch{Accept: []execution.Accept{{State: s}}}); err != nil {
		t.Fatal(err)
	}
	r := status(site, "f", e.tokens.Make("company.team", "f", s.ID))
	if a := decodeAnswer(t, r); r.Status != 500 || a.State.Current != "FAILED" || r.FlowID != "f" {
		t.Errorf("%d %s", r.Status, r.Body)
	}
	if logs.Len() != 1 || logs.All()[0].ContextMap()["flow"] != "f" {
		t.Errorf("log: %v", logs.All())
	}
}

// TestStatusOfRunning asks for an execution while it runs, with and without patience. The wait of a site bounds how long that lasts; the end
// of the execution, and that of the caller, end it.
func TestStatusOfRunning(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := openEngine(t)
		g := newGate(t, t.Name())
		site := newSite(t, e, SiteOptions{WaitTimeout: 20 * time.Second}, gateFlow(t, "wait: true\nwaitTimeout: PT1S\nresponseCode: 201"))
		first := send(site, "f", `{"a":1}`)
		if first.Status != 202 || first.Outcome != webhook.OutcomeTimeout || first.Token == "" || first.RetryAfter != 1 {
			t.Fatalf("the wait is answered with %+v", first)
		}
		for _, test := range []struct {
			wait string
			want time.Duration
		}{{"", 0}, {"5s", 5 * time.Second}, {"PT5S", 5 * time.Second}, {"0s", 0}, {"1h", 20 * time.Second}} {
			begin := time.Now()
			got := status(site, "f", first.Token, patience(test.wait), func(r *webhook.Request) {
				if test.wait == "" {
					r.RawQuery = ""
				}
			})
			if took := time.Since(begin); took != test.want {
				t.Errorf("%q: took %v, want %v", test.wait, took, test.want)
			}
			want := first
			want.Outcome = webhook.OutcomeStatus
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%q (-waited +got):\n%s", test.wait, diff)
			}
		}
		begin := time.Now()
		if r := status(site, "f", first.Token, patience("20s"), func(r *webhook.Request) { r.Method = http.MethodPost }); r.Status != 405 || time.Since(begin) != 0 {
			t.Errorf("a POST is answered with %d after %v", r.Status, time.Since(begin))
		}
		var callers sync.WaitGroup
		for range 3 {
			callers.Go(func() {
				if r := status(site, "f", first.Token, patience("20s")); r.Status != 201 || decodeAnswer(t, r).State.Current != "SUCCESS" {
					t.Errorf("at the end: %d %s", r.Status, r.Body)
				}
			})
		}
		ctx, cancel := context.WithCancel(t.Context())
		callers.Go(func() {
			_, release := site.Webhook(ctx, statusRequest("f", first.Token, patience("20s")))
			release()
		})
		synctest.Wait()
		begin = time.Now()
		cancel()
		synctest.Wait()
		close(g.open)
		callers.Wait()
		if took := time.Since(begin); took != 0 {
			t.Errorf("the end was told after %v", took)
		}
		if used, places := e.admission.Used(); used != 0 || places != 0 {
			t.Errorf("%d bytes and %d places are left", used, places)
		}
	})
}

// TestStatusRefuses checks that who has no token of an execution learns nothing by asking for one: the answer is that to any wrong key, by
// each method. With the token, other methods than GET are answered as such.
func TestStatusRefuses(t *testing.T) {
	for _, unknown := range []bool{false, true} {
		e := openEngine(t)
		flow := webhookFlow("f", "wait: true")
		o := SiteOptions{PassUnknown: unknown}
		site := newSite(t, e, o, flow, webhookFlow("other", ""))
		o.Namespaces = []string{"company.*", "company.team.below"}
		below := newSite(t, e, o, flow)
		o.Namespaces = []string{"elsewhere"}
		elsewhere := newSite(t, e, o)
		id, purged := send(site, "f", "{}").ExecutionID, send(site, "f", "{}").ExecutionID
		if n, err := e.store.Delete(t.Context(), []string{purged}); n != 1 || err != nil {
			t.Fatal(n, err)
		}
		token := e.tokens.Make("company.team", "f", id)
		for _, method := range []string{"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "get"} {
			use := func(r *webhook.Request) { r.Method = method }
			for _, test := range []struct {
				name, flow, token string
				site              *Site
				opens             bool
			}{
				{"right", "f", token, site, true},
				{"right, on another site", "f", token, below, true},
				{"of another flow", "other", token, site, false},
				{"changed", "f", token[:len(token)-1] + "~", site, false},
				{"an id", "f", id, site, false},
				{"the key", "f", "abc", site, false},
				{"of no execution", "f", e.tokens.Make("company.team", "f", execution.NewID()), site, false},
				{"of a purged execution", "f", e.tokens.Make("company.team", "f", purged), site, false},
				{"a namespace that the site does not serve", "f", token, elsewhere, false},
			} {
				got := status(test.site, test.flow, test.token, use)
				wrong := send(test.site, test.flow, "", use, func(r *webhook.Request) { r.Target.Key = "wrong" })
				if !test.opens {
					if diff := cmp.Diff(wrong, got); diff != "" {
						t.Errorf("%s %s (-wrong key +got):\n%s", method, test.name, diff)
					}
					continue
				}
				want := webhook.StatusMethodNotAllowed(method)
				want.Namespace, want.FlowID, want.ExecutionID = "company.team", "f", id
				if method == "GET" {
					if got.Status != 200 || got.Outcome != webhook.OutcomeStatus {
						t.Errorf("%s: %+v", test.name, got)
					}
				} else if diff := cmp.Diff(want, got); diff != "" || got.Allow != "GET" {
					t.Errorf("%s %s (-want +got):\n%s", method, test.name, diff)
				}
			}
		}
		if r := status(site, "f", token, patience("soon")); r.Status != 400 || !strings.Contains(string(r.Body), "wait must be a duration, as in PT30S or 30s") {
			t.Errorf("a wait that is none: %d %s", r.Status, r.Body)
		}
		if used, places := e.admission.Used(); used != 0 || places != 0 {
			t.Errorf("%d bytes and %d places are left", used, places)
		}
	}
}

// TestStatusOfStates follows an execution through states in which nothing of it runs.
func TestStatusOfStates(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := openEngine(t)
		const pause = "- {id: p, type: io.kestra.plugin.core.flow.Pause}"
		site := newSite(t, e, SiteOptions{}, taskFlow("f", pause, "wait: true\nwaitTimeout: PT1S", "concurrency: {limit: 1}"))
		paused, queued := send(site, "f", "{}"), send(site, "f", "{}")
		check := func(r webhook.Response, code int, state string) {
			t.Helper()
			got := status(site, "f", r.Token)
			if a := decodeAnswer(t, got); got.Status != code || a.State.Current != state || a.ID != r.ExecutionID {
				t.Errorf("%d %s, want %d %s", got.Status, a.State.Current, code, state)
			}
		}
		check(paused, 202, "PAUSED")
		check(queued, 202, "QUEUED")
		answer := make(chan webhook.Response)
		go func() { answer <- status(site, "f", paused.Token, patience("PT20S")) }()
		synctest.Wait()
		if err := e.Kill(t.Context(), paused.ExecutionID); err != nil {
			t.Fatal(err)
		}
		if r := <-answer; r.Status != 200 || decodeAnswer(t, r).State.Current != "KILLED" {
			t.Errorf("killed while it is waited for: %d %s", r.Status, r.Body)
		}
		synctest.Wait()
		check(paused, 200, "KILLED")
		check(queued, 202, "PAUSED")
		go func() { answer <- status(site, "f", queued.Token, patience("PT20S")) }()
		synctest.Wait()
		if err := e.Resume(t.Context(), queued.ExecutionID, nil); err != nil {
			t.Fatal(err)
		}
		if r := <-answer; r.Status != 200 || decodeAnswer(t, r).State.Current != "SUCCESS" {
			t.Errorf("resumed while it is waited for: %d %s", r.Status, r.Body)
		}
	})
}

// TestStatusTakenOver asks after a restart for an execution that was under way before: it goes on, and the caller gets its end.
func TestStatusTakenOver(t *testing.T) { //nolint:tparallel // its subtests do
	t.Parallel() // most of it is waiting
	eachStore(t, func(t *testing.T, e *Engine, again func(*Engine) *Engine) {
		t.Parallel()
		if again == nil {
			return
		}
		g := newGate(t, t.Name())
		text := gateFlow(t, byID+"wait: true\nreturnOutputs: true\nresponseCode: '{{ outputs.gate is defined ? 201 : 599 }}'")
		answer := make(chan webhook.Response)
		site := newSite(t, e, SiteOptions{}, text)
		go func() { answer <- send(site, "f", "{}", delivery("1")) }()
		<-g.entered
		id, _, err := e.List(t.Context(), execution.Query{Limit: 1})
		if err != nil || len(id) != 1 {
			t.Fatal(id, err)
		}
		before := make(chan webhook.Response)
		token := e.tokens.Make("company.team", "f", id[0].ID)
		go func() { before <- status(site, "f", token, patience("20s")) }()
		e.Exit()
		e = again(e)
		first := <-answer
		if first.Status != 202 || first.Token != token {
			t.Fatalf("answered with %d when the server ended", first.Status)
		}
		if r := <-before; (r.Status != 202 || r.Token != token) && r.Status != 503 { // it may have come too late
			t.Errorf("asked when the server ended: %d", r.Status)
		}
		site = newSite(t, e, SiteOptions{}) // the flow is gone
		go func() { answer <- status(site, "f", token, patience("20s")) }()
		<-g.entered
		close(g.open)
		if r := <-answer; r.Status != 201 || string(r.Body) != "{}" || r.ExecutionID != first.ExecutionID {
			t.Errorf("answered with %d %s", r.Status, r.Body)
		}
	})
}

// TestStatusOfReplayed checks that a delivery which comes again and waits in vain gets the same URL.
func TestStatusOfReplayed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := openEngine(t)
		site := newSite(t, e, SiteOptions{}, taskFlow("f", "- {id: s, type: io.kestra.plugin.core.flow.Sleep, duration: PT5M}", byID+"wait: true"))
		first, again := send(site, "f", "{}", delivery("1")), send(site, "f", "{}", delivery("1"))
		if first.Status != 202 || again.Status != 202 || !again.Replayed || first.Token == "" || first.Token != again.Token || first.RetryAfter != again.RetryAfter {
			t.Errorf("first %d %s, again %d %s, replayed %v", first.Status, first.Token, again.Status, again.Token, again.Replayed)
		}
		if r := status(site, "f", again.Token, patience("30s")); r.Status != 202 || r.Replayed {
			t.Errorf("its status is %d, replayed %v", r.Status, r.Replayed)
		}
	})
}

// TestStatusStopping checks how one is answered who asks while the server goes down, with a store that forgets.
func TestStatusStopping(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := openEngine(t)
		site := newSite(t, e, SiteOptions{}, taskFlow("f", "- {id: s, type: io.kestra.plugin.core.flow.Sleep, duration: PT1M}", "wait: true\nwaitTimeout: PT1S"))
		token := send(site, "f", "{}").Token
		stopping := func() {
			if r := status(site, "f", token, patience("20s")); r.Status != 503 || r.Outcome != webhook.OutcomeStopping || r.RetryAfter != 5 {
				t.Errorf("answered with %d, %s", r.Status, r.Outcome)
			}
		}
		go stopping()
		synctest.Wait()
		e.Exit()
		begin := time.Now()
		stopping()
		if took := time.Since(begin); took != 0 {
			t.Errorf("one who comes then waits %v", took)
		}
		if r := status(site, "f", "x"+token); r.Status != 503 {
			t.Errorf("with a wrong token: %d", r.Status)
		}
		<-time.After(e.Drain())
		synctest.Wait()
	})
}

// TestStatusOfBrokenStore checks that a caller learns of a store that cannot be read, and may ask again.
func TestStatusOfBrokenStore(t *testing.T) {
	core, logs := observer.New(zap.ErrorLevel)
	e := openEngine(t)
	site := newSite(t, e, SiteOptions{Logger: zap.New(core)}, webhookFlow("f", "wait: true"))
	token := e.tokens.Make("company.team", "f", send(site, "f", "{}").ExecutionID)
	if err := e.store.Close(); err != nil {
		t.Fatal(err)
	}
	if r := status(site, "f", token); r.Status != 503 || r.Outcome != webhook.OutcomeUnstored || r.RetryAfter != 1 {
		t.Errorf("answered with %d %s", r.Status, r.Body)
	}
	if logs.Len() != 1 || strings.Contains(fmt.Sprint(logs.All()), token) {
		t.Errorf("log: %v", logs.All())
	}
}

// TestStatusTakesMemory checks that callers who wait at status URLs take memory as those do who wait at first, so that there are not any
// number of them, and give it back.
func TestStatusTakesMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := openEngine(t)
		e.Configure(Options{MemoryLimit: 64 << 20})
		g := newGate(t, t.Name())
		site := newSite(t, e, SiteOptions{}, gateFlow(t, "wait: true\nwaitTimeout: PT1S"))
		token := send(site, "f", "{}").Token
		ctx, cancel := context.WithCancel(t.Context())
		before, _ := e.admission.Used()
		var callers sync.WaitGroup
		header := strings.Repeat("x", 100<<10)
		n, full := 0, false
		for ; !full && n < 1000; n++ {
			callers.Go(func() {
				r, release := site.Webhook(ctx, statusRequest("f", token, patience("30s"), func(r *webhook.Request) { r.Header.Set("X", header) }))
				if release(); r.Outcome == webhook.OutcomeBusy {
					full = true
				}
			})
			synctest.Wait()
		}
		if used, _ := e.admission.Used(); n < 10 || n == 1000 || used > 32<<20 {
			t.Errorf("%d callers wait, and take %d bytes", n, used)
		}
		cancel()
		callers.Wait()
		if used, _ := e.admission.Used(); used != before {
			t.Errorf("%d bytes are taken afterwards, and %d before", used, before)
		}
		close(g.open)
	})
}

// TestStatusShortOfMemory checks that an answer for which there is no memory is refused until there is some.
func TestStatusShortOfMemory(t *testing.T) {
	e := openEngine(t)
	site := newSite(t, e, SiteOptions{}, webhookFlow("f", "wait: true"))
	waited := send(site, "f", `"`+strings.Repeat("x", 100<<10)+`"`)
	token := e.tokens.Make("company.team", "f", waited.ExecutionID)
	other := e.admission.Claim("another flow")
	used, _ := e.admission.Used()
	other.Charge(e.admission.Limits().Memory/2 - used - 100<<10)
	if r := status(site, "f", token); r.Status != 503 || r.Outcome != webhook.OutcomeBusy || r.RetryAfter != 1 {
		t.Errorf("without memory: %d %s", r.Status, r.Outcome)
	}
	other.Release()
	checkStatus(t, "with memory", waited, status(site, "f", token))
}

// TestStatusTokensDiffer checks that a token of one store opens nothing in another one, such as the next process has without a file.
func TestStatusTokensDiffer(t *testing.T) {
	a, b := openEngine(t), openEngine(t)
	id := execution.NewID()
	if _, ok := b.tokens.Open("n", "f", a.tokens.Make("n", "f", id)); ok {
		t.Error("a token opens two")
	}
}

// TestStatusHidesSecrets checks that the log line about a responseCode that fails does not show a SECRET of the execution.
func TestStatusHidesSecrets(t *testing.T) {
	core, logs := observer.New(zap.WarnLevel)
	e := openEngine(t)
	const secret = "very-secret-input"
	site := newSite(t, e, SiteOptions{Logger: zap.New(core)}, webhookFlow("f",
		"wait: true\nresponseCode: '{{ secret(inputs.pw) }}'\ninputs: {pw: "+secret+"}", "inputs: [{id: pw, type: SECRET}]"))
	waited := send(site, "f", "{}")
	got := status(site, "f", e.tokens.Make("company.team", "f", waited.ExecutionID))
	checkStatus(t, "a responseCode that fails", waited, got)
	if lines := logs.All(); len(lines) != 2 || strings.Contains(fmt.Sprint(lines[0].ContextMap(), lines[1].ContextMap()), secret) {
		t.Errorf("log: %v", lines)
	}
}
