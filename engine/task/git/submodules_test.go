package git

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/git/gittest"
	"github.com/caddy-kestra/kestra-webhook/engine/task/tasktest"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// commit writes a file of a repository, and commits it. It returns the hash of the commit.
func commit(t testing.TB, folder, name, text string) string {
	t.Helper()
	if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	gittest.Run(t, folder, "add", ".")
	gittest.Run(t, folder, "commit", "-q", "-m", name)
	return gittest.Run(t, folder, "rev-parse", "HEAD")
}

// withModules makes repositories that have each other as submodules: outer has middle, at an older commit, and that has inner, by
// addresses relative to their own. It returns the folder that they are in.
func withModules(t testing.TB) string {
	t.Helper()
	all := t.TempDir()
	for _, name := range []string{"inner", "middle", "outer"} {
		gittest.Run(t, all, "init", "-q", "-b", "main", name)
		commit(t, filepath.Join(all, name), name+".txt", name)
	}
	link(t, filepath.Join(all, "middle"), "in", "../inner", gittest.Run(t, filepath.Join(all, "inner"), "rev-parse", "HEAD"))
	old := gittest.Run(t, filepath.Join(all, "middle"), "rev-parse", "HEAD")
	commit(t, filepath.Join(all, "middle"), "newer.txt", "newer")
	link(t, filepath.Join(all, "outer"), "lib/mid", "../middle", old)
	return all
}

// link makes a submodule of a repository.
func link(t testing.TB, folder, path, address, hash string) {
	t.Helper()
	gittest.Run(t, folder, "update-index", "--add", "--cacheinfo", "160000,"+hash+","+path)
	gittest.Run(t, folder, "config", "-f", ".gitmodules", "--add", "submodule."+path+".path", path)
	gittest.Run(t, folder, "config", "-f", ".gitmodules", "--add", "submodule."+path+".url", address)
	gittest.Run(t, folder, "add", ".gitmodules")
	gittest.Run(t, folder, "commit", "-q", "-m", "link "+path)
}

// TestSubmodules clones a repository with its submodules.
func TestSubmodules(t *testing.T) {
	all := withModules(t)
	web := gittest.Serve(t, filepath.Join(all, "outer"))
	other := gittest.Serve(t, filepath.Join(all, "outer"))
	zero := gittest.Run(t, filepath.Join(all, "inner"), "rev-parse", "HEAD")
	bad := func(name, path, address, hash string) {
		gittest.Run(t, all, "init", "-q", "-b", "main", name)
		commit(t, filepath.Join(all, name), "a.txt", "a")
		link(t, filepath.Join(all, name), path, address, hash)
	}
	bad("elsewhere", "sub", other+"/private/inner/.git", zero)
	bad("metadata", "sub", "http://169.254.169.254/inner", zero)
	bad("disk", "sub", "file://"+all+"/inner", zero)
	bad("ext", "sub", "ext::sh -c date", zero)
	bad("gone", "sub", "../inner/.git", strings.Repeat("1", 40))
	bad("loop", "sub", "../loop", strings.Repeat("2", 40))
	loop := filepath.Join(all, "loop")
	for range 2 { // a repository that has its own commits as submodules
		gittest.Run(t, loop, "update-index", "--cacheinfo", "160000,"+gittest.Run(t, loop, "rev-parse", "HEAD")+",sub")
		gittest.Run(t, loop, "commit", "-q", "-m", "again")
	}
	const credentials = `, username: u, password: "{{ p }}"`
	inOuter := map[string]string{".gitmodules": "", "outer.txt": "outer", "lib/mid/.gitmodules": "", "lib/mid/middle.txt": "middle", "lib/mid/in/inner.txt": "inner"}
	for _, test := range []struct {
		name, members string
		want          map[string]string // a text that is empty is not compared
		err           string
	}{
		{"none are asked for", `url: "{{ web }}/outer/.git"`, map[string]string{".gitmodules": "", "outer.txt": "outer"}, ""},
		{"over http", `url: "{{ web }}/outer", cloneSubmodules: true`, inOuter, ""},
		{"with a password", `url: "{{ web }}/private/outer", cloneSubmodules: "{{ 'true' }}"` + credentials, inOuter, ""},
		{"from the disk", `url: "file://{{ all }}/outer", cloneSubmodules: true`, inOuter, ""},
		{"from the disk by an address of it", `url: "file://{{ all }}/disk", cloneSubmodules: true`, map[string]string{".gitmodules": "", "a.txt": "a", "sub/inner.txt": "inner"}, ""},
		{"the password is not for another server", `url: "{{ web }}/private/elsewhere", cloneSubmodules: true` + credentials, nil, "submodule sub: authentication required"},
		{"where no request may go", `url: "{{ web }}/metadata", cloneSubmodules: true`, nil, "are refused: it is a link-local address"},
		{"a disk from elsewhere", `url: "{{ web }}/disk", cloneSubmodules: true`, nil, "submodule sub: its address is on the disk of this server, and that of the repository is not"},
		{"a command", `url: "{{ web }}/ext", cloneSubmodules: true`, nil, "submodule sub: its address must begin with"},
		{"a commit that is not there", `url: "{{ web }}/gone", cloneSubmodules: true`, nil, "there is no commit 1111"},
		{"a commit that is not there, in a submodule of a submodule", `url: "{{ web }}/loop", cloneSubmodules: true`, nil, "submodule sub: submodule sub: there is no commit 2222"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, store := newServices(t)
			variables := value.JSON(value.MapOf("web", value.String(web), "all", value.String(all), "p", value.String("pass")))
			r := tasktest.RunServed(t, Specs(Options{Local: []string{all}}), &task.Services{Network: c, Files: store, Directories: store}, `{type: io.kestra.plugin.git.Clone, `+test.members+`}`, variables)
			if (r.Err == "") != (test.err == "") || !strings.Contains(r.Err, test.err) {
				t.Fatalf("%s, want %s", r.Err, test.err)
			}
			if test.err != "" {
				return
			}
			out, _ := value.DecodeJSONText(r.Outputs)
			at, _ := out.Map().Get("directory")
			got := listed(t, at.Str())
			for name := range got {
				if strings.HasSuffix(name, ".gitmodules") {
					got[name] = ""
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
			if status := gittest.Run(t, at.Str(), "status", "--porcelain", "--ignore-submodules=none"); status != "" {
				t.Errorf("git says %q", status)
			}
		})
	}
}

// TestModulePaths refuses folders that a submodule must not be in.
func TestModulePaths(t *testing.T) {
	_, store := newServices(t)
	dir, err := store.MakeDirectory(t.Context(), tasktest.Origin)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = dir.Close() }()
	if err := dir.Mkdir("real", 0o700); err != nil {
		t.Fatal(err)
	}
	if err := dir.Symlink("real", "link"); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"real/x": "", "new/x": "", ".": "", "../x": "within the repository", "/x": "within the repository", `a\..\..`: "within the repository", "c:x": "within the repository",
		".git/hooks": "one of git", "a/.GIT/x": "one of git", ".git /x": "one of git", "GIT~1/x": "one of git", "link/x": "is none", "link": "is none",
	} {
		err := checkModulePath(&tree{dir: dir}, name)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", name, err, want)
		}
	}
}
