package memory

import (
	"context"
	"iter"
	"slices"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// watcher is one call of Watch.
type watcher struct{ hints chan execution.Hint }

// watchRoom is how many hints wait for a watcher. Those above are lost: a commit waits for nobody.
const watchRoom = 1024

func (w *watcher) offer(hints []execution.Hint) {
	for _, h := range hints {
		select {
		case w.hints <- h:
		default:
		}
	}
}

// Watch implements [execution.Store].
func (s *Store) Watch(ctx context.Context) iter.Seq[execution.Hint] {
	w := &watcher{hints: make(chan execution.Hint, watchRoom)}
	s.mu.Lock()
	if !s.closed {
		s.watchers = append(slices.Clip(s.watchers), w)
	}
	s.mu.Unlock()
	forget := context.AfterFunc(ctx, func() { s.unwatch(w) })
	return func(yield func(execution.Hint) bool) {
		defer s.unwatch(w)
		defer forget()
		for {
			select {
			case <-ctx.Done():
				return
			case <-s.done:
				return
			case h := <-w.hints:
				if !yield(h) {
					return
				}
			}
		}
	}
}

func (s *Store) unwatch(w *watcher) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.watchers = slices.DeleteFunc(slices.Clone(s.watchers), func(other *watcher) bool { return other == w })
}
