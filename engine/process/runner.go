package process

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// Options say how commands run. Those of the zero Options run as the server does, without limits.
type Options struct {
	User        *task.User    // nil: as the server does
	Memory      int64         // bytes of data that each process may have; with control groups, all of a run together; 0: any
	CPU         time.Duration // of a processor that each process may take, in whole seconds, at least 1; with control groups, all of a run together, too; 0: any
	FileSize    int64         // bytes that a file may have that it writes; 0: any
	MaxParallel int           // commands that run at once, others wait; 0: [DefaultMaxParallel]
	Logger      *zap.Logger   // of what whoever runs the server should know; nil: none

	// Environments is the folder for what is built once for many runs; empty: there is none, and runs that need it fail.
	Environments string

	// EnvironmentsSize is how many bytes they may take together; each file of them counts 4 KiB beside its own. Those that were not used for
	// the longest time are removed when they take more, unless they are in use. 0: [DefaultEnvironmentsSize]
	EnvironmentsSize int64
}

// DefaultEnvironmentsSize is how many bytes of packages are kept for scripts.
const DefaultEnvironmentsSize = 4 << 30

// DefaultMaxParallel is how many commands run at once for each processor of the machine.
const DefaultMaxParallel = 4

// ErrOff is the error of commands that are not allowed.
var ErrOff = errors.New("commands are not allowed: write `allow_commands` in the global kestra block")

// Runner runs commands. The zero Runner allows none.
type Runner struct {
	settings   atomic.Pointer[settings]
	supervisor supervisor
	runs       atomic.Int64 // numbers them
	environments

	// Found out once, since the supervisor that runs knows them: also by a Runner that allowed none meanwhile.
	once   sync.Once
	groups *groups // nil: there are none
	mark   string  // of this server, in the environment of its processes
}

var _ task.Commands = (*Runner)(nil)

// settings are those of one configuration.
type settings struct {
	Options

	places chan struct{} // one is taken by each command
	groups *groups       // those of the Runner, and its mark
	mark   string
}

// Allow lets commands run, from now on as these options say; nil: no further command runs. Those under way go on as they began. The
// error is that the system cannot run commands as it is asked for.
func (r *Runner) Allow(o *Options) error {
	if o == nil {
		r.settings.Store(nil)
		return nil
	}
	if err := errors.Join(Supported(), o.Check(runtime.GOOS)); err != nil {
		return err
	}
	r.once.Do(func() { r.groups, r.mark = delegated(), rand.Text() })
	s := &settings{Options: *o, groups: r.groups, mark: r.mark}
	if s.MaxParallel <= 0 {
		s.MaxParallel = DefaultMaxParallel * runtime.GOMAXPROCS(0)
	}
	if s.EnvironmentsSize <= 0 {
		s.EnvironmentsSize = DefaultEnvironmentsSize
	}
	if s.Logger == nil {
		s.Logger = zap.NewNop()
	}
	s.places = make(chan struct{}, s.MaxParallel)
	control := ""
	if s.groups != nil {
		control = s.groups.folder
	}
	if err := r.supervisor.open(s.mark, control); err != nil {
		return fmt.Errorf("the supervisor of commands cannot be started: %w", err)
	}
	r.settings.Store(s)
	r.startSweep(s)
	return nil
}

// Close ends the supervisor, and with it what still runs.
func (r *Runner) Close() error {
	r.endSweeps()
	return r.supervisor.close()
}

// User implements [task.Commands].
func (r *Runner) User() *task.User {
	if s := r.settings.Load(); s != nil {
		return s.Options.User
	}
	return nil
}

// Limits says how memory is limited here, for whoever runs the server.
func (r *Runner) Limits() string {
	switch s := r.settings.Load(); {
	case s == nil:
		return "commands are off"
	case s.groups != nil:
		return "each run has a control group: memory and cpu are those of all its processes together"
	case (&Options{Memory: 1}).Check(runtime.GOOS) != nil:
		return "there are none on this system"
	default:
		return "no control group (version 2) is delegated to the server: limits hold for each process by itself"
	}
}

// Run implements [task.Commands].
func (r *Runner) Run(ctx context.Context, c *task.Command) (exit int, err error) {
	s := r.settings.Load()
	if s == nil {
		return 0, ErrOff
	}
	select {
	case s.places <- struct{}{}:
		defer func() { <-s.places }()
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	if len(c.Args) == 0 {
		return 0, errors.New("there is no command")
	}
	mark := s.mark + "." + strconv.FormatInt(r.runs.Add(1), 10)
	return r.run(ctx, s, c, mark)
}
