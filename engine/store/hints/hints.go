package hints

import (
	"context"
	"iter"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// Watchers are the calls of a store's Watch. The zero Watchers are none.
type Watchers struct {
	mu   sync.Mutex
	list atomic.Pointer[[]*watcher] // replaced with the lock held, never changed; nil: none
}

// watcher is one call of Watch.
type watcher struct{ hints chan execution.Hint }

// room is how many hints wait for a watcher. Those above are lost: a commit waits for nobody.
const room = 1024

// Tell tells all of them. It does not block.
func (ws *Watchers) Tell(hints []execution.Hint) {
	for _, w := range ws.all() {
		for _, h := range hints {
			select {
			case w.hints <- h:
			default:
			}
		}
	}
}

// Watch yields the hints that are told from now on, until ctx or the store is done.
func (ws *Watchers) Watch(ctx context.Context, done <-chan struct{}) iter.Seq[execution.Hint] {
	w := &watcher{hints: make(chan execution.Hint, room)}
	ws.replace(func(all []*watcher) []*watcher { return append(all, w) })
	forget := context.AfterFunc(ctx, func() { ws.forget(w) })
	return func(yield func(execution.Hint) bool) {
		defer ws.forget(w)
		defer forget()
		for {
			select {
			case <-ctx.Done():
				return
			case <-done:
				return
			case h := <-w.hints:
				if !yield(h) {
					return
				}
			}
		}
	}
}

// Len returns how many there are.
func (ws *Watchers) Len() int { return len(ws.all()) }

func (ws *Watchers) all() []*watcher {
	if all := ws.list.Load(); all != nil {
		return *all
	}
	return nil
}

func (ws *Watchers) forget(w *watcher) {
	ws.replace(func(all []*watcher) []*watcher {
		return slices.DeleteFunc(all, func(other *watcher) bool { return other == w })
	})
}

// replace replaces the list by what f makes of a copy.
func (ws *Watchers) replace(f func([]*watcher) []*watcher) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	all := f(slices.Clone(ws.all()))
	ws.list.Store(&all)
}
