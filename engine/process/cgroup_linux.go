package process

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/pathless"
)

// groups are the control groups (version 2) of runs: folders in one that is delegated to the server. Its methods may be called on nil,
// which has none.
type groups struct{ folder string }

const (
	controlRoot = "/sys/fs/cgroup"

	// serverGroup is the control group of the server itself: one with processes has no others with limits inside.
	serverGroup = "kestra-server"
)

// delegated returns the control groups if there is a place for them: systemd says by an attribute that it is the server's to divide
// (Delegate=yes), and in a container it is the root of what is seen there. Otherwise nil.
func delegated() *groups {
	text, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return nil
	}
	for line := range strings.Lines(string(text)) {
		name, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "0::")
		if !ok {
			continue
		}
		if path.Base(name) == serverGroup { // it was divided before
			return &groups{path.Join(controlRoot, path.Dir(name))}
		}
		folder := path.Join(controlRoot, name)
		if name != "/" && !isDelegated(folder) || divide(folder) != nil {
			return nil
		}
		return &groups{folder}
	}
	return nil
}

// isDelegated reports whether systemd has marked a control group so.
func isDelegated(folder string) bool {
	for _, name := range []string{"user.delegate", "trusted.delegate"} {
		value := make([]byte, 8)
		if n, err := syscall.Getxattr(folder, name, value); err == nil && string(value[:n]) == "1" {
			return true
		}
	}
	return false
}

// divide moves the processes of a control group into one of their own inside, so that others with limits can be beside it.
func divide(folder string) error {
	controllers, err := os.ReadFile(path.Join(folder, "cgroup.controllers"))
	if err != nil {
		return err
	}
	for _, needed := range []string{"memory", "pids"} {
		if !bytes.Contains(controllers, []byte(needed)) {
			return errors.ErrUnsupported
		}
	}
	own := path.Join(folder, serverGroup)
	if err := os.Mkdir(own, 0o755); err != nil && !errors.Is(err, fs.ErrExist) { //nolint:gosec // the kernel decides who may look
		return err
	}
	processes, err := os.ReadFile(path.Join(folder, "cgroup.procs"))
	if err != nil {
		return err
	}
	for pid := range strings.FieldsSeq(string(processes)) {
		if err := set(own, "cgroup.procs", pid); err != nil {
			return err
		}
	}
	left, _ := filepath.Glob(path.Join(folder, groupPrefix+"*.*")) // of a server that was killed
	for _, one := range left {
		_ = os.Remove(one) // if nothing runs in it
	}
	return set(folder, "cgroup.subtree_control", "+memory +pids")
}

func set(folder, name, text string) error {
	f, err := os.OpenFile(path.Join(folder, name), os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}

// group is the control group of one run. Its methods may be called on nil, which is none.
type group struct {
	folder string
	file   *os.File
}

// most is how many processes and threads a run may have in a control group.
const most = 4096

// begin makes the control group that a command is to be started in.
func (g *groups) begin(cmd *exec.Cmd, s *settings, mark string) (*group, error) {
	if g == nil {
		return nil, nil
	}
	one := &group{folder: path.Join(g.folder, groupPrefix+mark)}
	if err := os.Mkdir(one.folder, 0o755); err != nil { //nolint:gosec // the kernel decides who may look
		return nil, fmt.Errorf("the control group of a command cannot be made: %w", pathless.Cause(err))
	}
	err := set(one.folder, "pids.max", strconv.Itoa(most))
	if errors.Is(err, fs.ErrNotExist) {
		err = nil // the kernel counts none
	}
	if s.Memory > 0 {
		err = errors.Join(err, set(one.folder, "memory.max", strconv.FormatInt(s.Memory, 10)), set(one.folder, "memory.oom.group", "1"))
		_ = set(one.folder, "memory.swap.max", "0") // not there where the kernel has no swap
	}
	if err == nil {
		one.file, err = os.Open(one.folder)
	}
	if err != nil {
		one.end()
		return nil, fmt.Errorf("the limits of a command cannot be set: %w", pathless.Cause(err))
	}
	cmd.SysProcAttr.UseCgroupFD, cmd.SysProcAttr.CgroupFD = true, int(one.file.Fd())
	return one, nil
}

// kill kills all processes of the run.
func (g *group) kill() {
	if g == nil || set(g.folder, "cgroup.kill", "1") == nil {
		return
	}
	for range rounds { // a kernel before 5.14
		pids, err := os.ReadFile(path.Join(g.folder, "cgroup.procs"))
		if err != nil || len(pids) == 0 {
			return
		}
		for text := range strings.FieldsSeq(string(pids)) {
			if pid, err := strconv.Atoi(text); err == nil && pid > 0 {
				_ = syscall.Kill(pid, syscall.SIGKILL) // it may have ended
			}
		}
	}
}

// lookAt is how often it is looked how long the processes of a run have used processors.
const lookAt = 100 * time.Millisecond

// limitCPU kills the processes of the run once they have used processors for so long together, until the function that it returns is called.
func (g *group) limitCPU(most time.Duration) (stop func()) {
	if g == nil || most <= 0 {
		return func() {}
	}
	stopped, over := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(over)
		look := time.NewTicker(lookAt)
		defer look.Stop()
		for {
			select {
			case <-stopped:
				return
			case <-look.C:
				if g.usedCPU() > most {
					g.kill()
				}
			}
		}
	}()
	return func() {
		close(stopped)
		<-over
	}
}

// usedCPU returns how long the processes of the run have used processors together.
func (g *group) usedCPU() time.Duration {
	text, err := os.ReadFile(path.Join(g.folder, "cpu.stat"))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if number, ok := strings.CutPrefix(line, "usage_usec "); ok {
			used, _ := strconv.ParseInt(strings.TrimSpace(number), 10, 64) // the kernel writes a number
			return time.Duration(used) * time.Microsecond
		}
	}
	return 0
}

// end removes the group, when what was killed in it is gone.
func (g *group) end() {
	if g == nil {
		return
	}
	if g.file != nil {
		_ = g.file.Close() // it was only read
	}
	const tries = 100
	for range tries {
		if err := os.Remove(g.folder); err == nil || errors.Is(err, fs.ErrNotExist) {
			return
		}
		g.kill()
		time.Sleep(time.Millisecond)
	}
}
