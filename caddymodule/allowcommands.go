package caddymodule

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"

	"github.com/caddy-kestra/kestra-webhook/engine"
)

// AllowCommands lets flows run commands on this machine: those of the tasks for shell, Python and Node. Whoever can write a flow can then run
// any program here, as a user of the machine. A server that runs as root must say as which user.
type AllowCommands struct {
	// The user that commands run as, by name or number; only root may run them as another user. Default: the user of the server, unless
	// that is root. Not on Windows and macOS, as memory and cpu.
	RunAs string `json:"run_as,omitempty"`

	// How many bytes of data each process of a run may have; with a control group (version 2) that is delegated to the server, all
	// processes of a run together. Default: any number.
	Memory int64 `json:"memory,omitempty"`

	// How much time of a processor each process may take, in whole seconds; with a control group, all processes of a run together, too.
	// Default: any.
	CPU caddy.Duration `json:"cpu,omitempty"`

	// How many commands may run at once; others wait for them. Default: 4 for each processor.
	MaxParallel int `json:"max_parallel,omitempty"`

	// How many bytes the packages may take that are kept for scripts, each file 4 KiB more; those that were not used for the longest time are
	// removed to make room, unless they are in use. Default: 4 GiB.
	Environments int64 `json:"environments,omitempty"`
}

// UnmarshalCaddyfile reads the option. Its syntax:
//
//	allow_commands {
//		run_as       <user>
//		memory       <size>
//		cpu          <duration>
//		max_parallel <n>
//		environments <size>
//	}
//
// The block may be left out.
func (c *AllowCommands) UnmarshalCaddyfile(d *caddyfile.Dispenser) error {
	if d.NextArg() {
		return d.Errf("allow_commands takes no argument: write `allow_commands {`, and `run_as %s` in the block", d.Val())
	}
	return parseOptions(d, nil, func(name string) error {
		switch name {
		case "run_as":
			if !d.AllArgs(&c.RunAs) || c.RunAs == "" {
				return d.Err("run_as takes one user: write `run_as nobody`")
			}
			return nil
		case "memory":
			return parseBytes(d, &c.Memory)
		case "cpu":
			return parseTime(d, &c.CPU)
		case "max_parallel":
			return parseCount(d, &c.MaxParallel)
		case "environments":
			return parseBytes(d, &c.Environments)
		default:
			return d.Errf("unrecognized option %q of allow_commands: there are run_as, memory, cpu, max_parallel and environments", name)
		}
	})
}

// options returns what the engine is told; nil: flows run no commands. Files is the folder for the files of executions.
func (c *AllowCommands) options(files string) (*engine.CommandOptions, error) {
	if c == nil {
		return nil, nil
	}
	if err := engine.CommandsSupported(); err != nil {
		return nil, fmt.Errorf("allow_commands: %w", err)
	}
	switch {
	case c.Memory < 0 || c.CPU < 0 || c.MaxParallel < 0 || c.Environments < 0:
		return nil, errors.New("allow_commands: memory, cpu, max_parallel and environments must not be negative")
	case c.CPU > 0 && time.Duration(c.CPU) < time.Second:
		return nil, errors.New("allow_commands: cpu must be at least 1s")
	case c.RunAs == "" && os.Getuid() == 0 && runtime.GOOS == "darwin":
		return nil, errors.New("allow_commands: the server runs as root, and so would the commands of flows: let the server run as another user")
	case c.RunAs == "" && os.Getuid() == 0:
		return nil, errors.New("allow_commands: the server runs as root, and so would the commands of flows: write `run_as <user>` in the block of allow_commands, " +
			"with a user that has nothing else, or let the server run as another user")
	}
	o := &engine.CommandOptions{Memory: c.Memory, CPU: time.Duration(c.CPU), MaxParallel: c.MaxParallel, EnvironmentsSize: c.Environments}
	if c.RunAs != "" {
		o.User = &engine.User{Name: c.RunAs}
	}
	if err := o.Check(runtime.GOOS); err != nil {
		return nil, fmt.Errorf("allow_commands: %w", err)
	}
	if c.RunAs == "" {
		return o, nil
	}
	u, err := engine.LookupUser(c.RunAs)
	if err != nil {
		return nil, fmt.Errorf("allow_commands: run_as: %w", err)
	}
	if uid := os.Getuid(); u.UID != uid && uid != 0 {
		return nil, fmt.Errorf("allow_commands: run_as %s: only root may run commands as another user", c.RunAs)
	}
	if err := checkPassable(files, u); err != nil {
		return nil, fmt.Errorf("allow_commands: %w", err)
	}
	o.User = u
	return o, nil
}

// checkPassable checks that a user gets to a folder, as far as there are folders on the way: those that the server makes can be passed.
func checkPassable(folder string, u *engine.User) error {
	if u.UID == 0 || u.UID == os.Getuid() {
		return nil
	}
	for at := filepath.Dir(filepath.Clean(folder)); ; at = filepath.Dir(at) {
		info, err := os.Stat(at)
		if err == nil && !passes(info, u) {
			return fmt.Errorf("user %s cannot get into %s, below which scripts would work: write `files <dir>` with a folder that it gets to, as in `files /var/lib/kestra`", u.Name, at)
		}
		if at == filepath.Dir(at) {
			return nil
		}
	}
}

// Interface guard
var _ caddyfile.Unmarshaler = (*AllowCommands)(nil)
