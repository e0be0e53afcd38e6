package caddymodule

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine"
)

var exported = regexp.MustCompile(`export SECRET_(\w+)=(\S+)`)

// secretLine is a secret in the cases of a new flow.
var secretLine = regexp.MustCompile(`(?m)^  (\w+): (\S+)$`)

// TestNewAndSend writes a flow for every sender, runs its cases, serves it, and sends a sample to it: signed, which runs it for the right
// event, and with a wrong secret.
func TestNewAndSend(t *testing.T) {
	dir := t.TempDir()
	type written struct{ key, private string }
	flows := map[string]written{}
	for _, sender := range engine.Senders() {
		stdout, _, err := runCommand(nil, "new", sender.Name, "--dir", dir)
		if err != nil {
			t.Fatalf("%s: %v", sender.Name, err)
		}
		var w written
		for _, m := range exported.FindAllStringSubmatch(stdout, -1) {
			if !strings.HasPrefix(m[2], "$(") {
				key, err := base64.StdEncoding.DecodeString(m[2])
				if err != nil {
					t.Fatal(err)
				}
				w.key = string(key)
				t.Setenv("SECRET_"+m[1], m[2])
			}
		}
		cases, err := os.ReadFile(filepath.Join(dir, sender.Name+".test.yml"))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range secretLine.FindAllStringSubmatch(string(cases), -1) {
			if strings.HasSuffix(m[1], "_SECRET") { // what the service would know
				t.Setenv("SECRET_"+m[1], base64.StdEncoding.EncodeToString([]byte(m[2])))
			}
		}
		if _, pem, ok := strings.Cut(string(cases), "signWith: |\n"); ok {
			pem, _, _ = strings.Cut(pem, "    expect")
			w.private = filepath.Join(t.TempDir(), "private.pem")
			if err := os.WriteFile(w.private, []byte(strings.ReplaceAll(pem, "        ", "")), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		flows[sender.Name] = w
		if len(w.key) < 22 || strings.Contains(string(cases), w.key) {
			t.Errorf("%s: the key is %q", sender.Name, w.key)
		}
		if _, _, err := runCommand(nil, "new", sender.Name, "--dir", dir); err == nil || !strings.Contains(err.Error(), "is not overwritten") {
			t.Errorf("%s: written again: %v", sender.Name, err)
		}
	}
	stdout, stderr, err := runCommand(nil, "test", dir)
	if err != nil || stderr != "" {
		t.Errorf("%v\n%s%s", err, stdout, stderr)
	}

	s := newServer(t)
	s.serve("kestra {\n\t\tflows "+dir+"\n\t\tbase_url "+s.url+"\n\t}", "kestra_webhook")
	for _, sender := range engine.Senders() {
		t.Run(sender.Name, func(t *testing.T) {
			w := flows[sender.Name]
			send := func(more ...string) (string, error) {
				stdout, stderr, err := runCommand(nil, append([]string{"send", "company.team/" + sender.Name, "--base", s.url, dir}, more...)...)
				if strings.Contains(stdout+stderr, w.key) {
					t.Errorf("the key is printed:\n%s%s", stdout, stderr)
				}
				return stdout, err
			}
			if sender.Name == "sns" { // for which nobody else can sign
				if _, err := send(); err == nil || !strings.Contains(err.Error(), "signed by a key that only Amazon has") {
					t.Errorf("%v", err)
				}
				return
			}
			var sign []string
			if w.private != "" {
				sign = []string{"--secret", "@" + w.private}
			}
			stdout, err := send(sign...)
			if err != nil || !strings.Contains(stdout, "\n\nHTTP/1.1 200 OK\n") || !strings.Contains(stdout, "X-Kestra-Execution-Id: ") {
				t.Errorf("%v\n%s", err, stdout)
			}
			if events := sender.Events(); len(events) > 0 {
				if _, title, _ := strings.Cut(stdout, ", a sample of "); !strings.HasPrefix(title, sender.Title+": "+events[0]+"\n") {
					t.Errorf("it says\n%s", stdout)
				}
			}
			if !sender.Signs() {
				return
			}
			if stdout, err := send("--wrong-secret"); err != nil || !strings.Contains(stdout, "HTTP/1.1 401 Unauthorized\n") {
				t.Errorf("with a wrong secret: %v\n%s", err, stdout)
			}
			if _, err := send("--unsigned"); err == nil || err.Error() != "the answer is 401 Unauthorized" {
				t.Errorf("without a signature: %v", err)
			}
		})
	}
}

// TestSend sends what its flags say.
func TestSend(t *testing.T) {
	dir := writeFlows(t, map[string]string{"echo.yml": webhookFlow("echo", "    wait: true\n")})
	s := newServer(t)
	s.serve("kestra {\n\t\tflows "+dir+"\n\t}", "kestra_webhook")
	file := filepath.Join(t.TempDir(), "body.json")
	if err := os.WriteFile(file, []byte(`{"from":"file"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, want, err string
		args            []string
	}{
		{"nothing", `"body":{}`, "", nil},
		{"a file", `"body":{"from":"file"}`, "", []string{"--data", "@" + file}},
		{"text", `"body":"hello"`, "", []string{"--data", "hello"}},
		{"a header", `"X-One":["two"]`, "", []string{"-H", "X-One: two"}},
		{"a sample", `"X-Github-Event":["push"]`, "", []string{"--sender", "github"}},
		{"an event", `"X-Github-Event":["star"]`, "", []string{"--sender", "github", "--event", "star"}},
		{"a delivery", `"X-Github-Delivery":["seven"]`, "", []string{"--sender", "github", "--delivery", "seven"}},
		{"a method", "HTTP/1.1 405 Method Not Allowed", "the answer is 405 Method Not Allowed", []string{"--method", "DELETE"}},
		{"an event of nobody", "", "the trigger names no sender: --sender says whose event it is", []string{"--event", "push"}},
		{"a sender that is none", "", `there is no sender "githup"; there are …`, []string{"--sender", "githup"}},
		{"a header that is none", "", "--header must be as in 'X-Name: text', and \"X\" is not", []string{"-H", "X"}},
		{"a file that is not there", "", "--data: open missing: no such file or directory", []string{"--data", "@missing"}},
		{"a wrong secret of none", "", "the trigger asks for no signature", []string{"--wrong-secret"}},
		{"a trigger that is none", "", "flow company.team/echo has no webhook trigger x, but webhook; with a webhook there are company.team/echo", []string{"--trigger", "x"}},
		{"nobody listens", "", "http://127.0.0.1:1: …connection refused. Does a server listen there? --base says where", []string{"--base", "http://127.0.0.1:1"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			stdout, _, err := runCommand(nil, append([]string{"send", "company.team/echo", "--base", s.url, dir}, test.args...)...)
			message := ""
			if err != nil {
				message = err.Error()
			}
			begin, end, _ := strings.Cut(test.err, "…")
			if !strings.HasPrefix(message, begin) || !strings.HasSuffix(message, end) || (message == "") != (test.err == "") || !strings.Contains(stdout, test.want) {
				t.Errorf("%v, want %s\n%s", err, test.err, stdout)
			}
			if strings.Contains(stdout+message, key) {
				t.Error("the key is printed")
			}
		})
	}
	if _, _, err := runCommand(nil, "send", "company.team/other", dir); err == nil || err.Error() != "there is no flow company.team/other; with a webhook there are company.team/echo" {
		t.Errorf("%v", err)
	}
	if _, _, err := runCommand(nil, "new", "github", "--dir", t.TempDir(), "--namespace", "not a namespace"); err == nil || !strings.Contains(err.Error(), "namespace") {
		t.Errorf("a flow with another namespace: %v", err)
	}
}
