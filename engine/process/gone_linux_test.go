package process

import (
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// awaitGone waits for the ends of processes, of which the kernel tells.
func awaitGone(t testing.TB, pids ...string) {
	t.Helper()
	const pidfdOpen = 434 // the same on all architectures that Go has
	for _, text := range pids {
		pid, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil {
			t.Fatal(err)
		}
		fd, _, errno := syscall.Syscall(pidfdOpen, uintptr(pid), syscall.O_NONBLOCK, 0)
		if errno == syscall.ESRCH {
			continue
		}
		if errno != 0 {
			t.Fatal(errno)
		}
		process := os.NewFile(fd, "process "+text)
		end, err := process.SyscallConn()
		if err == nil {
			err = end.Read(func(uintptr) bool { return !runs(text) }) // it can be read when it has ended
		}
		if err != nil {
			t.Errorf("process %s: %v", text, err)
		}
		_ = process.Close()
	}
}
