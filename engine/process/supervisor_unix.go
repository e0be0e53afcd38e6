//go:build unix

package process

import (
	"errors"
	"fmt"
	"io"
	"os/exec"
	"sync"
	"syscall"
)

// supervisor is the process that kills what is left when the server has ended. It is started anew should it have ended itself.
type supervisor struct {
	mu      sync.Mutex
	mark    string
	control string       // the folder of control groups; empty: there are none
	groups  map[int]bool // that it knows
	pipe    io.WriteCloser
	ended   chan struct{} // closed when it has; nil: there was none
	closed  bool
}

// supervise is what it does: it keeps the groups that it is told, and at the end of its input kills them, what is in control groups of the
// server, and on Linux what has left its group and still has the mark of the server.
const supervise = `trap '' INT TERM HUP QUIT
mark=$1 control=$2 groups=' '
while read -r what group; do
	case $what in
	+) groups="$groups$group " ;;
	-) before=${groups%%" $group "*}
		[ "$before" = "$groups" ] || groups="$before ${groups#*" $group "}" ;;
	esac
done
for group in $groups; do kill -s KILL -- "-$group"; done
if [ -n "$control" ]; then
	for folder in "$control/` + groupPrefix + `$mark".*; do [ ! -d "$folder" ] || echo 1 >"$folder/cgroup.kill" || kill -s KILL $(cat "$folder/cgroup.procs"); done
fi
# They may begin others meanwhile.
for round in 1 2 3; do
	for file in $(grep -lsF "` + markName + `=$mark" /proc/[0-9]*/environ); do
		file=${file#/proc/}
		kill -s KILL "${file%/environ}"
	done # with one round
done
`

// groupPrefix begins the names of the control groups of runs, before the mark.
const groupPrefix = "kestra-"

// open starts the supervisor unless there is one.
func (s *supervisor) open(mark, control string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mark, s.control = mark, control
	return s.start()
}

func (s *supervisor) running() bool {
	if s.ended == nil {
		return false
	}
	select {
	case <-s.ended:
		return false
	default:
		return true
	}
}

// start starts it unless it runs, with the lock held, and tells it the groups.
func (s *supervisor) start() error {
	if s.closed {
		return errors.New("the server ends")
	}
	if s.running() {
		return nil
	}
	cmd := exec.Command(shell, "-c", supervise, "kestra-supervisor", s.mark, s.control) //nolint:gosec,noctx // a constant; it ends with the pipe
	cmd.Env = []string{"PATH=/usr/local/bin:/usr/bin:/bin"}
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // what is sent to the group of the server does not reach it
	pipe, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan struct{})
	s.pipe, s.ended = pipe, ended
	go func() {
		defer close(ended)
		_ = cmd.Wait() // how it has ended is the same
	}()
	for group := range s.groups {
		if err := s.tell("+", group); err != nil {
			return err
		}
	}
	return nil
}

func (s *supervisor) tell(what string, group int) error {
	_, err := fmt.Fprintf(s.pipe, "%s %d\n", what, group)
	return err
}

// begin tells it of a group. If it has ended it is started anew.
func (s *supervisor) begin(group int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.groups == nil {
		s.groups = map[int]bool{}
	}
	s.groups[group] = true
	running := s.running()
	err := s.start()
	if running {
		if err = s.tell("+", group); err != nil { // it ends just now
			<-s.ended
			err = s.start()
		}
	}
	if err != nil {
		delete(s.groups, group)
	}
	return err
}

// end tells it that a group is no more.
func (s *supervisor) end(group int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.groups, group)
	if s.running() {
		_ = s.tell("-", group) // one that has ended needs to be told nothing
	}
}

// close lets it kill what is left, and waits for its end.
func (s *supervisor) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	if !s.running() {
		return nil
	}
	err := s.pipe.Close()
	<-s.ended
	return err
}
