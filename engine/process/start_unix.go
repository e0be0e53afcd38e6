//go:build unix && !linux

package process

import (
	"os/exec"
	"syscall"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// attributes are how a command is started: in a group of its own.
func attributes(u *task.User) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Credential: credentials(u)}
}

func onThread() (release func()) { return func() {} }

func (p *process) await() error { return p.awaitAndKill() }

// sweep finds nothing: these systems do not show the environments of processes.
func sweep(string) {}

// groups are control groups, which these systems do not have.
type (
	groups struct{ folder string }
	group  struct{}
)

func delegated() *groups { return nil }

func (*groups) begin(*exec.Cmd, *settings, string) (*group, error) { return nil, nil }

func (*group) limitCPU(time.Duration) (stop func()) { return func() {} }

func (*group) kill() {}
func (*group) end()  {}
