package e2e

import (
	"encoding/base64"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/tests/e2e/harness"
)

// readmePart returns a part of the README, up to the next heading.
func readmePart(t *testing.T, heading string) string {
	t.Helper()
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, part, ok := strings.Cut(string(text), "\n"+heading+"\n")
	if !ok {
		t.Fatalf("README.md has no %q", heading)
	}
	return regexp.MustCompile("(?m)^##").Split(part, 2)[0]
}

// blocks returns the blocks of a language in a text.
func blocks(text, language string) []string {
	var found []string
	for _, m := range regexp.MustCompile("(?ms)^```"+language+"\n(.*?)^```$").FindAllStringSubmatch(text, -1) {
		found = append(found, m[1])
	}
	return found
}

// TestReadmeFlows does what the README's parts "Test your flows" and "In front of a real Kestra" show, with a stand-in of the Kestra behind:
// it writes their files, types their commands, and compares what these print.
func TestReadmeFlows(t *testing.T) {
	t.Parallel()
	tests, front := readmePart(t, "## Test your flows"), readmePart(t, "### In front of a real Kestra")
	tested, typed, sites := blocks(tests, "yaml"), blocks(tests, "console"), blocks(front, "caddyfile")
	if len(tested) != 2 || len(typed) != 2 || len(sites) != 2 {
		t.Fatalf("%d files, %d lists of commands, %d configurations", len(tested), len(typed), len(sites))
	}
	var mu sync.Mutex
	var arrived []string
	behind := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		user, password, _ := r.BasicAuth()
		mu.Lock()
		defer mu.Unlock()
		arrived = append(arrived, strings.Join([]string{user, password, r.Method, r.URL.Path, string(body)}, " "))
		_, _ = io.WriteString(w, `{"id":"4aOfg1XyZbEhInDkEsTrA0","namespace":"company.team","flowId":"backup","state":{"current":"CREATED"}}`)
	}))
	defer behind.Close()

	dir, program := t.TempDir(), harness.Program(t, harness.Product)
	write := func(name, text string) {
		t.Helper()
		file := filepath.Join(dir, name)
		err := os.MkdirAll(filepath.Dir(file), 0o700)
		if err == nil {
			err = os.WriteFile(file, []byte(text), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	shell := func(command string) string {
		t.Helper()
		c := exec.Command("sh", "-c", command)
		c.Dir, c.Env = dir, []string{"HOME=" + dir, "PATH=" + filepath.Dir(program) + string(os.PathListSeparator) + os.Getenv("PATH")}
		out, err := c.CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v: %s", command, err, out)
		}
		return string(out)
	}

	write("flows/hello.yml", tested[0])
	write("flows/hello.test.yml", tested[1])
	for _, c := range shownCommands(typed[0]) {
		if out := shell(c.command); out != c.output {
			t.Errorf("%s prints %s", c.command, out)
		}
	}
	steps := shownCommands(typed[1])
	made := shell(strings.TrimSuffix(steps[0].command, " | head -1")) // all of it: it says what to set
	if !strings.HasPrefix(made, steps[0].output) {
		t.Errorf("%s prints %s", steps[0].command, made)
	}
	const key = "aKeyForThisTest0123456789"
	env := []string{"KESTRA_PASSWORD=pass word", "SECRET_WEBHOOK_KEY=" + base64.StdEncoding.EncodeToString([]byte(key))}
	for _, m := range regexp.MustCompile(`export ((\w+)=.*)`).FindAllStringSubmatch(made, -1) {
		env = append(env, m[2]+"="+shell(m[1]+"\n"+`printf %s "$`+m[2]+`"`))
	}
	write("flows/backup.yml", fenced(t, front, "yaml"))
	global := part(t, sites[0], "{", "}")
	s, err := harness.StartIn(t, dir, harness.Config{
		Global: strings.Replace(global, "http://127.0.0.1:8080", behind.URL, 1),
		Sites:  strings.Replace(strings.TrimPrefix(sites[0], "{\n"+global+"\n}\n"), "hooks.example.com", "http://:{$HTTP_PORT}", 1),
		Env:    env,
	})
	if err != nil {
		t.Fatal(err)
	}
	r := transcript{server: s, ids: map[string]string{}}
	for _, c := range slices.Concat(steps[1:], shownCommands(fenced(t, front, "console"))) {
		if out := strings.ReplaceAll(r.run(t, c.command), dir, "/home/ada"); !r.compare(c.output, out) {
			t.Errorf("README.md shows of %s\n%s, and it prints\n%s", c.command, c.output, out)
		}
	}
	mu.Lock()
	defer mu.Unlock()
	want := `admin@kestra.io pass word POST /api/v1/main/executions/webhook/company.team/backup/` + key + ` {"day": "monday"}`
	if len(arrived) != 1 || arrived[0] != want {
		t.Errorf("what arrived is %q, want %q", arrived, want)
	}
	if strings.Contains(s.Output(), key) {
		t.Error("the server has said the key")
	}
}
