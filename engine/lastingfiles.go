package engine

import (
	"context"
	"errors"
	"slices"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/files"
)

// outlive lets files outlive the process if the executions do: they are those of the store with its id.
func outlive(ctx context.Context, f *files.Store, store execution.Store) error {
	lasting, ok := store.(interface{ ID() string })
	if !ok {
		return nil
	}
	return f.Outlive(ctx, lasting.ID(), func(ctx context.Context, id string) (bool, func(run string) bool, error) {
		s, err := store.Load(ctx, id)
		if errors.Is(err, execution.ErrNotFound) {
			return false, nil, nil
		}
		return err == nil, func(run string) bool { return worksIn(s, run) }, err
	})
}

// worksIn reports whether tasks of an execution may still work in the directory of a task run.
func worksIn(s *execution.State, run string) bool {
	return !s.Over() && slices.ContainsFunc(s.Runs, func(r execution.Run) bool { return r.ID == run && !r.Free() && !r.Status().Terminated() })
}
