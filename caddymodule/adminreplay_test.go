package caddymodule

import (
	"net/http"
	"strings"
	"testing"
)

// TestAdminReplay mends a flow and replays what has failed, as a user would.
func TestAdminReplay(t *testing.T) {
	s := newAdminServer(t)
	serve := func(flows map[string]string) {
		s.serve("kestra {\nbase_url https://example.com\n}", "kestra_webhook * "+writeFlows(t, flows))
	}
	serve(adminFlows)
	failed, works, paused := s.started("fails", `{"what":"luck"}`), s.started("works", "{}"), s.started("pauses", "")
	s.await(failed, "FAILED")
	s.await(works, "SUCCESS")
	s.await(paused, "PAUSED")
	serve(map[string]string{
		"fails.yml":  strings.Replace(adminFlows["fails.yml"], "execution.Fail\n    errorMessage", "log.Log\n    message", 1),
		"works.yml":  webhookFlow("works", "") + "disabled: true\n",
		"pauses.yml": adminFlows["pauses.yml"],
	})
	next := decode[adminReplayed](t, s.ask(http.MethodPost, "executions/"+failed+"/replay", ""))
	if want := "https://example.com/ui/main/executions/company.team/fails/" + next.ID; next.ID == failed || next.URL != want {
		t.Errorf("started %+v, want the URL %s", next, want)
	}
	x := s.await(next.ID, "SUCCESS")
	if x.ParentID != failed || !strings.Contains(string(x.Trigger.Variables), `"body":{"what":"luck"}`) || x.Labels[len(x.Labels)-1].Key != "system.replay" {
		t.Errorf("replayed: %+v", x)
	}
	s.ask(http.MethodGet, "executions/"+next.ID+"/logs", "").want(t, 200, "no luck")
	s.ask(http.MethodPost, "executions/"+works+"/replay", "").want(t, 409, "its flow is disabled")
	s.ask(http.MethodPost, "executions/"+paused+"/replay", "").want(t, 409, "it has not ended")
	s.ask(http.MethodPost, "executions/nobody/replay", "").want(t, 404, "execution not found")
	s.ask(http.MethodPost, "executions/"+failed+"/replay?revision=x", "").want(t, 400, "revision")
	s.ask(http.MethodPost, "executions/"+failed+"/replay?revision=9", "").want(t, 404, "Unable to find revision 9")
	s.ask(http.MethodPost, "executions/"+failed+"/replay?taskRunId=nobody", "").want(t, 409, "No task found")
	serve(map[string]string{"works.yml": adminFlows["works.yml"]})
	s.ask(http.MethodPost, "executions/"+failed+"/replay", "").want(t, 409, "its flow is not loaded any more")
	if next := decode[adminReplayed](t, s.ask(http.MethodPost, "executions/"+works+"/replay", "")); next.ID == works {
		t.Errorf("started %+v", next)
	} else {
		s.await(next.ID, "SUCCESS")
	}
}
