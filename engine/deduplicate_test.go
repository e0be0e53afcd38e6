package engine

import (
	"bytes"
	"fmt"
	"net/url"
	"path/filepath"
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

// byID are the properties of a trigger that knows deliveries by the parameter id.
const byID = "deduplicate: {key: \"{{ trigger.parameters.id | first }}\"}\n"

// delivery gives a request the parameter id.
func delivery(id string) func(*webhook.Request) {
	return func(r *webhook.Request) { r.RawQuery = "id=" + url.QueryEscape(id) }
}

// number returns how many executions of a flow are kept.
func number(t testing.TB, e *Engine, flowID string) int {
	t.Helper()
	all, _, err := e.List(t.Context(), execution.Query{FlowID: flowID, Limit: execution.MaxListLimit})
	if err != nil {
		t.Fatal(err)
	}
	return len(all)
}

// checkAgain compares the answer to a delivery that came before with the first answer.
func checkAgain(t *testing.T, first, again webhook.Response) {
	t.Helper()
	if first.Replayed || first.ExecutionID == "" {
		t.Errorf("the first is answered with %+v", first)
	}
	if !bytes.Equal(first.Body, again.Body) {
		t.Errorf("again the body is\n%.1000s\nwant\n%.1000s", again.Body, first.Body)
	}
	first.Body, again.Body = nil, nil // some are long
	if diff := cmp.Diff(first.Again(), again); diff != "" {
		t.Errorf("again (-first +now):\n%s", diff)
	}
}

// eachStore runs a test on each kind of store; again opens the engine again, or is nil.
func eachStore(t *testing.T, test func(t *testing.T, e *Engine, again func(*Engine) *Engine)) {
	t.Run(StoreMemory, func(t *testing.T) { test(t, openEngine(t), nil) })
	t.Run(StoreSQLite, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "kestra.db")
		opened := func() *Engine {
			e, err := Open(t.Context(), StoreOptions{Kind: StoreSQLite, Path: path})
			if err != nil {
				t.Fatal(err)
			}
			e.Configure(Options{EvaluationWait: patient})
			return e
		}
		last := opened()
		t.Cleanup(func() {
			if err := last.Close(); err != nil {
				t.Error(err)
			}
		})
		test(t, last, func(e *Engine) *Engine {
			if err := e.Close(); err != nil {
				t.Fatal(err)
			}
			last = opened()
			return last
		})
	})
}

// TestDeduplicate sends things twice: the second time nothing is started, and the answer is that of the first time, byte by byte, also
// when the process has ended in between.
func TestDeduplicate(t *testing.T) {
	const fails = "- {id: fail, type: io.kestra.plugin.core.execution.Fail}"
	const relabels = "- {id: l, type: io.kestra.plugin.core.execution.Labels, labels: {a: other, b: new}}"
	const output = "outputs: [{id: o, type: STRING, value: \"{{ trigger.body.n }}\"}]"
	large := `{"n":"` + strings.Repeat("x", execution.InlineLimit) + `"}` // kept apart
	tests := []struct {
		name, tasks, trigger, members, body string
		status                              int
	}{
		{"at once", "", "", "", `{"n": 1}`, 200},
		{"at once, large", "", "", "", large, 200},
		{"at once, the labels change", relabels, "labels: {a: first}", "", "{}", 200},
		{"at once, by sla", "", "labels: {a: first}", "sla: [{id: s, type: EXECUTION_ASSERTION, assert: 'false', behavior: NONE, labels: {a: x}}]", "{}", 200},
		{"waits", "", "wait: true", output, `{"n": 1}`, 200},
		{"waits, large", "", "wait: true", output, large, 200},
		{"fails", fails, "wait: true", "", "{}", 500},
		{"responseCode", "", "wait: true\nreturnOutputs: true\nresponseCode: '{{ outputs.ret.value == trigger.body.n ? 201 : 599 }}'", output, `{"n":"f"}`, 201},
		{"responseCode is wrong", "", "wait: true\nresponseCode: nope", "", "{}", 500},
		{"responseCode of the log", fails, "wait: true\nresponseCode: '{{ error.message | length > 0 ? 502 : 200 }}'", "", "{}", 502},
		{"nothing", "", "wait: true\nresponseCode: 204", "", "{}", 204},
		{"text", "", "wait: true\nreturnOutputs: true\nresponseContentType: text/plain", output, `{"n":"f"}`, 200},
		{"a place", "", "wait: true", "concurrency: {limit: 1}", "{}", 200},
		{"no place", "", "", "concurrency: {limit: 1, behavior: FAIL}", "{}", 200},
	}
	eachStore(t, func(t *testing.T, e *Engine, again func(*Engine) *Engine) {
		var texts []string
		for i, test := range tests {
			if test.tasks == "" {
				test.tasks = "- {id: ret, type: io.kestra.plugin.core.debug.Return, format: f}"
			}
			texts = append(texts, taskFlow(fmt.Sprint("f", i), test.tasks, byID+test.trigger, test.members))
		}
		o := SiteOptions{BaseURL: "https://example.com", Environ: []string{}}
		first := make([]webhook.Response, len(tests))
		check := func() {
			site := newSite(t, e, o, texts...)
			for i, test := range tests {
				id := fmt.Sprint("f", i)
				checkAgain(t, first[i], send(site, id, `{"other":true}`, delivery("1")))
				if n := number(t, e, id); n != 1 {
					t.Errorf("%s: %d executions", test.name, n)
				}
			}
		}
		site := newSite(t, e, o, texts...)
		for i, test := range tests {
			if first[i] = send(site, fmt.Sprint("f", i), test.body, delivery("1")); first[i].Status != test.status {
				t.Errorf("%s: answered with %d %.300s", test.name, first[i].Status, first[i].Body)
			}
		}
		check()
		for _, r := range first {
			waitFor(t, e, r.ExecutionID)
		}
		check()
		if again != nil {
			e = again(e)
			check()
			site = newSite(t, e, o, texts...)
		}
		for i, test := range tests {
			if r := send(site, fmt.Sprint("f", i), test.body, delivery("2")); r.Replayed || r.ExecutionID == first[i].ExecutionID {
				t.Errorf("%s: another delivery is answered with %d %s", test.name, r.Status, r.Body)
			}
		}
	})
}

// TestDeduplicateWhat checks what counts as the same delivery, and which deliveries count at all.
func TestDeduplicateWhat(t *testing.T) {
	const key = "deduplicate: {key: \"{{ trigger.body.id }}\"}\n"
	core, logs := observer.New(zap.InfoLevel)
	e := openEngine(t)
	g := newGate(t, t.Name())
	two := webhookFlow("two", key) + "  - {id: second, type: " + webhook.Type + ", key: second, " + strings.TrimSpace(key) + "}\n"
	site := newSite(t, e, SiteOptions{Logger: zap.New(core), MaxBody: 100}, webhookFlow("f", key), two,
		webhookFlow("conditions", key+expressionCondition("{{ trigger.body.go ?? false }}")),
		webhookFlow("inputs", key+"inputsFrom: body", "inputs: [{id: n, type: INT}]"),
		webhookFlow("fails", "deduplicate: {key: \"{{ trigger.body.id | number }}\"}"),
		taskFlow("blocks", "- {id: gate, type: test.Gate, gate: "+t.Name()+"}", ""))
	second := func(r *webhook.Request) { r.Target.Key = "second" }
	steps := []struct {
		flow, body string
		change     func(*webhook.Request)
		status     int
		replayed   bool
		log        string
	}{
		{"f", `{"id":"a"}`, nil, 200, false, ""},
		{"f", `{"id":"a"}`, nil, 200, true, ""},
		{"f", `{"id":" a\n"}`, nil, 200, true, ""},
		{"f", `{"id":"A"}`, nil, 200, false, ""},
		{"two", `{"id":"a"}`, nil, 200, false, ""},
		{"two", `{"id":"a"}`, second, 200, false, ""},
		{"two", `{"id":"a"}`, second, 200, true, ""},
		// What is none is a new one each time.
		{"f", `{"id":""}`, nil, 200, false, "INFO the key of deduplicate is empty, so the delivery counts as a new one"},
		{"f", `{"id":" "}`, nil, 200, false, "INFO the key of deduplicate is empty, so the delivery counts as a new one"},
		{"f", `{"id":null}`, nil, 200, false, "INFO the key of deduplicate is empty, so the delivery counts as a new one"},
		{"f", `{}`, nil, 200, false, "WARN the key of deduplicate could not be evaluated, so the delivery counts as a new one"},
		{"f", `{}`, nil, 200, false, "WARN the key of deduplicate could not be evaluated, so the delivery counts as a new one"},
		{"fails", `{"id":"x"}`, nil, 200, false, "WARN the key of deduplicate could not be evaluated, so the delivery counts as a new one"},
		// It counts after the conditions, and before the inputs.
		{"conditions", `{"id":"a"}`, nil, 204, false, ""},
		{"conditions", `{"id":"a","go":true}`, nil, 200, false, ""},
		{"conditions", `{"id":"a"}`, nil, 204, false, ""},
		{"conditions", `{"id":"a","go":true}`, nil, 200, true, ""},
		// What is not accepted does not count.
		{"inputs", `{"id":"a","n":"x"}`, nil, 422, false, "WARN inputs are refused"},
		{"inputs", `{"id":"a","n":1}`, nil, 200, false, ""},
		{"inputs", `{"id":"a","n":"x"}`, nil, 200, true, ""},
		{"f", `{"id":"b"}`, func(r *webhook.Request) { r.ContentLength = 101 }, 413, false, ""},
		{"f", `{"id":"b"}`, nil, 200, false, ""},
	}
	for i, step := range steps {
		logs.TakeAll()
		r := send(site, step.flow, step.body, func(r *webhook.Request) {
			if step.change != nil {
				step.change(r)
			}
		})
		if r.Status != step.status || r.Replayed != step.replayed || r.Replayed != (r.Outcome == webhook.OutcomeReplayed) {
			t.Errorf("step %d: %d, %s, replayed %v", i, r.Status, r.Outcome, r.Replayed)
		}
		var lines []string
		for _, line := range logs.TakeAll() {
			lines = append(lines, line.Level.CapitalString()+" "+line.Message)
		}
		if got := strings.Join(lines, "\n"); got != step.log {
			t.Errorf("step %d: the log has %q, want %q", i, got, step.log)
		}
		if r.ExecutionID != "" {
			waitFor(t, e, r.ExecutionID)
		}
	}

	e.Configure(Options{Capacity: 1})
	if r := send(site, "blocks", "{}"); r.Status != 200 {
		t.Fatal(r.Status)
	}
	if r := send(site, "f", `{"id":"c"}`); r.Status != 503 {
		t.Errorf("without a place: %d", r.Status)
	}
	if r := send(site, "f", `{"id":"b"}`); r.Status != 200 || !r.Replayed {
		t.Errorf("a delivery that came before, without a place: %d, %s", r.Status, r.Outcome)
	}
	e.Configure(Options{})
	close(g.open)
	if r := send(site, "f", `{"id":"c"}`); r.Status != 200 || r.Replayed {
		t.Errorf("after it was not accepted: %d, %s", r.Status, r.Outcome)
	}
}

// TestDeduplicateWindow checks for how long a delivery is known again.
func TestDeduplicateWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := openEngine(t)
		site := newSite(t, e, SiteOptions{}, webhookFlow("day", byID),
			webhookFlow("hour", "deduplicate: {key: \"{{ trigger.parameters.id | first }}\", window: PT1H}"))
		for flowID, window := range map[string]time.Duration{"day": 24 * time.Hour, "hour": time.Hour} {
			start := time.Now()
			first := send(site, flowID, "{}", delivery("1"))
			for range 3 {
				<-time.After(window/3 - time.Nanosecond)
				checkAgain(t, first, send(site, flowID, "{}", delivery("1"))) // this does not make it longer
			}
			<-time.After(window - time.Since(start))
			second := send(site, flowID, "{}", delivery("1"))
			if second.Replayed || number(t, e, flowID) != 2 {
				t.Errorf("%s: after its window: %+v", flowID, second)
			}
			checkAgain(t, second, send(site, flowID, "{}", delivery("1")))
		}
	})
}

// TestDeduplicateUnderWay sends a delivery again while its execution is under way: both callers get its end, and neither waits for longer
// than the trigger says.
func TestDeduplicateUnderWay(t *testing.T) {
	for _, test := range []struct {
		name, tasks string
		ends        bool
	}{
		{"at a task", "- {id: gate, type: test.Gate, gate: " + quoteYAML(t.Name()) + "}", true},
		{"paused", "- {id: p, type: io.kestra.plugin.core.flow.Pause, pauseDuration: PT5S}", true},
		{"for a time", "- {id: s, type: io.kestra.plugin.core.flow.Sleep, duration: PT5S}", true},
		{"for longer", "- {id: s, type: io.kestra.plugin.core.flow.Sleep, duration: PT1M}", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := openEngine(t)
				g := newGate(t, "TestDeduplicateUnderWay")
				site := newSite(t, e, SiteOptions{}, taskFlow("f", test.tasks, byID+"wait: true\nwaitTimeout: PT10S"))
				const callers = 3
				var wg sync.WaitGroup
				answers, took := make([]webhook.Response, callers), make([]time.Duration, callers)
				for i := range callers {
					wg.Go(func() {
						<-time.After(time.Duration(i) * time.Second)
						start := time.Now()
						answers[i] = send(site, "f", "{}", delivery("1"))
						took[i] = time.Since(start)
					})
				}
				<-time.After(5 * time.Second)
				close(g.open)
				wg.Wait()
				for i := range callers {
					if got := answers[i]; got.Replayed != (i > 0) || (got.Status == 200) != test.ends || (got.Status == 202) == test.ends {
						t.Errorf("caller %d: %d, replayed %v", i, got.Status, got.Replayed)
					}
					if want := map[bool]time.Duration{true: 5*time.Second - time.Duration(i)*time.Second, false: 10 * time.Second}[test.ends]; took[i] != want {
						t.Errorf("caller %d waited for %v, want %v", i, took[i], want)
					}
					if test.ends && !bytes.Equal(answers[i].Body, answers[0].Body) {
						t.Errorf("caller %d: %s", i, answers[i].Body)
					}
				}
				if n := number(t, e, "f"); n != 1 {
					t.Errorf("%d executions", n)
				}
				waitFor(t, e, answers[0].ExecutionID)
				if r := send(site, "f", "{}", delivery("1")); r.Status != 200 || !r.Replayed {
					t.Errorf("after the end: %d", r.Status)
				}
			})
		})
	}
}

// TestDeduplicateAtOnce lets many deliver one thing at the same time.
func TestDeduplicateAtOnce(t *testing.T) {
	const callers = 32
	log := "- {id: l, type: io.kestra.plugin.core.log.Log, message: started}\n"
	eachStore(t, func(t *testing.T, e *Engine, _ func(*Engine) *Engine) {
		core, logs := observer.New(zap.InfoLevel)
		e.Configure(Options{Logger: zap.New(core), EvaluationWait: patient})
		site := newSite(t, e, SiteOptions{},
			taskFlow("at-once", log, byID), taskFlow("waits", log, byID+"wait: true"), taskFlow("place", log, byID+"wait: true", "concurrency: {limit: 2}"),
			taskFlow("blocks", log+"- {id: s, type: io.kestra.plugin.core.flow.Sleep, duration: PT0.02S}", byID+"wait: true"))
		for _, id := range []string{"at-once", "waits", "place", "blocks"} {
			answers := make([]webhook.Response, callers)
			var wg sync.WaitGroup
			for i := range callers {
				wg.Go(func() { answers[i] = send(site, id, fmt.Sprint(i), delivery("1")) })
			}
			wg.Wait()
			first := -1
			for i, r := range answers {
				if !r.Replayed {
					if first >= 0 {
						t.Errorf("%s: two are the first", id)
					}
					first = i
				}
			}
			if first < 0 {
				t.Fatalf("%s: none is the first", id)
			}
			for i, r := range answers {
				if i != first {
					checkAgain(t, answers[first], r)
				}
			}
			waitFor(t, e, answers[first].ExecutionID)
			if n := number(t, e, id); n != 1 {
				t.Errorf("%s: %d executions", id, n)
			}
			if n := logs.FilterMessage("started").Len(); n != 1 {
				t.Errorf("%s: the log shows %d", id, n)
			}
			logs.TakeAll()
		}
	})
}

// TestDeduplicateOnFailed checks that what has failed is started anew if the trigger says so, once, and then counts like any other.
func TestDeduplicateOnFailed(t *testing.T) {
	const run = "deduplicate: {key: \"{{ trigger.parameters.id | first }}\", onFailed: run}\nwait: true"
	fails := func(id, members string) string {
		return taskFlow(id, "- {id: f, type: io.kestra.plugin.core.execution.Fail, condition: \"{{ trigger.body.fail }}\"}", run, members)
	}
	eachStore(t, func(t *testing.T, e *Engine, _ func(*Engine) *Engine) {
		site := newSite(t, e, SiteOptions{}, fails("f", ""),
			fails("tries", "retry: {type: constant, interval: PT0.001S, maxAttempts: 2, behavior: CREATE_NEW_EXECUTION}"))
		for id, each := range map[string]int{"f": 1, "tries": 2} {
			first := send(site, id, `{"fail":true}`, delivery("1"))
			for s := waitFor(t, e, first.ExecutionID); s.Status() == execution.Retried; {
				s = waitFor(t, e, s.NextTry())
			}
			const callers = 8
			answers := make([]webhook.Response, callers)
			var wg sync.WaitGroup
			for i := range callers {
				wg.Go(func() { answers[i] = send(site, id, `{"fail":false}`, delivery("1")) })
			}
			wg.Wait()
			anew := 0
			for _, r := range answers {
				if !r.Replayed {
					anew++
				}
				if r.Status != 200 || r.ExecutionID == first.ExecutionID || r.ExecutionID != answers[0].ExecutionID {
					t.Errorf("%s: after a failure: %d, %s", id, r.Status, r.Outcome)
				}
			}
			if n := number(t, e, id); anew != 1 || n != each+1 {
				t.Errorf("%s: %d were started anew, %d executions", id, anew, n)
			}
			if r := send(site, id, `{"fail":true}`, delivery("1")); !r.Replayed || r.Status != 200 {
				t.Errorf("%s: after a success: %d, %s", id, r.Status, r.Outcome)
			}
		}
	})
}
