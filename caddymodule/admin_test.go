package caddymodule

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
)

// newAdminServer is newServer with an admin endpoint, whose address is admin.
func newAdminServer(t *testing.T) *server {
	t.Helper()
	s := newServer(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.admin = listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	return s
}

// ask sends a request to the admin API; header are names and values in turn.
func (s *server) ask(method, path, body string, header ...string) answer {
	s.t.Helper()
	response := s.askFor(method, path, body, header...)
	defer response.Body.Close()
	return readAnswer(s.t, response)
}

func (s *server) askFor(method, path, body string, header ...string) *http.Response {
	s.t.Helper()
	request, err := http.NewRequestWithContext(s.t.Context(), method, "http://"+s.admin+"/kestra/"+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	response, err := client.Do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	return response
}

// decode returns the JSON of an answer with status 200.
func decode[T any](t *testing.T, a answer) (v T) {
	t.Helper()
	if a.status != http.StatusOK || a.header.Get("Content-Type") != "application/json" {
		t.Fatalf("got %d %s %q", a.status, a.header.Get("Content-Type"), a.body)
	}
	if err := json.Unmarshal([]byte(a.body), &v); err != nil {
		t.Fatalf("%q: %v", a.body, err)
	}
	return v
}

// started calls a webhook with a body, and returns the id of the execution.
func (s *server) started(flow, body string) string {
	s.t.Helper()
	a := s.do(http.MethodPost, webhookPath(flow), body)
	var execution struct{ ID string }
	if err := json.Unmarshal([]byte(a.body), &execution); err != nil || a.status != http.StatusOK {
		s.t.Fatalf("the webhook answers %d %q", a.status, a.body)
	}
	return execution.ID
}

type askedExecution struct {
	ID          string
	State       struct{ Current string }
	Inputs      json.RawMessage
	Labels      []struct{ Key, Value string }
	TaskRunList []struct {
		TaskID  string
		Outputs json.RawMessage
	}
	Trigger  struct{ Variables json.RawMessage }
	ParentID string
}

// await waits until an execution has a state.
func (s *server) await(id, state string) (x askedExecution) {
	s.t.Helper()
	waitFor(s.t, "execution "+id+" to be "+state, func() bool {
		x = decode[askedExecution](s.t, s.ask(http.MethodGet, "executions/"+id, ""))
		return x.State.Current == state
	})
	return x
}

// adminFlows are what the tests of the API serve.
var adminFlows = map[string]string{
	"works.yml": webhookFlow("works", ""),
	"fails.yml": strings.Replace(webhookFlow("fails", ""), "tasks:", `tasks:
  - id: broken
    type: io.kestra.plugin.core.execution.Fail
    errorMessage: "no {{ trigger.body.what }}"`, 1),
	"pauses.yml": strings.Replace(webhookFlow("pauses", ""), "tasks:", `tasks:
  - id: ask
    type: io.kestra.plugin.core.flow.Pause
    onResume:
      - id: size
        type: INT
        max: 10
      - id: pin
        type: SECRET
        required: false
  - id: told
    type: io.kestra.plugin.core.log.Log
    message: "size {{ outputs.ask.onResume.size }}"`, 1),
}

func serveAdminFlows(t *testing.T) *server {
	t.Helper()
	s := newAdminServer(t)
	s.serve("", "kestra_webhook * "+writeFlows(t, adminFlows))
	return s
}

func TestAdminExecutions(t *testing.T) {
	s := serveAdminFlows(t)
	works, fails, pauses := s.started("works", "{}"), s.started("fails", `{"what":"luck"}`), s.started("pauses", "")
	s.await(works, "SUCCESS")
	s.await(fails, "FAILED")
	s.await(pauses, "PAUSED")
	for _, tt := range []struct {
		query string
		want  []string
		more  bool
	}{
		{"", []string{pauses, fails, works}, false},
		{"?limit=2", []string{pauses, fails}, true},
		{"?limit=3", []string{pauses, fails, works}, false},
		{"?before=2", []string{works}, false},
		{"?flowId=fails", []string{fails}, false},
		{"?namespace=company.team&flowId=works", []string{works}, false},
		{"?namespace=company", nil, false},
		{"?state=FAILED", []string{fails}, false},
		{"?state=FAILED&state=SUCCESS", []string{fails, works}, false},
		{"?unfinished=true", []string{pauses}, false},
		{"?unfinished=false&since=1h", []string{pauses, fails, works}, false},
		{"?since=2100-01-01T00:00:00Z", nil, false},
	} {
		found := decode[adminList[struct {
			ID, FlowID, TriggerID, State, StartDate, EndDate, Duration string
			Seq                                                        int64
		}]](t, s.ask(http.MethodGet, "executions"+tt.query, ""))
		var got []string
		for _, x := range found.Results {
			got = append(got, x.ID)
			if ended := x.FlowID != "pauses"; x.Seq < 1 || x.TriggerID != "webhook" || x.StartDate == "" || ended == (x.EndDate == "") || ended != strings.HasPrefix(x.Duration, "PT") {
				t.Errorf("%s: %+v", tt.query, x)
			}
		}
		if strings.Join(got, " ") != strings.Join(tt.want, " ") || tt.more != (found.Next != 0) {
			t.Errorf("%s: %v, next %d, want %v", tt.query, got, found.Next, tt.want)
		}
	}
	if a := s.ask(http.MethodGet, "executions?namespace=nope", ""); a.body != `{"results":[],"next":0}`+"\n" {
		t.Errorf("without executions: %q", a.body)
	}
}

func TestAdminErrors(t *testing.T) {
	s := serveAdminFlows(t)
	works, pauses := s.started("works", "{}"), s.started("pauses", "")
	s.await(works, "SUCCESS")
	s.await(pauses, "PAUSED")
	for _, tt := range []struct {
		method, path, body string
		status             int
		want               string
	}{
		{"GET", "executions?state=failed", "", 400, `state: \"failed\" is no state of an execution, as FAILED is`},
		{"GET", "executions?stat=FAILED&flow=x", "", 400, `flow: there is no such parameter; stat: there is no such parameter`},
		{"GET", "executions?limit=1001", "", 400, `limit: must be a whole number from 1 to 1000, is \"1001\"`},
		{"GET", "executions?limit=x", "", 400, `limit: must be a whole number`},
		{"GET", "executions?before=0", "", 400, `before: must be a whole number`},
		{"GET", "executions?since=yesterday", "", 400, `since: must be a duration as in 1h or 2d, or a time`},
		{"GET", "executions?since=-1h", "", 400, `since: must be a duration`},
		{"GET", "executions?unfinished=yes", "", 400, `unfinished: must be true or false, is \"yes\"`},
		{"GET", "executions?flowId=a&flowId=b", "", 400, `flowId: must be given once`},
		{"GET", "executions?a=%zz", "", 400, `invalid URL escape`},
		{"POST", "executions", "", 405, `/kestra/executions takes GET`},
		{"GET", "executions/nope", "", 404, `execution not found`},
		{"GET", "executions/" + works + "?x=1", "", 400, `x: there is no such parameter`},
		{"GET", "executions/nope/logs", "", 404, `execution not found`},
		{"GET", "executions/nope/logs?follow=true", "", 404, `execution not found`},
		{"GET", "executions/" + works + "/logs?level=LOUD", "", 400, `level \"LOUD\" is none of`},
		{"GET", "executions/" + works + "/logs?after=-1", "", 400, `after: must be a whole number`},
		{"POST", "executions/nope/kill", "", 404, `execution not found`},
		{"POST", "executions/" + works + "/kill", "", 409, `execution has ended`},
		{"GET", "executions/" + works + "/kill", "", 405, `takes POST`},
		{"POST", "executions/nope/resume", "", 404, `execution not found`},
		{"POST", "executions/" + works + "/resume", "", 409, `execution has ended`},
		{"POST", "executions/" + pauses + "/resume", "", 400, `Missing required input:size`},
		{"POST", "executions/" + pauses + "/resume", `{"size":11}`, 400, "input `size`"},
		{"POST", "executions/" + pauses + "/resume", `[1]`, 400, `inputs must be a JSON object`},
		{"POST", "executions/" + pauses + "/resume", `{"size"`, 400, `inputs: `},
		{"POST", "executions/" + pauses + "/resume", strings.Repeat(" ", maxAdminBody+1), 413, `request body too large`},
		{"GET", "nope", "", 404, `there is no endpoint /kestra/nope`},
		{"DELETE", "executions/" + works, "", 405, `takes GET`},
	} {
		a := s.ask(tt.method, tt.path, tt.body)
		if !strings.HasPrefix(a.body, `{"error":"`) || a.header.Get("Content-Type") != "application/json" {
			t.Errorf("%s %s: not an error in Caddy's form: %q", tt.method, tt.path, a.body)
		}
		if a.status != tt.status || !strings.Contains(a.body, tt.want) {
			t.Errorf("%s %s: got %d %q, want %d with %q", tt.method, tt.path, a.status, a.body, tt.status, tt.want)
		}
	}
	if x := s.await(pauses, "PAUSED"); x.ID != pauses {
		t.Errorf("%+v", x)
	}
}

// TestAdminOrigin sees that Caddy's rules for its admin endpoint hold.
func TestAdminOrigin(t *testing.T) {
	s := serveAdminFlows(t)
	s.ask(http.MethodGet, "executions", "", "Origin", "https://example.com").want(t, 403, "not allowed to access from origin")
	s.ask(http.MethodGet, "executions", "", "Origin", "http://"+s.admin).want(t, 200, "results")
	s.get("/kestra/executions").want(t, 200, "") // the site answers nothing there
}

func TestAdminWithoutApp(t *testing.T) {
	s := newAdminServer(t)
	s.serve("", "respond hello")
	s.ask(http.MethodGet, "executions", "").want(t, 404, "kestra is not in the running configuration: there is no kestra block, and no site has kestra_webhook or kestra_api")
	// A configuration that is loaded later is found, one that is gone is not.
	s.serve("", "kestra_webhook * "+writeFlows(t, adminFlows))
	s.ask(http.MethodGet, "executions", "").want(t, 200, "results")
	id := s.started("works", "{}")
	s.await(id, "SUCCESS")
	s.serve("", "kestra_webhook * "+writeFlows(t, adminFlows)+"\nheader X y")
	s.ask(http.MethodGet, "executions/"+id, "").want(t, 200, id)
	s.serve("", "respond hello")
	s.ask(http.MethodGet, "executions/"+id, "").want(t, 404, "kestra is not in the running configuration")
}

func TestAdminResume(t *testing.T) {
	s := serveAdminFlows(t)
	id := s.started("pauses", "")
	s.await(id, "PAUSED")
	s.ask(http.MethodPost, "executions/"+id+"/resume", `{"size": 7, "pin": "hunter22"}`).want(t, 200, "")
	x := s.await(id, "SUCCESS")
	if got := string(x.TaskRunList[0].Outputs); !strings.Contains(got, `"size":7`) || !strings.Contains(got, `"pin":"******"`) {
		t.Errorf("the Pause has %s", got)
	}
	s.ask(http.MethodGet, "executions/"+id+"/logs?level=INFO", "").want(t, 200, "size 7")
	s.ask(http.MethodPost, "executions/"+id+"/resume", "").want(t, 409, "execution has ended")
}

func TestAdminKill(t *testing.T) {
	s := serveAdminFlows(t)
	id := s.started("pauses", "")
	s.await(id, "PAUSED")
	s.ask(http.MethodPost, "executions/"+id+"/kill", "").want(t, 202, "")
	s.await(id, "KILLED")
}

func TestAdminLogs(t *testing.T) {
	s := serveAdminFlows(t)
	id := s.started("fails", `{"what":"luck"}`)
	s.await(id, "FAILED")
	type line struct {
		Seq                        int64
		Timestamp, Level           string
		TaskID, TaskRunID, Message string
	}
	all := decode[adminList[line]](t, s.ask(http.MethodGet, "executions/"+id+"/logs", ""))
	if len(all.Results) == 0 || all.Next != 0 {
		t.Fatalf("%+v", all)
	}
	if l := all.Results[0]; l.Seq < 1 || l.Timestamp == "" || l.Level != "ERROR" || l.TaskID != "broken" || l.TaskRunID == "" || l.Message != "no luck" {
		t.Errorf("%+v", l)
	}
	followed := s.ask(http.MethodGet, "executions/"+id+"/logs?follow=true", "")
	if n := strings.Count(followed.body, "\n"); n != len(all.Results) || followed.header.Get("Content-Type") != "application/x-ndjson" {
		t.Errorf("followed: %d lines of %d: %s %q", n, len(all.Results), followed.header.Get("Content-Type"), followed.body)
	}
}

// TestAdminFollow follows the log of an execution while it goes on.
func TestAdminFollow(t *testing.T) {
	s := serveAdminFlows(t)
	id := s.started("pauses", "")
	s.await(id, "PAUSED")
	response := s.askFor(http.MethodGet, "executions/"+id+"/logs?follow=true&level=INFO", "") // it comes before there is a line
	defer response.Body.Close()
	s.ask(http.MethodPost, "executions/"+id+"/resume", `{"size": 7}`).want(t, 200, "")
	text, err := io.ReadAll(response.Body) // to the end of the execution
	if err != nil || !strings.Contains(string(text), `"message":"size 7"`) {
		t.Errorf("followed: %q, %v", text, err)
	}
}

// TestAdminSecrets shows executions that hold what secret() gives.
func TestAdminSecrets(t *testing.T) {
	t.Setenv("SECRET_TOKEN", "aHVudGVyMjI=") // hunter22
	s := newAdminServer(t)
	s.serve("", "kestra_webhook * "+writeFlows(t, map[string]string{"secret.yml": `
id: secret
namespace: company.team
inputs:
  - id: pin
    type: SECRET
  - id: plain
    type: STRING
tasks:
  - id: leak
    type: io.kestra.plugin.core.debug.Return
    format: "{{ secret('TOKEN') }} {{ inputs.pin }} {{ inputs.plain }}"
triggers:
  - id: webhook
    type: io.kestra.plugin.core.trigger.Webhook
    key: ` + key + `
    inputs:
      pin: "{{ trigger.body.pin }}"
      plain: "p{{ secret('TOKEN') }}"
    labels:
      shown: "{{ secret('TOKEN') }}"
`}))
	a := s.do(http.MethodPost, webhookPath("secret"), `{"pin":"1234","again":["hunter22",1234]}`, "X-Token", "hunter22")
	var fired struct{ ID string }
	if err := json.Unmarshal([]byte(a.body), &fired); err != nil {
		t.Fatalf("%d %q", a.status, a.body)
	}
	x := s.await(fired.ID, "SUCCESS")
	shown := s.ask(http.MethodGet, "executions/"+fired.ID, "").body + s.ask(http.MethodGet, "executions", "").body +
		s.ask(http.MethodGet, "executions/"+fired.ID+"/logs", "").body
	for _, secret := range []string{"hunter22", key} {
		if strings.Contains(shown, secret) {
			t.Errorf("%q is in %s", secret, shown)
		}
	}
	if string(x.Inputs) != `{"pin":"******","plain":"p******"}` {
		t.Errorf("inputs are %s", x.Inputs)
	}
	if v := string(x.Trigger.Variables); !strings.Contains(v, `{"pin":"******","again":["******","******"]}`) {
		t.Errorf("the trigger has %s", v)
	}
}
