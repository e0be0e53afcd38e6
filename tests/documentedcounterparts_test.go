package tests

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine/task/docker/dockertest"
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
		if name, found := strings.CutPrefix(path, "/kestra/work/"); found && name != "" && !strings.HasSuffix(name, "/") {
			line += fmt.Sprintf(" %s=%q", name, c.Files[path])
		}
	}
	return line
}
