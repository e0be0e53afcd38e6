package git

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/ssh/sshtest"
	"github.com/caddy-kestra/kestra-webhook/engine/task/tasktest"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// TestOpenSSH clones repositories at OpenSSH's sshd, where git answers.
func TestOpenSSH(t *testing.T) {
	all := withModules(t)
	server := sshtest.NewOpenSSH(t)
	known := filepath.Join(t.TempDir(), "known_hosts")
	if err := os.WriteFile(known, []byte(server.Known), 0o600); err != nil {
		t.Fatal(err)
	}
	c, store := newServices(t)
	variables := value.JSON(value.MapOf("all", value.String(all), "key", value.String(server.Key), "encrypted", value.String(server.Encrypted), "w", value.String(sshtest.Passphrase)))
	outer := map[string]string{"outer.txt": "outer", "lib/mid/middle.txt": "middle", "lib/mid/in/inner.txt": "inner"}
	for _, test := range []struct {
		members string
		want    map[string]string
		err     string
	}{
		{`url: "ssh://%s@%s:%s{{ all }}/outer", privateKey: "{{ key }}"`, map[string]string{"outer.txt": "outer"}, ""},
		{`url: "ssh://%s@%s:%s{{ all }}/outer", privateKey: "{{ encrypted }}", passphrase: "{{ w }}", cloneSubmodules: true`, outer, ""},
		{`url: "ssh://%s@%s:%s{{ all }}/nope", privateKey: "{{ key }}"`, nil, "does not appear to be a git repository"},
		{`url: "ssh://%s@%s:%s{{ all }}/outer", password: "{{ w }}"`, nil, "unable to authenticate"},
	} {
		yaml := fmt.Sprintf(`{type: io.kestra.plugin.git.Clone, `+test.members+`}`, server.User, server.Host, server.Port)
		r := tasktest.RunServed(t, Specs(Options{KnownHosts: known}), &task.Services{Network: c, Files: store, Directories: store}, yaml, variables)
		if (r.Err == "") != (test.err == "") || !strings.Contains(r.Err, test.err) {
			t.Errorf("%s: %s, want %s", test.members, r.Err, test.err)
		}
		if test.err != "" {
			continue
		}
		out, _ := value.DecodeJSONText(r.Outputs)
		at, _ := out.Map().Get("directory")
		got := listed(t, at.Str())
		delete(got, ".gitmodules")
		delete(got, "lib/mid/.gitmodules")
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: %s", test.members, diff)
		}
	}
}
