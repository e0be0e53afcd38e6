//go:build unix

package process

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// victim is the variable of the environment that makes the test binary a server, which runs its value as a command of the shell and is to
// be killed.
const victim = "KESTRA_TEST_VICTIM"

// eater is the variable of the environment that makes the test binary take as many bytes of memory as its value says, and print that; with a
// plus sign it says nothing, and keeps them until it is killed.
const eater = "KESTRA_TEST_EATER"

func TestMain(m *testing.M) {
	if size := os.Getenv(eater); size != "" {
		eat(size)
		return
	}
	if script := os.Getenv(victim); script != "" {
		serveVictim(script)
		return
	}
	goleak.VerifyTestMain(m)
}

func eat(size string) {
	size, keeps := strings.CutSuffix(size, "+")
	n, err := strconv.Atoi(size)
	if err != nil {
		fmt.Println(err)
		return
	}
	all := make([]byte, n)
	for i := 0; i < n; i += os.Getpagesize() {
		all[i] = 1
	}
	if keeps {
		interrupted := make(chan os.Signal, 1) // by nobody: it holds its memory until it is killed
		signal.Notify(interrupted, os.Interrupt)
		<-interrupted
	}
	fmt.Println("took", len(all))
}

func serveVictim(script string) {
	r := new(Runner)
	if err := r.Allow(new(Options)); err != nil {
		fmt.Println(err)
		return
	}
	_, err := r.Run(context.Background(), &task.Command{
		Args: []string{shell, "-c", script}, Dir: "/", Env: []string{"PATH=/usr/bin:/bin"}, Line: func(l task.CommandLine) { fmt.Println(l.Text) },
	})
	fmt.Println("ended", err)
}

// open returns a runner that is closed with the test.
func open(t testing.TB, o Options) *Runner {
	t.Helper()
	r := new(Runner)
	if err := r.Allow(&o); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

// result is what became of a command.
type result struct {
	Exit  int
	Lines []string // those of stderr begin with "! "
	Err   error
}

// sh runs a script of the shell.
func sh(t testing.TB, r *Runner, script string) result {
	t.Helper()
	return shIn(t.Context(), r, script, nil)
}

// shIn runs it in a context. Seen is called for each line, when set.
func shIn(ctx context.Context, r *Runner, script string, seen func(string)) result {
	var out result
	out.Exit, out.Err = r.Run(ctx, &task.Command{
		Args: []string{shell, "-c", script}, Dir: "/", Env: []string{"PATH=/usr/bin:/bin"},
		Line: func(l task.CommandLine) {
			text := l.Text
			if l.Stderr {
				text = "! " + text
			}
			if l.Cut {
				text = fmt.Sprintf("%s… of %d bytes", text[:10], len(l.Text))
			}
			out.Lines = append(out.Lines, text)
			if seen != nil {
				seen(text)
			}
		},
	})
	return out
}

// runs reports whether a process does, and is not merely remembered.
func runs(pid string) bool {
	status, err := os.ReadFile("/proc/" + strings.TrimSpace(pid) + "/stat")
	if err != nil {
		return false
	}
	_, state, _ := strings.Cut(string(status), ") ")
	return !strings.HasPrefix(state, "Z") && !strings.HasPrefix(state, "X")
}
