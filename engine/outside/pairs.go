package outside

import (
	"context"
	"errors"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// Pairs is the key-value store of a store. It implements [task.Pairs].
type Pairs struct{ Store execution.Store }

// Pair implements [task.Pairs].
func (p Pairs) Pair(ctx context.Context, namespace, key string, now time.Time) (value.Value, bool, error) {
	kept, err := p.Store.Pair(ctx, namespace, key, now)
	switch {
	case errors.Is(err, execution.ErrNotFound):
		return value.Null, false, nil
	case err != nil:
		return value.Null, false, err
	}
	v, err := value.DecodeJSON(kept.Value)
	return v, err == nil, err
}

// Keys implements [task.Pairs].
func (p Pairs) Keys(ctx context.Context, namespace string, now time.Time) ([]string, error) {
	pairs, err := p.Store.Pairs(ctx, namespace, now)
	keys := make([]string, len(pairs))
	for i := range pairs {
		keys[i] = pairs[i].Key
	}
	return keys, err
}

// Encode returns a change as stores keep it, made at a time.
func Encode(p *task.Pair, at time.Time) execution.Pair {
	kept := execution.Pair{Namespace: p.Namespace, Key: p.Key, Expires: p.Expires, Updated: at, Delete: p.Delete}
	if !p.Delete {
		kept.Value = value.AppendJSON(nil, p.Value)
	}
	return kept
}
