package ssh

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/caddy-kestra/kestra-webhook/engine/outbound"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/ssh/sshtest"
	"github.com/caddy-kestra/kestra-webhook/engine/task/tasktest"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestExamples(t *testing.T) { tasktest.Examples(t, Specs(Options{})) }

// shell answers a few commands.
func shell(c sshtest.Command) int {
	switch c.Text {
	case "who\nwhere":
		_, _ = fmt.Fprintf(c.Stdout, "%s %s", c.User, c.Env["PLACE"])
	case "outputs":
		_, _ = fmt.Fprint(c.Stdout, "a\r\n::{\"outputs\":{\"n\":1,\"s\":\"x\"}}::\n::{broken}::\n::{\"outputs\":7}::\n")
		_, _ = fmt.Fprint(c.Stderr, "oops\n::{\"outputs\":{\"n\":2}}::\n")
	case "flood":
		_, _ = fmt.Fprint(c.Stdout, strings.Repeat(strings.Repeat("x", maxLine-1000)+"\n", 8))
	case "long":
		_, _ = fmt.Fprint(c.Stdout, strings.Repeat("x", maxLine+1))
	case "fail":
		_, _ = fmt.Fprint(c.Stderr, "no\n")
		return 3
	}
	return 0
}

// TestCommand runs commands, and compares what becomes of them.
func TestCommand(t *testing.T) {
	server, other := sshtest.New(t, shell), sshtest.New(t, shell)
	known := filepath.Join(t.TempDir(), "known_hosts")
	wrong := strings.Replace(other.KnownHosts(), other.Port, server.Port, 1)
	c := outbound.New()
	t.Cleanup(c.Close)
	variables := value.JSON(value.MapOf("key", value.String(server.Key), "encrypted", value.String(server.Encrypted), "other", value.String(other.Key), "p", value.String(sshtest.Password), "w", value.String(sshtest.Passphrase)))
	const password = `password: "{{ p }}", `
	for _, test := range []struct {
		name, members, known, outputs string
		log                           []string
		err                           string
	}{
		{"password", password + `commands: [who, "{{ 'where' }}"], env: {PLACE: "{{ 1 }}"}`, "", `{"exitCode":0,"vars":{},"stdOutLineCount":1,"stdErrLineCount":0}`, []string{"info me 1"}, ""},
		{"key", `authMethod: PUBLIC_KEY, privateKey: "{{ key }}", commands: [nothing]`, "", `{"exitCode":0,"vars":{},"stdOutLineCount":0,"stdErrLineCount":0}`, nil, ""},
		{"encrypted key", `authMethod: "{{ 'PUBLIC_KEY' }}", privateKey: "{{ encrypted }}", privateKeyPassphrase: "{{ w }}", commands: [nothing]`, "", `{"exitCode":0,"vars":{},"stdOutLineCount":0,"stdErrLineCount":0}`, nil, ""},
		{"known server", password + `strictHostKeyChecking: "yes", commands: [nothing]`, server.KnownHosts(), `{"exitCode":0,"vars":{},"stdOutLineCount":0,"stdErrLineCount":0}`, nil, ""},
		{"exit code", password + `commands: [fail]`, "", "", []string{"error no"}, "SSH command fails with exit status 3"},
		{"wrong password", `password: wrong, commands: [nothing]`, "", "", nil, "unable to authenticate"},
		{"wrong key", `authMethod: PUBLIC_KEY, privateKey: "{{ other }}", commands: [nothing]`, "", "", nil, "unable to authenticate"},
		{"no key", `authMethod: PUBLIC_KEY, privateKey: "{{ p }}", commands: [nothing]`, "", "", nil, "the private key cannot be used: ssh: no key found"},
		{"encrypted key alone", `authMethod: PUBLIC_KEY, privateKey: "{{ encrypted }}", commands: [nothing]`, "", "", nil, "passphrase protected"},
		{"empty password", `password: "{{ '' }}", commands: [nothing]`, "", "", nil, "password is necessary with authMethod PASSWORD"},
		{"unknown server", password + `strictHostKeyChecking: ask, commands: [nothing]`, other.KnownHosts(), "", nil, "is no known host"},
		{"another server", password + `strictHostKeyChecking: "{{ 'yes' }}", commands: [nothing]`, wrong, "", nil, "has another key than the one that is known"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if err := os.WriteFile(known, []byte(test.known), 0o600); err != nil {
				t.Fatal(err)
			}
			yaml := fmt.Sprintf(`{type: io.kestra.plugin.fs.ssh.Command, host: %s, port: %s, username: me, %s}`, server.Host, server.Port, test.members)
			r := tasktest.RunServed(t, Specs(Options{KnownHosts: known}), &task.Services{Network: c}, yaml, variables)
			if (r.Err == "") != (test.err == "") || !strings.Contains(r.Err, test.err) || strings.Contains(r.Err, sshtest.Passphrase) {
				t.Errorf("%s, want %s", r.Err, test.err)
			}
			if diff := cmp.Diff(test.log, r.Log); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(test.outputs, r.Outputs); test.err == "" && diff != "" {
				t.Error(diff)
			}
		})
	}
	run := func(command string) tasktest.Result {
		return tasktest.RunServed(t, Specs(Options{}), &task.Services{Network: c}, fmt.Sprintf(`{type: io.kestra.plugin.fs.ssh.Command, host: %s, port: %q, username: me, %scommands: [%s]}`, server.Host, server.Port, password, command), variables)
	}
	r := run("outputs") // both streams are read at once, so that either value of n may be the last one
	slices.Sort(r.Log)
	want := []string{"error oops", "info a", "warn Invalid outputs 'JSON is invalid at line 1, column 2: unexpected 'b' where a key is due'", "warn Invalid outputs 'outputs is no map'"}
	if diff := cmp.Diff(want, r.Log); diff != "" {
		t.Error(diff)
	}
	if !strings.Contains(r.Outputs, `"s":"x"`) || !strings.Contains(r.Outputs, `"stdOutLineCount":4,"stdErrLineCount":2`) {
		t.Errorf("%s %q %s", r.Outputs, r.Log, r.Err)
	}
	if r := run("flood"); len(r.Log) != 5 || !strings.HasSuffix(r.Log[4], "the rest is not logged") || !strings.Contains(r.Outputs, `"stdOutLineCount":8`) {
		t.Errorf("a flood becomes %d lines, %s", len(r.Log), r.Outputs)
	}
	if r := run("long"); len(r.Log) != 2 || r.Log[1] != "info x" {
		t.Errorf("a long line becomes %d lines, %s", len(r.Log), r.Err)
	}
}

// TestEnds checks that a connection ends with the attempt, and is made nowhere where none may be made.
func TestEnds(t *testing.T) {
	begun, over := make(chan struct{}), make(chan struct{})
	server := sshtest.New(t, func(sshtest.Command) int {
		close(begun)
		<-over
		return 0
	})
	defer close(over)
	c := outbound.New()
	t.Cleanup(c.Close)
	ctx, cancel := context.WithCancel(t.Context())
	client, err := Connect(ctx, c, Login{Host: server.Host, Port: server.Port, User: "me", Password: sshtest.Password})
	if err != nil {
		t.Fatal(err)
	}
	session, err := client.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error)
	go func() { ended <- session.Run("wait") }()
	<-begun
	cancel()
	if err := <-ended; err == nil {
		t.Error("the command ends as if nothing was wrong")
	}
	_ = client.Close()
	if _, err := Connect(t.Context(), c, Login{Host: "169.254.169.254", Port: "22"}); err == nil || !strings.Contains(err.Error(), "are refused: it is a link-local address") {
		t.Error(err)
	}
	if _, err := Connect(ctx, c, Login{Host: server.Host, Port: server.Port}); err == nil {
		t.Error("a connection was made after the end")
	}
}

// endsDuring is a network on which the attempt ends while a connection is made.
type endsDuring struct {
	task.Network
	end func()
}

func (n endsDuring) Dial(context.Context, string) (net.Conn, error) {
	n.end()
	conn, _ := net.Pipe()
	return conn, nil
}

// TestEndsAtOnce checks that a connection is closed, and nothing races, when the attempt has ended by the time that there is one.
func TestEndsAtOnce(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	if _, err := Connect(ctx, endsDuring{end: cancel}, Login{Host: "h", Port: "22"}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// TestKnownHostsErrors checks that no error says where the server has its file of known hosts.
func TestKnownHostsErrors(t *testing.T) {
	folder := t.TempDir()
	broken := filepath.Join(folder, "broken")
	if err := os.WriteFile(broken, []byte("a b\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{broken, filepath.Join(folder, "missing")} {
		_, err := Connect(t.Context(), nil, Login{KnownHosts: file})
		if err == nil || strings.Contains(err.Error(), folder) || !strings.Contains(err.Error(), filepath.Base(file)) {
			t.Error(err)
		}
	}
}

// TestRefused loads tasks that cannot be right.
func TestRefused(t *testing.T) {
	for _, test := range []struct{ members, want string }{
		{`commands: [a]`, "PASSWORD needs a password"},
		{`commands: [a], authMethod: PUBLIC_KEY, password: x`, "PUBLIC_KEY needs a privateKey"},
		{`commands: [a], authMethod: OPEN_SSH`, "no flow uses the configuration of the server's own user"},
		{`commands: [a], password: x, strictHostKeyChecking: "yes"`, "write `tasks ssh { known_hosts <file> }`"},
		{`commands: [a], password: x, proxyCommand: nc`, "proxyCommand"},
		{`password: x`, "commands"},
	} {
		_, found := tasktest.Load(t, Specs(Options{}), `{type: io.kestra.plugin.fs.ssh.Command, host: h, username: u, `+test.members+`}`)
		if err := found.Err(); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %s", test.members, err, test.want)
		}
	}
}
