//go:build linux

package process

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"os/user"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

func TestRun(t *testing.T) {
	r := open(t, Options{})
	for name, tt := range map[string]struct {
		script string
		want   result
	}{
		"output":                   {`echo a; echo b >&2`, result{Lines: []string{"a", "! b"}}},
		"exit code":                {`exit 3`, result{Exit: 3}},
		"killed by itself":         {`kill -9 $$`, result{Exit: 137}},
		"asked to end by itself":   {`kill -TERM $$`, result{Exit: 143}},
		"cleared environment":      {`env | sed 's/^KESTRA_PROCESS=.*/KESTRA_PROCESS/' | sort`, result{Lines: []string{"KESTRA_PROCESS", "PATH=/usr/bin:/bin", "PWD=/"}}},
		"no input":                 {`cat; echo end`, result{Lines: []string{"end"}}},
		"own group":                {`[ "$(ps -o pgid= -p $$ | tr -d ' ')" = $$ ] && echo own`, result{Lines: []string{"own"}}},
		"not found":                {`/no/such/program 2>/dev/null`, result{Exit: 127}},
		"invalid UTF-8":            {`printf 'a\377b\n'`, result{Lines: []string{"a\uFFFDb"}}},
		"long line":                {`head -c 3000000 /dev/zero | tr '\0' x; echo; echo after`, result{Lines: []string{"xxxxxxxxxx… of 1048576 bytes", "after"}}},
		"no end of the last line":  {`printf 'a\r\nb\rc'`, result{Lines: []string{"a", "b", "c"}}},
		"what it leaves ends, too": {`sleep 1000 & echo $!`, result{Lines: []string{"(pid)"}}},
	} {
		t.Run(name, func(t *testing.T) {
			got := sh(t, r, tt.script)
			if name == "what it leaves ends, too" && len(got.Lines) == 1 {
				awaitGone(t, got.Lines[0])
				got.Lines[0] = "(pid)"
			}
			less := func(a, b string) bool { return a < b }
			if d := cmp.Diff(tt.want, got, cmpopts.SortSlices(less)); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestRunThatCannotStart(t *testing.T) {
	r := open(t, Options{})
	before := descriptors(t)
	for name, c := range map[string]*task.Command{
		"no program":   {Args: []string{"/no/such/program"}, Dir: "/"},
		"no folder":    {Args: []string{shell}, Dir: "/no/such/folder"},
		"no arguments": {Dir: "/"},
	} {
		if _, err := r.Run(t.Context(), c); err == nil {
			t.Errorf("%s: it ran", name)
		}
	}
	if after := descriptors(t); after > before {
		t.Errorf("%d descriptors are open, before it were %d", after, before)
	}
	if _, err := new(Runner).Run(t.Context(), &task.Command{Args: []string{shell}}); !errors.Is(err, ErrOff) {
		t.Errorf("without being allowed: %v", err)
	}
}

// TestCut interrupts commands: whatever they do, and wherever what they have begun went, nothing of it runs on.
func TestCut(t *testing.T) {
	r := open(t, Options{})
	for name, script := range map[string]string{
		"plain":                      `echo $$; sleep 1000; echo never`,
		"asked in vain":              `trap '' TERM; echo $$; while :; do sleep 1000; done`,
		"with children":              `sleep 1000 & echo $!; sh -c 'sleep 1000 & echo $!; wait' & wait`,
		"children that ask in vain":  `trap '' TERM; (trap '' TERM; sh -c 'echo $$; sleep 1000'; sleep 1000) & wait`,
		"in another group":           `setsid sh -c 'echo $$; exec sleep 1000' & wait`,
		"in another group, a daemon": `(setsid sh -c 'echo $$; exec sleep 1000' &) ; sleep 1000`,
		"that floods":                `echo $$; yes`,
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			var pids []string
			wanted := 1 + strings.Count(script, "echo $!")/2
			got := shIn(ctx, r, script, func(line string) {
				if pids = append(pids, line); len(pids) == wanted {
					cancel()
				}
			})
			if !errors.Is(got.Err, context.Canceled) {
				t.Error(got.Exit, got.Err)
			}
			awaitGone(t, pids[:wanted]...)
		})
	}
}

// TestFlood reads much more than it may hold.
func TestFlood(t *testing.T) {
	const megabytes = 1024
	r := open(t, Options{})
	var most uint64
	lines := 0
	watch := func() {
		var m runtime.MemStats
		if lines++; lines%64 == 0 {
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapInuse)
		}
	}
	exit, err := r.Run(t.Context(), &task.Command{
		Args: []string{shell, "-c", "head -c " + strconv.Itoa(megabytes<<20) + " /dev/zero"}, Dir: "/", Env: []string{"PATH=/usr/bin:/bin"},
		Line: func(task.CommandLine) { watch() },
	})
	exit2, err2 := r.Run(t.Context(), &task.Command{
		Args: []string{shell, "-c", "yes 0123456789012345678901234567890123456789012345678901234567890 | head -c " + strconv.Itoa(megabytes<<14)}, Dir: "/",
		Env: []string{"PATH=/usr/bin:/bin"}, Line: func(task.CommandLine) { watch() },
	})
	if err != nil || err2 != nil || exit+exit2 != 0 || lines < megabytes<<14/62 {
		t.Fatal(exit, err, exit2, err2, lines)
	}
	if limit := uint64(48 << 20); most > limit {
		t.Errorf("%d bytes of heap were in use, more than %d", most, limit)
	}
}

// TestManyAtOnce runs 200 commands at once, each of which leaves something behind.
func TestManyAtOnce(t *testing.T) {
	const many = 200
	r := open(t, Options{MaxParallel: many})
	sh(t, r, "true")
	before := descriptors(t)
	var all sync.WaitGroup
	var mu sync.Mutex
	var pids []string
	arrived := make(chan struct{}, many)
	release := make(chan struct{})
	go func() { // all of them are under way before the first one goes on
		for range many {
			<-arrived
		}
		close(release)
	}()
	for range many {
		all.Go(func() {
			got := shIn(context.Background(), r, "sleep 1000 & echo $!", func(string) {
				arrived <- struct{}{}
				<-release
			})
			mu.Lock()
			defer mu.Unlock()
			if got.Err != nil || got.Exit != 0 {
				t.Error(got.Exit, got.Err)
			}
			pids = append(pids, got.Lines...)
		})
	}
	all.Wait()
	if len(pids) != many {
		t.Errorf("%d commands have begun something", len(pids))
	}
	awaitGone(t, pids...)
	if after := descriptors(t); after > before {
		t.Errorf("%d descriptors are open, before it were %d", after, before)
	}
}

// TestUntilEnd reads what is in a pipe when its command has ended, though somebody has it open still.
func TestUntilEnd(t *testing.T) {
	from, into, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer from.Close()
	defer into.Close()
	const printed = 50_000 // a pipe holds more
	if _, err := into.Write(make([]byte, printed)); err != nil {
		t.Fatal(err)
	}
	r := reader(from)
	first, err := r.Read(make([]byte, 1000))
	if err != nil {
		t.Fatal(err)
	}
	expire(from)
	rest, err := io.ReadAll(r)
	if first+len(rest) != printed || err != nil {
		t.Errorf("%d bytes and then %d of %d, %v", first, len(rest), printed, err)
	}
	if _, err := into.Write(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	limited := &untilEnd{File: from, ended: true, left: 0}
	if n, err := limited.Read(make([]byte, 10)); n != 0 || !errors.Is(err, io.EOF) {
		t.Errorf("more than may be left: %d, %v", n, err)
	}
}

// TestEndIsRead reads all that a command has printed, however late, and does not wait for what has left its group and holds its pipe.
func TestEndIsRead(t *testing.T) {
	r := open(t, Options{})
	const many = 200
	ended := make(chan struct{})
	lines := 0
	var pid string
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	exit, err := r.Run(ctx, &task.Command{
		Args: []string{shell, "-c", `f=$(mktemp -u); mkfifo "$f"; setsid env -i /bin/sh -c 'echo $$; echo >'"$f"'; exec sleep 1000' & read line <"$f"; rm "$f"; seq ` + strconv.Itoa(many)}, Dir: "/", Env: []string{"PATH=/usr/bin:/bin"},
		Started: func(pid int) {
			go func() { // the reader gets on when it has ended
				awaitGone(t, strconv.Itoa(pid))
				close(ended)
			}()
		},
		Line: func(l task.CommandLine) {
			<-ended
			if lines++; lines == 1 {
				pid = l.Text
			}
		},
	})
	if exit != 0 || err != nil || lines != many+1 {
		t.Errorf("%d lines, exit code %d, %v", lines, exit, err)
	}
	if number, _ := strconv.Atoi(pid); !runs(pid) || syscall.Kill(number, syscall.SIGKILL) != nil {
		t.Errorf("%s does not run", pid)
	}
}

// TestPlaces lets one command run at a time, and gives up waiting for a place with the context.
func TestPlaces(t *testing.T) {
	r := open(t, Options{MaxParallel: 1})
	ctx, cancel := context.WithCancel(t.Context())
	began, done := make(chan string, 1), make(chan result, 1)
	go func() { done <- shIn(ctx, r, "echo here; sleep 1000", func(l string) { began <- l }) }()
	<-began
	waiting, giveUp := context.WithCancel(t.Context())
	giveUp()
	if got := shIn(waiting, r, "echo never", nil); !errors.Is(got.Err, context.Canceled) || len(got.Lines) > 0 {
		t.Errorf("beside the one that runs: %+v", got)
	}
	cancel()
	<-done
	if got := sh(t, r, "echo then"); len(got.Lines) != 1 {
		t.Errorf("after it: %+v", got)
	}
}

func TestLimits(t *testing.T) {
	r := open(t, Options{Memory: 64 << 20, CPU: time.Second, FileSize: 1 << 20})
	for name, tt := range map[string]struct {
		script string
		holds  func(result) bool
	}{
		"memory": {`head -c 200000000 /dev/zero | tail | wc -c`, func(r result) bool { return !strings.Contains(strings.Join(r.Lines, " "), "200000000") }},
		"less":   {`head -c 1000000 /dev/zero | tail | wc -c`, func(r result) bool { return strings.Contains(strings.Join(r.Lines, " "), "1000000") }},
		"cpu":    {`while :; do :; done`, func(r result) bool { return r.Exit >= 128 }},
		"file":   {`f=$(mktemp); trap 'rm -f $f' EXIT; head -c 3000000 /dev/zero 2>/dev/null >$f; wc -c <$f`, func(r result) bool { return cmp.Equal(r.Lines, []string{"1048576"}) }},
	} {
		t.Run(name, func(t *testing.T) {
			if got := sh(t, r, tt.script); !tt.holds(got) {
				t.Errorf("%+v", got)
			}
		})
	}
}

// TestUser runs a command as another user, which only root may.
func TestUser(t *testing.T) {
	if os.Getuid() != 0 {
		if _, err := LookupUser("no-such-user-here"); err == nil {
			t.Error("a user that there is not was found")
		}
		t.Skip("only root may run commands as another user")
	}
	nobody, err := LookupUser("nobody")
	if err != nil {
		t.Fatal(err)
	}
	r := open(t, Options{User: nobody})
	got := sh(t, r, `id -u; id -G; cat /proc/1/environ >/dev/null 2>&1 || echo refused`)
	known, err := user.Lookup("nobody")
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(result{Lines: []string{known.Uid, known.Gid, "refused"}}, got); d != "" {
		t.Error(d)
	}
}

// TestServerKilled kills a server with SIGKILL: nothing that its command has begun runs on.
func TestServerKilled(t *testing.T) {
	for name, script := range map[string]string{
		"plain":            `echo $$; sleep 1000`,
		"with children":    `trap '' TERM HUP; sleep 1000 & echo $!; wait; wait`,
		"in another group": `(setsid sh -c 'echo $$; exec sleep 1000' &); sleep 1000`,
	} {
		t.Run(name, func(t *testing.T) {
			server := exec.Command(os.Args[0])
			server.Env = append(os.Environ(), victim+"="+script)
			out, err := server.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := server.Start(); err != nil {
				t.Fatal(err)
			}
			pid, err := bufio.NewReader(out).ReadString('\n')
			if err != nil || !runs(pid) {
				t.Errorf("it said %q, %v", pid, err)
			}
			_ = server.Process.Kill()
			_ = server.Wait() // it was killed
			awaitGone(t, pid)
		})
	}
}

// TestSupervisorKilled kills the supervisor: the next command has another one, which knows of the others.
func TestSupervisorKilled(t *testing.T) {
	r := open(t, Options{})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	began, done := make(chan string, 1), make(chan result, 1)
	go func() { done <- shIn(ctx, r, "echo $$; sleep 1000", func(l string) { began <- l }) }()
	pid := <-began
	first := r.supervisor.ended
	out, err := exec.Command("pgrep", "-f", "kestra-supervisor "+r.settings.Load().mark).Output()
	if err != nil {
		t.Fatal(err)
	}
	number, _ := strconv.Atoi(strings.TrimSpace(string(out)))
	supervisor, _ := os.FindProcess(number)
	if err := supervisor.Kill(); err != nil {
		t.Fatal(err)
	}
	<-first
	if got := sh(t, r, "echo more"); got.Err != nil || len(got.Lines) != 1 {
		t.Fatalf("after it: %+v", got)
	}
	if err := r.Close(); err != nil { // it kills what is left
		t.Error(err)
	}
	awaitGone(t, pid)
	if got := <-done; got.Exit != 137 {
		t.Errorf("%+v", got)
	}
}

// TestAllow says that options hold for what begins later, and that nothing runs any more once it is not allowed.
func TestAllow(t *testing.T) {
	r := open(t, Options{})
	if err := r.Allow(nil); err != nil {
		t.Fatal(err)
	}
	if got := sh(t, r, "echo never"); !errors.Is(got.Err, ErrOff) {
		t.Errorf("%+v", got)
	}
	if err := r.Allow(&Options{FileSize: 512}); err != nil {
		t.Fatal(err)
	}
	if got := sh(t, r, "ulimit -f"); !cmp.Equal(got.Lines, []string{"1"}) {
		t.Errorf("%+v", got)
	}
}

// descriptors returns how many are open.
func descriptors(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

// TestAwaitAndKill waits for commands as systems do that cannot keep the number of a process: one runs to its end, what it leaves is killed, and
// one that is asked to end before does so.
func TestAwaitAndKill(t *testing.T) {
	for name, tt := range map[string]struct {
		script string
		stops  bool
		exit   int
	}{
		"to its end": {`sleep 1000 & echo $!; exit 3`, false, 3},
		"asked":      {`trap 'exit 4' TERM; sleep 1000 & echo $!; wait`, true, 4},
	} {
		t.Run(name, func(t *testing.T) {
			defer onThread()()
			cmd := exec.Command(shell, "-c", tt.script)
			cmd.SysProcAttr = attributes(nil)
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			left, err := bufio.NewReader(out).ReadString('\n')
			if err != nil {
				t.Fatal(err)
			}
			p := &process{cmd: cmd, ended: make(chan struct{})}
			go func() {
				defer close(p.ended)
				err := p.awaitAndKill()
				p.exit = exitCode(cmd.ProcessState, err)
			}()
			if tt.stops {
				p.signal(terminate)
			}
			<-p.ended
			if p.exit != tt.exit {
				t.Errorf("exit code %d, want %d", p.exit, tt.exit)
			}
			awaitGone(t, left)
		})
	}
}

// TestAllowedAgain lets commands run, then none, and then some again: the supervisor still knows what is to end with the server.
func TestAllowedAgain(t *testing.T) {
	r := new(Runner)
	for _, o := range []*Options{{}, nil, {}} {
		if err := r.Allow(o); err != nil {
			t.Fatal(err)
		}
	}
	got := sh(t, r, `{ setsid sh -c 'echo $$ >&2; echo; exec sleep 1000 >/dev/null' & } | read left; exit 0`)
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if got.Exit != 0 || len(got.Lines) != 1 {
		t.Fatal(got)
	}
	awaitGone(t, strings.TrimPrefix(got.Lines[0], "! "))
}
