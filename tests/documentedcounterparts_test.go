//go:build unix

package tests

import (
	"encoding/json"
	"fmt"
	"maps"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine/task/docker/dockertest"
	"github.com/caddy-kestra/kestra-webhook/engine/task/email/smtptest"
	"github.com/caddy-kestra/kestra-webhook/engine/task/git/gittest"
	"github.com/caddy-kestra/kestra-webhook/engine/task/ssh/sshtest"
)

const builtImage = "sha256:4bcff63911fcb4448bd4fdacec207030997caf25e9bea4045fa6c8c44de311d1" // as the recorded answer says

// stoodIn is a daemon of Docker that answers what is recorded. Its containers print what is put into them, and write what is said here.
func stoodIn(t *testing.T) counterpart {
	daemon := dockertest.New(t, map[string]*dockertest.Image{
		"alpine:latest":      {},
		"otel/collector:1.0": {Blocks: true},
		"debian:12":          {Writes: map[string]string{"/kestra/work/out.txt": "welcome"}},
		"app:build-7":        {},
		builtImage:           {},
		"ubuntu":             {},
		"rockylinux:9":       {Writes: map[string]string{"/kestra/work/copy.txt": "a,b"}},
		"python:3.13-slim":   {},
		"ghcr.io/team/py:2":  {Missing: true, Stdout: `::{"outputs":{"message":"done"}}::` + "\n"},
	})
	seen := 0 // containers
	return counterpart{
		options: map[string]string{"docker": `{"host": "` + daemon.Host + `"}`},
		received: func() []string {
			var all []string
			for _, r := range daemon.Requests() {
				if strings.HasPrefix(r.Path, "/containers/") { // the container is shown below
					continue
				}
				line := r.Method + " " + r.Path + "?" + r.Query
				if r.Auth != "" {
					line += " " + r.Auth
				}
				all = append(all, line)
			}
			made := daemon.Containers()
			for _, c := range made[seen:] {
				all = append(all, showContainer(t, c))
			}
			seen = len(made)
			return all
		},
	}
}

// showContainer returns what a container was made of: image, command, ports, memory, processors and files.
func showContainer(t *testing.T, c dockertest.Container) string {
	t.Helper()
	var made struct {
		Image      string
		Cmd        json.RawMessage
		HostConfig struct {
			PortBindings     json.RawMessage
			Memory, NanoCpus int64
		}
	}
	text, err := json.Marshal(c.Request)
	if err == nil {
		err = json.Unmarshal(text, &made)
	}
	if err != nil {
		t.Fatal(err)
	}
	line := "container " + made.Image
	if command := string(made.Cmd); command != "null" {
		line += " " + command
	}
	if ports := string(made.HostConfig.PortBindings); ports != "null" {
		line += " ports " + ports
	}
	if made.HostConfig.Memory > 0 {
		line += fmt.Sprintf(" memory %d processors %d", made.HostConfig.Memory, made.HostConfig.NanoCpus)
	}
	for _, path := range slices.Sorted(maps.Keys(c.Files)) {
		if name, found := strings.CutPrefix(path, "/kestra/work/"); found && name != "" && !strings.HasSuffix(name, "/") && !strings.HasPrefix(name, ".git/") {
			line += fmt.Sprintf(" %s=%q", name, c.Files[path])
		}
	}
	return line
}

// mailServers are two of aiosmtpd, one with TLS from the beginning and one with STARTTLS.
func mailServers(t *testing.T) counterpart {
	python := smtptest.Python(t)
	safe, later := smtptest.NewAiosmtpd(t, python, "smtps"), smtptest.NewAiosmtpd(t, python, "starttls")
	return counterpart{
		secrets: map[string]string{"SMTPS_PORT": safe.Port, "STARTTLS_PORT": later.Port},
		options: map[string]string{},
		received: func() []string {
			var all []string
			for _, m := range append(safe.Taken(), later.Taken()...) {
				all = append(all, fmt.Sprintf("%s to %s, safely %t, as %s\n%s", m.From, strings.Join(m.To, " "), m.Safe, m.As, strings.TrimSpace(smtptest.Show(t, m.Text))))
			}
			return all
		},
	}
}

// repositories is one that git serves over HTTP and OpenSSH's sshd over SSH, beside the stand-in for Docker.
func repositories(t *testing.T) counterpart {
	folder := filepath.Join(t.TempDir(), "stock")
	gittest.Run(t, ".", "init", "-q", "-b", "main", folder)
	if err := os.Mkdir(filepath.Join(folder, "jobs"), 0o700); err != nil {
		t.Fatal(err)
	}
	var first string
	for _, written := range []struct{ name, text string }{
		{"README.md", "one"}, {"README.md", "two"}, {"jobs/load.py", "print('::{\"outputs\": {\"rows\": 3}}::')\n"},
	} {
		if err := os.WriteFile(filepath.Join(folder, written.name), []byte(written.text), 0o600); err != nil {
			t.Fatal(err)
		}
		gittest.Run(t, folder, "add", ".")
		gittest.Run(t, folder, "commit", "-q", "-m", written.name)
		if first == "" {
			first = gittest.Run(t, folder, "rev-parse", "HEAD")
		}
	}
	c := stoodIn(t)
	shell := sshtest.NewOpenSSH(t)
	c.secrets = map[string]string{
		"WEB": gittest.Serve(t, folder), "WEB_TOKEN": "pass", "FIRST": first,
		"SSH": "ssh://" + shell.User + "@" + net.JoinHostPort(shell.Host, shell.Port) + folder, "SSH_KEY": shell.Encrypted, "SSH_PASSPHRASE": sshtest.Passphrase,
	}
	return c
}

// otherMachine is OpenSSH's sshd, and a server that takes a password and knows one command.
func otherMachine(t *testing.T) counterpart {
	folder := t.TempDir()
	ran := make(chan string, 10)
	byPassword := sshtest.New(t, func(c sshtest.Command) int {
		ran <- c.User + " runs " + c.Text
		_, _ = fmt.Fprintln(c.Stdout, "cups\nteas") // who has gone reads nothing
		return 0
	})
	byKey := sshtest.NewOpenSSH(t)
	return counterpart{
		secrets: map[string]string{
			"PASSWORD": sshtest.Password, "PASSWORD_PORT": byPassword.Port,
			"KEY_PORT": byKey.Port, "KEY_USER": byKey.User, "KEY": byKey.Key, "FOLDER": folder,
		},
		options: map[string]string{},
		received: func() []string {
			var all []string
			for len(ran) > 0 {
				all = append(all, <-ran)
			}
			entries, err := os.ReadDir(folder)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range entries {
				all = append(all, "the folder has "+e.Name())
			}
			return all
		},
	}
}
