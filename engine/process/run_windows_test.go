package process

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/windows"

	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// mode is the variable of the environment that says what the test binary does in place of testing.
const mode = "KESTRA_TEST_MODE"

func TestMain(m *testing.M) {
	switch os.Getenv(mode) {
	case "": // it tests
		os.Exit(m.Run())
	case "print":
		fmt.Println("out")
		fmt.Fprintln(os.Stderr, "err")
		os.Exit(3)
	case "stay":
		fmt.Println(os.Getpid())
		select {}
	case "begin", "leave": // it begins another, and waits for it or not
		child := exec.Command(os.Args[0])
		child.Env = append(os.Environ(), mode+"=stay")
		out, err := child.StdoutPipe()
		if err == nil {
			err = child.Start()
		}
		if err != nil {
			fmt.Println(err)
			return
		}
		line, _ := bufio.NewReader(out).ReadString('\n')
		fmt.Print(line)
		if os.Getenv(mode) == "begin" {
			_ = child.Wait()
		}
	case "server": // it is to be killed
		_, err := run(context.Background(), new(Runner), "begin", func(l task.CommandLine) { fmt.Println(l.Text) })
		fmt.Println("ended", err)
	}
}

// run runs the test binary as a command.
func run(ctx context.Context, r *Runner, what string, line func(task.CommandLine)) (int, error) {
	if err := r.Allow(new(Options)); err != nil {
		return 0, err
	}
	return r.Run(ctx, &task.Command{Args: []string{os.Args[0]}, Dir: os.TempDir(), Env: []string{mode + "=" + what, "SYSTEMROOT=" + os.Getenv("SYSTEMROOT")}, Line: line})
}

// awaitGone waits for the end of a process.
func awaitGone(t *testing.T, text string) {
	t.Helper()
	pid, err := strconv.Atoi(strings.TrimSpace(text))
	if err != nil {
		t.Fatal(err)
	}
	handle, err := windows.OpenProcess(windows.SYNCHRONIZE, false, uint32(pid))
	if err != nil {
		return // there is none
	}
	defer windows.CloseHandle(handle)
	if _, err := windows.WaitForSingleObject(handle, windows.INFINITE); err != nil {
		t.Error(err)
	}
}

func TestRun(t *testing.T) {
	var lines []string
	exit, err := run(t.Context(), new(Runner), "print", func(l task.CommandLine) { lines = append(lines, fmt.Sprint(l.Text, l.Stderr)) })
	if err != nil || exit != 3 || len(lines) != 2 || !cmp.Equal(strings.Contains(strings.Join(lines, " "), "outfalse"), true) || !strings.Contains(strings.Join(lines, " "), "errtrue") {
		t.Error(exit, err, lines)
	}
	if _, err := new(Runner).Run(t.Context(), &task.Command{Args: []string{os.Args[0]}}); !errors.Is(err, ErrOff) {
		t.Errorf("without being allowed: %v", err)
	}
	r := new(Runner)
	if err := r.Allow(&Options{Memory: 1}); err == nil || !strings.Contains(err.Error(), "memory is not there on Windows") {
		t.Error(err)
	}
}

// TestEnds kills what a command has begun: when it ends, when it is cut short, and when the server is killed.
func TestEnds(t *testing.T) {
	var pid string
	exit, err := run(t.Context(), new(Runner), "leave", func(l task.CommandLine) { pid = l.Text })
	if exit != 0 || err != nil {
		t.Error(exit, err)
	}
	awaitGone(t, pid)

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	exit, err = run(ctx, new(Runner), "begin", func(l task.CommandLine) { pid = l.Text; cancel() })
	if exit != killed || !errors.Is(err, context.Canceled) {
		t.Error(exit, err)
	}
	awaitGone(t, pid)

	server := exec.Command(os.Args[0])
	server.Env = append(os.Environ(), mode+"=server")
	out, err := server.StdoutPipe()
	if err == nil {
		err = server.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	pid, err = bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Process.Kill(); err != nil {
		t.Error(err)
	}
	_ = server.Wait() // it was killed
	awaitGone(t, pid)
}
