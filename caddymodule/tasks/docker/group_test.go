package docker

import (
	"strings"
	"testing"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestOptions(t *testing.T) {
	t.Setenv("DOCKER_PLACE", "unix:///run/docker.sock")
	t.Setenv("DOCKER_FILES", "/no/files")
	const host = "unix:///var/run/docker.sock"
	for _, tt := range []struct {
		text string
		want Group
		err  string
	}{
		{"docker " + host, Group{Host: host}, ""},
		{"docker tcp://a:2376 {\nallow privileged volumes\nallow devices\n}", Group{Host: "tcp://a:2376", Allow: []string{"privileged", "volumes", "devices"}}, ""},
		{"docker {env.DOCKER_PLACE}", Group{Host: "{env.DOCKER_PLACE}"}, ""},
		{"docker", Group{}, "takes the host of a daemon"},
		{"docker a b", Group{}, "takes the host of a daemon"},
		{"docker /var/run/docker.sock", Group{}, "is no host of Docker"},
		{"docker " + host + " {\nallow\n}", Group{}, "allow takes what containers may have: privileged, host_network, devices, volumes"},
		{"docker " + host + " {\nallow root\n}", Group{}, "allow root is none of privileged, host_network, devices, volumes"},
		{"docker " + host + " {\nport 1\n}", Group{}, `unrecognized option "port" of docker: there are allow and tls`},
		{"docker tcp://a:1 {\ntls a b\n}", Group{}, "tls takes three files"},
		{"docker tcp://a:1 {\ntls /no/a /no/b /no/c\ntls /no/a /no/b /no/c\n}", Group{}, "tls takes three files, once"},
		{"docker tcp://a:1 {\ntls /no/a /no/b /no/c\n}", Group{}, "no such file or directory"},
		{"docker tcp://a:1 {\ntls {env.DOCKER_FILES}/a {env.DOCKER_FILES}/b {env.DOCKER_FILES}/c\n}", Group{}, "/no/files/"},
	} {
		g := new(Group)
		err := g.UnmarshalCaddyfile(caddyfile.NewTestDispenser(tt.text))
		if err == nil {
			err = g.Provision(caddy.Context{})
		}
		switch {
		case tt.err != "":
			if err == nil || !strings.Contains(err.Error(), tt.err) {
				t.Errorf("%q: %v, want %s", tt.text, err, tt.err)
			}
		case err != nil:
			t.Errorf("%q: %v", tt.text, err)
		default:
			if d := cmp.Diff(&tt.want, g, cmpopts.IgnoreUnexported(Group{})); d != "" || g.Containers() == nil {
				t.Errorf("%q: %s", tt.text, d)
			}
		}
	}
	if g := new(Group); g.Provision(caddy.Context{}) != nil || g.Containers() != nil {
		t.Error("a group without options has containers")
	}
	if g := (&Group{Allow: []string{"volumes"}}); g.Provision(caddy.Context{}) == nil {
		t.Error("a group without a host allows something")
	}
}
