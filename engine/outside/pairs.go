package outside

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// Pairs is the key-value store of a store. It implements [task.Pairs].
type Pairs struct {
	Store execution.Store
	Known *Namespaces
}

// Check implements [task.Pairs].
func (p Pairs) Check(ctx context.Context, from task.Origin, namespace, key string) error {
	if err := checkKey(key); err != nil {
		return err
	}
	return p.reach(ctx, from, namespace)
}

// maxKey is how long a key may be, in bytes.
const maxKey = 256

// The errors of keys are in Kestra's words.
var (
	errNoKey   = errors.New("Key cannot be null or empty")                                                                                                                                                              //nolint:staticcheck // they begin with a capital there
	errBadKey  = errors.New("Key must start with an alphanumeric character (uppercase or lowercase) and can contain alphanumeric characters (uppercase or lowercase), dots (.), underscores (_), and hyphens (-) only") //nolint:staticcheck // they begin with a capital there
	errLongKey = fmt.Errorf("the key is longer than %d bytes", maxKey)
)

func checkKey(key string) error {
	for i := range len(key) {
		c := key[i]
		if alphanumeric := c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'; !alphanumeric && (i == 0 || !strings.ContainsRune("._-", rune(c))) {
			return errBadKey
		}
	}
	switch {
	case key == "":
		return errNoKey
	case len(key) > maxKey:
		return errLongKey
	default:
		return nil
	}
}

// reach returns why a namespace cannot be asked for: there is nothing in it. That of whoever asks and those above it always can.
func (p Pairs) reach(ctx context.Context, from task.Origin, namespace string) error {
	if namespace == from.Namespace || namespace != "" && strings.HasPrefix(from.Namespace, namespace+".") || p.Known.has(namespace) {
		return nil
	}
	pairs, err := p.Store.Pairs(ctx, namespace, time.Time{})
	switch {
	case err != nil:
		return err
	case len(pairs) == 0:
		return fmt.Errorf("Cannot access the KV store. The namespace '%s' does not exist", namespace) //nolint:staticcheck // Kestra's words
	}
	p.Known.Add(namespace) // its pairs are not listed again to know that
	return nil
}

// Find implements [task.Pairs].
func (p Pairs) Find(
	ctx context.Context, from task.Origin, namespace, key string, now time.Time, charge func(text string) error,
) (task.Pair, bool, error) {
	found, err := p.find(ctx, from, namespace, key, now)
	if errors.Is(err, execution.ErrNotFound) {
		return task.Pair{}, false, nil
	}
	if err != nil {
		return task.Pair{}, false, err
	}
	pair, err := decode(&found, charge)
	return pair, err == nil, err
}

// find returns a pair as the store keeps it, or [execution.ErrNotFound].
func (p Pairs) find(ctx context.Context, from task.Origin, namespace, key string, now time.Time) (execution.Pair, error) {
	if err := p.Check(ctx, from, namespace, key); err != nil {
		return execution.Pair{}, err
	}
	for above := namespace; ; {
		found, err := p.Store.Pair(ctx, above, key, now)
		dot := strings.LastIndexByte(above, '.')
		if !errors.Is(err, execution.ErrNotFound) || namespace != from.Namespace || dot < 0 {
			return found, err
		}
		above = above[:dot]
	}
}

// List implements [task.Pairs].
func (p Pairs) List(ctx context.Context, from task.Origin, namespace string, now time.Time) ([]task.Pair, error) {
	if err := p.reach(ctx, from, namespace); err != nil {
		return nil, err
	}
	kept, err := p.Store.Pairs(ctx, namespace, now)
	pairs := make([]task.Pair, len(kept))
	for i := range kept {
		pairs[i] = bare(&kept[i])
	}
	return pairs, err
}

// Namespaces implements [task.Pairs].
func (p Pairs) Namespaces() []string { return p.Known.all() }

// Full returns why the pairs of a batch cannot be kept beside others that take pending bytes and are about to be, or the error of
// the store.
func Full(ctx context.Context, s execution.Store, size, pending int64, now time.Time) error {
	room, err := s.PairRoom(ctx, now)
	if err == nil && size > max(0, room-pending) {
		err = fmt.Errorf("the key-value store is full: %d bytes are left, and %d are needed; see memory_limit", max(0, room-pending), size)
	}
	return err
}
