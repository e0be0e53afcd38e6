package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestDockerfile reads the Dockerfile as Docker does, as far as it goes without one: instructions that there are, on the images of the
// Caddy that go.mod names, with the build that the README has, of folders that are there.
func TestDockerfile(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "Dockerfile"))
	if err != nil {
		t.Fatal(err)
	}
	r := mustRead(t)
	got := map[string][]string{}
	for line := range strings.Lines(strings.ReplaceAll(string(text), "\\\n", "")) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, rest, _ := strings.Cut(line, " ")
		if !slices.Contains([]string{"COPY", "ENV", "FROM", "HEALTHCHECK", "RUN", "USER", "VOLUME", "WORKDIR"}, name) {
			t.Errorf("instruction %q", line)
		}
		got[name] = append(got[name], rest)
	}
	version := strings.TrimPrefix(r.CaddyVersion, "v")
	want := map[string][]string{
		"FROM":   {"caddy:" + version + "-builder AS build", "caddy:" + version},
		"USER":   {"caddy"},
		"VOLUME": {"/data"},
	}
	for name, lines := range want {
		if !slices.Equal(got[name], lines) {
			t.Errorf("%s %q, want %q", name, got[name], lines)
		}
	}
	if build := "xcaddy " + strings.Join(r.arguments(), " ") + " --replace " + r.Replacements[0].Old + "=/src --output /usr/bin/caddy"; !slices.Contains(got["RUN"], build) {
		t.Errorf("RUN has no\n%s\nbut %q", build, got["RUN"])
	}
	for _, words := range got["COPY"] {
		sources := strings.Fields(words)
		for _, name := range sources[:len(sources)-1] {
			if strings.HasPrefix(name, "--from=") {
				break
			}
			if _, err := os.Stat(filepath.Join(root, name)); err != nil {
				t.Error(err)
			}
		}
	}
}
