//go:build !unix && !windows

package process

import (
	"context"
	"errors"

	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// Supported returns why this system cannot run commands; nil if it can.
func Supported() error {
	return errors.New("commands run on Linux, macOS, Windows and other Unix systems alone")
}

func (*Runner) run(context.Context, *settings, *task.Command, string) (int, error) {
	return 0, Supported()
}

type groups struct{ folder string }

func delegated() *groups { return nil }

type supervisor struct{}

func (*supervisor) open(string, string) error { return Supported() }
func (*supervisor) close() error              { return nil }
