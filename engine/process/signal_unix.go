//go:build unix

package process

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

const (
	terminate = syscall.SIGTERM
	kill      = syscall.SIGKILL
)

// signal sends a signal to the group of the process, as long as its number is its own.
func (p *process) signal(s syscall.Signal) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.reaped && p.cmd.Process != nil {
		_ = syscall.Kill(-p.cmd.Process.Pid, s) // it may have ended
	}
}

func endedBy(state *os.ProcessState) (signal int, ok bool) {
	status, ok := state.Sys().(syscall.WaitStatus)
	if !ok || !status.Signaled() {
		return 0, false
	}
	return int(status.Signal()), true
}

// credentials are those of a user; nil: of the server itself.
func credentials(u *task.User) *syscall.Credential {
	if u == nil || u.UID == os.Getuid() && u.GID == os.Getgid() {
		return nil
	}
	c := &syscall.Credential{Uid: uint32(u.UID), Gid: uint32(u.GID)}
	for _, id := range u.Groups {
		c.Groups = append(c.Groups, uint32(id))
	}
	return c
}

// limits are the commands of a shell that set the limits of each process; "" without any. Memory is that of data, and not of addresses, of
// which programs such as Node take much more than they use.
func (s *settings) limits() string {
	const kibi, block = 1 << 10, 512
	var set []string
	if s.Memory > 0 && s.groups == nil {
		set = append(set, fmt.Sprintf("ulimit -d %d", max(1, s.Memory/kibi)))
	}
	if s.CPU > 0 {
		set = append(set, fmt.Sprintf("ulimit -t %d", max(1, int64(s.CPU/time.Second))))
	}
	if s.FileSize > 0 {
		set = append(set, fmt.Sprintf("ulimit -f %d", max(1, s.FileSize/block)))
	}
	return strings.Join(set, " && ")
}
