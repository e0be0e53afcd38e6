package caddymodule

import (
	"net/http"
	"strings"
	"testing"
)

// breakpointFlow has two tasks.
var breakpointFlow = map[string]string{"two.yml": strings.Replace(webhookFlow("two", ""), "tasks:", `tasks:
  - id: first
    type: io.kestra.plugin.core.log.Log
    message: first`, 1)}

// TestAPIBreakpoints stops a replay before a task, and lets it go on.
func TestAPIBreakpoints(t *testing.T) {
	s := newServer(t)
	s.serve("kestra {\nstore memory\n}", "kestra_webhook * "+writeFlows(t, breakpointFlow)+"\nkestra_api {\nunauthenticated\n}\n")
	id := s.started("two", "{}")
	await := func(id, state string) string {
		t.Helper()
		var shown string
		waitFor(t, id+" is "+state, func() bool {
			shown = s.get(apiRoot + "executions/" + id).body
			_, own, _ := strings.Cut(shown, `"labels":`) // after the task runs
			return strings.Contains(own, `"state":{"current":"`+state+`"`)
		})
		return shown
	}
	await(id, "SUCCESS")
	post := func(path string) answer { return s.do(http.MethodPost, apiRoot+"executions/"+path, "") }
	next := decode[struct{ ID string }](t, post(id+"/replay?breakpoints=answer,other.x")).ID
	shown := await(next, "BREAKPOINT")
	if !strings.Contains(shown, `"metadata":{"attemptNumber":2,"originalCreatedDate":`) || !strings.HasSuffix(shown, `"breakpoints":[{"id":"answer"},{"id":"other","value":"x"}]}`) ||
		!strings.Contains(shown, `"taskId":"answer","state":{"current":"BREAKPOINT","histories":[{"state":"CREATED",`) || !strings.Contains(shown, `"taskId":"first","attempts":[{"state":{"current":"SUCCESS"`) {
		t.Errorf("it is shown as %s", shown)
	}
	if a := s.get(apiRoot + "executions/search?state=BREAKPOINT"); !strings.Contains(a.body, `,"total":1}`) {
		t.Errorf("search: %d %s", a.status, a.body)
	}
	post(next+"/restart").want(t, 409, "current state is 'BREAKPOINT' !")
	post(next+"/resume").want(t, 409, "is not paused")
	post(id+"/resume-from-breakpoint").want(t, 409, "Illegal state: Execution is not suspended")
	post("nobody/resume-from-breakpoint").want(t, 404, "Not Found")
	if a := post(next + "/resume-from-breakpoint?breakpoints=answer"); a.status != 200 || a.body != "" {
		t.Errorf("it goes on: %d %s", a.status, a.body)
	}
	if shown := await(next, "SUCCESS"); !strings.Contains(shown, `"outputs":{"greeting":"Hello world!"}`) || !strings.HasSuffix(shown, `"breakpoints":[{"id":"answer"}]}`) {
		t.Errorf("it has ended as %s", shown)
	}
	post(next+"/resume-from-breakpoint").want(t, 409, "Execution is not suspended")

	next = decode[struct{ ID string }](t, post(id+"/replay?breakpoints=first")).ID
	await(next, "BREAKPOINT")
	post(next+"/actions/resume-from-breakpoint?breakpoints=answer").want(t, 200, `"id":"`+next)
	waitFor(t, "it stops again", func() bool {
		return strings.Contains(s.get(apiRoot+"executions/"+next).body, `"taskId":"answer","state":{"current":"BREAKPOINT"`)
	})
	if a := s.do(http.MethodDelete, apiRoot+"executions/"+next+"/kill", ""); a.status != 202 {
		t.Errorf("kill: %d %s", a.status, a.body)
	}
	await(next, "KILLED")
	if !strings.Contains(s.log(), "Flow is suspended at a breakpoint.") {
		t.Error("the log does not say it")
	}
}

// TestAdminBreakpoints does the same by the admin API.
func TestAdminBreakpoints(t *testing.T) {
	s := newAdminServer(t)
	s.serve("", "kestra_webhook * "+writeFlows(t, breakpointFlow))
	id := s.started("two", "{}")
	s.await(id, "SUCCESS")
	next := decode[adminReplayed](t, s.ask(http.MethodPost, "executions/"+id+"/replay?breakpoints=answer", "")).ID
	s.await(next, "BREAKPOINT")
	s.ask(http.MethodPost, "executions/"+id+"/resume-from-breakpoint", "").want(t, 409, "Execution is not suspended")
	s.ask(http.MethodPost, "executions/"+next+"/resume-from-breakpoint?x=y", "").want(t, 400, "x")
	if a := s.ask(http.MethodPost, "executions/"+next+"/resume-from-breakpoint", ""); a.status != 200 {
		t.Errorf("it goes on: %d %s", a.status, a.body)
	}
	s.await(next, "SUCCESS")
}
