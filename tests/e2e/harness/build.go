package harness

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
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

// Main runs the tests of a package, then removes the programs that were built for them. It returns the exit code. More tests run side by
// side than there are processors, unless -parallel says otherwise: most of what they do is waiting for servers.
func Main(m *testing.M) int {
	defer Clean()
	flag.Parse()
	given := false
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "test.parallel" })
	if !given {
		_ = flag.Set("test.parallel", strconv.Itoa(2*runtime.GOMAXPROCS(0))) // never fails
	}
	return m.Run()
}

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

// noteSources looks at all files that a program of this module is built from. `go test` repeats an earlier result only if the
// files that the test looked at are unchanged; without this it would repeat a result about an older program.
func noteSources(pkg string) error {
	const format = `{{with .Module}}{{if .Main}}{{$.Dir}}{{"\n"}}{{range $.EmbedFiles}}{{$.Dir}}/{{.}}{{"\n"}}{{end}}{{.Dir}}/go.mod{{"\n"}}{{.Dir}}/go.sum{{end}}{{end}}`
	list, err := exec.Command("go", "list", "-deps", "-f", format, module+pkg).Output()
	if err != nil {
		return fmt.Errorf("go list %s: %w", pkg, err)
	}
	for name := range strings.Lines(string(list)) {
		f, err := os.Open(strings.TrimSuffix(name, "\n")) // of a folder, go test looks at the entries
		if err != nil {
			return err
		}
		f.Close()
	}
	return nil
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
