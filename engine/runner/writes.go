package runner

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/outside"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// writes are what tasks have written into the key-value store, until it is committed with the end of their attempts.
type writes struct {
	pairs  []execution.Pair
	bytes  int64 // that they take
	grow   int64 // of those, what the store will have more
	absent []absent
}

// absent is a key that must have no value, else its attempt fails with err.
type absent struct {
	key pairKey
	err error
}

type pairKey struct{ namespace, key string }

func encodeWrites(pairs []task.Pair, at time.Time) (writes, error) {
	w := writes{pairs: make([]execution.Pair, len(pairs))}
	for i := range pairs {
		p := &pairs[i]
		kept, err := outside.Encode(p, at)
		if err != nil {
			return writes{}, err
		}
		w.pairs[i] = kept
		w.bytes += kept.Size()
		if !p.Delete {
			w.grow += kept.Size()
		}
		if p.Absent != nil {
			w.absent = append(w.absent, absent{pairKey{p.Namespace, p.Key}, p.Absent})
		}
	}
	return w, nil
}

func (w *writes) add(more writes) {
	w.pairs, w.absent = append(w.pairs, more.pairs...), append(w.absent, more.absent...)
	w.bytes, w.grow = w.bytes+more.bytes, w.grow+more.grow
}

// pending is what is about to be written into the key-value store. The store is asked before, and only a commit later does it know:
// meanwhile others must not write the same key as the first one, nor take the same room.
type pending struct {
	mu   sync.Mutex
	keys map[pairKey]struct{}
	grow int64
}

// reserve makes w what can be committed. The error says why not, and nothing is reserved. Who reserves must release.
func (r *Runner) reserve(ctx context.Context, w writes, now time.Time) error {
	p := &r.pending
	p.mu.Lock()
	for i := range w.absent {
		if _, taken := p.keys[w.absent[i].key]; taken {
			p.mu.Unlock()
			return w.absent[i].err
		}
	}
	for i := range w.absent {
		if p.keys == nil {
			p.keys = map[pairKey]struct{}{}
		}
		p.keys[w.absent[i].key] = struct{}{}
	}
	others := p.grow
	p.grow += w.grow
	p.mu.Unlock()
	err := r.checkAbsent(ctx, w, now)
	if err == nil && w.grow > 0 {
		err = outside.Full(ctx, r.store, w.grow, others, now)
	}
	if err != nil {
		r.release(w)
	}
	return err
}

func (r *Runner) checkAbsent(ctx context.Context, w writes, now time.Time) error {
	for _, a := range w.absent {
		if _, err := r.store.Pair(ctx, a.key.namespace, a.key.key, now); err == nil {
			return a.err
		} else if !errors.Is(err, execution.ErrNotFound) {
			return err
		}
	}
	return nil
}

// release says that w was committed, or never will be.
func (r *Runner) release(w writes) {
	if len(w.pairs) == 0 {
		return
	}
	p := &r.pending
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := range w.absent {
		delete(p.keys, w.absent[i].key)
	}
	p.grow -= w.grow
}
