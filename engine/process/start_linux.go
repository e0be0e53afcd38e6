package process

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
	"unsafe"

	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// attributes are how a command is started: in a group of its own, and killed when the server ends.
func attributes(u *task.User) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL, Credential: credentials(u)}
}

// onThread keeps the goroutine on its thread until the function that it returns is called.
func onThread() (release func()) {
	runtime.LockOSThread()
	return runtime.UnlockOSThread
}

// await waits for the end of the process, kills what it has left as long as its number is its own, and returns how it has ended.
func (p *process) await() error {
	awaitExit(p.cmd.Process.Pid)
	p.kill()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.reaped = true
	return p.cmd.Wait()
}

// awaitExit waits until a child has ended and leaves it to be waited for: until then no other process gets its number.
func awaitExit(pid int) {
	const (
		waitPID = 1         // P_PID
		exited  = 0x4       // WEXITED
		leave   = 0x1000000 // WNOWAIT
	)
	var info [128]byte // siginfo_t
	for {
		_, _, errno := syscall.Syscall6(syscall.SYS_WAITID, waitPID, uintptr(pid), uintptr(unsafe.Pointer(&info)), exited|leave, 0, 0)
		if errno != syscall.EINTR {
			return
		}
	}
}

// rounds bound how often it is looked for processes that begin others while they are killed.
const rounds = 20

// sweep kills the processes that have a mark, wherever they went. One that has replaced its environment is not found.
func sweep(mark string) {
	wanted := []byte(markName + "=" + mark)
	own := os.Getpid()
	for range rounds {
		found := false
		names, _ := filepath.Glob("/proc/[0-9]*/environ") // the pattern is right
		for _, name := range names {
			environment, err := os.ReadFile(name)
			pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(name)))
			if err != nil || pid == own || !has(environment, wanted) {
				continue
			}
			found = true
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
		if !found {
			return
		}
	}
}

// has reports whether an environment has an entry.
func has(environment, entry []byte) bool {
	for one := range bytes.SplitSeq(environment, []byte{0}) {
		if bytes.Equal(one, entry) {
			return true
		}
	}
	return false
}
