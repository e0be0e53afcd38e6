package engine

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/admission"
	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/files"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/store/memory"
	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

func TestFired(t *testing.T) {
	e := openEngine(t)
	site := newSite(t, e, SiteOptions{}, webhookFlow("f", ""))
	r := send(site, "f", `{"z":1,"a":null}`, func(r *webhook.Request) { r.RawQuery = "b=1&a=2" })
	a := decodeAnswer(t, r)
	if r.Status != 200 || r.ContentType != "application/json" || r.Outcome != webhook.OutcomeFired || r.Namespace != "company.team" || r.FlowID != "f" {
		t.Errorf("answer is %+v", r)
	}
	const variables = `{"body":{"z":1,"a":null},"headers":{"Content-Type":["application/json"],"Host":["example.com"]},"parameters":{"b":["1"],"a":["2"]}}`
	if diff := cmp.Diff(variables, string(a.Trigger.Variables)); diff != "" {
		t.Errorf("variables (-want +got):\n%s", diff)
	}
	if a.State.Current != "CREATED" || a.FlowRevision != 1 || a.Trigger.ID != "hook" || a.Trigger.Type != webhook.Type || a.URL != "" || a.Outputs != nil {
		t.Errorf("execution is %+v", a)
	}
	s := waitFor(t, e, a.ID)
	if s.Status() != execution.Success || len(s.Runs) != 1 || string(s.Runs[0].Outputs.JSON) != `{"value":"f"}` {
		t.Errorf("it ended as %+v", s)
	}
	if diff := cmp.Diff(variables, string(s.Trigger.Variables.JSON)); diff != "" {
		t.Errorf("kept variables (-want +got):\n%s", diff)
	}
}

func TestWait(t *testing.T) {
	const echo = "- {id: ret, type: io.kestra.plugin.core.debug.Return, format: \"Hello {{ trigger.body.name ?? 'world' }}!\"}"
	const greeting = "outputs: [{id: greeting, type: STRING, value: \"{{ outputs.ret.value }}\"}]"
	const two = "outputs: [{id: z, type: INT, value: 1}, {id: a, type: STRING, value: \"{{ outputs.ret.value }}\"}]"
	const fails = "- {id: fail, type: io.kestra.plugin.core.execution.Fail}"
	tests := []struct {
		name, tasks, trigger, members string
		status                        int
		contentType, body             string // body "execution": a WebhookResponse
	}{
		{"the execution", echo, "", greeting, 200, "application/json", "execution"},
		{"outputs", echo, "returnOutputs: true", greeting, 200, "application/json", `{"greeting":"Hello bob!"}`},
		{"outputs in declared order", echo, "returnOutputs: true", two, 200, "application/json", `{"z":1,"a":"Hello bob!"}`},
		{"no outputs", echo, "returnOutputs: true", "", 200, "application/json", `{}`},
		{"text", echo, "returnOutputs: true\nresponseContentType: text/plain", greeting, 200, "text/plain; charset=utf-8", `Hello bob!`},
		{"text of two", echo, "returnOutputs: true\nresponseContentType: text/plain", two, 200, "text/plain; charset=utf-8", `{"z":1,"a":"Hello bob!"}`},
		{"text of none", echo, "returnOutputs: true\nresponseContentType: text/plain", "", 200, "", ""},
		{"a status", echo, "responseCode: 202", greeting, 202, "application/json", "execution"},
		{"a status of an output", echo, "responseCode: \"{{ outputs.ret.value | length }}\"", greeting, 500, "application/json", "execution"}, // 10 is no status code
		{"a status of the trigger", echo, "responseCode: \"{{ trigger.body.status }}\"", greeting, 418, "application/json", "execution"},
		{"a status that cannot be rendered", echo, "responseCode: \"{{ outputs.nope.value }}\"", greeting, 500, "application/json", "execution"},
		{"a failure", fails, "", "", 500, "application/json", "execution"},
		{"a failure with a status", fails, "responseCode: 201", "", 201, "application/json", "execution"},
		{
			"a failure with outputs that can be rendered", fails, "returnOutputs: true",
			"outputs: [{id: a, type: STRING, value: x}, {id: b, type: STRING, value: \"{{ outputs.fail.nope }}\"}]", 500, "application/json", `{"a":"x"}`,
		},
		{"an output of another type", echo, "returnOutputs: true", "outputs: [{id: n, type: INT, value: x}]", 500, "application/json", `{}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			site := newSite(t, openEngine(t), SiteOptions{}, taskFlow("f", test.tasks, "wait: true\n"+test.trigger, test.members))
			r := send(site, "f", `{"name":"bob","status":418}`)
			if r.Status != test.status || r.ContentType != test.contentType || r.Outcome != webhook.OutcomeEnded {
				t.Errorf("answer is %d, %s, %s", r.Status, r.ContentType, r.Outcome)
			}
			if test.body == "execution" {
				a := decodeAnswer(t, r)
				if want := map[bool]string{true: "FAILED", false: "SUCCESS"}[test.tasks == fails]; a.State.Current != want {
					t.Errorf("state is %s", a.State.Current)
				}
			} else if diff := cmp.Diff(test.body, string(r.Body)); diff != "" {
				t.Errorf("body (-want +got):\n%s", diff)
			}
		})
	}
}

// TestWaitTimeout checks that a caller who waits is answered when the waitTimeout of the trigger, or else of the site, is
// over, and that the execution goes on.
func TestWaitTimeout(t *testing.T) {
	tests := []struct {
		name, trigger string
		site          time.Duration
		want          time.Duration
	}{
		{"of the trigger", "waitTimeout: 3s", time.Minute, 3 * time.Second},
		{"of the trigger, longer than the site's", "waitTimeout: PT1M", time.Second, time.Minute},
		{"of the site", "", 5 * time.Second, 5 * time.Second},
		{"by default", "", 0, 30 * time.Second},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := openEngine(t)
				g := newGate(t, t.Name())
				site := newSite(t, e, SiteOptions{WaitTimeout: test.site},
					taskFlow("f", "- {id: gate, type: test.Gate, gate: "+quoteYAML(t.Name())+"}", "wait: true\nreturnOutputs: true\nresponseCode: 201\n"+test.trigger,
						"outputs: [{id: o, type: STRING, value: x}]"))
				begin := time.Now()
				r := send(site, "f", "{}")
				if took := time.Since(begin); took != test.want {
					t.Errorf("answered after %v, want %v", took, test.want)
				}
				a := decodeAnswer(t, r)
				if r.Status != 202 || r.Outcome != webhook.OutcomeTimeout || a.State.Current != "RUNNING" {
					t.Errorf("answer is %d, %s, state %s", r.Status, r.Outcome, a.State.Current)
				}
				if s, err := e.Get(t.Context(), a.ID); err != nil || s.Status() != execution.Running {
					t.Errorf("after the answer: %v, %v", s, err)
				}
				close(g.open)
				if s := waitFor(t, e, a.ID); s.Status() != execution.Success || string(s.Outputs.JSON) != `{"o":"x"}` {
					t.Errorf("it ended as %s with %s", s.Status(), s.Outputs.JSON)
				}
			})
		})
	}
}

func TestWaitEndsInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(t, t.Name())
		site := newSite(t, openEngine(t), SiteOptions{}, taskFlow("f", "- {id: gate, type: test.Gate, gate: "+quoteYAML(t.Name())+"}", "wait: true"))
		go func() {
			<-g.entered
			<-time.After(29 * time.Second) // on the clock of synctest
			close(g.open)
		}()
		if r := send(site, "f", "{}"); r.Status != 200 || r.Outcome != webhook.OutcomeEnded || decodeAnswer(t, r).State.Current != "SUCCESS" {
			t.Errorf("answer is %d, %s: %s", r.Status, r.Outcome, r.Body)
		}
	})
}

// TestCallerGoesAway checks that an execution goes on when the caller who waits for it is gone.
func TestCallerGoesAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := openEngine(t)
		g := newGate(t, t.Name())
		site := newSite(t, e, SiteOptions{}, taskFlow("f", "- {id: gate, type: test.Gate, gate: "+quoteYAML(t.Name())+"}", "wait: true"))
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			<-g.entered
			cancel()
		}()
		got, release := site.Webhook(ctx, newRequest("f", "{}"))
		release()
		if got.ExecutionID == "" {
			t.Fatalf("answer is %+v", got)
		}
		close(g.open)
		if s := waitFor(t, e, got.ExecutionID); s.Status() != execution.Success {
			t.Errorf("it ended as %s", s.Status())
		}
	})
}

func TestBaseURL(t *testing.T) {
	const text = "- {id: ret, type: io.kestra.plugin.core.debug.Return, format: \"{{ kestra.url ?? 'none' }}\"}"
	for base, want := range map[string]string{"": "none", "https://example.com/": "https://example.com"} {
		e := openEngine(t)
		a := decodeAnswer(t, send(newSite(t, e, SiteOptions{BaseURL: base}, taskFlow("f", text, "")), "f", "{}"))
		link := ""
		if base != "" {
			link = want + "/ui/main/executions/company.team/f/" + a.ID
		}
		if a.URL != link {
			t.Errorf("%q: url is %q, want %q", base, a.URL, link)
		}
		if s := waitFor(t, e, a.ID); string(s.Runs[0].Outputs.JSON) != `{"value":"`+want+`"}` {
			t.Errorf("%q: kestra.url is %s", base, s.Runs[0].Outputs.JSON)
		}
	}
}

func TestLabelsOfExecution(t *testing.T) {
	const text = "- {id: ret, type: io.kestra.plugin.core.debug.Return, format: \"{{ labels.team }} {{ labels.who }} {{ labels.system.from }}\"}"
	e := openEngine(t)
	site := newSite(t, e, SiteOptions{}, taskFlow("f", text, "labels: {who: \"{{ trigger.body.name }}\", team: b}", "labels: {team: a, env: \"{{ x }}\"}"))
	a := decodeAnswer(t, send(site, "f", `{"name":"bob"}`))
	want := []flow.Label{
		{Key: "system.from", Value: "trigger"},
		{Key: "team", Value: "b"},
		{Key: "env", Value: "{{ x }}"},
		{Key: "who", Value: "bob"},
		{Key: "system.correlationId", Value: a.ID},
	}
	if diff := cmp.Diff(want, a.Labels); diff != "" {
		t.Errorf("labels (-want +got):\n%s", diff)
	}
	s := waitFor(t, e, a.ID)
	if diff := cmp.Diff(want, s.Labels); diff != "" {
		t.Errorf("kept labels (-want +got):\n%s", diff)
	}
	if got := string(s.Runs[0].Outputs.JSON); got != `{"value":"b bob trigger"}` {
		t.Errorf("the task sees %s", got)
	}
	// Labels that cannot be rendered are left out, and the flow runs.
	if a := decodeAnswer(t, send(site, "f", `{}`)); len(a.Labels) != 4 {
		t.Errorf("labels are %v", a.Labels)
	}
}

func TestRevision(t *testing.T) {
	e := openEngine(t)
	text := webhookFlow("f", "")
	for i, step := range []struct {
		text string
		want int
	}{{text, 1}, {text, 1}, {text + "# changed\n", 2}, {text + "# changed\n", 2}, {text + "# again\n", 3}} {
		if got := decodeAnswer(t, send(newSite(t, e, SiteOptions{}, step.text), "f", "{}")).FlowRevision; got != step.want {
			t.Errorf("step %d: revision %d, want %d", i, got, step.want)
		}
	}
}

// failingStore is a store that can keep nothing.
type failingStore struct{ *memory.Store }

func (failingStore) Commit(context.Context, *execution.Batch) error {
	return errors.New("disk is full: /var/lib/kestra.db")
}

func TestStoreThatKeepsNothing(t *testing.T) {
	store := failingStore{memory.New(memory.Options{})}
	e, err := newEngine(t.Context(), StoreOptions{}, admission.New(admission.Limits{}), files.New(""), store)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	g := newGate(t, t.Name())
	close(g.open)
	gateTask := "- {id: gate, type: test.Gate, gate: " + t.Name() + "}"
	site := newSite(t, e, SiteOptions{}, taskFlow("f", gateTask, ""), taskFlow("w", gateTask, "wait: true"), webhookFlow("pure", "wait: true"))
	for _, id := range []string{"f", "w", "pure"} {
		r := send(site, id, "{}")
		if r.Status != 503 || r.Outcome != webhook.OutcomeUnstored || r.RetryAfter != 1 || r.ExecutionID != "" {
			t.Errorf("%s: %+v", id, r)
		}
		if strings.Contains(string(r.Body), "disk") {
			t.Errorf("%s: the caller is told %s", id, r.Body)
		}
	}
	if len(g.entered) != 0 {
		t.Error("a task ran")
	}
}

// TestRandomTextsDiffer: expressions at different places of a flow draw different random numbers, as in Kestra.
func TestRandomTextsDiffer(t *testing.T) {
	const outputs = `outputs: [{id: a, type: STRING, value: "{{ uuid() }}"}, {id: b, type: STRING, value: "{{ uuid() }}"}, {id: c, type: JSON, value: ["{{ uuid() }}", "{{ uuid() }}"]}]`
	site := newSite(t, openEngine(t), SiteOptions{}, webhookFlow("f", "wait: true\nreturnOutputs: true", outputs))
	body := string(send(site, "f", "").Body)
	ids := regexp.MustCompile(`[0-9a-f]{8}-[-0-9a-f]{27}`).FindAllString(body, -1)
	slices.Sort(ids)
	if len(slices.Compact(ids)) != 4 {
		t.Errorf("not four different ids: %s", body)
	}
}
