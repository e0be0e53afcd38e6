package e2e

import (
	"bufio"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/caddy-kestra/kestra-webhook/tests/e2e/harness"
)

const apiFlow = `
	kestra {
		store sqlite {$DIR}/kestra.db
		flow <<FLOW
			id: approve
			namespace: company.team
			tasks:
			  - id: ask
			    type: io.kestra.plugin.core.flow.Pause
			    onResume:
			      - id: size
			        type: INT
			  - id: told
			    type: io.kestra.plugin.core.log.Log
			    message: "size {{ outputs.ask.onResume.size }}"
			triggers:
			  - id: webhook
			    type: io.kestra.plugin.core.trigger.Webhook
			    key: canary4wjtkzwVGBM9yKnjm3yv8r
			FLOW
	}`

// apiSite asks alice for a password before everything but webhooks.
const apiSite = `:{$HTTP_PORT} {
	@people not path */executions/webhook/*
	basic_auth @people {
		alice $2a$04$NlZfyelFLKHIDErsmdcD9.2VgcpuZjgZ3w6gRwnQraRfXzOD2aXJ.
	}
	kestra_webhook
	kestra_api
	respond "my own site"
}
`

// TestAPI finds, follows and resumes an execution over a reload and a restart of the server.
func TestAPI(t *testing.T) {
	t.Parallel()
	config := harness.Config{Global: apiFlow, Sites: apiSite}
	s := harness.Start(t, config)
	alice := []string{"Authorization", "Basic YWxpY2U6d29uZGVybGFuZA=="}
	has := func(what string, a harness.Answer, status int, text string) {
		t.Helper()
		if a.Status != status || !strings.Contains(a.Body, text) {
			t.Errorf("%s: %d %q, want %d with %q", what, a.Status, a.Body, status, text)
		}
	}
	started := s.Fetch(t, "POST", "/api/v1/executions/webhook/company.team/approve/canary4wjtkzwVGBM9yKnjm3yv8r", `{"n":1}`)
	var execution struct{ ID string }
	if err := json.Unmarshal([]byte(started.Body), &execution); err != nil || started.Status != 200 {
		t.Fatalf("the webhook: %d %s", started.Status, started.Body)
	}
	path := "/api/v1/main/executions/" + execution.ID
	harness.Eventually(t, 30*time.Second, "it is paused", func() bool {
		return strings.Contains(s.Fetch(t, "GET", path, "", alice...).Body, `"state":{"current":"PAUSED"`)
	})
	has("without a password", s.Fetch(t, "GET", path, ""), 401, "")
	has("search", s.Fetch(t, "GET", "/api/v1/main/executions/search?filters%5Bstate%5D%5BEQUALS%5D=PAUSED", "", alice...), 200, `"total":1`)
	has("the site", s.Fetch(t, "GET", "/", "", alice...), 200, "my own site")
	has("from another site", s.Fetch(t, "DELETE", path+"/kill", "", append(alice, "Sec-Fetch-Site", "cross-site")...), 403, "another site")

	events := followAPI(t, s, path, alice)
	if got := events.kinds(2); got != "start progress" {
		t.Errorf("followed: %s", got)
	}
	if err := s.Reload(harness.Config{Global: apiFlow, Sites: strings.Replace(apiSite, "my own", "my other", 1)}); err != nil {
		t.Fatal(err)
	}
	if got := events.kinds(1); got != "" {
		t.Errorf("after the reload: %s", got)
	}
	has("after a reload", s.Fetch(t, "GET", path, "", alice...), 200, `"current":"PAUSED"`)

	leaving := followAPI(t, s, path, alice)
	if got := leaving.kinds(2); got != "start progress" {
		t.Errorf("followed after a reload: %s", got)
	}
	if _, err := s.Stop(30 * time.Second); err != nil {
		t.Fatal(err)
	}
	if got := leaving.kinds(1); got != "" {
		t.Errorf("at the end of the process: %s", got)
	}
	again, err := harness.StartIn(t, s.Dir, config)
	if err != nil {
		t.Fatal(err)
	}
	events = followAPI(t, again, path, alice)
	form := "--b\r\nContent-Disposition: form-data; name=\"size\"\r\n\r\n7\r\n--b--\r\n"
	has("resumed", again.Fetch(t, "POST", path+"/resume", form, append(alice, "Content-Type", "multipart/form-data; boundary=b")...), 204, "")
	if got := events.kinds(1000); !strings.HasPrefix(got, "start progress") || !strings.HasSuffix(got, " end") {
		t.Errorf("followed to the end: %s", got)
	}
	has("log", again.Fetch(t, "GET", "/api/v1/logs/"+execution.ID, "", alice...), 200, `"message":"size 7"`)
	has("flow", again.Fetch(t, "GET", "/api/v1/flows/company.team/approve?source=true", "", alice...), 200, `key: (hidden)`)
	for _, output := range []string{s.Output(), again.Output()} {
		if strings.Contains(output, "canary") {
			t.Error("the key is in the output of the server")
		}
	}
}

// followed are events of a server.
type followed struct {
	t     *testing.T
	lines *bufio.Scanner
}

func followAPI(t *testing.T, s *harness.Server, path string, header []string) *followed {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL(path+"/follow"), nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set(header[0], header[1])
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { response.Body.Close() })
	if response.StatusCode != 200 || response.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("follow: %d %v", response.StatusCode, response.Header)
	}
	lines := bufio.NewScanner(response.Body)
	lines.Buffer(nil, 1<<20)
	return &followed{t, lines}
}

// kinds returns those of the next n events, or fewer where the stream ends.
func (f *followed) kinds(n int) string {
	f.t.Helper()
	var kinds []string
	for len(kinds) < n && f.lines.Scan() {
		if kind, ok := strings.CutPrefix(f.lines.Text(), "id: "); ok {
			kinds = append(kinds, kind)
		}
	}
	if err := f.lines.Err(); err != nil {
		f.t.Errorf("the stream breaks off: %v", err)
	}
	return strings.Join(kinds, " ")
}
