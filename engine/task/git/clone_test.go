package git

import (
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/caddy-kestra/kestra-webhook/engine/files"
	"github.com/caddy-kestra/kestra-webhook/engine/outbound"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/git/gittest"
	"github.com/caddy-kestra/kestra-webhook/engine/task/ssh/sshtest"
	"github.com/caddy-kestra/kestra-webhook/engine/task/tasktest"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestExamples(t *testing.T) { tasktest.Examples(t, Specs(Options{})) }

// repository makes one with three commits on main, one more on other, and a tag on the second one. It returns its folder and the hash
// of the first commit.
func repository(t testing.TB) (folder, first string) {
	t.Helper()
	folder = filepath.Join(t.TempDir(), "repo")
	gittest.Run(t, ".", "init", "-q", "-b", "main", folder)
	write := func(name, text string) {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(folder, name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		gittest.Run(t, folder, "add", ".")
		gittest.Run(t, folder, "commit", "-q", "-m", name)
	}
	write("a.txt", "one")
	first = gittest.Run(t, folder, "rev-parse", "HEAD")
	write("a.txt", "two")
	gittest.Run(t, folder, "tag", "-a", "v1", "-m", "v1")
	if err := os.Symlink("a.txt", filepath.Join(folder, "link")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/etc/passwd", filepath.Join(folder, "out")); err != nil {
		t.Fatal(err)
	}
	write("dir/b.txt", "three")
	gittest.Run(t, folder, "checkout", "-q", "-b", "other")
	write("other.txt", strings.Repeat("0123456789", 1000))
	gittest.Run(t, folder, "checkout", "-q", "main")
	return folder, first
}

// listed returns the files of a folder but for those of git, with their texts.
func listed(t testing.TB, folder string) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir(folder, func(name string, e os.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.Name() == ".git":
			return filepath.SkipDir
		case e.IsDir():
			return nil
		}
		rel, err := filepath.Rel(folder, name)
		if err != nil {
			return err
		}
		if e.Type()&os.ModeSymlink != 0 {
			to, err := os.Readlink(name)
			found[rel] = "-> " + to
			return err
		}
		text, err := os.ReadFile(name)
		found[rel] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// TestClone clones a repository over HTTP and SSH, and looks at what git says of the clone.
func TestClone(t *testing.T) {
	folder, first := repository(t)
	web := gittest.Serve(t, folder)
	shell := sshtest.New(t, func(c sshtest.Command) int {
		name, path, _ := strings.Cut(c.Text, " ")
		run := exec.Command(name, strings.Trim(path, "'"))
		run.Env = append(os.Environ(), "GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=safe.directory", "GIT_CONFIG_VALUE_0=*")
		run.Stdout, run.Stderr = c.Stdout, c.Stderr
		in, err := run.StdinPipe()
		if err != nil {
			t.Error(err)
		}
		go func() { // it may end before all is read
			_, _ = io.Copy(in, c.Stdin)
			_ = in.Close()
		}()
		if err := run.Run(); err != nil {
			return 1
		}
		return 0
	})
	if err := os.Symlink("/", filepath.Join(filepath.Dir(folder), "link")); err != nil {
		t.Fatal(err)
	}
	variables := value.JSON(value.MapOf("disk", value.String(folder), "web", value.String(web), "ssh", value.String("ssh://git@"+shell.Host+":"+shell.Port+folder), "key", value.String(shell.Key), "p", value.String("pass"), "first", value.String(first)))
	main := map[string]string{"a.txt": "two", "dir/b.txt": "three", "link": "-> a.txt", "out": "-> /etc/passwd"}
	other := map[string]string{"a.txt": "two", "dir/b.txt": "three", "link": "-> a.txt", "out": "-> /etc/passwd", "other.txt": strings.Repeat("0123456789", 1000)}
	const repo = `url: "{{ web }}/repo/.git"`
	for _, test := range []struct {
		name, members string
		want          map[string]string
		history       string // how many commits there are, and the branch
		err           string
	}{
		{"the branch of the server", repo, main, "1 main", ""},
		{"a branch", repo + `, branch: other`, other, "1 other", ""},
		{"a branch with some history", repo + `, branch: "{{ 'other' }}", depth: 2`, other, "2 other", ""},
		{"all history", repo + `, depth: 0`, main, "3 main", ""},
		{"a tag", repo + `, tag: v1`, map[string]string{"a.txt": "two"}, "1 HEAD (no branch)", ""},
		{"a commit", repo + `, commit: "{{ first }}"`, map[string]string{"a.txt": "one"}, "1 HEAD (no branch)", ""},
		{"the beginning of a commit", repo + `, commit: "{{ first | slice(0, 8) }}"`, map[string]string{"a.txt": "one"}, "1 HEAD (no branch)", ""},
		{"with a password", `url: "{{ web }}/private/repo/.git", username: u, password: "{{ p }}"`, main, "1 main", ""},
		{"by SSH", `url: "{{ ssh }}", privateKey: "{{ key }}"`, main, "1 main", ""},
		{"by SSH, all", `url: "{{ ssh }}", password: "{{ p }}", depth: 0, branch: other`, other, "4 other", ""},
		{"a folder", repo + `, directory: x/y`, main, "1 main", ""},
		{"no branch of that name", repo + `, branch: nope`, nil, "", `there is no branch "nope"`},
		{"no tag of that name", repo + `, tag: nope`, nil, "", `there is no tag "nope"`},
		{"no commit of that hash", repo + `, commit: "0000000000000000000000000000000000000000"`, nil, "", "there is no commit 0000000000000000000000000000000000000000"},
		{"no hash", repo + `, commit: main`, nil, "", "commit must be a hash"},
		{"a wrong password", `url: "{{ web }}/private/repo/.git", username: u, password: "{{ p }}x"`, nil, "", "authentication"},
		{"no repository", `url: "{{ web }}/nope"`, nil, "", "repository not found"},
		{"no repository by SSH", `url: "{{ ssh }}/nope", privateKey: "{{ key }}"`, nil, "", "does not appear to be a git repository"},
		{"a folder outside", repo + `, directory: "{{ '../x' }}"`, nil, "", "directory must be a folder within the directory"},
		{"from the disk", `url: "file://{{ disk }}"`, main, "1 main", ""},
		{"from the disk, the folder of git", `url: "file://{{ disk }}/.git", depth: 2, branch: other`, other, "2 other", ""},
		{"from the disk, all history", `url: "file://{{ disk }}", depth: 0, branch: other`, other, "4 other", ""},
		{"from the disk, more history than there is", `url: "file://{{ disk }}", depth: 9`, main, "3 main", ""},
		{"from the disk, a tag", `url: "file://{{ disk }}", tag: v1`, map[string]string{"a.txt": "two"}, "1 HEAD (no branch)", ""},
		{"from the disk, a commit", `url: "file://{{ disk }}", commit: "{{ first }}"`, map[string]string{"a.txt": "one"}, "1 HEAD (no branch)", ""},
		{"from the disk, no branch of that name", `url: "file://{{ disk }}", branch: nope`, nil, "", `there is no branch "nope"`},
		{"from the disk, what is no repository", `url: "file://{{ disk }}/dir"`, nil, "", "repository not found"},
		{"from the disk, by a link that leads out", `url: "file://{{ disk }}/../link"`, nil, "", "repository not found"},
		{"from the disk beside the folder", `url: "file://{{ disk }}/../../x"`, nil, "", "is on the disk of this server, in no folder that"},
		{"the disk of the server", `url: "{{ 'file:///etc' }}"`, nil, "", "is on the disk of this server, in no folder that"},
		{"a file of a host", `url: "{{ 'file://host/x' }}"`, nil, "", "url must begin with"},
		{"where no request may go", `url: "{{ 'http://169.254.169.254/x' }}"`, nil, "", "are refused: it is a link-local address"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, store := newServices(t)
			shared := tasktest.Origin
			shared.Task, shared.Run = "around", "2Run"
			dir, err := store.MakeDirectory(t.Context(), shared)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = dir.Close() }()
			if err := dir.WriteFile("mine.txt", []byte("mine"), 0o600); err != nil {
				t.Fatal(err)
			}
			r := tasktest.RunShared(t, Specs(Options{Local: []string{filepath.Dir(folder)}}), &task.Services{Network: c, Files: store, Directories: store}, shared, `{type: io.kestra.plugin.git.Clone, `+test.members+`}`, variables)
			if (r.Err == "") != (test.err == "") || !strings.Contains(r.Err, test.err) {
				t.Fatalf("%s, want %s", r.Err, test.err)
			}
			if test.err != "" {
				return
			}
			out, _ := value.DecodeJSONText(r.Outputs)
			at, _ := out.Map().Get("directory")
			want := map[string]string{}
			maps.Copy(want, test.want)
			if at.Str() == dir.Name() {
				want["mine.txt"] = "mine"
			}
			if diff := cmp.Diff(want, listed(t, at.Str())); diff != "" {
				t.Error(diff)
			}
			history := gittest.Run(t, at.Str(), "rev-list", "--count", "HEAD")
			status := gittest.Run(t, at.Str(), "status", "--porcelain", "--branch")
			branch, changed, _ := strings.Cut(strings.TrimPrefix(status, "## "), "\n")
			branch, _, _ = strings.Cut(branch, "...")
			if got := history + " " + branch; got != test.history || changed != "" && changed != "?? mine.txt" {
				t.Errorf("history %s, want %s; changed %q", got, test.history, changed)
			}
			if config, err := os.ReadFile(filepath.Join(at.Str(), ".git", "config")); err != nil || strings.Contains(string(config), "pass") {
				t.Errorf("the configuration: %v\n%s", err, config)
			}
		})
	}
}

func newServices(t testing.TB) (*outbound.Client, *files.Store) {
	t.Helper()
	c, store := outbound.New(), files.New(t.TempDir())
	t.Cleanup(c.Close)
	t.Cleanup(func() { _ = store.Close() })
	return c, store
}

// TestConfigured looks at the settings of a clone.
func TestConfigured(t *testing.T) {
	folder, _ := repository(t)
	c, store := newServices(t)
	for _, test := range []struct{ config, want, err string }{
		{`{user.name: "{{ x }}", url.ssh://a.b/.insteadOf: "c d", Core.fileMode: false}`, "user.name=it's\nurl.ssh://a.b/.insteadof=c d\ncore.filemode=false", ""},
		{`{core.bare: "", remote.origin.fetch: null}`, "", ""},
		{`"{{ {'user.email': 'a@b'} | toJson }}"`, "user.email=a@b", ""},
		{`{name: x}`, "", `gitConfig has "name", which is no setting of git`},
		{`{"a b.c": x}`, "", "which is no setting of git"},
		{`{user.name: "a\n[core]"}`, "", "which is no setting of git"},
	} {
		r := tasktest.RunServed(t, Specs(Options{Local: []string{folder}}), &task.Services{Network: c, Files: store, Directories: store}, `{type: io.kestra.plugin.git.Clone, url: "file://`+folder+`", gitConfig: `+test.config+`}`, `{"x":"it's"}`)
		if (r.Err == "") != (test.err == "") || !strings.Contains(r.Err, test.err) {
			t.Errorf("%s: %s, want %s", test.config, r.Err, test.err)
		}
		if test.err != "" {
			continue
		}
		out, _ := value.DecodeJSONText(r.Outputs)
		at, _ := out.Map().Get("directory")
		got := "\n" + gittest.Run(t, at.Str(), "config", "--local", "--list") + "\n"
		for line := range strings.SplitSeq(test.want, "\n") {
			if test.want != "" && !strings.Contains(got, "\n"+line+"\n") {
				t.Errorf("%s: %s, want %s", test.config, got, line)
			}
		}
		if test.want == "" && (strings.Contains(got, "core.bare") || strings.Contains(got, "fetch")) {
			t.Errorf("%s: %s", test.config, got)
		}
	}
}

// TestCounts checks that a clone counts as files of the execution do.
func TestCounts(t *testing.T) {
	folder, _ := repository(t)
	c, store := newServices(t)
	store.Configure(files.Limits{Execution: 40_000}, files.Namespaces{})
	r := tasktest.RunServed(t, Specs(Options{}), &task.Services{Network: c, Files: store, Directories: store}, fmt.Sprintf(`{type: io.kestra.plugin.git.Clone, url: "%s/repo/.git"}`, gittest.Serve(t, folder)), "{}")
	if !strings.Contains(r.Err, "the files of one execution may take 40000 bytes") {
		t.Error(r.Err)
	}
}

// TestCountsFiles checks that the files of a clone count beside the pack that they are made of, also one that is not read as a whole.
func TestCountsFiles(t *testing.T) {
	folder, _ := repository(t)
	const large = atOnce + 1
	if err := os.WriteFile(filepath.Join(folder, "large"), make([]byte, large), 0o600); err != nil {
		t.Fatal(err)
	}
	gittest.Run(t, folder, "add", ".")
	gittest.Run(t, folder, "commit", "-q", "-m", "large")
	c, store := newServices(t)
	store.Configure(files.Limits{Execution: large}, files.Namespaces{}) // a pack of zeros has little
	r := tasktest.RunServed(t, Specs(Options{Local: []string{folder}}), &task.Services{Network: c, Files: store, Directories: store}, `{type: io.kestra.plugin.git.Clone, url: "file://`+folder+`"}`, "{}")
	if !strings.Contains(r.Err, "the files of one execution may take ") {
		t.Errorf("%q %s", r.Err, r.Outputs)
	}
}

// TestRefused loads tasks that cannot be right.
func TestRefused(t *testing.T) {
	for _, test := range []struct{ members, want string }{
		{`branch: main`, "url"},
		{`url: "file:///srv/repo"`, "is on the disk of this server, in no folder that `allow_local` of `tasks git` names"},
		{`url: "file:///srv/allowed/../repo"`, "in no folder that"},
		{`url: "file:///srv/allowedx"`, "in no folder that"},
		{`url: "file://srv/allowed"`, "must begin with https://"},
		{`url: /srv/repo`, "must begin with https://"},
		{`url: "ext::sh -c date"`, "must begin with https://"},
		{`url: "git://example.com/repo"`, "must begin with https://"},
		{`url: "https://example.com/repo", directory: ../x`, "must be a folder within the directory"},
		{`url: "git@example.com:a/b", cloneSubmodules: maybe`, "cloneSubmodules"},
		{`url: "https://example.com/repo", cache: true`, "cache"},
	} {
		_, found := tasktest.Load(t, Specs(Options{Local: []string{"/srv/allowed"}}), `{type: io.kestra.plugin.git.Clone, `+test.members+`}`)
		if err := found.Err(); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %s", test.members, err, test.want)
		}
	}
}
