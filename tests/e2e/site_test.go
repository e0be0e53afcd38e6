package e2e

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/tests/e2e/harness"
)

func TestBasicAuthInFront(t *testing.T) {
	t.Parallel()
	s := harness.Start(t, harness.Config{
		// The password is wonderland, hashed with bcrypt at its lowest cost.
		Sites: ":{$HTTP_PORT} {\n\tbasic_auth {\n\t\talice $2a$04$NlZfyelFLKHIDErsmdcD9.2VgcpuZjgZ3w6gRwnQraRfXzOD2aXJ.\n\t}\n\tkestra_webhook flows\n}",
		Files: seedFiles(t),
	})
	request := func(password string) harness.Answer {
		r, err := http.NewRequest("POST", s.URL(webhook("webhook_return_outputs", seedKey)), nil)
		if err != nil {
			t.Fatal(err)
		}
		if password != "" {
			r.SetBasicAuth("alice", password)
		}
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		return harness.Answer{Status: response.StatusCode, Header: response.Header, Body: string(body)}
	}
	a := request("")
	want(t, "without a password", a, 401, "")
	if got := a.Header.Get("WWW-Authenticate"); !strings.HasPrefix(got, "Basic") {
		t.Errorf("asks for %q", got)
	}
	want(t, "with another password", request("looking-glass"), 401, "")
	want(t, "with the password", request("wonderland"), 200, `{"greeting":"Hello world!"}`)
}

// app is an application beside the webhooks. It answers with what it got.
func app(t *testing.T) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			body = []byte(err.Error())
		}
		w.Header().Set("X-App", "yes")
		fmt.Fprintf(w, "%s %s %s", r.Method, r.RequestURI, body)
	}))
	t.Cleanup(server.Close)
	return server
}

// sidecar is a site with an app; what stands between the braces configures the webhooks.
func sidecar(t *testing.T, webhooks string) harness.Config {
	return harness.Config{
		Sites: ":{$HTTP_PORT} {\n\tkestra_webhook flows {" + webhooks + "}\n\treverse_proxy {$APP}\n}",
		Env:   []string{"APP=" + app(t).Listener.Addr().String()},
		Files: seedFiles(t),
	}
}

// TestSidecar has an app behind the site that gets every path but those of webhooks, whatever the method.
func TestSidecar(t *testing.T) {
	t.Parallel()
	s := harness.Start(t, sidecar(t, "\n"))
	want(t, "webhook", s.Fetch(t, "POST", webhook("webhook_return_outputs", seedKey), ""), 200, `{"greeting":"Hello world!"}`)
	for _, path := range []string{webhook("webhook_flow", "other"), shortForm, tenantForm + "a/b/c/d"} {
		want(t, path, s.Fetch(t, "POST", path, "x"), 404, notFound)
	}
	for _, path := range []string{
		"/", "/index.html?a=b", "/api/v1/executions", "/api/v1/executions/webhook", "/api/v1/main/executions/webhook", "/api/v1/executions/webhooks/a/b/c",
		"/api/v1/acme/executions/webhook/company.team/webhook_flow/" + seedKey, "/app" + webhook("webhook_flow", seedKey),
		"/API/v1/executions/webhook/company.team/webhook_flow/" + seedKey,
	} {
		for _, method := range []string{"GET", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"} {
			a := s.Fetch(t, method, path, "text "+method)
			want(t, method+" "+path, a, 200, method+" "+path+" text "+method)
			if a.Header.Get("X-App") != "yes" {
				t.Errorf("%s %s was not answered by the app", method, path)
			}
		}
	}
}

// TestUnknownPass checks that a request that no trigger matches reaches the app unchanged.
func TestUnknownPass(t *testing.T) {
	t.Parallel()
	s := harness.Start(t, sidecar(t, "\n\t\tunknown pass\n\t"))
	large := strings.Repeat("0123456789abcdef", 300<<10/16)
	for _, path := range []string{
		webhook("webhook_flow", "other"), webhook("no_flow", seedKey), tenantForm + "no.namespace/webhook_flow/" + seedKey,
		webhook("webhook_flow", seedKey+"/"), webhook("webhook_flow", seedKey) + "/more?a=b", shortForm, webhook("webhook_flow", "a%2Fb"),
	} {
		for _, method := range []string{"GET", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"} {
			for _, body := range []string{"", `{"a": 1}`, large} {
				a := s.Fetch(t, method, path, body)
				if wantBody := method + " " + path + " " + body; a.Status != 200 || a.Body != wantBody {
					t.Errorf("%s %s: %d (-want +got):\n%s", method, path, a.Status, cmp.Diff(wantBody, a.Body))
				}
			}
		}
		if a := s.Fetch(t, "HEAD", path, ""); a.Status != 200 || a.Header.Get("X-App") != "yes" {
			t.Errorf("HEAD %s: %d", path, a.Status)
		}
	}
	known := webhook("webhook_return_outputs", seedKey)
	want(t, "known", s.Fetch(t, "PUT", known, large), 200, `{"greeting":"Hello world!"}`)
	if a := s.Fetch(t, "DELETE", known, ""); a.Status != 405 || a.Header.Get("Allow") != "GET, POST, PUT" {
		t.Errorf("DELETE of a known webhook: %d %s", a.Status, a.Body)
	}
}

// spa are the files of an application that runs in the browser, and whose server answers every path with its one page.
var spa = map[string]string{"site/index.html": "the one page", "site/app.js": "the script"}

// spaFiles returns the files of spa and the flows.
func spaFiles(t *testing.T) map[string]string {
	files := seedFiles(t)
	maps.Copy(files, spa)
	return files
}

func TestSinglePageApp(t *testing.T) {
	t.Parallel()
	s := harness.Start(t, harness.Config{
		Sites: ":{$HTTP_PORT} {\n\tkestra_webhook flows\n\thandle {\n\t\troot {$DIR}/site\n\t\ttry_files {path} /index.html\n\t\tfile_server\n\t}\n}",
		Files: spaFiles(t),
	})
	want(t, "webhook", s.Fetch(t, "POST", webhook("webhook_return_outputs", seedKey), "{}"), 200, `{"greeting":"Hello world!"}`)
	want(t, "unknown", s.Fetch(t, "GET", webhook("webhook_flow", "other"), ""), 404, notFound)
	for path, text := range map[string]string{"/app.js": "the script", "/": "the one page", "/orders/17": "the one page", "/api/v1/executions": "the one page"} {
		want(t, path, s.Fetch(t, "GET", path, ""), 200, text)
	}
	if log := s.Output(); strings.Contains(log, "rewritten") {
		t.Errorf("a warning without a cause:\n%s", log)
	}
}

// TestSiteLevelTryFiles configures what hides webhooks: every path is rewritten before they are looked for. One warning
// says so, however many requests are lost.
func TestSiteLevelTryFiles(t *testing.T) {
	t.Parallel()
	s := harness.Start(t, harness.Config{
		Sites: ":{$HTTP_PORT} {\n\troot {$DIR}/site\n\ttry_files {path} /index.html\n\tkestra_webhook flows\n\tfile_server\n}",
		Files: spaFiles(t),
	})
	for range 3 {
		want(t, "hidden webhook", s.Fetch(t, "GET", webhook("webhook_return_outputs", seedKey), ""), 200, "the one page")
		want(t, "page", s.Fetch(t, "GET", "/orders/17", ""), 200, "the one page")
	}
	found := logLines(t, s.Output(), func(l logLine) bool {
		return l.Level == "warn" && l.Logger == "http.handlers.kestra_webhook"
	})
	if len(found) != 1 || !strings.Contains(found[0].Msg, "try_files") || !strings.Contains(found[0].Msg, "handle") {
		t.Fatalf("warnings: %+v, want one about try_files", found)
	}
	if wantURI := webhook("webhook_return_outputs", "REDACTED"); found[0].URI != wantURI {
		t.Errorf("the warning names %q, want %q", found[0].URI, wantURI)
	}
}
