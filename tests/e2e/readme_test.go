package e2e

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/caddy-kestra/kestra-webhook/tests/e2e/harness"
)

var readmeBlock = regexp.MustCompile("(?ms)^( *)```caddyfile\n(.*?)\n *```$")

// readmeCaddyfiles returns the configurations in README.md.
func readmeCaddyfiles(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, block := range readmeBlock.FindAllStringSubmatch(string(text), -1) {
		var b strings.Builder
		for line := range strings.Lines(block[2] + "\n") {
			b.WriteString(strings.TrimPrefix(line, block[1])) // blocks in lists are indented
		}
		found = append(found, b.String())
	}
	return found
}

// readmeCaddyfile returns the one configuration in README.md that contains a text.
func readmeCaddyfile(t *testing.T, text string) string {
	t.Helper()
	var found []string
	for _, block := range readmeCaddyfiles(t) {
		if strings.Contains(block, text) {
			found = append(found, block)
		}
	}
	if len(found) != 1 {
		t.Fatalf("README.md has %d configurations with %q, want 1", len(found), text)
	}
	return found[0]
}

// part returns the lines between two lines of a text.
func part(t *testing.T, text, begin, end string) string {
	t.Helper()
	_, rest, ok := strings.Cut("\n"+text, "\n"+begin+"\n")
	lines, _, ends := strings.Cut(rest+"\n", "\n"+end+"\n")
	if !ok || !ends {
		t.Fatalf("nothing stands between %q and %q in:\n%s", begin, end, text)
	}
	return lines
}

// readmeLogs returns what README.md has in the `log` of the process and in that of a site, so that neither holds a key.
func readmeLogs(t *testing.T) (process, site string) {
	t.Helper()
	block := readmeCaddyfile(t, "kestra_key")
	filter := part(t, block, "(without_keys) {", "}")
	importing := func(lines string) string {
		if !strings.Contains(lines, "import without_keys") {
			t.Fatalf("a log of README.md does not import the filter:\n%s", block)
		}
		return strings.ReplaceAll(lines, "import without_keys", strings.TrimSpace(filter))
	}
	return importing(part(t, part(t, block, "{", "}"), "\tlog {", "\t}")), importing(part(t, part(t, block, "hooks.example.com {", "}"), "\tlog {", "\t}"))
}

// TestReadmeCaddyfiles has Caddy read all configurations of README.md.
func TestReadmeCaddyfiles(t *testing.T) {
	t.Parallel()
	blocks := readmeCaddyfiles(t)
	if len(blocks) < 5 {
		t.Errorf("README.md has %d configurations, so they were not found", len(blocks))
	}
	for _, block := range blocks {
		file := filepath.Join(t.TempDir(), "Caddyfile")
		if err := os.WriteFile(file, []byte(block), 0o600); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command(harness.Program(t, harness.Product), "adapt", "--config", file).CombinedOutput(); err != nil {
			t.Errorf("%v: %s\n%s", err, out, block)
		}
	}
}

// TestExampleFilter has Caddyfile.example recommend the same filters as README.md.
func TestExampleFilter(t *testing.T) {
	filters := func(text string) (found []string) {
		for line := range strings.Lines(text) {
			if line = strings.TrimSpace(line); strings.HasSuffix(line, " kestra_key") {
				found = append(found, line)
			}
		}
		return found
	}
	process, _ := readmeLogs(t)
	example := exampleFilter(t)
	if got, want := strings.Join(filters(example), "\n"), strings.Join(filters(process), "\n"); got != want || got == "" {
		t.Errorf("filters of Caddyfile.example:\n%s\nof README.md:\n%s", got, want)
	}
	if !strings.Contains(example, "exclude http.handlers.rewrite\n") || !strings.Contains(process, "exclude http.handlers.rewrite ") {
		t.Error("the debug lines of rewrites are not excluded")
	}
}

// TestUnknownHost has README.md's site for hosts that no other site names.
func TestUnknownHost(t *testing.T) {
	t.Parallel()
	s := harness.Start(t, harness.Config{
		Sites: "hooks.test {\n\ttls internal\n\tkestra_webhook flows\n\trespond 404\n}\n" + readmeCaddyfile(t, "https:// {"),
		Files: seedFiles(t),
	})
	client := internalClient(t, s, "hooks.test")
	path := webhook("webhook_return_outputs", seedKey)
	want(t, "the site", harness.Fetch(t, client, "GET", "https://hooks.test"+path, ""), 200, `{"greeting":"Hello world!"}`)
	want(t, "unknown host by HTTPS", harness.Fetch(t, client, "GET", "https://hooks.test"+path, "", "Host", "other.test"), 404, "")
	want(t, "unknown host by HTTP", s.Fetch(t, "GET", path, "", "Host", "other.test"), 404, "")
	if a := s.Fetch(t, "GET", path, "", "Host", "hooks.test"); a.Status != 308 {
		t.Errorf("the site by HTTP: %d, want a redirection", a.Status)
	}
}

// localRoot is the file with the certificate of the authority behind `tls internal`, in a server's folder.
const localRoot = "data/caddy/pki/authorities/local/root.crt"

// internalClient returns a client for a site with `tls internal`, by HTTP/2, when the certificate is there. To it
// redirections are answers.
func internalClient(t *testing.T, s *harness.Server, host string) *http.Client {
	t.Helper()
	client := httpsClient(t, filepath.Join(s.Dir, localRoot), s)
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	harness.Eventually(t, time.Minute, "a certificate for "+host, func() bool {
		response, err := client.Get("https://" + host + "/")
		if err == nil {
			response.Body.Close()
		}
		return err == nil
	})
	return client
}
