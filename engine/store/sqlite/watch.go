package sqlite

import (
	"context"
	"iter"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// Watch implements [execution.Store].
func (s *Store) Watch(ctx context.Context) iter.Seq[execution.Hint] {
	return s.watchers.Watch(ctx, s.done)
}
