package sqlite

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

// tell tells all watchers.
func (s *Store) tell(hints []execution.Hint) {
	if len(hints) == 0 {
		return
	}
	s.watching.Lock()
	watchers := s.watchers
	s.watching.Unlock()
	for _, w := range watchers {
		w.offer(hints)
	}
}

// Watch implements [execution.Store].
func (s *Store) Watch(ctx context.Context) iter.Seq[execution.Hint] {
	w := &watcher{hints: make(chan execution.Hint, watchRoom)}
	s.watching.Lock()
	s.watchers = append(slices.Clip(s.watchers), w)
	s.watching.Unlock()
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
	s.watching.Lock()
	defer s.watching.Unlock()
	s.watchers = slices.DeleteFunc(slices.Clone(s.watchers), func(other *watcher) bool { return other == w })
}
