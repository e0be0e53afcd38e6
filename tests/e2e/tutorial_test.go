package e2e

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/caddy-kestra/kestra-webhook/tests/e2e/harness"
)

// TestTutorial does what the README's part "From GitHub to a Slack message in five minutes" says, command for command and file for file, with a
// stand-in of Slack on this machine, and then what GitHub does.
func TestTutorial(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(text), "\n### From GitHub to a Slack message in five minutes\n")
	section, _, ok := strings.Cut(section, "\n### ")
	blocks := regexp.MustCompile("(?ms)^```console\n(.*?\n)```$").FindAllStringSubmatch(section, -1)
	shown := regexp.MustCompile("(?m)^> (.*)$").FindStringSubmatch(section)
	if !ok || len(blocks) != 2 || shown == nil {
		t.Fatalf("README.md has no such part, or one of another form:\n%s", section)
	}
	said := make(chan string, 10)
	slack := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		said <- r.Method + " " + r.URL.Path + " " + r.Header.Get("Content-Type") + " " + string(body)
		_, _ = io.WriteString(w, "ok") // as Slack does
	}))
	defer slack.Close()
	section = strings.ReplaceAll(section, "https://hooks.slack.com", slack.URL)

	dir, program := t.TempDir(), harness.Program(t, harness.Product)
	shell := func(command string, env []string) string {
		t.Helper()
		c := exec.Command("sh", "-c", strings.ReplaceAll(command, "https://hooks.slack.com", slack.URL))
		c.Dir, c.Env = dir, slices.Concat(env, []string{"PATH=" + filepath.Dir(program) + string(os.PathListSeparator) + os.Getenv("PATH")})
		out, err := c.CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v: %s", command, err, out)
		}
		return string(out)
	}
	for _, c := range shownCommands(blocks[0][1]) {
		if out := shell(c.command, []string{"HOME=" + dir}); out != "" {
			t.Errorf("%s prints %s", c.command, out)
		}
	}
	secret := func(name string) string {
		t.Helper()
		text, err := os.ReadFile(filepath.Join(dir, "secrets", name))
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(string(text))
	}
	caddyfile := fenced(t, section, "caddyfile")
	global := part(t, caddyfile, "{", "}")
	s, err := harness.StartIn(t, dir, harness.Config{
		Global: global,
		Sites:  strings.Replace(strings.TrimPrefix(caddyfile, "{\n"+global+"\n}\n"), "hooks.example.com", "http://:{$HTTP_PORT}", 1),
		Files:  map[string]string{"flows/github_to_slack.yml": fenced(t, section, "yaml")},
	})
	if err != nil {
		t.Fatal(err)
	}
	url := ""
	for _, c := range shownCommands(blocks[1][1]) {
		out := shell(c.command, s.Command().Env)
		if strings.Join(strings.Fields(strings.ReplaceAll(c.output, "<key>", secret("WEBHOOK_KEY"))), " ") != strings.Join(strings.Fields(out), " ") {
			t.Errorf("%s prints\n%s, and in README.md\n%s", c.command, out, c.output)
		}
		for word := range strings.FieldsSeq(out) {
			if path, ok := strings.CutPrefix(word, "https://hooks.example.com"); ok {
				url = path
			}
		}
	}
	if url == "" {
		t.Fatal("no command shows the URL")
	}

	const push = `{"ref":"refs/heads/main","repository":{"full_name":"octocat/hello-world"},"pusher":{"name":"octocat"},"head_commit":{"message":"Fix all the bugs"}}`
	github := func(event, body, by string) harness.Answer {
		t.Helper()
		mac := hmac.New(sha256.New, []byte(by))
		_, _ = io.WriteString(mac, body)
		return s.Fetch(t, "POST", url, body, "X-GitHub-Event", event, "X-GitHub-Delivery", "72d3162e-"+event, "Content-Type", "application/json",
			"X-Hub-Signature-256", "sha256="+hex.EncodeToString(mac.Sum(nil)))
	}
	if a := github("ping", `{"zen":"Keep it logically awesome."}`, secret("GITHUB_SECRET")); a.Status != http.StatusNoContent {
		t.Errorf("ping: %d %s", a.Status, a.Body)
	}
	if a := github("push", push, "another secret"); a.Status != http.StatusUnauthorized {
		t.Errorf("another secret: %d %s", a.Status, a.Body)
	}
	if a := github("push", push, secret("GITHUB_SECRET")); a.Status != http.StatusOK {
		t.Fatalf("push: %d %s", a.Status, a.Body)
	}
	message, err := json.Marshal(map[string]string{"text": shown[1]})
	if err != nil {
		t.Fatal(err)
	}
	select {
	case got := <-said:
		if want := "POST /services/T0000/B0000/XXXX application/json; charset=UTF-8 " + string(message); got != want {
			t.Errorf("Slack gets %s, want %s", got, want)
		}
	case <-time.After(time.Minute):
		t.Fatalf("Slack gets nothing:\n%s", s.Output())
	}
	harness.Eventually(t, time.Minute, "the execution has succeeded", func() bool {
		return strings.Contains(shell("caddy kestra executions", s.Command().Env), "SUCCESS")
	})
	for _, name := range []string{"WEBHOOK_KEY", "GITHUB_SECRET", "SLACK_URL"} {
		if strings.Contains(s.Output(), secret(name)) {
			t.Errorf("the log shows %s", name)
		}
	}
	if len(said) > 0 {
		t.Errorf("Slack gets more: %s", <-said)
	}
}
