package caddymodule

import (
	"strings"
	"testing"

	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// TestContainerOptions reads options in a Caddy that has no group of tasks for Docker.
func TestContainerOptions(t *testing.T) {
	for text, want := range map[string]string{
		"containers require":                         "",
		"containers prefer":                          "",
		"containers process":                         "",
		"containers":                                 "containers says where scripts run that name no runner",
		"containers always":                          "write `containers require`, `containers prefer` or `containers process`",
		"containers prefer process":                  "containers says where",
		"containers prefer\ncontainers process":      "containers is given twice",
		"docker unix:///var/run/docker.sock":         "tasks docker: this Caddy was built without that group",
		"docker unix:///var/run/docker.sock {\nx\n}": "tasks docker: this Caddy was built without that group",
	} {
		err := new(App).UnmarshalCaddyfile(caddyfile.NewTestDispenser("kestra {\n" + text + "\n}"))
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
	if err := (&App{Containers: "always"}).checkContainers(); err == nil || err.Error() != `containers must be one of [require prefer process], is "always"` {
		t.Error(err)
	}
}

// TestContainersRequired refuses scripts where containers are asked for and there are none.
func TestContainersRequired(t *testing.T) {
	for policy, want := range map[string]string{
		"require": "this server has no Docker: write `docker <host>` there", "prefer": "write `allow_commands` in the global kestra block", "": "write `allow_commands`",
	} {
		catalog, err := commandCatalog(&App{Containers: policy})
		if err != nil {
			t.Fatal(err)
		}
		_, found := catalog.Load([]*flow.Source{flow.NewSource("a.yml", []byte("id: a\nnamespace: b\ntasks: [{id: t, type: io.kestra.plugin.scripts.shell.Commands, commands: [a]}]\n"))})
		if len(found) == 0 || !strings.Contains(found[0].Message, want) {
			t.Errorf("%q: %v, want %q", policy, found, want)
		}
	}
}
