package engine

import (
	"cmp"
	"path/filepath"

	"go.uber.org/zap"

	"github.com/caddy-kestra/kestra-webhook/engine/files"
	"github.com/caddy-kestra/kestra-webhook/engine/process"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// User is a user of the machine.
type User = task.User

// CommandsSupported returns why this system cannot run commands; nil if it can.
func CommandsSupported() error { return process.Supported() }

// LookupUser returns a user of the machine by name or number.
func LookupUser(name string) (*User, error) { return process.LookupUser(name) }

// allow lets flows run commands as options say. Where that fails they run none, and say why.
func (e *Engine) allow(o Options) {
	commands := o.Commands
	if commands != nil {
		own := *commands
		if own.Environments == "" && e.files.Folder() != "" {
			own.Environments = filepath.Join(e.files.Folder(), "environments")
		}
		own.FileSize = cmp.Or(own.FileSize, o.FilesPerExecution, files.DefaultExecution)
		commands = &own
	}
	err := e.commands.Allow(commands)
	switch {
	case o.Logger == nil:
	case err != nil:
		o.Logger.Error("commands of flows cannot run", zap.Error(err))
	case commands != nil:
		o.Logger.Info("flows run commands on this machine", zap.String("limits", e.commands.Limits()))
	}
}
