package github

import (
	"strings"
	"testing"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
)

func TestOptions(t *testing.T) {
	for _, test := range []struct{ text, endpoint, err string }{
		{"github", "", ""},
		{"github {\nendpoint https://github.example.com/api/v3\n}", "https://github.example.com/api/v3", ""},
		{"github {\nendpoint github.example.com\n}", "github.example.com", "the endpoint must be an address"},
		{"github {\nendpoint\n}", "", "wrong argument count"},
		{"github {\nendpoint https://a https://b\n}", "", "wrong argument count"},
		{"github {\nendpoint https://a\nendpoint https://b\n}", "https://a", "twice"},
		{"github {\ntoken x\n}", "", "unrecognized option"},
	} {
		g := new(Group)
		err := g.UnmarshalCaddyfile(caddyfile.NewTestDispenser(test.text))
		if err == nil {
			err = g.Provision(caddy.Context{})
		}
		if (err == nil) != (test.err == "") || err != nil && !strings.Contains(err.Error(), test.err) || err == nil && g.Endpoint != test.endpoint {
			t.Errorf("%q: %q, %v", test.text, g.Endpoint, err)
		}
	}
}
