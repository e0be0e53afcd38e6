package process

import (
	"context"
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// TestGroupFiles checks what is written into a control group, in a folder that is none.
func TestGroupFiles(t *testing.T) {
	folder := t.TempDir()
	for name, want := range map[string]string{"pids.max": "4096", "memory.max": "1048576", "memory.oom.group": "1"} {
		if err := os.WriteFile(filepath.Join(folder, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := set(folder, name, want); err != nil {
			t.Error(err)
		}
		if got, _ := os.ReadFile(filepath.Join(folder, name)); string(got) != want {
			t.Errorf("%s is %q", name, got)
		}
	}
	if err := set(folder, "no.such.file", "1"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that the kernel has not: %v", err)
	}
}

// TestGroupErrors checks that errors about control groups, which authors of flows see, do not say where those are.
func TestGroupErrors(t *testing.T) {
	folder := t.TempDir()
	for _, below := range []string{"missing", "."} { // it cannot be made, and its limits cannot be set
		one, err := (&groups{filepath.Join(folder, below)}).begin(new(exec.Cmd), &settings{Options: Options{Memory: 1}}, "mark")
		if one != nil || err == nil || strings.Contains(err.Error(), folder) {
			t.Errorf("%s: %v", below, err)
		}
	}
}

var delegation = flag.Bool("delegated", false, "the machine divides memory by control groups (version 2), below "+controlRoot+", and the tests are root's")

// TestDelegated runs commands in a control group that is delegated to the server: what they take together is limited.
func TestDelegated(t *testing.T) {
	if !*delegation {
		t.Skip("-delegated was not given: tests/controlgroups.sh gives it, in a machine of its own")
	}
	folder := filepath.Join(controlRoot, "kestra-test")
	if err := errors.Join(
		set(controlRoot, "cgroup.subtree_control", "+memory +pids"), os.Mkdir(folder, 0o755), syscall.Setxattr(folder, "trusted.delegate", []byte("1"), 0),
		set(folder, "cgroup.procs", strconv.Itoa(os.Getpid())),
	); err != nil {
		t.Fatal(err)
	}
	memory := Options{Memory: 64 << 20}
	r := open(t, memory)
	if !strings.Contains(r.Limits(), "control group: memory and cpu are those of all") {
		t.Fatal(r.Limits())
	}
	run := func(o Options, script, bytes string) result {
		if err := r.Allow(&o); err != nil {
			t.Fatal(err)
		}
		var out result
		out.Exit, out.Err = r.Run(t.Context(), &task.Command{
			Args: []string{shell, "-c", script, os.Args[0]}, Dir: "/", Env: []string{"PATH=/usr/bin:/bin", eater + "=" + bytes}, Line: func(l task.CommandLine) { out.Lines = append(out.Lines, l.Text) },
		})
		return out
	}
	const own = `own=` + controlRoot + `$(sed 's/^0:://' /proc/self/cgroup); `
	for name, tt := range map[string]struct {
		options       Options
		script, bytes string
		want          result
	}{
		"memory of one":      {memory, `"$0"`, "40000000", result{Lines: []string{"took 40000000"}}},
		"memory of three":    {memory, `"$0" & "$0" & "$0" & wait; echo over`, "40000000+", result{Exit: 137}},
		"memory of one more": {memory, `"$0"; echo over`, "80000000", result{Exit: 137}},
		"its files":          {memory, own + `cat $own/memory.max $own/memory.oom.group $own/memory.swap.max $own/pids.max`, "1", result{Lines: []string{"67108864", "1", "0", "4096"}}},
		"processors of four": {Options{CPU: 2 * time.Second}, `for i in 1 2 3 4; do while :; do :; done & done; wait; echo over`, "1", result{Exit: 137}},
	} {
		got := run(tt.options, tt.script, tt.bytes)
		t.Logf("%s: %+v", name, got)
		if d := cmp.Diff(tt.want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(folder, groupPrefix+"*.*")); len(left) > 0 {
		t.Error(left)
	}
}

// TestControlGroups runs commands in control groups, which kill what nothing else finds. It needs root, and a kernel with version 2.
func TestControlGroups(t *testing.T) {
	folder := t.TempDir()
	if err := syscall.Mount("none", folder, "cgroup2", 0, ""); err != nil {
		t.Skipf("no control groups (version 2) here: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(folder, 0) })
	r := open(t, Options{})
	s := *r.settings.Load()
	s.groups = &groups{folder}
	r.settings.Store(&s)
	left := func() []string {
		found, _ := filepath.Glob(filepath.Join(folder, groupPrefix+"*.*"))
		return found
	}
	got := sh(t, r, `f=$(mktemp -u); mkfifo "$f"; setsid env -i /bin/sh -c 'echo $$; echo >'"$f"'; exec sleep 1000' & read line <"$f"; rm "$f"`)
	if len(got.Lines) != 1 || got.Err != nil || got.Exit != 0 {
		t.Fatalf("%+v", got)
	}
	awaitGone(t, got.Lines[0])
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var pid string
	got = shIn(ctx, r, `setsid env -i /bin/sh -c 'echo $$; exec sleep 1000' & wait`, func(line string) { pid = line; cancel() })
	if !errors.Is(got.Err, context.Canceled) {
		t.Errorf("%+v", got)
	}
	awaitGone(t, pid)
	if d := cmp.Diff([]string(nil), left()); d != "" {
		t.Error(d)
	}
}
