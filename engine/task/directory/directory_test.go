package directory_test

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/caddy-kestra/kestra-webhook/engine/files"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/directory"
	"github.com/caddy-kestra/kestra-webhook/engine/task/tasktest"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// worker is a task with all that this package compiles.
type worker struct {
	inputs  *directory.Inputs
	files   *directory.NamespaceFiles
	outputs *directory.Outputs
	cache   *directory.Cache
}

func specs() []flow.Spec {
	return []flow.Spec{{
		Kind: flow.KindTask, Type: "test.Worker",
		Properties: []flow.Property{directory.InputsProperty("in"), directory.NamespaceFilesProperty("files"), directory.OutputsProperty("out"), directory.CacheProperty("cache")},
		Compile: func(c *flow.Component) (any, error) {
			w, errs := &worker{inputs: directory.NewInputs(c, "in")}, make([]error, 3)
			w.outputs, errs[0] = directory.CompileOutputs(c, "out")
			w.cache, errs[1] = directory.CompileCache(c, "cache")
			w.files, errs[2] = directory.CompileNamespaceFiles(c, "files")
			return w, errors.Join(errs...)
		},
	}}
}

// bench is where a worker works.
type bench struct {
	*worker
	t     *testing.T
	c     task.Context
	dir   *task.Directory
	lines *observer.ObservedLogs
}

// newBench loads a worker and makes a directory for it, on a store.
func newBench(t *testing.T, store *files.Store, yaml string) *bench {
	t.Helper()
	c, found := tasktest.Load(t, specs(), "{type: test.Worker, "+yaml+"}")
	if err := found.Err(); err != nil {
		t.Fatalf("%s\n%v", yaml, err)
	}
	core, lines := observer.New(zap.DebugLevel)
	b := &bench{worker: c.Compiled.(*worker), t: t, lines: lines}
	body := value.MapOf("name", value.String("bob"), "n", value.Int(1))
	b.c = task.Context{
		Pebble:   &pebble.Context{Vars: value.MapOf("trigger", value.MapOf("body", body)).Map(), Now: tasktest.Now},
		Log:      task.Logger{To: zap.New(core)},
		Origin:   task.Origin{Namespace: "company.team", Flow: "hello", Execution: "4Exec", Task: "a", Run: "7Run"},
		Services: &task.Services{Files: store, Directories: store},
	}
	b.makeDirectory()
	return b
}

func newStore(t *testing.T) *files.Store {
	t.Helper()
	store := files.New(filepath.Join(t.TempDir(), "files"))
	t.Cleanup(func() { _ = store.Close() })
	return store
}

func (b *bench) makeDirectory() {
	b.t.Helper()
	dir, err := directory.Make(b.t.Context(), &b.c)
	if err != nil {
		b.t.Fatal(err)
	}
	b.dir = dir
	b.t.Cleanup(func() { _ = dir.Close() })
}

// write writes files with their names as text.
func (b *bench) write(names ...string) {
	b.t.Helper()
	for _, name := range names {
		if err := errors.Join(b.dir.MkdirAll(filepath.Dir(name), 0o700), b.dir.WriteFile(name, []byte(name), 0o600)); err != nil {
			b.t.Fatal(err)
		}
	}
}

// has returns the files of the directory as "name=text".
func (b *bench) has() []string {
	b.t.Helper()
	var names []string
	err := fs.WalkDir(b.dir.FS(), ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() {
			text, err := b.dir.ReadFile(name)
			names = append(names, name+"="+string(text))
			return err
		}
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return names
}

// log returns the lines of the log.
func (b *bench) log() []string {
	var lines []string
	for _, e := range b.lines.TakeAll() {
		lines = append(lines, e.Level.String()+" "+e.Message)
	}
	return lines
}

// message returns the text of an error; "" for none.
func message(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

const leadsOut = "The path to resolve must be a relative path inside the current working directory."

func TestInputs(t *testing.T) {
	store := newStore(t)
	stored, err := store.Create(t.Context(), task.Origin{Namespace: "company.team", Flow: "hello", Execution: "4Exec", Task: "w", Run: "6Run"}, "f.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer stored.Close()
	if _, err := io.WriteString(stored, "stored"); err != nil {
		t.Fatal(err)
	}
	uri, err := stored.Commit()
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		in   string
		want []string
		err  string
	}{
		{`{a.txt: "hello {{ trigger.body.name }}", "{{ trigger.body.n }}.txt": b}`, []string{"1.txt=b", "a.txt=hello bob"}, ""},
		{`{a/b/c.txt: x, ./d.txt: "", a//e: 1.50}`, []string{"a/b/c.txt=x", "a/e=1.5", "d.txt="}, ""},
		{`{a.txt: null, b.txt: "{{ null }}", c.txt: true}`, []string{"b.txt=", "c.txt=true"}, ""},
		{`{a.txt: "` + uri + `", b.txt: " ` + uri + `"}`, []string{"a.txt=stored", "b.txt= " + uri}, ""},
		{`"{{ {'a.txt': 'x', 'b.txt': 1} | toJson }}"`, []string{"a.txt=x", "b.txt=1"}, ""},
		{`"{{ trigger.body }}"`, []string{"n=1", "name=bob"}, ""},
		{`'{"a.txt": null}'`, nil, ""},
		{`{}`, nil, ""},
		{`"{{ [1] }}"`, nil, "in must be a map, or JSON text of one"},
		{`"{{ {'a.txt': [1]} }}"`, nil, `in: the content of "a.txt" must be text`},
		{`{../x.txt: a}`, nil, leadsOut},
		{`{a/../../x.txt: a}`, nil, leadsOut},
		{`{/etc/x.txt: a}`, nil, leadsOut},
		{`{"": a}`, nil, leadsOut},
		{`{.: a}`, nil, leadsOut},
		{`{"a\0b": a}`, nil, "file a\x00b cannot be written: invalid argument"},
		{`{a: x, a/b: y}`, []string{"a=x"}, "file a/b cannot be written: not a directory"},
		{`{a.txt: "file:///etc/passwd"}`, nil, "the file a.txt cannot be read: files of the server itself are not given to flows"},
		{`{a.txt: "kestra:///x"}`, nil, `kestra:///x: file does not exist`},
	} {
		b := newBench(t, store, "in: "+test.in)
		err := b.inputs.Put(t.Context(), &b.c, b.dir)
		if diff := cmp.Diff(test.want, b.has()); diff != "" || message(err) != test.err {
			t.Errorf("%s: %v, want %s (-want +got):\n%s", test.in, err, test.err, diff)
		}
		wantLog := []string{fmt.Sprintf("debug Provided %d input(s).", len(test.want))}
		if test.err != "" {
			wantLog = nil
		}
		if diff := cmp.Diff(wantLog, b.log()); diff != "" {
			t.Errorf("%s: log (-want +got):\n%s", test.in, diff)
		}
	}
}

// What has the name of an input is replaced, not written through.
func TestInputsReplace(t *testing.T) {
	b := newBench(t, newStore(t), "in: {link: new, file: new}")
	b.write("target", "file")
	if err := b.dir.Symlink("target", "link"); err != nil {
		t.Fatal(err)
	}
	if err := b.inputs.Put(t.Context(), &b.c, b.dir); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"file=new", "link=new", "target=target"}, b.has()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Files count before they are written, and so do their bytes.
func TestLimit(t *testing.T) {
	const full = "no more space for files: the files of one execution may take 10000 bytes, see files_per_execution"
	for in, want := range map[string]string{
		`{a: x}`:       "",
		`{a: x, b: y}`: full,
		`{a: "` + strings.Repeat("x", 2000) + `"}`: "file a cannot be written: " + full,
	} {
		store := newStore(t)
		store.Configure(files.Limits{Execution: 10_000}, files.Namespaces{})
		b := newBench(t, store, "in: "+in)
		if err := b.inputs.Put(t.Context(), &b.c, b.dir); message(err) != want {
			t.Errorf("%.20s: %v, want %s", in, err, want)
		}
	}
}

func TestOutputs(t *testing.T) {
	for _, test := range []struct {
		out  string
		want []string
		err  string
	}{
		{`["*.txt"]`, []string{"a.txt"}, ""},
		{`["**.txt"]`, []string{"a.txt", "sub/b.txt", "sub/deep/c.txt"}, ""},
		{`["sub/**"]`, []string{"sub/b.txt", "sub/d.csv", "sub/deep/c.txt"}, ""},
		{`["/sub/?.{txt,csv}"]`, []string{"sub/b.txt", "sub/d.csv"}, ""},
		{`["a.txt", "*.txt"]`, []string{"a.txt"}, ""},
		{`["regex:.*/[bc]\\.txt"]`, []string{"sub/b.txt", "sub/deep/c.txt"}, ""},
		{`["glob:**/b.txt"]`, []string{"sub/b.txt"}, ""},
		{`["{{ trigger.body.n == 1 ? 'a' : 'b' }}.txt"]`, []string{"a.txt"}, ""},
		{`"{{ ['a.txt', 'sub/b.txt'] }}"`, []string{"a.txt", "sub/b.txt"}, ""},
		{`["nothing*"]`, nil, ""},
		{`["../*"]`, nil, ""},
		{`[]`, nil, ""},
		{`["within", "out", "gone", "pipe", "sub"]`, []string{"within"}, ""},
		{`"{{ {'a': 1} }}"`, nil, "out must be a list, or JSON text of one"},
		{`["{{ '[a' }}"]`, nil, `out: "[a" is no pattern: missing ']'`},
	} {
		b := newBench(t, newStore(t), "out: "+test.out)
		b.write("a.txt", "sub/b.txt", "sub/d.csv", "sub/deep/c.txt")
		for link, target := range map[string]string{"within": "sub/b.txt", "out": "/etc/passwd", "gone": "nowhere"} {
			if err := b.dir.Symlink(target, link); err != nil {
				t.Fatal(err)
			}
		}
		uris, err := b.outputs.Keep(t.Context(), &b.c, b.dir)
		if message(err) != test.err {
			t.Errorf("%s: %v, want %s", test.out, err, test.err)
		}
		var names []string
		for name, uri := range uris.All() {
			names = append(names, name)
			b.checkKept(name, uri.Str())
		}
		if diff := cmp.Diff(test.want, names); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.out, diff)
		}
	}
}

// checkKept checks what an output holds, and how its URI ends.
func (b *bench) checkKept(name, uri string) {
	b.t.Helper()
	f, err := b.c.Files.Open(b.t.Context(), b.c.Origin, uri)
	if err != nil {
		b.t.Error(err)
		return
	}
	defer f.Close()
	want := name
	if name == "within" {
		want = "sub/b.txt"
	}
	if text, err := io.ReadAll(f); string(text) != want || err != nil {
		b.t.Errorf("%s holds %q, %v", name, text, err)
	}
	if !strings.HasSuffix(uri, "-"+filepath.Base(name)) {
		b.t.Errorf("%s has the URI %s", name, uri)
	}
}

// Files of the same name in several folders have URIs of their own, which are the same when they are kept again.
func TestOutputsAreToldApart(t *testing.T) {
	b := newBench(t, newStore(t), `out: ["**"]`)
	b.write("a/x", "b/x")
	first, err := b.outputs.Keep(t.Context(), &b.c, b.dir)
	if err != nil {
		t.Fatal(err)
	}
	again, err := b.outputs.Keep(t.Context(), &b.c, b.dir)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(value.JSON(value.FromMap(first)), value.JSON(value.FromMap(again))); diff != "" {
		t.Errorf("(-first +again):\n%s", diff)
	}
	x, _ := first.Get("a/x")
	y, _ := first.Get("b/x")
	if x.Str() == y.Str() {
		t.Errorf("both are %s", x.Str())
	}
	if diff := cmp.Diff([]string{"debug Captured 2 output file(s).", "debug Captured 2 output file(s)."}, b.log()); diff != "" {
		t.Errorf("log (-want +got):\n%s", diff)
	}
}

func TestRefused(t *testing.T) {
	for yaml, want := range map[string]string{
		`in: {a: [1]}`:                  "flow.yml:4:38: tasks[0].in.a: must be text, is a list",
		`in: 1`:                         "flow.yml:4:34: tasks[0].in: must be a mapping, is an integer",
		`out: ["[a"]`:                   `flow.yml:4:35: tasks[0].out: "[a" is no pattern: missing ']'`,
		`out: ["regex:("]`:              `flow.yml:4:35: tasks[0].out: "regex:(" is no pattern: the ) of a group is missing at character 1`,
		`cache: {ttl: PT1H}`:            "flow.yml:4:37: tasks[0].cache.patterns: is missing",
		`cache: {patterns: ["a{"]}`:     `flow.yml:4:48: tasks[0].cache.patterns: "a{" is no pattern: missing '}'`,
		`files: {include: ["["]}`:       `flow.yml:4:47: tasks[0].files.include: "[" is no pattern: missing ']'`,
		`files: {ifExists: NEVER}`:      "flow.yml:4:48: tasks[0].files.ifExists: must be one of OVERWRITE, FAIL, WARN, IGNORE",
		`files: true`:                   "flow.yml:4:37: tasks[0].files: must be a mapping, is a boolean",
		`cache: {patterns: [], ttl: x}`: "flow.yml:4:57: tasks[0].cache.ttl: must be a duration, as in PT30S or 30s",
	} {
		_, found := tasktest.Load(t, specs(), "{type: test.Worker, "+yaml+"}")
		if got := message(found.Err()); got != want {
			t.Errorf("%s: %s, want %s", yaml, got, want)
		}
	}
}

func TestCache(t *testing.T) {
	store := newStore(t)
	const yaml = `cache: {patterns: ["m/**", "*.lock"], ttl: PT1H}`
	restored := func(after time.Duration, value string) (*bench, []string) {
		b := newBench(t, store, yaml)
		b.c.Pebble.Now = b.c.Pebble.Now.Add(after)
		b.value(value)
		if err := b.cache.Restore(t.Context(), &b.c, b.dir); err != nil {
			t.Fatal(err)
		}
		has := b.has()
		return b, has
	}
	save := func(b *bench) []string {
		if err := b.cache.Save(t.Context(), &b.c, b.dir); err != nil {
			t.Fatal(err)
		}
		return b.log()
	}
	b, has := restored(0, "")
	if log := save(b); len(has) > 0 || len(log) > 0 {
		t.Errorf("at first there is %v; with no files to keep, the log says %v", has, log)
	}
	b.write("m/a", "m/n/b", "x.lock", "rest")
	if err := b.dir.Chmod("m/a", 0o700); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"debug Cache files changed, we update the cache"}, save(b)); diff != "" {
		t.Errorf("the first one (-want +got):\n%s", diff)
	}

	b, has = restored(59*time.Minute, "")
	if diff := cmp.Diff([]string{"m/a=m/a", "m/n/b=m/n/b", "x.lock=x.lock"}, has); diff != "" {
		t.Errorf("restored (-want +got):\n%s", diff)
	}
	if info, err := b.dir.Stat("m/a"); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("a program: %v, %v", info, err)
	}
	want := []string{"debug Cache exist, downloading it", "debug Cache files didn't change, skip updating it"}
	if diff := cmp.Diff(want, save(b)); diff != "" {
		t.Errorf("unchanged (-want +got):\n%s", diff)
	}
	if _, has := restored(0, "another value"); len(has) > 0 {
		t.Errorf("for another value of the loop: %v", has)
	}

	b, has = restored(61*time.Minute, "")
	if len(has) > 0 {
		t.Errorf("after its time: %v", has)
	}
	b.write("m/a")
	save(b)
	b, has = restored(62*time.Minute, "")
	if diff := cmp.Diff([]string{"m/a=m/a"}, has); diff != "" {
		t.Errorf("kept again (-want +got):\n%s", diff)
	}
	if err := b.dir.Remove("m/a"); err != nil {
		t.Fatal(err)
	}
	b.write("m/c")
	save(b)
	if _, has = restored(63*time.Minute, ""); len(has) != 1 || has[0] != "m/c=m/c" {
		t.Errorf("changed: %v", has)
	}
}

// value sets the value of the loop around the task.
func (b *bench) value(text string) {
	if text != "" {
		b.c.Pebble.Vars.Set("taskrun", value.MapOf("value", value.String(text)))
	}
}

// A cache that cannot be read, or written, is only logged, and one that cannot be read is replaced.
func TestBrokenCache(t *testing.T) {
	store := newStore(t)
	b := newBench(t, store, `cache: {patterns: ["**"]}`)
	f, err := store.CreateCache(t.Context(), b.c.Origin, "")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := io.WriteString(f, strings.Repeat("no archive ", 100)); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Commit(); err != nil {
		t.Fatal(err)
	}
	b.write("a")
	err = errors.Join(b.cache.Restore(t.Context(), &b.c, b.dir), b.cache.Save(t.Context(), &b.c, b.dir))
	b.makeDirectory()
	err = errors.Join(err, b.cache.Restore(t.Context(), &b.c, b.dir))
	if diff := cmp.Diff([]string{"a=a"}, b.has()); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	store.Configure(files.Limits{Execution: 10}, files.Namespaces{})
	b.write("b")
	if err := b.cache.Save(t.Context(), &b.c, b.dir); err != nil {
		t.Error(err)
	}
	want := []string{
		"error the cache cannot be restored: archive/tar: invalid tar header",
		"debug Cache files changed, we update the cache",
		"debug Cache exist, downloading it",
		"debug Cache files changed, we update the cache",
		"error the cache cannot be kept: no more space for files: a cache may take as much as the files of one execution, see files_per_execution",
	}
	if diff := cmp.Diff(want, b.log()); diff != "" {
		t.Errorf("log (-want +got):\n%s", diff)
	}
}

// Without a server there is no place for files.
func TestNoServer(t *testing.T) {
	c := task.Context{Pebble: new(pebble.Context)}
	_, make := directory.Make(t.Context(), &c)
	_, open := directory.Open(t.Context(), &c, c.Origin)
	for _, err := range []error{make, open} {
		if message(err) != "there is no place for files" {
			t.Error(err)
		}
	}
}
