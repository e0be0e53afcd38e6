package memory

import (
	"context"
	"crypto/rand"
	"fmt"
	"sync"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/store/hints"
)

// Options bound what a store keeps. Zero fields take their defaults.
type Options struct {
	Ended      int // executions that have ended; default 10,000
	EndedBytes int // the size of those with all that belongs to them, of the key-value store and of deliveries, in bytes, estimated; default 32 MiB
	Deliveries int // deliveries, which may take a quarter of EndedBytes; those that expire first go first; default 100,000
	Lines      int // log lines of one execution, the oldest go first; default 1,000
	LineBytes  int // the size of those, in bytes, estimated; default 1 MiB

	// Held, when set, is told by how many bytes the executions of a flow that are parked have grown or shrunk: they are in memory
	// although nobody works with them. It is called with the lock held, and must not call the store.
	Held func(namespace, flowID string, bytes int)

	// Forgotten, when set, is told of each execution that the store lets go of, with the lock held as well. What it is told it must
	// copy to keep it.
	Forgotten func(namespace, flowID, id string)

	// Remembers, when set, reports whether Forgotten has to be called: whether anything is kept elsewhere of any execution.
	Remembers func() bool
}

// The defaults of [Options].
const (
	DefaultEnded      = 10_000
	DefaultEndedBytes = 32 << 20
	DefaultDeliveries = 100_000
	DefaultLines      = 1_000
	DefaultLineBytes  = 1 << 20
)

// Store is an [execution.Store] in memory.
type Store struct {
	options Options
	secret  []byte
	done    chan struct{} // closed with the store

	// The lock is held for look-ups and to hang things in and out. States are copied, listed and searched without it, or a
	// piece at a time.
	mu         sync.RWMutex
	closed     bool
	executions map[string]*entry // by id, but for those in the archive
	archive    archive
	order      order
	ended      endings
	endedBytes int
	due        queue[*entry]             // parked ones, by when they are due
	waiting    map[string]*queue[*entry] // parked ones, by the key of the place they wait for
	places     map[string]int            // that are taken, by key
	deliveries deliveries
	triggers   map[triggerKey]execution.TriggerState
	pairs      pairs
	flows      flows
	values     map[string][]byte // by reference
	watchers   hints.Watchers
	last       counters
	codecs     sync.Pool // of *packing.Codec
	entries    sync.Pool // of *entry: that of an execution which has ended serves for one commit
}

// counters are the last numbers that were given.
type counters struct {
	execution, ending, signal, line, batch int64
	value                                  uint64
}

var _ execution.Store = (*Store)(nil)

// New returns an empty store.
func New(o Options) *Store {
	for _, option := range []struct {
		value    *int
		fallback int
	}{
		{&o.Ended, DefaultEnded},
		{&o.EndedBytes, DefaultEndedBytes},
		{&o.Deliveries, DefaultDeliveries},
		{&o.Lines, DefaultLines},
		{&o.LineBytes, DefaultLineBytes},
	} {
		if *option.value <= 0 {
			*option.value = option.fallback
		}
	}
	secret := make([]byte, 32)
	rand.Read(secret) // never fails
	return &Store{
		options:    o,
		secret:     secret,
		done:       make(chan struct{}),
		executions: map[string]*entry{},
		archive:    newArchive(),
		due:        newDue(),
		waiting:    map[string]*queue[*entry]{},
		places:     map[string]int{},
		deliveries: newDeliveries(),
		triggers:   map[triggerKey]execution.TriggerState{},
		pairs:      newPairs(),
		flows:      newFlows(),
		values:     map[string][]byte{},
	}
}

// LimitEnded changes how many bytes the store keeps of executions that have ended.
func (s *Store) LimitEnded(bytes int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.options.EndedBytes = int(bytes)
	s.trimDeliveries()
	s.drop()
}

// Load implements [execution.Store].
func (s *Store) Load(_ context.Context, id string) (*execution.State, error) {
	s.mu.RLock()
	if s.closed {
		s.mu.RUnlock()
		return nil, execution.ErrClosed
	}
	e := s.look(id)
	if !e.accepted() {
		s.mu.RUnlock()
		return nil, notFound(id)
	}
	v := e.view()
	s.mu.RUnlock()
	return v.state(), nil
}

// Secret implements [execution.Store].
func (s *Store) Secret() []byte { return s.secret }

// Durable returns false.
func (s *Store) Durable() bool { return false }

// Close drops everything.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	close(s.done)
	empty := New(s.options)
	s.closed = true
	s.executions, s.archive, s.order, s.ended, s.endedBytes = empty.executions, empty.archive, empty.order, empty.ended, 0
	s.due, s.waiting, s.places = empty.due, empty.waiting, empty.places
	s.deliveries, s.triggers, s.pairs = empty.deliveries, empty.triggers, empty.pairs
	s.flows, s.values = empty.flows, empty.values
	return nil
}

func notFound(id string) error { return fmt.Errorf("execution %s: %w", id, execution.ErrNotFound) }
