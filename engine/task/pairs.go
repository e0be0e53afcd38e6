package task

import (
	"context"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// Pairs is the key-value store, which all executions share. What a task writes is in its [Result].
type Pairs interface {
	// Pair returns the value of a key, and whether there is one that has not expired.
	Pair(ctx context.Context, namespace, key string, now time.Time) (value.Value, bool, error)

	// Keys returns the keys of a namespace that have not expired, in their order.
	Keys(ctx context.Context, namespace string, now time.Time) ([]string, error)
}

// Pair is a change of the key-value store.
type Pair struct {
	Namespace string
	Key       string
	Value     value.Value
	Expires   time.Time // the zero time means never
	Delete    bool      // the pair goes
}
