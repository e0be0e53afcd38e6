package e2e

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/tests/e2e/harness"
)

// TestPlaceholders has a Caddyfile show what became of requests: in a header of every answer, in the access log, and in handle_errors,
// whose answers have no such header, for a webhook that no trigger matched and that the handler behind failed on.
func TestPlaceholders(t *testing.T) {
	t.Parallel()
	s := harness.Start(t, harness.Config{Sites: `:{$HTTP_PORT} {
	log
	header >X-Outcome "{http.kestra_webhook.outcome} {http.kestra_webhook.namespace}/{http.kestra_webhook.flow}"
	header >X-Execution {http.kestra_webhook.execution_id}
	kestra_webhook flows {
		unknown pass
	}
	error "nobody knows it" 410
	handle_errors 410 {
		respond "{err.message}: {http.kestra_webhook.outcome} [{http.kestra_webhook.namespace}{http.kestra_webhook.flow}{http.kestra_webhook.execution_id}]"
	}
}`, Files: map[string]string{
		"flows/echo.yaml":     echoFlow("echo", "a-key-of-echo", waitsForOutputs),
		"flows/never.yaml":    echoFlow("never", "a-key-of-never", "conditions:\n  - {type: cel, expression: \"false\"}\n"),
		"flows/disabled.yaml": echoFlow("disabled", "a-key-of-off", "disabled: true\n"),
	}})
	type request struct {
		Status    int
		Outcome   string // with namespace and flow
		Execution bool
	}
	type line struct {
		Status                   int
		Outcome, Namespace, Flow string
	}
	var lines []line
	for _, test := range []struct {
		method, path string
		want         request
		logged       line
	}{
		{"POST", webhook("echo", "a-key-of-echo"), request{200, "ended company.team/echo", true}, line{200, "ended", "company.team", "echo"}},
		{"POST", webhook("never", "a-key-of-never"), request{204, "unmet company.team/never", false}, line{204, "unmet", "company.team", "never"}},
		{"POST", webhook("disabled", "a-key-of-off"), request{409, "disabled company.team/disabled", false}, line{409, "disabled", "company.team", "disabled"}},
		{"DELETE", webhook("echo", "a-key-of-echo"), request{405, "method company.team/echo", false}, line{405, "method", "company.team", "echo"}},
		{"POST", webhook("echo", "another-key"), request{410, "", false}, line{410, "unknown", "", ""}},
	} {
		a := s.Fetch(t, test.method, test.path, "{}")
		execution := a.Header.Get("X-Execution")
		if diff := cmp.Diff(test.want, request{a.Status, a.Header.Get("X-Outcome"), execution != ""}); diff != "" {
			t.Errorf("%s %s (-want +got):\n%s", test.method, test.path, diff)
		}
		if execution != a.Header.Get("X-Kestra-Execution-Id") {
			t.Errorf("%s %s: the placeholder has the execution %q, the answer %q", test.method, test.path, execution, a.Header.Get("X-Kestra-Execution-Id"))
		}
		if test.logged.Status == 410 {
			want(t, "in handle_errors", a, 410, "nobody knows it: unknown []")
		}
		lines = append(lines, test.logged)
	}
	var got []line
	harness.Eventually(t, 20*time.Second, "a line of the access log for each request", func() bool {
		got = nil
		for _, l := range logLines(t, s.Output(), func(l logLine) bool { return strings.HasPrefix(l.Logger, "http.log.access") }) {
			got = append(got, line{l.Status, l.Outcome, l.Namespace, l.Flow})
		}
		return len(got) >= len(lines)
	})
	if diff := cmp.Diff(lines, got); diff != "" {
		t.Errorf("access log (-want +got):\n%s", diff)
	}
}
