package task

import (
	"context"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// Pairs is the key-value store, which all executions share. What a task writes is in its [Result]. A namespace can be asked for
// by flows in it and below it, and by all if there are flows or pairs in it.
type Pairs interface {
	// Check returns why a key of a namespace cannot be read or written.
	Check(ctx context.Context, from Origin, namespace, key string) error

	// Find returns a pair that has not expired, and whether there is one. In the namespace of whoever asks it also finds what the
	// namespaces above have, the nearest one. charge is called with the JSON text of the value before the value is made of it. The
	// error is that of Check, of charge, or the store's.
	Find(ctx context.Context, from Origin, namespace, key string, now time.Time, charge func(text string) error) (Pair, bool, error)

	// List returns the pairs of a namespace that have not expired, in the order of their keys, without values. The zero time lists
	// also those that have expired and are still kept.
	List(ctx context.Context, from Origin, namespace string, now time.Time) ([]Pair, error)

	// Namespaces returns those that flows are in, or others have asked for, and the ones above them, in their order.
	Namespaces() []string
}

// Pair is a pair of the key-value store, or a change of one.
type Pair struct {
	Namespace   string
	Key         string
	Value       value.Value // date-times and a [value.Duration] are kept as such where they are not inside of a list or map
	Description string
	Expires     time.Time // the zero time means never

	Delete bool  // the pair goes
	Absent error // if not nil, the key must have no value; else the attempt fails with this error. Of several who write so, one does
}
