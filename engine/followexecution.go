package engine

import (
	"context"
	"iter"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// followPause is how long changes of an execution that is followed are gathered: each that is shown reads the whole of it.
const followPause = 50 * time.Millisecond

// FollowExecution yields an execution as it is, and then whenever it has changed, the last time when it has ended with all its task runs.
// It is over then, when ctx is done, or the process goes down. Several changes may come as one. An error is the last that it yields; an
// unknown execution is [execution.ErrNotFound]. It does not keep the engine open.
func (e *Engine) FollowExecution(ctx context.Context, id string) iter.Seq2[*execution.State, error] {
	return func(yield func(*execution.State, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		hints := e.hintsOf(ctx, id)
		pause := time.NewTimer(followPause)
		defer pause.Stop()
		tick := time.NewTicker(followInterval)
		defer tick.Stop()
		for version := int64(-1); ; {
			s, err := e.Get(ctx, id)
			if err != nil {
				yield(nil, err)
				return
			}
			if s.Version != version {
				version = s.Version
				if !yield(s, nil) || s.Over() {
					return
				}
			}
			if e.Exiting() {
				return
			}
			pause.Reset(followPause)
			select {
			case <-pause.C:
			case <-ctx.Done():
				return
			}
			select {
			case <-hints:
			case <-tick.C:
			case <-ctx.Done():
				return
			}
		}
	}
}
