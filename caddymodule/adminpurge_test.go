package caddymodule

import (
	"net/http"
	"path/filepath"
	"testing"
)

func TestAdminPurge(t *testing.T) {
	s := newAdminServer(t)
	s.serve("kestra {\nstore sqlite "+filepath.Join(t.TempDir(), "kestra.db")+"\n}", "kestra_webhook * "+writeFlows(t, adminFlows))
	works, fails, paused := s.started("works", "{}"), s.started("fails", `{"what":"luck"}`), s.started("pauses", "")
	s.await(works, "SUCCESS")
	s.await(fails, "FAILED")
	s.await(paused, "PAUSED")
	for _, tt := range []struct {
		name, body string
		status     int
		want       string
		gone       int // executions
	}{
		{"nothing said", ``, 400, "the body must be a JSON object: EOF", 0},
		{"no age", `{}`, 400, "olderThan is missing", 0},
		{"no duration", `{"olderThan":"old"}`, 400, `olderThan must be a duration as in 30d or 1h, is \"old\"`, 0},
		{"a negative one", `{"olderThan":"-1h"}`, 400, "olderThan must be a duration", 0},
		{"a member that is not known", `{"olderThan":"0s","state":["FAILED"]}`, 400, `unknown field \"state\"`, 0},
		{"two objects", `{"olderThan":"0s"}{}`, 400, "there is more than one object", 0},
		{"no state", `{"olderThan":"0s","states":["failed"]}`, 400, `\"failed\" is no state in which executions end`, 0},
		{"a state that goes on", `{"olderThan":"0s","states":["RUNNING"]}`, 400, `\"RUNNING\" is no state in which executions end`, 0},
		{"a flow of any namespace", `{"olderThan":"0s","flowId":"works"}`, 400, "flowId needs a namespace", 0},
		{"old ones", `{"olderThan":"720h0m0s","states":[],"dryRun":false}`, 200, "", 0},
		{"tried", `{"olderThan":"0s","dryRun":true}`, 200, "", 2},
		{"of another namespace", `{"olderThan":"0s","namespace":"company.other"}`, 200, "", 0},
		{"of a state", `{"olderThan":"0s","states":["FAILED","WARNING"]}`, 200, "", 1},
		{"of a flow", `{"olderThan":"0s","namespace":"company.team","flowId":"works"}`, 200, "", 1},
		{"all", `{"olderThan":"0d"}`, 200, "", 0},
	} {
		a := s.ask(http.MethodPost, "purge", tt.body)
		if tt.status != http.StatusOK {
			if a.status != tt.status {
				t.Errorf("%s: %d", tt.name, a.status)
			}
			a.want(t, tt.status, tt.want)
			continue
		}
		if got := decode[adminPurged](t, a); got.Executions != tt.gone || (got.Bytes > 0) != (tt.gone > 0) {
			t.Errorf("%s: %+v, want %d", tt.name, got, tt.gone)
		}
	}
	s.ask(http.MethodGet, "executions/"+works, "").want(t, 404, "execution not found")
	s.await(paused, "PAUSED")
}
