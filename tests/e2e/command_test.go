package e2e

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/caddy-kestra/kestra-webhook/tests/e2e/harness"
)

// TestCommands runs the scripts in testdata/command, each in a folder of its own, with the built `caddy` in the path. To
// testscript's commands they add
//
//	status <code> <program> [<argument>...]
//
// which runs a program as exec does, and demands an exit status. $EXAMPLES is flows.example.
func TestCommands(t *testing.T) {
	binary := harness.Program(t, harness.Product)
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "command"),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("PATH", filepath.Dir(binary)+string(os.PathListSeparator)+env.Getenv("PATH"))
			env.Setenv("HOME", env.WorkDir)
			env.Setenv("GOGC", os.Getenv("GOGC")) // see harness.Prepare
			examples, err := filepath.Abs(filepath.Join("..", "..", "flows.example"))
			env.Setenv("EXAMPLES", examples)
			return err
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"status": runStatus},
	})
}

func runStatus(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status <code> <program> [<argument>...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		ended := new(exec.ExitError)
		if !errors.As(err, &ended) {
			ts.Fatalf("%v", err)
		}
		got = ended.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
}
