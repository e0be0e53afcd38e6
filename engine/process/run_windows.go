package process

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"

	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// Supported returns why this system cannot run commands; nil if it can.
func Supported() error { return nil }

// groups are control groups, which this system does not have.
type groups struct{ folder string }

func delegated() *groups { return nil }

// supervisor is not needed: what is in a job ends when the server does, which alone has the job open.
type supervisor struct{}

func (*supervisor) open(string, string) error { return nil }
func (*supervisor) close() error              { return nil }

// reader reads what a command prints into a pipe, which ends when all have ended who hold it: nobody leaves a job.
func reader(from *os.File) io.Reader { return from }

func expire(*os.File) {}

// killed is the exit code of what is killed with its job, as of what is killed on other systems.
const killed = 137

// run runs a command in its place, in a job that ends with it.
func (r *Runner) run(ctx context.Context, _ *settings, c *task.Command, mark string) (exit int, err error) {
	cmd := exec.Command(c.Args[0], c.Args[1:]...) //nolint:gosec,noctx // to run what it is given is what it is for; its end is below
	cmd.Dir, cmd.Env = c.Dir, slices.Concat(c.Env, []string{markName + "=" + mark})
	// It begins when it is in its job, so that nothing that it starts is outside.
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: windows.CREATE_SUSPENDED | windows.CREATE_NEW_PROCESS_GROUP, HideWindow: true}
	own, err := newJob()
	if err != nil {
		return 0, fmt.Errorf("the job of a command cannot be made: %w", err)
	}
	defer own.close()
	out, err := openOutput(cmd)
	if err != nil {
		return 0, err
	}
	defer out.close()
	err = cmd.Start()
	out.started()
	if err != nil {
		return 0, fmt.Errorf("a command cannot be started: %w", err)
	}
	if err := errors.Join(own.add(cmd.Process), resume(cmd.Process.Pid)); err != nil {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // it was killed
		return 0, fmt.Errorf("a command cannot be started in its job: %w", err)
	}
	if c.Started != nil {
		c.Started(cmd.Process.Pid)
	}
	wait := out.read(c.Line)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = cmd.Wait() // its state says how it has ended
	}()
	select {
	case <-ended:
	case <-ctx.Done():
		own.kill()
		<-ended
	}
	own.kill()
	wait()
	return cmd.ProcessState.ExitCode(), ctx.Err()
}

// job is a command with all that it begins. All of it is killed when the job is closed, be it by the end of the server.
type job struct{ handle windows.Handle }

func newJob() (job, error) {
	handle, err := windows.CreateJobObject(nil, nil)
	if err != nil {
		return job{}, err
	}
	limits := windows.JOBOBJECT_EXTENDED_LIMIT_INFORMATION{
		BasicLimitInformation: windows.JOBOBJECT_BASIC_LIMIT_INFORMATION{LimitFlags: windows.JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE},
	}
	_, err = windows.SetInformationJobObject(handle, windows.JobObjectExtendedLimitInformation, uintptr(unsafe.Pointer(&limits)), uint32(unsafe.Sizeof(limits)))
	if err != nil {
		return job{}, errors.Join(err, windows.CloseHandle(handle))
	}
	return job{handle}, nil
}

func (j job) add(p *os.Process) error {
	var err error
	return errors.Join(p.WithHandle(func(handle uintptr) { err = windows.AssignProcessToJobObject(j.handle, windows.Handle(handle)) }), err)
}

func (j job) kill() {
	_ = windows.TerminateJobObject(j.handle, killed) // it may be empty
}

func (j job) close() {
	_ = windows.CloseHandle(j.handle) // it was open
}

// resume lets a process begin that was started without beginning: its one thread.
func resume(pid int) error {
	all, err := windows.CreateToolhelp32Snapshot(windows.TH32CS_SNAPTHREAD, 0)
	if err != nil {
		return err
	}
	defer func() {
		_ = windows.CloseHandle(all) // it was only read
	}()
	entry := windows.ThreadEntry32{Size: uint32(unsafe.Sizeof(windows.ThreadEntry32{}))}
	for err = windows.Thread32First(all, &entry); err == nil; err = windows.Thread32Next(all, &entry) {
		if entry.OwnerProcessID != uint32(pid) {
			continue
		}
		thread, err := windows.OpenThread(windows.THREAD_SUSPEND_RESUME, false, entry.ThreadID)
		if err != nil {
			return err
		}
		_, err = windows.ResumeThread(thread)
		return errors.Join(err, windows.CloseHandle(thread))
	}
	return fmt.Errorf("it has no thread: %w", err)
}
