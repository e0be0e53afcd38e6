package engine

import (
	"context"
	"iter"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/show"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// LogLine is what is shown of a line of a log, see package show.
type LogLine = show.Line

// LogQuery says which lines of an execution's log are shown.
type LogQuery struct {
	After int64      // those that come after this one
	Level task.Level // and not those below it
	Limit int        // at most so many; without a meaning for [Engine.Follow]
}

// ParseLevel returns the level of a log with a name, as in WARN.
func ParseLevel(name string) (task.Level, error) { return task.ParseLevel(name) }

// Lines returns lines of an execution's log, in their order, and after which one to go on; 0 when there are no more. An unknown
// execution is [execution.ErrNotFound].
func (e *Engine) Lines(ctx context.Context, id string, q LogQuery) (found []LogLine, next int64, err error) {
	found, next, err = e.lines(ctx, id, q)
	if err == nil && len(found) == 0 {
		_, err = e.Get(ctx, id)
	}
	if len(found) < q.Limit {
		next = 0
	}
	return found, next, err
}

// lines is Lines of an execution that is known. next is after which line to go on, also when there are no more.
func (e *Engine) lines(ctx context.Context, id string, q LogQuery) (found []LogLine, next int64, err error) {
	for len(found) < q.Limit {
		lines, err := e.Logs(ctx, id, q.After, linesAtOnce)
		if err != nil || len(lines) == 0 {
			return found, q.After, err
		}
		for i := range lines {
			if len(found) == q.Limit {
				break
			}
			q.After = lines[i].Seq
			if level, err := task.ParseLevel(lines[i].Level); err != nil || level >= q.Level {
				found = append(found, show.LineOf(&lines[i]))
			}
		}
	}
	return found, q.After, nil
}

// followInterval is how often a log that is followed is looked at without a hint. There is none of lines alone.
const followInterval = 500 * time.Millisecond

// Follow yields the lines of an execution's log, as many as there are at once, at first perhaps none, until the execution has ended,
// ctx is done, or the process goes down. An error is the last that it yields; an unknown execution is [execution.ErrNotFound]. It does
// not keep the engine open.
func (e *Engine) Follow(ctx context.Context, id string, q LogQuery) iter.Seq2[[]LogLine, error] {
	q.Limit = linesAtOnce
	return func(yield func([]LogLine, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		hints := e.hintsOf(ctx, id)
		tick := time.NewTicker(followInterval)
		defer tick.Stop()
		for first := true; ; first = false {
			s, err := e.Get(ctx, id) // before the lines: after the end there are no more
			for err == nil {
				var found []LogLine
				if found, q.After, err = e.lines(ctx, id, q); err != nil || len(found) == 0 && !first {
					break
				}
				if !yield(found, nil) {
					return
				}
				first = false
			}
			if err != nil {
				yield(nil, err)
				return
			}
			if s.Over() || e.Exiting() {
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

// hintsOf tells, until ctx is done, that something has happened to an execution; several times may be told as one.
func (e *Engine) hintsOf(ctx context.Context, id string) <-chan struct{} {
	hints := make(chan struct{}, 1)
	all := e.store.Watch(ctx) // from now on
	go func() {
		for h := range all {
			if h.ID == id {
				select {
				case hints <- struct{}{}:
				default:
				}
			}
		}
	}()
	return hints
}
