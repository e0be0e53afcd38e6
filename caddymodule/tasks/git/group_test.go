package git

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
	"github.com/google/go-cmp/cmp"
)

func TestOptions(t *testing.T) {
	t.Chdir(t.TempDir())
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir("repos", 0o700); err != nil {
		t.Fatal(err)
	}
	repos := filepath.Join(here, "repos")
	t.Setenv("GIT_FOLDER", repos)
	for _, test := range []struct {
		text  string
		known string
		local []string
		err   string
	}{
		{"git", "", nil, ""},
		{"git {\nknown_hosts known\nallow_local repos " + here + "\nallow_local repos\n}", filepath.Join(here, "known"), []string{repos, here, repos}, ""},
		{"git {\nknown_hosts {env.GIT_FOLDER}/known\nallow_local {env.GIT_FOLDER}\n}", filepath.Join(repos, "known"), []string{repos}, ""},
		{"git {\nallow_local {env.GIT_NOTHING}\n}", "", nil, `allow_local: "{env.GIT_NOTHING}" is empty text`},
		{"git {\nallow_local\n}", "", nil, "wrong argument count"},
		{"git {\nallow_local nope\n}", "", nil, filepath.Join(here, "nope") + " is no folder"},
		{"git {\nkey x\n}", "", nil, `unrecognized option "key" of tasks git`},
	} {
		g := new(Group)
		err := g.UnmarshalCaddyfile(caddyfile.NewTestDispenser(test.text))
		if err == nil {
			err = g.Provision(caddy.Context{})
		}
		if (err == nil) != (test.err == "") || err != nil && !strings.Contains(err.Error(), test.err) {
			t.Errorf("%q: %v, want %s", test.text, err, test.err)
		}
		if err == nil && (g.KnownHosts != test.known || cmp.Diff(test.local, g.AllowLocal) != "") {
			t.Errorf("%q: %q %q", test.text, g.KnownHosts, g.AllowLocal)
		}
	}
	g := &Group{AllowLocal: []string{"repos"}}
	if err := g.Provision(caddy.Context{}); err != nil || g.AllowLocal[0] != repos {
		t.Errorf("%q %v", g.AllowLocal, err)
	}
}
