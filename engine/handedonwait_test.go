package engine

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

// TestRecordedAnswersPass lets a Kestra behind give the answers that a real one was recorded to give to callers who wait.
func TestRecordedAnswersPass(t *testing.T) {
	t.Parallel() // most of it is waiting
	passed := 0
	for _, name := range []string{"09-wait", "10-outputs"} {
		text, err := os.ReadFile("../tests/conformance/testdata/" + name + ".json")
		if err != nil {
			t.Fatal(err)
		}
		var recorded struct {
			Flows map[string]string
			Cases []struct {
				Name, Flow string
				Request    struct{ Method, Target, Body string }
				Response   *struct {
					Status  int
					Headers [][2]string
					Body    string
				}
			}
		}
		if err := json.Unmarshal(text, &recorded); err != nil {
			t.Fatal(err)
		}
		answer := func(http.ResponseWriter) {}
		b := newBehind(t, func(w http.ResponseWriter, _ *arrived) { answer(w) })
		catalog := Core().HandingOn()
		var sources []*flow.Source
		for _, text := range recorded.Flows {
			sources = append(sources, flow.NewSource("recorded", []byte("handOn: true\n"+text)))
		}
		set, _ := catalog.Load(sources)
		b.options.Patience = time.Nanosecond // nothing is sent again
		e, _ := handOn(t, &b.options, nil, SiteOptions{})
		site, _ := openSite(t, e, set, SiteOptions{})
		for _, c := range recorded.Cases {
			path, query, _ := strings.Cut(c.Request.Target, "?")
			target, ok := webhook.ParseURL(path)
			f := set.Flow(target.Namespace, target.FlowID)
			if !ok || f == nil || c.Response == nil || c.Response.Status == 0 || len(f.Triggers) == 0 {
				continue
			}
			if trigger := f.Triggers[0]; !trigger.Bool("wait") || trigger.Disabled || f.Disabled {
				continue
			}
			want := c.Response
			contentType := ""
			if want.Status < 200 { // which no HTTP client takes for an answer
				continue
			}
			answer = func(w http.ResponseWriter) {
				w.Header()["Content-Type"] = nil
				for _, h := range want.Headers {
					if h[0] == "content-type" {
						w.Header().Set(h[0], h[1])
						if want.Status != http.StatusNotModified { // with that net/http sends none
							contentType = h[1]
						}
					}
				}
				w.WriteHeader(want.Status)
				_, _ = io.WriteString(w, want.Body)
			}
			arrivals := len(b.arrivals())
			r := newRequest(f.ID, c.Request.Body, func(r *webhook.Request) {
				r.Method, r.Target, r.Path, r.RawQuery = c.Request.Method, target, path, query
			})
			got := sendRequest(site, r)
			if len(b.arrivals()) == arrivals { // conditions are asked here
				continue
			}
			if got.Status != want.Status || got.ContentType != contentType || string(got.Body) != want.Body {
				t.Errorf("%s, %s: %d %q %s\nrecorded: %d %q %s", name, c.Name, got.Status, got.ContentType, got.Body, want.Status, contentType, want.Body)
			}
			passed++
		}
	}
	if passed < 90 {
		t.Errorf("%d answers passed", passed)
	}
}

func TestHandedOnWait(t *testing.T) {
	quoted := url.PathEscape(handedOnKey)
	tests := map[string]struct {
		answer func(w http.ResponseWriter)
		want   webhook.Response
		status execution.Status
	}{
		"with headers": {
			func(w http.ResponseWriter) {
				for name, text := range map[string]string{
					"Content-Type": "text/csv", "X-Own": "1", "Set-Cookie": "a=b", "X-Allowed": "2", "Access-Control-Allow-Origin": "*", "Server": "behind", "Cache-Control": "public",
				} {
					w.Header().Set(name, text)
				}
				w.WriteHeader(201)
				_, _ = io.WriteString(w, "a,b\n")
			},
			webhook.Response{Status: 201, ContentType: "text/csv", Body: []byte("a,b\n"), Header: http.Header{"X-Own": {"1"}, "X-Allowed": {"2"}, "Access-Control-Allow-Origin": {"*"}}},
			execution.Success,
		},
		"no text": {
			func(w http.ResponseWriter) {
				w.Header().Set("Content-Type", "image/png")
				_, _ = io.WriteString(w, "\x89PNG\xff")
			},
			webhook.Response{Status: 200, ContentType: "image/png", Body: []byte("\x89PNG\xff")},
			execution.Success,
		},
		"nothing": {func(w http.ResponseWriter) { w.WriteHeader(204) }, webhook.Response{Status: 204}, execution.Success},
		"a redirect": {
			func(w http.ResponseWriter) {
				w.Header().Set("Location", "/elsewhere")
				w.WriteHeader(307)
			},
			webhook.Response{Status: 307, Header: http.Header{"Location": {"/elsewhere"}}},
			execution.Failed,
		},
		"with the key in it": {
			func(w http.ResponseWriter) {
				w.Header().Set("Content-Type", "application/json")
				w.Header().Set("X-Where", webhook.Prefix+"company.team/f/"+quoted)
				w.WriteHeader(404)
				_, _ = io.WriteString(w, `{"message":"REDACTED","_links":{"self":{"href":"/executions/webhook/company.team/f/`+quoted+`"}},"key":"`+handedOnKey+`"}`)
			},
			webhook.Response{
				Status: 404, ContentType: "application/json",
				Body:   []byte(`{"message":"REDACTED","_links":{"self":{"href":"/executions/webhook/company.team/f/` + quoted + `"}},"key":"` + handedOnKey + `"}`),
				Header: http.Header{"X-Where": {webhook.Prefix + "company.team/f/" + webhook.Redacted}},
			},
			execution.Failed,
		},
	}
	lines, logged := observer.New(zap.DebugLevel)
	answer := func(http.ResponseWriter) {}
	b := newBehind(t, func(w http.ResponseWriter, _ *arrived) { answer(w) })
	allowed := webhook.HeaderNames{"Access-Control-*"}
	e, site := handOn(t, &b.options, zap.New(lines), SiteOptions{Logger: zap.New(lines), AllowHeaders: allowed}, handedOnFlow("f", "wait: true\nreturnOutputs: true"))
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			answer = tt.answer
			got := sendRequest(site, handedOnRequest("f", "{}"))
			if got.Status != tt.want.Status || got.ContentType != tt.want.ContentType || string(got.Body) != string(tt.want.Body) {
				t.Errorf("%d %q %s", got.Status, got.ContentType, got.Body)
			}
			for name, texts := range got.Header {
				if strings.Join(texts, ",") != strings.Join(tt.want.Header[name], ",") {
					t.Errorf("it has the header %s: %q", name, texts)
				}
			}
			if len(got.Header) != len(tt.want.Header) {
				t.Errorf("headers %v, want %v", got.Header, tt.want.Header)
			}
			if s := waitFor(t, e, got.ExecutionID); s.Status() != tt.status {
				t.Errorf("it ended %s", s.Status())
			}
		})
	}
	checkNoKey(t, e, logged)
}

// TestHandedOnWaitsNoLonger answers 202 when the time is over; the request is handed on nevertheless, and the status URL has its answer.
func TestHandedOnWaitsNoLonger(t *testing.T) {
	open := make(chan struct{})
	b := newBehind(t, func(w http.ResponseWriter, _ *arrived) {
		<-open
		_, _ = io.WriteString(w, "late")
	})
	e, site := handOn(t, &b.options, nil, SiteOptions{WaitTimeout: time.Millisecond}, handedOnFlow("f", "wait: true\nreturnOutputs: true"))
	got := sendRequest(site, handedOnRequest("f", "{}"))
	if got.Status != 202 || got.Token == "" {
		t.Fatalf("%d %s", got.Status, got.Body)
	}
	close(open)
	waitFor(t, e, got.ExecutionID)
	status := sendRequest(site, newRequest("f", "", func(r *webhook.Request) {
		r.Method, r.Token, r.Target.Key = "GET", got.Token, ""
	}))
	if status.Status != 200 || string(status.Body) != "late" {
		t.Errorf("%d %s", status.Status, status.Body)
	}
}

// TestHandedOnInVain has a Kestra behind that never takes a request, and callers who wait for an answer.
func TestHandedOnInVain(t *testing.T) {
	b := newBehind(t, func(w http.ResponseWriter, _ *arrived) { http.Error(w, "no", http.StatusServiceUnavailable) })
	b.options.Patience = 20 * time.Millisecond
	e, site := handOn(t, &b.options, nil, SiteOptions{}, handedOnFlow("f", "wait: true"))
	got := sendRequest(site, handedOnRequest("f", "{}"))
	if got.Status != 503 || string(got.Body) != "no\n" {
		t.Errorf("%d %s", got.Status, got.Body)
	}
	if s := waitFor(t, e, got.ExecutionID); s.Status() != execution.Failed {
		t.Errorf("it ended %s", s.Status())
	}
	b.Close()
	got = sendRequest(site, handedOnRequest("f", "{}"))
	if got.Status != 500 || decodeAnswer(t, got).State.Current != "FAILED" {
		t.Errorf("%d %s", got.Status, got.Body)
	}
}

// TestHandedOnIsJudgedHere refuses requests before anything is handed on.
func TestHandedOnIsJudgedHere(t *testing.T) {
	b := newBehind(t, func(http.ResponseWriter, *arrived) {})
	e, site := handOn(t, &b.options, nil, SiteOptions{}, handedOnFlow("f", expressionCondition("{{ trigger.body.n == 1 }}")+"\ndeduplicate: {key: '{{ trigger.body.id }}'}\nmaxBody: 100B"))
	for _, tt := range []struct {
		body, key string
		status    int
	}{
		{`{"n":1}`, "wrong", 404},
		{`{"n":2}`, handedOnKey, 204},
		{`{"n":1,"m":"` + strings.Repeat("x", 100) + `"}`, handedOnKey, 413},
		{`{"n":1,"id":7}`, handedOnKey, 200},
		{`{"n":1,"id":7}`, handedOnKey, 200}, // it came before
	} {
		got := sendRequest(site, handedOnRequest("f", tt.body, func(r *webhook.Request) { r.Target.Key = tt.key }))
		if got.Status != tt.status {
			t.Errorf("%s: %d %s", tt.body, got.Status, got.Body)
		}
		if got.ExecutionID != "" {
			waitFor(t, e, got.ExecutionID)
		}
	}
	if n := len(b.arrivals()); n != 1 {
		t.Errorf("%d arrived", n)
	}
}

// TestHandedOnByATask starts a flow that is handed on by a task, which has no request.
func TestHandedOnByATask(t *testing.T) {
	b := newBehind(t, func(http.ResponseWriter, *arrived) {})
	caller := taskFlow("caller", "- {id: sub, type: io.kestra.plugin.core.flow.Subflow, namespace: company.team, flowId: f, wait: true, transmitFailed: true}", "wait: true")
	_, site := handOn(t, &b.options, nil, SiteOptions{}, handedOnFlow("f", ""), caller)
	if got := send(site, "caller", "{}"); got.Status != 500 || len(b.arrivals()) > 0 {
		t.Errorf("%d %s; %d arrived", got.Status, got.Body, len(b.arrivals()))
	}
}
