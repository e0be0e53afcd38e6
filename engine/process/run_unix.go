//go:build unix

package process

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// shell is what the supervisor is, and what sets limits for a command.
const shell = "/bin/sh"

// Supported returns why this system cannot run commands; nil if it can.
func Supported() error {
	if _, err := os.Stat(shell); err != nil {
		return fmt.Errorf("commands need a shell: %w", err)
	}
	return nil
}

// grace is how long a command may go on that was asked to end.
const grace = time.Second

// run runs a command in its place. The mark is in its environment.
func (r *Runner) run(ctx context.Context, s *settings, c *task.Command, mark string) (exit int, err error) {
	cmd := exec.Command(c.Args[0], c.Args[1:]...) //nolint:gosec,noctx // to run what it is given is what it is for; its end is below
	if limits := s.limits(); limits != "" {
		cmd = exec.Command(shell, append([]string{"-c", limits + ` && exec "$@"`, shell}, c.Args...)...) //nolint:gosec,noctx // likewise
	}
	cmd.Dir, cmd.Env = c.Dir, slices.Concat(c.Env, []string{markName + "=" + mark})
	cmd.SysProcAttr = attributes(s.Options.User)
	own, err := s.groups.begin(cmd, s, mark)
	if err != nil {
		return 0, err
	}
	defer own.end()
	out, err := openOutput(cmd)
	if err != nil {
		return 0, err
	}
	defer out.close()
	p := &process{cmd: cmd, own: own, started: make(chan error, 1), ended: make(chan struct{})}
	go p.live(&r.supervisor)
	err = <-p.started
	out.started()
	if err != nil {
		return 0, err
	}
	if c.Started != nil {
		c.Started(cmd.Process.Pid)
	}
	wait := out.read(c.Line)
	limited := own.limitCPU(s.CPU)
	select {
	case <-p.ended:
	case <-ctx.Done():
		p.stop()
		sweep(mark)
	}
	limited()
	wait()
	return p.exit, ctx.Err()
}

// reader reads what a command prints into a pipe, until expire is called.
func reader(from *os.File) io.Reader { return &untilEnd{File: from, left: mostLeft} }

// expire says that the command has ended.
func expire(from *os.File) {
	_ = from.SetReadDeadline(time.Unix(1, 0)) // pipes have deadlines
}

// untilEnd reads a pipe until the command has ended, which a deadline in the past says, and then what is left in it: others that hold the
// pipe are not waited for.
type untilEnd struct {
	*os.File
	ended bool
	left  int // how many bytes it may still read then
}

// mostLeft is how many bytes a pipe may have in it.
const mostLeft = 1 << 20

func (u *untilEnd) Read(to []byte) (n int, err error) {
	if !u.ended {
		if n, err = u.File.Read(to); !errors.Is(err, os.ErrDeadlineExceeded) {
			return n, err
		}
		u.ended = true
		if err := u.SetReadDeadline(time.Time{}); err != nil {
			return 0, err
		}
	}
	pipe, err := u.SyscallConn()
	if err != nil {
		return 0, err
	}
	to = to[:min(len(to), u.left)]
	again := pipe.Read(func(fd uintptr) bool {
		for n, err = syscall.Read(int(fd), to); errors.Is(err, syscall.EINTR); n, err = syscall.Read(int(fd), to) {
			continue
		}
		return true // it does not wait
	})
	if n <= 0 || err != nil || again != nil {
		return 0, io.EOF
	}
	u.left -= n
	return n, nil
}

// process is a command that runs.
type process struct {
	cmd     *exec.Cmd
	own     *group
	started chan error
	ended   chan struct{} // closed when it has ended and its group is killed
	exit    int           // from then on

	mu     sync.Mutex
	reaped bool // its number may be that of another process
}

// live starts the process and waits for its end, on one thread: on Linux a process is killed when the thread ends that started it.
func (p *process) live(s *supervisor) {
	defer onThread()()
	if err := p.cmd.Start(); err != nil {
		p.started <- fmt.Errorf("a command cannot be started: %w", err)
		return
	}
	leader := p.cmd.Process.Pid
	if err := s.begin(leader); err != nil {
		p.kill()
		_ = p.cmd.Wait()
		p.started <- fmt.Errorf("a command cannot be started without its supervisor: %w", err)
		return
	}
	p.started <- nil
	err := p.await()
	s.end(leader)
	p.exit = exitCode(p.cmd.ProcessState, err)
	close(p.ended)
}

// awaitAndKill waits for the end of the process, and kills then what it has left. It is for systems that cannot wait for it and keep its number:
// nobody else gets that as long as something is in the group, and where nothing is there is nobody to kill.
func (p *process) awaitAndKill() error {
	err := p.cmd.Wait()
	p.kill()
	p.mu.Lock()
	p.reaped = true
	p.mu.Unlock()
	return err
}

// stop asks the group to end, and kills it if it has not in time.
func (p *process) stop() {
	p.signal(terminate)
	patience := time.NewTimer(grace)
	defer patience.Stop()
	select {
	case <-p.ended:
		return
	case <-patience.C:
	}
	p.kill()
	<-p.ended
}

// kill kills all that the command has begun, as far as it is known.
func (p *process) kill() {
	p.signal(kill)
	p.own.kill()
}

func exitCode(state *os.ProcessState, err error) int {
	if state == nil {
		return noExitCode
	}
	if signal, ok := endedBy(state); ok {
		return signalled + signal
	}
	if exit := new(exec.ExitError); err != nil && !errors.As(err, &exit) {
		return noExitCode
	}
	return state.ExitCode()
}

const (
	signalled  = 128 // is added to the number of a signal
	noExitCode = 255 // of a process whose end was not seen
)
