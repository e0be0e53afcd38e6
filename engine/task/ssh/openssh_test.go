package ssh

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/outbound"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/ssh/sshtest"
	"github.com/caddy-kestra/kestra-webhook/engine/task/tasktest"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// TestOpenSSH runs commands at OpenSSH's sshd, and compares what becomes of them.
func TestOpenSSH(t *testing.T) {
	server := sshtest.NewOpenSSH(t)
	other := sshtest.NewOpenSSH(t)
	known := filepath.Join(t.TempDir(), "known_hosts")
	c := outbound.New()
	t.Cleanup(c.Close)
	variables := value.JSON(value.MapOf("key", value.String(server.Key), "encrypted", value.String(server.Encrypted), "other", value.String(other.Key), "w", value.String(sshtest.Passphrase)))
	wrong := strings.Replace(other.Known, other.Port, server.Port, 1)
	const key = `authMethod: PUBLIC_KEY, privateKey: "{{ key }}", `
	for _, test := range []struct {
		name, members, known, outputs string
		log                           []string
		err                           string
	}{
		{"a key", key + `commands: ["echo a b"]`, server.Known, `{"exitCode":0,"vars":{},"stdOutLineCount":1,"stdErrLineCount":0}`, []string{"info a b"}, ""},
		{"several commands are one shell", key + `commands: [cd /, x=1, 'echo "$PWD $x"']`, server.Known, `{"exitCode":0,"vars":{},"stdOutLineCount":1,"stdErrLineCount":0}`, []string{"info / 1"}, ""},
		{"an encrypted key", `authMethod: PUBLIC_KEY, privateKey: "{{ encrypted }}", privateKeyPassphrase: "{{ w }}", commands: ["true"]`, server.Known, `{"exitCode":0,"vars":{},"stdOutLineCount":0,"stdErrLineCount":0}`, nil, ""},
		{"a known server", key + `strictHostKeyChecking: "yes", commands: ["true"]`, server.Known, `{"exitCode":0,"vars":{},"stdOutLineCount":0,"stdErrLineCount":0}`, nil, ""},
		{"outputs and errors", key + `commands: ['echo ''::{"outputs":{"n":1}}::''', 'echo oops >&2']`, server.Known, `{"exitCode":0,"vars":{"n":1},"stdOutLineCount":1,"stdErrLineCount":1}`, nil, ""},
		{"variables that the server takes", key + `env: {TEST_A: "{{ 'x y' }}", OTHER: z}, commands: ['echo "$TEST_A,$OTHER"']`, server.Known, `{"exitCode":0,"vars":{},"stdOutLineCount":1,"stdErrLineCount":0}`, nil, ""},
		{"much at once", key + `commands: ["seq 1 5000"]`, server.Known, `{"exitCode":0,"vars":{},"stdOutLineCount":5000,"stdErrLineCount":0}`, nil, ""},
		{"an exit code", key + `commands: [exit 7]`, server.Known, "", nil, "SSH command fails with exit status 7"},
		{"a signal", key + `commands: ["kill -9 $$"]`, server.Known, "", nil, "was ended by the signal KILL"},
		{"no such command", key + `commands: [nosuchcommand]`, server.Known, "", nil, "SSH command fails with exit status 127"},
		{"a wrong key", `authMethod: PUBLIC_KEY, privateKey: "{{ other }}", commands: ["true"]`, server.Known, "", nil, "unable to authenticate"},
		{"a password, which it does not take", `password: x, commands: ["true"]`, server.Known, "", nil, "unable to authenticate"},
		{"a server that is not known", key + `strictHostKeyChecking: "yes", commands: ["true"]`, other.Known, "", nil, "is no known host"},
		{"another server in its place", key + `strictHostKeyChecking: "yes", commands: ["true"]`, wrong, "", nil, "has another key than the one that is known"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if err := os.WriteFile(known, []byte(test.known), 0o600); err != nil {
				t.Fatal(err)
			}
			yaml := fmt.Sprintf(`{type: io.kestra.plugin.fs.ssh.Command, host: %s, port: %s, username: %s, %s}`, server.Host, server.Port, server.User, test.members)
			r := tasktest.RunServed(t, Specs(Options{KnownHosts: known}), &task.Services{Network: c}, yaml, variables)
			if (r.Err == "") != (test.err == "") || !strings.Contains(r.Err, test.err) {
				t.Errorf("%s, want %s; %q", r.Err, test.err, r.Log)
			}
			if diff := cmp.Diff(test.log, r.Log); test.log != nil && diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(test.outputs, r.Outputs); test.err == "" && diff != "" {
				t.Error(diff)
			}
		})
	}
}
