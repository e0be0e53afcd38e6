package flowtest

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"go.uber.org/goleak"

	"github.com/caddy-kestra/kestra-webhook/engine"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// loadDir returns the flows and the cases of a folder, which must have no errors.
func loadDir(t testing.TB, dir string) (*Suite, []*File) {
	t.Helper()
	sources, err := flow.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	set, found := engine.Core().Load(sources)
	if err := found.Err(); err != nil {
		t.Fatal(err)
	}
	cases, err := flow.ReadCases(dir)
	if err != nil {
		t.Fatal(err)
	}
	files, found := Load(cases)
	if err := found.Err(); err != nil {
		t.Fatal(err)
	}
	return NewSuite(set, []string{dir}), files
}

// TestCases runs the cases in testdata/flows: all of them pass.
func TestCases(t *testing.T) {
	suite, files := loadDir(t, filepath.Join("testdata", "flows"))
	for _, file := range files {
		for _, c := range file.Cases {
			t.Run(c.Name, func(t *testing.T) {
				failures, err := suite.Run(t.Context(), c, filepath.Join(t.TempDir(), "files"))
				if err != nil {
					t.Fatal(err)
				}
				for _, f := range failures {
					t.Errorf("%v: %s: %s\n%s", f.Pos, f.Path, f.Message, f.Diff)
				}
			})
		}
	}
}

// BenchmarkCases runs a hundred cases an operation.
func BenchmarkCases(b *testing.B) {
	suite, files := loadDir(b, filepath.Join("testdata", "flows"))
	dir := b.TempDir()
	n := 0
	for b.Loop() {
		for left := 100; left > 0; {
			for _, file := range files {
				for _, c := range file.Cases {
					if left--; left < 0 {
						break
					}
					n++
					failures, err := suite.Run(b.Context(), c, filepath.Join(dir, strconv.Itoa(n)))
					if err != nil || len(failures) > 0 {
						b.Fatal(c.Name, failures, err)
					}
				}
			}
		}
		if err := os.RemoveAll(dir); err != nil {
			b.Fatal(err)
		}
	}
}
