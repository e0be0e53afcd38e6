package runner

import (
	"context"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// Load returns an execution as it was committed last, resolved. An unknown one is [execution.ErrNotFound].
func (r *Runner) Load(ctx context.Context, id string) (*execution.State, error) {
	s, err := r.store.Load(ctx, id)
	if err != nil {
		return nil, err
	}
	return s, r.resolve(ctx, s)
}
