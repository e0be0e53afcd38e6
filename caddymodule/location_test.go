package caddymodule

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

// pausedFlow is a flow whose caller waits in vain.
func pausedFlow(id string) string {
	return strings.Replace(webhookFlow(id, waitForOutputs+"    waitTimeout: PT0.001S\n    responseCode: 201\n"),
		"tasks:\n", "tasks:\n  - {id: pause, type: io.kestra.plugin.core.flow.Pause}\n", 1)
}

// waitUntilPaused returns when the execution of an answer is PAUSED.
func waitUntilPaused(t *testing.T, a answer) {
	t.Helper()
	waitFor(t, "a pause", func() bool {
		shown, err := theEngine(t).Get(t.Context(), a.header.Get("X-Kestra-Execution-Id"))
		return err == nil && shown.Status() == "PAUSED"
	})
}

// TestLocation calls webhooks whose wait is in vain by URLs of every form, and follows the Location of the answer, over a reload, until the
// execution has ended. No line of the log holds the token, whoever logs it.
func TestLocation(t *testing.T) {
	flows := writeFlows(t, map[string]string{"f.yml": pausedFlow("f")})
	const path = "/api/v1/executions/webhook/company.team/f/"
	main := strings.Replace(path, "/v1/", "/v1/main/", 1)
	const short = "handle_path /hooks/* {\nrewrite * /api/v1/executions/webhook{uri}\nHOOK\n}"
	for name, tc := range map[string]struct{ site, path, want string }{
		"without tenant": {"HOOK", path + key, path},
		"tenant main":    {"HOOK", main + key + "?name=a", main},
		"short":          {short, "/hooks/company.team/f/" + key, "/hooks/company.team/f/"},
		"key in a query": {"@go path /go\nrewrite @go " + path + "{query.key}\nHOOK", "/go?key=" + key, path},
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t)
			s.format += "\nexclude http.handlers.rewrite" // which prints every step at debug level
			site := "log\n" + strings.ReplaceAll(tc.site, "HOOK", "kestra_webhook * "+flows)
			s.serve("", site)
			first := s.do("POST", tc.path, "{}")
			first.want(t, 202, `"current":"`)
			location := first.header.Get("Location")
			token, ok := strings.CutPrefix(location, tc.want+"-/")
			if !ok || len(token) < 40 || strings.Contains(token, "/") || first.header.Get("Retry-After") != "1" {
				t.Fatalf("the header is %v", first.header)
			}
			waitUntilPaused(t, first)
			check := func(status int, text string) {
				t.Helper()
				got := s.do("GET", location, "", "Referer", s.url+location, "X-Forwarded-Uri", location, "X-Token", token)
				got.want(t, status, text)
				if id := got.header.Get("X-Kestra-Execution-Id"); id != first.header.Get("X-Kestra-Execution-Id") {
					t.Errorf("execution %s", id)
				}
				if status == 202 && (got.header.Get("Location") != location || got.header.Get("Retry-After") != "1") {
					t.Errorf("the header is %v", got.header)
				}
				if status == 201 && (got.header.Get("Location") != "" || got.header.Get("Retry-After") != "" || got.header.Get("Cache-Control") != "no-store") {
					t.Errorf("the header is %v", got.header)
				}
			}
			check(202, `"current":"PAUSED"`)
			s.serve("", site+"\n# loaded again\n")
			check(202, `"current":"PAUSED"`)
			s.do("POST", location, "{}").want(t, 405, "takes GET")
			s.do("GET", location+"x", "").want(t, 404, "Webhook not found")
			s.do("GET", location+"?wait=x", "").want(t, 400, "duration")
			if err := theEngine(t).Resume(t.Context(), first.header.Get("X-Kestra-Execution-Id"), nil); err != nil {
				t.Fatal(err)
			}
			location += "?wait=20s"
			check(201, `{"greeting":"Hello `)
			var outcomes []string
			for _, line := range s.accessLines(7) {
				outcomes = append(outcomes, fmt.Sprint(line.Outcome, " ", line.Status))
				if line.Status != 404 && (line.Flow != "f" || line.ExecutionID != first.header.Get("X-Kestra-Execution-Id")) {
					t.Errorf("a line says %+v", line)
				}
			}
			want := []string{"timeout 202", "status 202", "status 202", "method 405", "unknown 404", "status 400", "status 201"}
			if diff := cmp.Diff(want, outcomes); diff != "" {
				t.Errorf("access lines (-want +got):\n%s", diff)
			}
			mac := token[len(first.header.Get("X-Kestra-Execution-Id")):]
			for line := range strings.Lines(s.log()) {
				if decoded, _ := url.PathUnescape(line); strings.Contains(line, mac) || strings.Contains(decoded, mac) || holdsCanary(line) {
					t.Errorf("the log holds a token or key: %s", line)
				}
			}
			if !strings.Contains(s.log(), webhook.Redacted) {
				t.Error("nothing was redacted")
			}
		})
	}
}

// TestLocationPassed checks that a site which passes on what is unknown answers for its own executions, and passes on others, whatever
// the method, without a token in the log.
func TestLocationPassed(t *testing.T) {
	flows := writeFlows(t, map[string]string{"f.yml": pausedFlow("f")})
	s := newServer(t)
	s.serve("", "log\nkestra_webhook * "+flows+" {\nunknown pass\n}\nrespond {http.kestra_webhook.outcome}")
	first := s.do("POST", webhookPath("f"), "{}")
	location := first.header.Get("Location")
	waitUntilPaused(t, first)
	s.get(location).want(t, 202, `"current":"PAUSED"`)
	s.do("PUT", location, "").want(t, 405, "takes GET")
	other := location[:len(location)-1] + "~"
	s.get(other).want(t, 200, "unknown")
	s.do("PUT", other, "").want(t, 200, "unknown")
	s.get(strings.Replace(location, "/f/", "/g/", 1)).want(t, 200, "unknown")
	s.accessLines(6)
	if mac := location[len(location)-20 : len(location)-1]; strings.Contains(s.log(), mac) {
		t.Errorf("the log holds the token %s", mac)
	}
}
