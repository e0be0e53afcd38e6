package runner

import (
	"context"
	"errors"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// replay starts the next try of the execution, as a task starts an execution: the next commit accepts it. What is kept apart is kept
// once more, because a value goes when its execution goes.
func (a *actor) replay(ctx context.Context, e execution.Effect) error {
	s := execution.NewReplay(a.plan, a.state, e)
	for _, d := range []*execution.Datum{&s.Trigger.Variables, &s.Inputs} {
		if d.Ref == "" {
			continue
		}
		ref, err := a.runner.store.PutValue(ctx, s.ID, d.JSON)
		if err != nil {
			return err
		}
		d.Ref = ref
	}
	again := a.setup
	again.turn = nil
	a.children = append(a.children, &child{setup: again, state: s, handle: &handle{done: make(chan struct{})}, at: e.At})
	return nil
}

// lastTry returns the id of the execution that stands for one by now: its last try.
func (r *Runner) lastTry(ctx context.Context, id string) string {
	for {
		s, err := r.store.Load(ctx, id)
		if err != nil || s.Status() != execution.Retried { // without it the kill finds nothing either
			return id
		}
		id = s.NextTry()
	}
}

// MarkReplayed labels an execution that has ended as one that was done anew. One that goes on by now stays as it is.
func (r *Runner) MarkReplayed(ctx context.Context, id string) error {
	for try := 0; ; try++ {
		s, err := r.store.Load(ctx, id)
		if err != nil || !s.MarkReplayed() {
			return err
		}
		err = r.store.Commit(ctx, &execution.Batch{Write: []execution.Write{{ID: s.ID, Version: s.Version, Changes: s.Changes()}}})
		if !errors.Is(err, execution.ErrConflict) || try == conflicts {
			return err
		}
	}
}
