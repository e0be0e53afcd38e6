package directory_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/files"
)

// newNamespaces returns a store that has files of the namespaces company.team and company.data.
func newNamespaces(t *testing.T) *files.Store {
	t.Helper()
	folder := t.TempDir()
	for name, text := range map[string]string{
		"company.team/a.txt": "a", "company.team/sub/a.txt": "sub", "company.team/sub/b.py": "b", "company.data/a.txt": "data", "company.data/c.py": "c",
	} {
		name = filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	store := newStore(t)
	store.Configure(files.Limits{}, files.Namespaces{Written: folder})
	return store
}

func TestNamespaceFiles(t *testing.T) {
	store := newNamespaces(t)
	const both = `namespaces: [company.team, company.data]`
	loaded := func(what string) []string { return []string{"info Loaded " + what} }
	for _, test := range []struct {
		files string
		want  []string // beside a.txt, which was there before
		log   []string
		err   string
	}{
		{`{}`, []string{"a.txt=a", "sub/a.txt=sub", "sub/b.py=b"}, loaded("3 namespace files from 'company.team'"), ""},
		{`{enabled: false}`, []string{"a.txt=before"}, nil, ""},
		{`{enabled: "{{ trigger.body.n == 2 }}"}`, []string{"a.txt=before"}, nil, ""},
		{`{include: [a.txt]}`, []string{"a.txt=a", "sub/a.txt=sub"}, loaded("2 namespace files from 'company.team'"), ""},
		{`{include: [/a.txt]}`, []string{"a.txt=a"}, loaded("1 namespace files from 'company.team'"), ""},
		{`{include: ["*.py"]}`, []string{"a.txt=before", "sub/b.py=b"}, loaded("1 namespace files from 'company.team'"), ""},
		{`{include: ["**.py", "regex:/a.*"], exclude: ["/sub/?.py"]}`, []string{"a.txt=a"}, loaded("1 namespace files from 'company.team'"), ""},
		{`{include: "{{ ['sub/**'] }}", exclude: ["{{ 'a' }}.txt"]}`, []string{"a.txt=before", "sub/b.py=b"}, loaded("1 namespace files from 'company.team'"), ""},
		{`{` + both + `}`, []string{"a.txt=data", "c.py=c", "sub/a.txt=sub", "sub/b.py=b"}, loaded("5 namespace files from 'company.team, company.data'"), ""},
		{
			`{` + both + `, folderPerNamespace: true, include: [/a.txt]}`,
			[]string{"a.txt=before", "company.data/a.txt=data", "company.team/a.txt=a"},
			loaded("2 namespace files from 'company.team, company.data'"), "",
		},
		{`{namespaces: ["{{ 'company.nobody' }}"]}`, []string{"a.txt=before"}, loaded("0 namespace files from 'company.nobody'"), ""},
		{`{ifExists: IGNORE, include: [/a.txt]}`, []string{"a.txt=before"}, loaded("0 namespace files from 'company.team'"), ""},
		{
			`{ifExists: WARN, include: [/a.txt]}`,
			[]string{"a.txt=before"},
			[]string{"warn File already exists: a.txt", "info Loaded 0 namespace files from 'company.team'"},
			"",
		},
		{`{ifExists: FAIL}`, []string{"a.txt=before"}, nil, "File already exists: a.txt"},
		{`{ifExists: "{{ 'NOPE' }}"}`, []string{"a.txt=before"}, nil, `ifExists is "NOPE", none of OVERWRITE, FAIL, WARN, IGNORE`},
		{`{include: ["{{ '{' }}"]}`, []string{"a.txt=before"}, nil, `include: "{" is no pattern: missing '}'`},
		{`{namespaces: "{{ 1 }}"}`, []string{"a.txt=before"}, nil, "namespaces must be a list, or JSON text of one"},
		{`{namespaces: ["../x"]}`, []string{"a.txt=before"}, nil, "the name of a file holds a slash, a backslash or a NUL: \"../x\""},
	} {
		b := newBench(t, store, "files: "+test.files)
		if err := b.dir.WriteFile("a.txt", []byte("before"), 0o600); err != nil {
			t.Fatal(err)
		}
		err := b.files.Put(t.Context(), &b.c, b.dir)
		if diff := cmp.Diff(test.want, b.has()); diff != "" || message(err) != test.err {
			t.Errorf("%s: %v, want %s (-want +got):\n%s", test.files, err, test.err, diff)
		}
		if diff := cmp.Diff(test.log, b.log()); diff != "" {
			t.Errorf("%s: log (-want +got):\n%s", test.files, diff)
		}
	}
}
