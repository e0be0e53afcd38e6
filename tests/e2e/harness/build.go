package harness

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"sync"
	"testing"
)

const module = "github.com/caddy-kestra/kestra-webhook/"

// Product is the package of Caddy with this module, relative to the module.
const Product = "caddymodule/cmd/caddy"

// builds holds the programs built in this test run.
var builds = struct {
	sync.Mutex
	folder   string
	programs map[string]func() (string, error) // by package
}{programs: map[string]func() (string, error){}}

// Main runs the tests of a package, then removes the programs that were built for them. It returns the exit code.
func Main(m *testing.M) int {
	defer Clean()
	Prepare()
	return m.Run()
}

// Prepare sets what the tests of a package are run with, unless somebody has set it. Main does so. More tests run side by side than there are
// processors, since most of what they do is waiting for servers. And garbage is collected seldom, by the tests and by the programs that they
// start: half of what a command costs is the collection of what it made at its start. A test that judges memory starts its server with
// [CollectAsUsual].
func Prepare() {
	flag.Parse()
	given := false
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "test.parallel" })
	if !given {
		_ = flag.Set("test.parallel", strconv.Itoa(4*runtime.GOMAXPROCS(0))) // never fails
	}
	if os.Getenv(gogc) == "" {
		const percent = 400
		os.Setenv(gogc, strconv.Itoa(percent)) // never fails
		debug.SetGCPercent(percent)
	}
}

const (
	gogc           = "GOGC"
	CollectAsUsual = gogc + "=100" // in [Config].Env
)

// Clean removes the programs that were built. Main does so for tests.
func Clean() {
	builds.Lock()
	defer builds.Unlock()
	if builds.folder != "" {
		os.RemoveAll(builds.folder)
	}
	builds.folder = ""
	clear(builds.programs)
}

// Program builds the command in a package of this module, named relative to it, and returns the file, which is called as
// the package. It is built once; a build that failed fails every test that needs it. An absolute path is that of a program that
// was built before.
func Program(tb testing.TB, pkg string) string {
	tb.Helper()
	if filepath.IsAbs(pkg) {
		return pkg
	}
	builds.Lock()
	build, ok := builds.programs[pkg]
	if !ok {
		build = sync.OnceValues(func() (string, error) { return buildProgram(pkg) })
		builds.programs[pkg] = build
	}
	builds.Unlock()
	file, err := build()
	if err != nil {
		tb.Fatal(err)
	}
	return file
}

func buildProgram(pkg string) (string, error) {
	folder, err := buildFolder()
	if err != nil {
		return "", err
	}
	file := filepath.Join(folder, path.Base(pkg))
	if runtime.GOOS == "windows" {
		file += ".exe"
	}
	if err := noteSources(pkg); err != nil {
		return "", err
	}
	// Unlike go build, go run keeps the linked program in its cache, where the tests of other packages, and later runs, find
	// it. Here cp runs it, which means that it is copied.
	out, err := exec.Command("go", "run", "-exec", "cp", module+pkg, file).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("go run -exec cp %s: %w\n%s", pkg, err, out)
	}
	return file, nil
}

// noteSources looks at all folders of this module that the programs are built from. `go test` repeats an earlier result only if what the
// test looked at is unchanged; without this it would repeat a result about an older program.
func noteSources(pkg string) error {
	root, err := os.Getwd()
	if err != nil {
		return err
	}
	for !exists(filepath.Join(root, "go.mod")) {
		if root == filepath.Dir(root) {
			return errors.New("go.mod is in no folder above")
		}
		root = filepath.Dir(root)
	}
	for _, name := range []string{"go.mod", "go.sum", "engine", "caddymodule", pkg} {
		err := filepath.WalkDir(filepath.Join(root, filepath.FromSlash(name)), func(file string, d fs.DirEntry, err error) error {
			if err != nil || d.Name() == "testdata" {
				return cmp.Or(err, fs.SkipDir)
			}
			if d.IsDir() || file == filepath.Join(root, name) {
				f, err := os.Open(file) // of a folder, go test looks at the entries
				if err != nil {
					return err
				}
				return f.Close()
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func exists(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}

func buildFolder() (string, error) {
	builds.Lock()
	defer builds.Unlock()
	if builds.folder == "" {
		folder, err := os.MkdirTemp("", "kestra-e2e")
		if err != nil {
			return "", err
		}
		builds.folder = folder
	}
	return builds.folder, nil
}
