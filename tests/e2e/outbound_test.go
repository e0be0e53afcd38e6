package e2e

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/tests/e2e/harness"
)

// askFlow asks the server that the parameter u names, and answers with the code of its answer.
const askFlow = `id: ask
namespace: company.team
tasks:
  - id: ask
    type: io.kestra.plugin.core.http.Request
    uri: "{{ trigger.parameters.u[0] }}"
outputs:
  - id: code
    type: INT
    value: "{{ outputs.ask.code }}"
triggers:
  - id: webhook
    type: io.kestra.plugin.core.trigger.Webhook
    key: 3vXq8ZpRw9sTnLx2bHcD7m
    wait: true
    returnOutputs: true
`

// TestOutbound checks what requests of flows reach: other sites of the server, but not its admin endpoint, whatever leads there, and
// with deny_private nothing of this machine.
func TestOutbound(t *testing.T) {
	t.Parallel()
	const sites = ":{$HTTP_PORT} {\n\tkestra_webhook flows\n\tredir /away http://localhost:{$ADMIN_PORT}/config/\n\trespond /here 204\n}"
	files := map[string]string{"flows/ask.yml": askFlow}
	ask := func(s *harness.Server, uri string) harness.Answer {
		return s.Fetch(t, "GET", "/api/v1/executions/webhook/company.team/ask/3vXq8ZpRw9sTnLx2bHcD7m?u="+url.QueryEscape(uri), "")
	}
	s := harness.Start(t, harness.Config{Sites: sites, Files: files})
	want(t, "a site of the server", ask(s, s.URL("/here")), 200, `{"code":204}`)
	for _, uri := range []string{fmt.Sprintf("http://127.0.0.1:%d/config/", s.AdminPort), fmt.Sprintf("http://localhost:%d/load", s.AdminPort), s.URL("/away")} {
		if a := ask(s, uri); a.Status != 500 {
			t.Errorf("%s: %d %s", uri, a.Status, a.Body)
		}
	}
	if n := strings.Count(s.Output(), "are refused: it is the admin endpoint of this server"); n != 3 {
		t.Errorf("the log says %d times that the admin endpoint is refused, want 3:\n%s", n, s.Output())
	}
	if err := s.Reload(harness.Config{Global: "kestra {\n\tdeny_private\n}", Sites: sites, Files: files}); err != nil {
		t.Fatal(err)
	}
	if a := ask(s, s.URL("/here")); a.Status != 500 || !strings.Contains(s.Output(), "are refused: it is a private address") {
		t.Errorf("with deny_private: %d %s", a.Status, a.Body)
	}
}
