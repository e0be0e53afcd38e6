package tests

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/caddy-kestra/kestra-webhook"

// maxLines is the length above which a Go file has more than one subject.
const maxLines = 500

// row says what one package may import beside the standard library. A name that ends in /... includes the packages below it.
type row struct {
	pkg     string   // folder, relative to the module
	ours    []string // packages of this module
	outside []string // modules, or packages and what is below them
	tests   []string // what only its test files may import, ours by folder, others by path
}

// house has the packages from the lowest to the highest: none knows any of those after it.
var house = slices.Concat([]row{
	{pkg: "engine/value"},
	{pkg: "engine/value/valuetest", ours: []string{"engine/value"}}, // for tests
	{pkg: "engine/meter", ours: []string{"engine/value"}, tests: []string{"engine/value/valuetest"}},
	{pkg: "engine/nearest"},
	{pkg: "engine/pathless"},
	{pkg: "engine/mask", tests: []string{"engine/value/valuetest"}},
	{pkg: "engine/guard"},
	{pkg: "engine/size"},
	{pkg: "engine/signature"},
	// The API of OpenTelemetry alone, which does nothing without a span of the server, and links nothing that Caddy does not.
	{pkg: "engine/trace", outside: []string{"go.opentelemetry.io/otel"}},
	{pkg: "engine/secret", ours: []string{"engine/mask", "engine/value", "engine/pathless"}},
	{pkg: "engine/logline", ours: []string{"engine/mask"}},
	{
		pkg:     "engine/yaml",
		ours:    []string{"engine/meter", "engine/value"},
		outside: []string{"gopkg.in/yaml.v3"},
	},
	{pkg: "engine/javatime", ours: []string{"engine/meter", "engine/value"}, tests: []string{"engine/value/valuetest"}},
	{pkg: "engine/ion", ours: []string{"engine/meter", "engine/value"}, tests: []string{"engine/value/valuetest"}},
	{
		pkg:     "engine/javaformat",
		ours:    []string{"engine/meter", "engine/value"},
		outside: []string{"golang.org/x/text"},
		tests:   []string{"engine/value/valuetest"},
	},
	{pkg: "engine/javaregex", ours: []string{"engine/meter", "engine/value"}, outside: []string{"github.com/dlclark/regexp2/v2", "golang.org/x/text"}},
	{pkg: "engine/glob", ours: []string{"engine/javaregex"}, tests: []string{"engine/meter"}},
	{
		pkg:     "engine/jq",
		ours:    []string{"engine/meter", "engine/javaregex", "engine/value"},
		outside: []string{"github.com/itchyny/gojq"},
		tests:   []string{"engine/value/valuetest"},
	},
	{
		pkg:     "engine/pebble",
		ours:    []string{"engine/meter", "engine/nearest", "engine/signature", "engine/jq", "engine/ion", "engine/javatime", "engine/javaformat", "engine/javaregex", "engine/yaml", "engine/value"},
		outside: []string{"golang.org/x/text"},
		tests:   []string{"engine/value/valuetest"},
	},
	{
		pkg:   "engine/flow",
		ours:  []string{"engine/pebble", "engine/nearest", "engine/javaregex", "engine/yaml", "engine/meter", "engine/value", "engine/pathless"},
		tests: []string{"engine/value/valuetest"},
	},
	{
		pkg:     "engine/cel", // it reads YAML as Kestra's expressions do
		ours:    []string{"engine/nearest", "engine/signature", "engine/yaml", "engine/value"},
		outside: []string{"cel.dev/cel-go"},
		// The conformance suite of the language is made of messages of protocol buffers.
		tests: []string{"engine/value/valuetest", "cel.dev/expr", "google.golang.org/protobuf"},
	},
	{
		pkg:     "engine/condition", // reads dates as Java does
		ours:    []string{"engine/flow", "engine/cel", "engine/pebble", "engine/javatime", "engine/value"},
		outside: []string{"github.com/rickar/cal/v2"},
	},
	{
		pkg:  "engine/execution",
		ours: []string{"engine/flow", "engine/value"},
		// A flow with expressions is the shortest way to a plan.
		tests: []string{"engine/pebble"},
	},
	{pkg: "engine/task", ours: []string{"engine/logline", "engine/mask", "engine/flow", "engine/pebble", "engine/value"}},
	{pkg: "engine/task/tasktest", ours: []string{"engine/task", "engine/flow", "engine/pebble", "engine/value"}},
	{ // by regular expressions, too, and as Ion
		pkg:  "engine/task/lines",
		ours: []string{"engine/task", "engine/flow", "engine/ion", "engine/javaregex", "engine/meter", "engine/pebble", "engine/value"},
	},
	taskGroup("setting"), // what several groups do with properties
	{pkg: "engine/task/printed", ours: []string{"engine/task", "engine/value"}, tests: []string{"engine/pebble"}}, // what several groups do with what commands print
	{pkg: "engine/task/charset", outside: []string{"golang.org/x/text"}},
	{pkg: "engine/task/notice", ours: []string{"engine/task", "engine/task/setting", "engine/flow", "engine/pebble", "engine/value"}},
	// Groups of tasks: one row each, so that what one of them needs is not open to the others.
	taskGroup("debug"),
	taskGroup("executions"),
	{
		pkg:   "engine/task/directory", // what several groups do with files
		ours:  []string{"engine/task", "engine/flow", "engine/pebble", "engine/glob", "engine/meter", "engine/value", "engine/pathless"},
		tests: []string{"engine/task/tasktest", "engine/files"},
	},
	{
		pkg:   "engine/task/flowable", // ForEachItem divides files, and writes the outputs of executions as Ion
		ours:  []string{"engine/task", "engine/task/directory", "engine/task/lines", "engine/flow", "engine/ion", "engine/meter", "engine/pebble", "engine/value"},
		tests: []string{"engine/task/...", "engine/files"},
	},
	{
		// Programs of jq join what events of a server say.
		pkg:     "engine/task/http",
		ours:    []string{"engine/task", "engine/task/charset", "engine/task/setting", "engine/flow", "engine/pebble", "engine/jq", "engine/javaregex", "engine/meter", "engine/value"},
		outside: []string{"golang.org/x/text"},
		tests:   []string{"engine/task/...", "engine/outbound", "engine/files"},
	},
	{
		pkg:  "engine/task/kv",
		ours: []string{"engine/task", "engine/flow", "engine/pebble", "engine/value"},
		// Its tests write into the key-value store itself.
		tests: []string{"engine/task/...", "engine/outside", "engine/execution", "engine/store/memory"},
	},
	taskGroup("logs"),
	{
		pkg:   "engine/task/namespaces", // finds files by patterns
		ours:  []string{"engine/task", "engine/task/directory", "engine/flow", "engine/glob", "engine/meter", "engine/pebble", "engine/value"},
		tests: []string{"engine/task/tasktest", "engine/files"},
	},
	taskGroup("output"),
	{
		pkg:   "engine/task/storage", // reads files by lines, as Ion
		ours:  []string{"engine/task", "engine/task/directory", "engine/task/lines", "engine/flow", "engine/ion", "engine/meter", "engine/pebble", "engine/value"},
		tests: []string{"engine/task/tasktest", "engine/files"},
	},
	{ // it puts files into directories; its tests run processes
		pkg:   "engine/task/container", // what tasks say of containers, without a client of any
		ours:  []string{"engine/task", "engine/task/setting", "engine/flow", "engine/pebble", "engine/value"},
		tests: []string{"engine/task/tasktest"},
	},
	{
		pkg:   "engine/task/script",
		ours:  []string{"engine/task", "engine/task/container", "engine/task/directory", "engine/task/printed", "engine/flow", "engine/pebble", "engine/value", "engine/pathless"},
		tests: []string{"engine/task/...", "engine/process", "engine/files", "engine/mask"},
	},
	taskGroup("templating"),
	taskGroup("timing"),
	taskGroup("handon"),
	{pkg: "engine/filelock"},
	{pkg: "engine/files", ours: []string{"engine/filelock", "engine/task", "engine/pathless"}},
}, groups, []row{
	{
		pkg:   "engine/task/upkeep",
		ours:  []string{"engine/task", "engine/flow", "engine/ion", "engine/meter", "engine/pebble", "engine/value"}, // it writes logs as Ion
		tests: []string{"engine/task/..."},
	},
	{
		pkg:   "engine/outside",
		ours:  []string{"engine/execution", "engine/task", "engine/task/http", "engine/pebble", "engine/meter", "engine/value"},
		tests: []string{"engine/files", "engine/store/memory"},
	},
	{pkg: "engine/process", ours: []string{"engine/filelock", "engine/task", "engine/pathless"}, outside: []string{"golang.org/x/sys/windows"}}, // it runs the commands of tasks
	{ // it answers for a service of tasks
		pkg:   "engine/outbound",
		ours:  []string{"engine/task", "engine/trace"},
		tests: []string{"go.opentelemetry.io/otel"},
	},
	{pkg: "engine/admission"},
	{pkg: "engine/scope", ours: []string{"engine/execution", "engine/flow", "engine/pebble", "engine/value"}},
	{
		pkg: "engine/runner",
		ours: []string{
			"engine/admission", "engine/outside", "engine/scope", "engine/execution", "engine/task", "engine/guard", "engine/mask", "engine/trace", "engine/flow",
			"engine/pebble", "engine/value",
		},
		tests: []string{"engine/store/memory", "engine/task/...", "engine/value/valuetest", "go.opentelemetry.io/otel"},
	},
	{
		pkg:  "engine/webhook/senders", // data, and samples with values put into them
		ours: []string{"engine/signature", "engine/value"},
	},
	{
		pkg:     "engine/webhook", // it undoes charsets and content codings of bodies
		ours:    []string{"engine/execution", "engine/condition", "engine/signature", "engine/size", "engine/webhook/senders", "engine/flow", "engine/pebble", "engine/nearest", "engine/value"},
		outside: []string{"golang.org/x/text", "golang.org/x/net", "github.com/andybalholm/brotli", "github.com/klauspost/compress/zstd"},
		tests:   []string{"engine/task/..."},
	},
	{pkg: "engine/store/packing", ours: []string{"engine/execution", "engine/flow"}},
	{pkg: "engine/store/hints", ours: []string{"engine/execution"}},
	{
		pkg:     "engine/store/storetest",
		ours:    []string{"engine/execution", "engine/flow", "engine/value"},
		outside: []string{"github.com/google/go-cmp", "pgregory.net/rapid"}, // it is a test suite in itself
	},
	{
		pkg:     "engine/store/...",
		ours:    []string{"engine/store/packing", "engine/store/hints", "engine/filelock", "engine/execution", "engine/flow", "engine/value"},
		outside: []string{"modernc.org/sqlite"},
		tests:   []string{"engine/store/storetest", "engine/value/valuetest", "modernc.org/libc"}, // which a disk that fails is made of
	},
	{pkg: "engine/show", ours: []string{"engine/execution", "engine/task", "engine/mask", "engine/flow", "engine/yaml", "engine/value"}},
	{pkg: "engine/search", ours: []string{"engine/execution", "engine/flow"}},
	{pkg: "engine/upstream", ours: []string{"engine/outbound", "engine/task", "engine/webhook"}},
	{
		pkg: "engine/site", // it knows no type of task and no store
		ours: []string{
			"engine/runner", "engine/outside", "engine/task", "engine/webhook", "engine/admission", "engine/scope", "engine/execution", "engine/condition",
			"engine/signature", "engine/logline", "engine/guard", "engine/mask", "engine/secret", "engine/flow", "engine/pebble", "engine/value",
		},
		outside: []string{"golang.org/x/time/rate"},
	},
	{pkg: "engine", ours: []string{"engine/..."}, tests: []string{"go.opentelemetry.io/otel"}},
	{ // it runs flows as a server would, and holds what becomes of them against files of cases
		pkg:  "engine/flowtest",
		ours: []string{"engine", "engine/webhook", "engine/webhook/senders", "engine/execution", "engine/flow", "engine/nearest", "engine/yaml", "engine/value"},
	},
	{ // the API over HTTP, without Caddy
		pkg:  "caddymodule/api",
		ours: []string{"engine", "engine/search", "engine/show", "engine/webhook", "engine/execution", "engine/flow", "engine/value"},
	},
	{
		pkg:  "caddymodule",
		ours: []string{"engine", "engine/flow", "engine/flowtest", "engine/webhook", "engine/size", "caddymodule/api"},
		outside: []string{
			"github.com/caddyserver/caddy/v2", "github.com/spf13/cobra", "github.com/fsnotify/fsnotify",
			"github.com/prometheus/client_golang", "go.opentelemetry.io/otel", "golang.org/x/net",
		},
		tests: []string{"github.com/rogpeppe/go-internal", "engine/task", "engine/value"}, // a group of tasks as somebody else writes it
	},
	{pkg: "caddymodule/knownhosts", outside: []string{"github.com/caddyserver/caddy/v2"}}, // an option that several groups have
	{pkg: "caddymodule/tasks/all", ours: []string{"caddymodule/tasks/..."}},
	{
		pkg:     "caddymodule/cmd/caddy",
		ours:    []string{"caddymodule", "caddymodule/tasks/all"},
		outside: []string{"github.com/caddyserver/caddy/v2"},
	},

	// The tables of the README and the schema are made from the specs, the examples are run, and flows are held against the schema.
	{
		pkg: "tests",
		tests: []string{
			"engine", "engine/execution", "engine/flow", "engine/flowtest", "engine/webhook", "engine/yaml", "engine/value", "caddymodule/tasks/all", "github.com/caddyserver/caddy/v2",
			"engine/task/tasktest", "engine/task/docker/dockertest", "engine/task/email/smtptest", "engine/task/git/gittest", "engine/task/postgresql/postgrestest", "engine/task/ssh/sshtest",
		},
	},
	{pkg: "tests/xcaddybuild", tests: []string{"tests/e2e/harness"}},
	// The binary is known by its URLs and output alone.
	{
		pkg:   "tests/e2e",
		ours:  []string{"tests/e2e/harness", "engine/task/docker/dockertest"}, // what stands in for a daemon is no part of the binary
		tests: []string{"github.com/aws/aws-lambda-go", "github.com/go-playground/webhooks/v6", "github.com/quic-go/quic-go", "github.com/rogpeppe/go-internal"},
	},
	{pkg: "tests/e2e/harness"},
	{
		pkg:     "tests/e2e/acmeca",
		outside: []string{"github.com/caddyserver/caddy/v2", "github.com/smallstep/certificates"},
	},
	{pkg: "tests/crash", ours: []string{"tests/e2e/harness"}},
	{pkg: "tests/bench", ours: []string{"engine/...", "tests/e2e/harness"}},
	{pkg: "tests/differential/javaregex", ours: []string{"engine/javaregex"}},
	{pkg: "tests/conformance", ours: []string{"engine/...", "caddymodule/api"}, tests: []string{"tests/e2e/harness"}},
	{pkg: "tests/differential/...", ours: []string{"engine/..."}},
})

// Allowed everywhere: loggers that are passed down, identifiers and concurrency; in tests, libraries that compare and watch.
var (
	everywhere  = []string{"go.uber.org/zap", "github.com/google/uuid", "golang.org/x/sync"}
	everyTest   = []string{"github.com/google/go-cmp", "go.uber.org/goleak", "pgregory.net/rapid"}
	vagueNames  = []string{"utils", "util", "common", "helpers", "helper", "types", "misc"}
	userIgnores = []string{"replace", "exclude"} // directives of go.mod that hold in the main module alone
)

func TestArchitecture(t *testing.T) {
	findings, packages, err := inspect(os.DirFS(".."))
	if err != nil {
		t.Fatal(err)
	}
	if packages < 2 {
		t.Errorf("only %d packages were found, so nothing was checked", packages)
	}
	for _, f := range findings {
		t.Error(f)
	}
}

// inspect reads every Go file of the module in fsys, whatever its build tags, and go.mod. It returns what is wrong, and
// how many packages it saw.
func inspect(fsys fs.FS) (findings []string, packages int, err error) {
	folders := map[string][]goFile{}
	err = fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir():
			if name != "." && skipFolder(fsys, name) {
				return fs.SkipDir
			}
		case path.Ext(name) == ".go":
			f, err := readGoFile(fsys, name)
			if err != nil {
				return err
			}
			folders[path.Dir(name)] = append(folders[path.Dir(name)], f)
		}
		return nil
	})
	if err != nil {
		return nil, 0, err
	}
	for folder, files := range folders {
		findings = append(findings, checkPackage(folder, files)...)
	}
	findings = append(findings, checkShares(folders)...)
	mod, err := fs.ReadFile(fsys, "go.mod")
	if err != nil {
		return nil, 0, err
	}
	findings = append(findings, checkMod(mod)...)
	slices.Sort(findings)
	return findings, len(folders), nil
}

// skipFolder reports whether the go tool would not look into a folder: hidden ones, test data, and other modules.
func skipFolder(fsys fs.FS, name string) bool {
	base := path.Base(name)
	if base == "testdata" || strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") {
		return true
	}
	_, err := fs.Stat(fsys, name+"/go.mod")
	return err == nil
}

// goFile is what is checked of one file.
type goFile struct {
	name    string
	pkg     string
	comment bool // it has a package comment
	imports []string
	lines   int
}

func (f goFile) test() bool { return strings.HasSuffix(f.name, "_test.go") }

func readGoFile(fsys fs.FS, name string) (goFile, error) {
	text, err := fs.ReadFile(fsys, name)
	if err != nil {
		return goFile{}, err
	}
	parsed, err := parser.ParseFile(token.NewFileSet(), name, text, parser.ImportsOnly|parser.ParseComments)
	if err != nil {
		return goFile{}, err
	}
	f := goFile{
		name: name, pkg: parsed.Name.Name, lines: bytes.Count(text, []byte{'\n'}),
		comment: strings.HasPrefix(packageComment(parsed), "Package ") || parsed.Name.Name == "main" && parsed.Doc != nil,
	}
	for _, spec := range parsed.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return goFile{}, err
		}
		f.imports = append(f.imports, imported)
	}
	return f, nil
}

func packageComment(f *ast.File) string {
	if f.Doc == nil {
		return ""
	}
	return f.Doc.Text()
}

func checkPackage(folder string, files []goFile) []string {
	var findings []string
	say := func(format string, args ...any) { findings = append(findings, fmt.Sprintf(format, args...)) }

	r, inTable := rowOf(folder)
	if !inTable {
		say("%s: the package is in no row of the table in tests/architecture_test.go", folder)
	}
	documented := false
	for _, f := range files {
		if f.comment && (path.Base(f.name) == "doc.go" || f.pkg == "main") {
			documented = true
		}
		if slices.Contains(vagueNames, strings.TrimSuffix(f.pkg, "_test")) {
			say("%s: package name %q says nothing", f.name, f.pkg)
		}
		if f.lines > maxLines {
			say("%s: %d lines, more than %d", f.name, f.lines, maxLines)
		}
		for _, imported := range f.imports {
			if inTable && !r.allows(folder, imported, f.test()) {
				say("%s: may not import %s", f.name, imported)
			}
		}
	}
	if !documented {
		say("%s: no doc.go with a package comment", folder)
	}
	return findings
}

// checkShares looks for a package with more than a third of the engine's lines, tests not counted: it should be several
// packages. An engine smaller than three full files is too small to share out.
func checkShares(folders map[string][]goFile) []string {
	lines, total := map[string]int{}, 0
	for folder, files := range folders {
		for _, f := range files {
			if within(folder, "engine") && !f.test() {
				lines[folder] += f.lines
				total += f.lines
			}
		}
	}
	var findings []string
	for folder, n := range lines {
		if total > 3*maxLines && n > total/3 {
			findings = append(findings, fmt.Sprintf("%s: %d lines, more than a third of the engine's %d", folder, n, total))
		}
	}
	return findings
}

// rowOf returns the row that names folder; one with its very name comes before patterns.
func rowOf(folder string) (row, bool) {
	for _, r := range house {
		if r.pkg == folder {
			return r, true
		}
	}
	if name, ok := strings.CutPrefix(folder, "caddymodule/tasks/"); ok && !strings.Contains(name, "/") {
		return groupModule(name), true
	}
	for _, r := range house {
		if base, ok := strings.CutSuffix(r.pkg, "/..."); ok && within(folder, base) {
			return r, true
		}
	}
	return row{}, false
}

func (r row) allows(folder, imported string, test bool) bool {
	if imported == "C" { // xcaddy builds without cgo
		return false
	}
	first, _, _ := strings.Cut(imported, "/")
	if !strings.Contains(first, ".") {
		return true // the standard library
	}
	if ours, ok := strings.CutPrefix(imported, module+"/"); ok {
		if test && (ours == folder || matches(r.tests, ours)) {
			return true // an external test package imports what it tests
		}
		return matches(r.ours, ours)
	}
	inside := func(list []string) bool {
		return slices.ContainsFunc(list, func(m string) bool { return within(imported, m) })
	}
	return inside(everywhere) || inside(r.outside) || test && (inside(everyTest) || inside(r.tests))
}

func matches(patterns []string, folder string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		base, below := strings.CutSuffix(p, "/...")
		return folder == base || below && within(folder, base)
	})
}

// within reports whether name is base or below it.
func within(name, base string) bool { return name == base || strings.HasPrefix(name, base+"/") }

func checkMod(text []byte) []string {
	var findings []string
	for line := range strings.Lines(string(text)) {
		words := strings.FieldsFunc(line, func(r rune) bool { return r == ' ' || r == '\t' || r == '(' || r == '\n' })
		if len(words) > 0 && slices.Contains(userIgnores, words[0]) {
			findings = append(findings, fmt.Sprintf("go.mod: %q would not reach users, whose xcaddy makes its own main module", words[0]))
		}
	}
	return findings
}
