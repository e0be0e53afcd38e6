package caddymodule

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// triggersOf returns the triggers of the running server.
func (s *server) triggersOf() []adminTrigger {
	s.t.Helper()
	return decode[struct{ Results []adminTrigger }](s.t, s.ask(http.MethodGet, "triggers", "")).Results
}

func TestAdminTriggers(t *testing.T) {
	s := newAdminServer(t)
	flows := map[string]string{
		"a.yml": webhookFlow("a", ""),
		"b.yml": webhookFlow("b", "    disabled: true\n"),
		"c.yml": webhookFlow("c", "") + "disabled: true\n",
		"d.yml": webhookFlow("d", "    stopAfter: [SUCCESS]\n"),
		"e.yml": neverFires,
	}
	s.serve("", "kestra_webhook * "+writeFlows(t, flows))
	s.await(s.started("d", "{}"), "SUCCESS")
	of := func(flow string, disabled bool, reason string) adminTrigger {
		return adminTrigger{"company.team", flow, "webhook", "io.kestra.plugin.core.trigger.Webhook", disabled, reason}
	}
	want := []adminTrigger{of("a", false, ""), of("b", true, "flow"), of("c", true, "flow"), of("d", true, "stored"), of("never_fires", false, "")}
	if diff := cmp.Diff(want, s.triggersOf()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, tt := range []struct {
		path   string
		status int
		want   string
	}{
		{"company.team/a/webhook/disable", 200, `{"namespace":"company.team","flowId":"a","triggerId":"webhook","type":"io.kestra.plugin.core.trigger.Webhook","disabled":true,"reason":"stored"}`},
		{"company.team/a/webhook/disable", 200, `"disabled":true`},
		{"company.team/d/webhook/enable", 200, `"disabled":false}`},
		{"company.team/b/webhook/enable", 409, "trigger webhook of flow company.team/b is disabled in the flow itself"},
		{"company.team/c/webhook/enable", 409, "is disabled in the flow itself"},
		{"company.team/nope/webhook/enable", 404, "there is no flow company.team/nope"},
		{"company/a/webhook/enable", 404, "there is no flow company/a"},
		{"company.team/a/nope/disable", 404, "flow company.team/a has no trigger nope that fires here"},
		{"company.team/never_fires/daily/disable", 404, "has no trigger daily that fires here"},
		{"company.team/a/webhook/enable?x", 400, "x: there is no such parameter"},
		{"company.team/a/webhook/stop", 404, "there is no endpoint"},
	} {
		if a := s.ask(http.MethodPost, "triggers/"+tt.path, ""); a.status != tt.status {
			t.Errorf("%s: %d %q", tt.path, a.status, a.body)
		} else {
			a.want(t, tt.status, tt.want)
		}
	}
	s.do(http.MethodPost, webhookPath("a"), "{}").want(t, 409, "disabled trigger")
	s.await(s.started("d", "{}"), "SUCCESS")
	// What is stored outlives a reload, and ends when the flow changes.
	flows["z.yml"] = webhookFlow("z", "")
	s.serve("", "kestra_webhook * "+writeFlows(t, flows))
	s.do(http.MethodPost, webhookPath("a"), "{}").want(t, 409, "disabled trigger")
	s.ask(http.MethodPost, "triggers/company.team/a/webhook/enable", "").want(t, 200, "")
	s.await(s.started("a", "{}"), "SUCCESS")
}
