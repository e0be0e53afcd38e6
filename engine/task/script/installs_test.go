package script

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// workFolder returns the folders of a run that works in one with files.
func workFolder(t *testing.T, files map[string]string) *folders {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = root.Close() })
	return &folders{work: &task.Directory{Root: root, Path: dir}}
}

// TestTakeInstalls says which commands are taken from a script, each as the words after the name of the program; what is left are those
// that stay.
func TestTakeInstalls(t *testing.T) {
	files := map[string]string{
		"requirements.txt": "# a\npandas==2.0 # b\nrequests[socks] >= 2; python_version > '3'\n", "more.txt": "-r requirements.txt\n", "git.txt": "git+https://example.com/a\n",
		"a.whl": "x", "lib/m.py": "x", "large.txt": strings.Repeat("#", mostText+1),
	}
	const none = "none"
	for line, want := range map[string]string{
		"pip install pandas": "install pandas", "pip3 install -q pandas 'requests>=2.28' \"x~=1\" uvicorn[standard] a==1.*": none, "  pip  install  pandas  > /dev/null 2>&1": "install pandas",
		"python3 -m pip install pandas": "install pandas", "python -m pip install -q 'a>1' \"b~=1\" c[d]==2": "install -q a>1 b~=1 c[d]==2", "pip install": "install",
		"pip install -r requirements.txt": "install -r requirements.txt", "pip install --requirement=requirements.txt": "install --requirement=requirements.txt",
		"pip install ./a.whl": "install ./a.whl", "pip install --no-index --find-links lib greet": "install --no-index --find-links lib greet", "pip install -i https://example.com/simple a": "install -i https://example.com/simple a",
		"pip install {{work}}/a.whl": "install ./a.whl", "pip install ./lib": "install ./lib",

		"pip install -U pandas": none, "pip install --upgrade pandas": none, "pip install -e ./lib": none, "pip install .": none, "pip install ..": none, "pip install --find-links . a": none, "pip install ./missing.whl": none,
		"pip install /etc/passwd": none, "pip install ../a.whl": none, "pip install -r more.txt": none, "pip install -r git.txt": none, "pip install -r large.txt": none, "pip install -r missing.txt": none,
		"pip install -r": none, "pip install git+https://example.com/a": none, "pip install https://example.com/a.whl": none, "pip install kestra:///a.whl": none, "pip install user/repo": none,
		"pip install $PACKAGE": none, "pip install \"$PACKAGE\"": none, "pip install `cat x`": none, "pip install a && rm b": none, "pip install a; b": none, "pip install a | b": none, "pip install a > log": none, "pip install a*": none,
		"pip install ~/a": none, "pip install a \\": none, "sudo pip install a": none, "pip download a": none, "pip install a&": none, "pip install 'a": none, "pip install --user a": none, "echo pip install a": none,

		"npm install": "install", "npm i left-pad @a/b@^1 c@latest": "i left-pad @a/b@^1 c@latest", "npm ci --omit=dev": "ci --omit=dev", "npm install --omit dev ./lib": "install --omit dev ./lib",
		"npm install -g a": none, "npm install user/repo": none, "npm install github:user/repo": none, "npm run build": none, "npm install file:../x": none, "npm initial": none, "npm install a --prefix x": none, "npx a": none,
	} {
		f := workFolder(t, files)
		line = strings.ReplaceAll(line, "{{work}}", f.work.Path)
		s := &setting{program: []string{"/bin/sh", "-c"}, failFast: true, cached: true}
		left := s.takeInstalls(f, []string{"# first\n" + line, "echo then"}, "echo last")
		got := none
		for _, of := range s.installs {
			got = strings.Join(of[0], " ")
		}
		if got != want || (got == none) != (len(left) == 2) {
			t.Errorf("%q: takes %q, want %q; left is %q", line, got, want, left)
		}
	}
	for name, tt := range map[string]struct {
		change       func(s *setting, f *folders)
		before       []string
		rest         string
		left         []string
		manifest     string
		wantInstalls int
	}{
		"several":                      {before: []string{"pip install a\npip install b", "npm i c"}, left: []string{}, wantInstalls: 3},
		"another command first":        {before: []string{"cd lib", "pip install a"}, left: []string{"cd lib", "pip install a"}},
		"more that is not plain":       {before: []string{"pip install a", "pip install $B"}, left: []string{"pip install a", "pip install $B"}},
		"more in the script":           {before: []string{"pip install a"}, rest: "pip install b", left: []string{"pip install a"}},
		"yarn in the script":           {before: []string{"pip install a"}, rest: "yarn", left: []string{"pip install a"}},
		"not failFast":                 {change: func(s *setting, _ *folders) { s.failFast = false }, before: []string{"pip install a"}, left: []string{"pip install a"}},
		"not to be kept":               {change: func(s *setting, _ *folders) { s.cached = false }, before: []string{"pip install a"}, left: []string{"pip install a"}},
		"no shell":                     {change: func(s *setting, _ *folders) { s.program = []string{"python3", "-c"} }, before: []string{"pip install a"}, left: []string{"pip install a"}},
		"another shell":                {change: func(s *setting, _ *folders) { s.program = []string{"/usr/bin/bash", "-c"} }, before: []string{"pip install a"}, left: []string{}, wantInstalls: 1},
		"npm in a folder of several":   {change: func(_ *setting, f *folders) { f.shared = true }, before: []string{"npm i a"}, left: []string{"npm i a"}},
		"pip in a folder of several":   {change: func(_ *setting, f *folders) { f.shared = true }, before: []string{"pip install a"}, left: []string{}, wantInstalls: 1},
		"packages are there":           {change: func(_ *setting, f *folders) { _ = f.work.Mkdir(modulesName, 0o700) }, before: []string{"npm i a"}, left: []string{"npm i a"}},
		"a manifest":                   {manifest: `{"dependencies": {"a": "^1", "b": "npm:c@2", "d": "file:a.whl"}}`, before: []string{"npm i"}, left: []string{}, wantInstalls: 1},
		"a manifest with a script":     {manifest: `{"scripts": {"postinstall": "x"}}`, before: []string{"npm i"}, left: []string{"npm i"}},
		"a manifest with a repository": {manifest: `{"devDependencies": {"a": "user/repo"}}`, before: []string{"npm i"}, left: []string{"npm i"}},
		"a manifest with a folder":     {manifest: `{"dependencies": {"a": "file:lib"}}`, before: []string{"npm i"}, left: []string{"npm i"}},
		"a manifest of several":        {manifest: `{"workspaces": ["lib"]}`, before: []string{"npm i"}, left: []string{"npm i"}},
		"a manifest that is none":      {manifest: `x`, before: []string{"npm i"}, left: []string{"npm i"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := &setting{program: []string{"/bin/sh", "-c"}, failFast: true, cached: true}
			if tt.manifest != "" {
				files["package.json"] = tt.manifest
				defer delete(files, "package.json")
			}
			f := workFolder(t, files)
			if tt.change != nil {
				tt.change(s, f)
			}
			left := s.takeInstalls(f, tt.before, tt.rest)
			if d := cmp.Diff(tt.left, left); d != "" {
				t.Errorf("left (-want +got):\n%s", d)
			}
			if got := len(s.installs[pip]) + len(s.installs[npm]); got != tt.wantInstalls {
				t.Errorf("%d commands are taken, want %d", got, tt.wantInstalls)
			}
		})
	}
}

// TestKey says what decides about the name of what is kept.
func TestKey(t *testing.T) {
	key := func(files map[string]string, program, name, text string, words ...string) string {
		f := workFolder(t, files)
		return pip.key(f.work, "python", program, []installation{words}, value.MapOf(name, value.String(text)).Map())
	}
	same := key(map[string]string{"a.whl": "x", "other": "1"}, "python3", "PIP_INDEX_URL", "a", "install", "./a.whl")
	if other := key(map[string]string{"a.whl": "x", "other": "2"}, "python3", "PIP_INDEX_URL", "a", "install", "./a.whl"); other != same {
		t.Error("a file that is not named decides")
	}
	if plain := key(nil, "python3", "A", "a", "install", "b"); plain != key(nil, "python3", "A", "c", "install", "b") {
		t.Error("a variable that is not pip's decides")
	}
	for what, other := range map[string]string{
		"the content":                   key(map[string]string{"a.whl": "y"}, "python3", "PIP_INDEX_URL", "a", "install", "./a.whl"),
		"the interpreter":               key(map[string]string{"a.whl": "x"}, "python3.1", "PIP_INDEX_URL", "a", "install", "./a.whl"),
		"a variable of pip's":           key(map[string]string{"a.whl": "x"}, "python3", "PIP_INDEX_URL", "b", "install", "./a.whl"),
		"the words":                     key(map[string]string{"a.whl": "x"}, "python3", "PIP_INDEX_URL", "a", "install", "--no-deps", "./a.whl"),
		"the content of a dependency":   key(map[string]string{"a.whl": "y"}, "python3", "PIP_INDEX_URL", "a", "install", "--", "./a.whl"),
		"the content of another before": key(map[string]string{"a.whl": "x"}, "python3", "PIP_INDEX_URL", "a", "install", "--", "./a.whl"),
	} {
		if other == same {
			t.Errorf("%s does not decide", what)
		}
	}
}
