package memory

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// pairs are the key-value store.
type pairs struct {
	namespaces map[string]map[string]*pair
	expiring   queue[*pair] // by when they do
	bytes      int          // that all take
}

type pair struct {
	execution.Pair
	at int // where it stands in the queue
}

func newPairs() pairs {
	return pairs{
		namespaces: map[string]map[string]*pair{},
		expiring: queue[*pair]{
			before: func(a, b *pair) bool { return a.Expires.Before(b.Expires) },
			at:     func(p *pair) *int { return &p.at },
		},
	}
}

// expire deletes the pairs that have expired by now.
func (s *pairs) expire(now time.Time) {
	for s.expiring.Len() > 0 && expired(&s.expiring.first().Pair, now) {
		s.delete(s.expiring.first())
	}
}

// set keeps a pair or deletes it. Those that have expired by then are deleted with it: nobody asks for them any more.
func (s *pairs) set(p execution.Pair) {
	s.expire(p.Updated)
	namespace := s.namespaces[p.Namespace]
	if before := namespace[p.Key]; before != nil {
		s.delete(before)
	}
	if p.Delete {
		return
	}
	if namespace = s.namespaces[p.Namespace]; namespace == nil {
		namespace = map[string]*pair{}
		s.namespaces[p.Namespace] = namespace
	}
	kept := &pair{Pair: p}
	s.bytes += int(p.Size())
	namespace[p.Key] = kept
	if !p.Expires.IsZero() {
		s.expiring.add(kept)
	}
}

func (s *pairs) delete(p *pair) {
	s.expiring.remove(p)
	s.bytes -= int(p.Size())
	delete(s.namespaces[p.Namespace], p.Key)
	if len(s.namespaces[p.Namespace]) == 0 {
		delete(s.namespaces, p.Namespace)
	}
}

func expired(p *execution.Pair, now time.Time) bool {
	return !p.Expires.IsZero() && !p.Expires.After(now)
}

// Pair implements [execution.Store].
func (s *Store) Pair(_ context.Context, namespace, key string, now time.Time) (execution.Pair, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.closed {
		return execution.Pair{}, execution.ErrClosed
	}
	kept := s.pairs.namespaces[namespace][key]
	if kept == nil || expired(&kept.Pair, now) {
		return execution.Pair{}, fmt.Errorf("key %s of namespace %s: %w", key, namespace, execution.ErrNotFound)
	}
	p := kept.Pair
	p.Value = slices.Clone(p.Value)
	return p, nil
}

// Pairs implements [execution.Store].
func (s *Store) Pairs(_ context.Context, namespace string, now time.Time) ([]execution.Pair, error) {
	s.mu.RLock()
	if s.closed {
		s.mu.RUnlock()
		return nil, execution.ErrClosed
	}
	var found []execution.Pair
	for _, kept := range s.pairs.namespaces[namespace] {
		if !expired(&kept.Pair, now) {
			p := kept.Pair
			p.Value = nil
			found = append(found, p)
		}
	}
	s.mu.RUnlock()
	slices.SortFunc(found, func(a, b execution.Pair) int { return strings.Compare(a.Key, b.Key) })
	return found, nil
}

// PairRoom implements [execution.Store]. Pairs may take half of what is for executions that have ended, which make room for them.
func (s *Store) PairRoom(_ context.Context, now time.Time) (int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return 0, execution.ErrClosed
	}
	s.pairs.expire(now)
	return int64(s.options.EndedBytes/2 - s.pairs.bytes), nil
}

type triggerKey struct {
	namespace, flow, trigger string
	hash                     [32]byte
}

func (s *Store) setTrigger(t execution.TriggerState) {
	key := triggerKey{t.Namespace, t.FlowID, t.TriggerID, t.Hash}
	if t.Disabled {
		s.triggers[key] = t
	} else {
		delete(s.triggers, key)
	}
}

// Triggers implements [execution.Store]. They come in the order of their names.
func (s *Store) Triggers(context.Context) ([]execution.TriggerState, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.closed {
		return nil, execution.ErrClosed
	}
	var all []execution.TriggerState
	for _, t := range s.triggers {
		all = append(all, t)
	}
	slices.SortFunc(all, func(a, b execution.TriggerState) int {
		return cmp.Or(strings.Compare(a.Namespace, b.Namespace), strings.Compare(a.FlowID, b.FlowID), strings.Compare(a.TriggerID, b.TriggerID),
			bytes.Compare(a.Hash[:], b.Hash[:]))
	})
	return all, nil
}
