package tasktest

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// CounterpartsVariable is the variable of the environment that makes a failure of each test that lacks a program of others. .ci/run sets it.
const CounterpartsVariable = "KESTRA_TEST_COUNTERPARTS"

// Counterpart returns the path of a program of others that a test lets tasks talk to: the first of these names that is found, some of
// which may be absolute paths. Without one the test is skipped, or fails if [CounterpartsVariable] is "required".
func Counterpart(t testing.TB, names ...string) string {
	t.Helper()
	for _, name := range names {
		path, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		if path, err = filepath.Abs(path); err == nil {
			return path
		}
	}
	Lacks(t, names[0]+" is not on this machine")
	return ""
}

// Lacks skips a test that lacks something of others, or fails it if [CounterpartsVariable] is "required".
func Lacks(t testing.TB, what string) {
	t.Helper()
	if os.Getenv(CounterpartsVariable) == "required" {
		t.Fatal(what)
	}
	t.Skip(what)
}
