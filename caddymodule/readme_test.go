package caddymodule

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// readmeSites returns the Caddyfiles that README.md shows.
func readmeSites(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, block := range strings.Split(string(text), "```caddyfile\n")[1:] {
		block, _, closed := strings.Cut(block, "```")
		if !closed {
			t.Fatal("a Caddyfile of README.md does not end")
		}
		found = append(found, block)
	}
	if len(found) == 0 {
		t.Fatal("README.md shows no Caddyfile")
	}
	return found
}

// readmeSite returns the inside of the site of the one Caddyfile that holds part.
func readmeSite(t *testing.T, part string) string {
	t.Helper()
	for _, caddyfile := range readmeSites(t) {
		_, site, found := strings.Cut(caddyfile, ".example.com {\n")
		if found && strings.Contains(site, part) {
			return site[:strings.LastIndex(site, "}")]
		}
	}
	t.Fatalf("no Caddyfile of README.md has %q", part)
	return ""
}

func TestCaddyfilesOfReadmeAdapt(t *testing.T) {
	for _, caddyfile := range readmeSites(t) {
		if _, err := adapt(t, "Caddyfile", caddyfile); err != nil {
			t.Errorf("%v:\n%s", err, caddyfile)
		}
	}
}

// TestShortURLsOfReadme calls a webhook under the URL of README.md's site, whose log shows no key.
func TestShortURLsOfReadme(t *testing.T) {
	flows := writeFlows(t, map[string]string{"fire.yml": webhookFlow("fire", "")})
	log := filepath.Join(t.TempDir(), "access")
	site := readmeSite(t, "rewrite * /api/v1/executions/webhook{uri}")
	s := newServer(t)
	s.serve("kestra {\n\t\tflows "+flows+"\n\t}", strings.Replace(site, "\tlog\n", "\tlog {\n\t\toutput file "+log+"\n\t}\n", 1))
	s.get("/hooks/company.team/fire/"+key+"?name=Alice").want(t, 200, `"state"`)
	s.get("/hooks/company.team/fire/wrong").want(t, 404, "Webhook not found")
	s.get("/other").want(t, 404, "")
	waitFor(t, "the access log", func() bool { return strings.Count(readLog(t, log), "\n") >= 3 })
	if text := readLog(t, log); strings.Contains(text, key) || !strings.Contains(text, "/hooks/company.team/fire/REDACTED?name=Alice") {
		t.Errorf("the log shows\n%s", text)
	}
}

// TestKestraBehindReadmesSite passes what no trigger matches to an upstream.
func TestKestraBehindReadmesSite(t *testing.T) {
	flows := writeFlows(t, map[string]string{"fire.yml": webhookFlow("fire", "")})
	site := readmeSite(t, "reverse_proxy 127.0.0.1:8080")
	s := newServer(t)
	s.serve("kestra {\n\t\tflows "+flows+"\n\t}", strings.Replace(site, "reverse_proxy 127.0.0.1:8080", `respond "kestra {uri}"`, 1))
	s.get(webhookPath("fire")).want(t, 200, `"state"`)
	s.get("/api/v1/executions/webhook/company.team/there/"+key).want(t, 200, "kestra /api/v1/executions/webhook/company.team/there/")
	s.get("/ui/").want(t, 200, "kestra /ui/")
}
