package knownhosts

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
)

func TestOptions(t *testing.T) {
	here, err := filepath.Abs("known")
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("KNOWN", "/etc/known")
	for _, test := range []struct{ text, known, err string }{
		{"ssh", "", ""},
		{"ssh {\nknown_hosts known\n}", here, ""},
		{"ssh {\nknown_hosts /etc/known\n}", "/etc/known", ""},
		{"ssh {\nknown_hosts {env.KNOWN}/hosts\n}", "/etc/known/hosts", ""},
		{"ssh {\nknown_hosts {env.KNOWN_NOTHING}\n}", "", `known_hosts "{env.KNOWN_NOTHING}" is empty text`},
		{"ssh {\nknown_hosts\n}", "", "wrong argument count"},
		{"ssh {\nknown_hosts a\nknown_hosts b\n}", "", "twice"},
		{"ssh {\nkey x\n}", "", "unrecognized option"},
	} {
		g := new(Option)
		err := g.UnmarshalCaddyfile(caddyfile.NewTestDispenser(test.text))
		if err == nil {
			err = g.Provision(caddy.Context{})
		}
		if (err == nil) != (test.err == "") || err != nil && !strings.Contains(err.Error(), test.err) || err == nil && g.KnownHosts != test.known {
			t.Errorf("%q: %q, %v", test.text, g.KnownHosts, err)
		}
	}
}
