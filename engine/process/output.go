//go:build unix || windows

package process

import (
	"fmt"
	"os"
	"os/exec"
	"sync"

	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// markName is the variable of the environment that has the mark of a run.
const markName = "KESTRA_PROCESS"

// output are the pipes that a command prints to.
type output struct{ from, into [2]*os.File }

func openOutput(cmd *exec.Cmd) (*output, error) {
	o := new(output)
	for i := range o.from {
		var err error
		if o.from[i], o.into[i], err = os.Pipe(); err != nil {
			o.started()
			o.close()
			return nil, fmt.Errorf("a command cannot be started: %w", err)
		}
	}
	cmd.Stdout, cmd.Stderr = o.into[0], o.into[1]
	return o, nil
}

// started lets go of the ends that the command has.
func (o *output) started() { closeAll(o.into) }

func (o *output) close() { closeAll(o.from) }

func closeAll(files [2]*os.File) {
	for _, f := range files {
		if f != nil {
			_ = f.Close() // there is nothing to lose
		}
	}
}

// read begins to read lines. The function that it returns is called when the command has ended, and returns when there is no more.
func (o *output) read(yield func(task.CommandLine)) (wait func()) {
	var readers sync.WaitGroup
	var one sync.Mutex
	for i, from := range o.from {
		readers.Go(func() {
			ReadLines(reader(from), i == 1, func(l task.CommandLine) {
				one.Lock()
				defer one.Unlock()
				yield(l)
			})
		})
	}
	return func() {
		for _, from := range o.from {
			expire(from)
		}
		readers.Wait()
	}
}
