package memory

import (
	"container/list"
	"context"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"sync"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// Options bound what a store keeps of executions that have ended. Zero fields take their defaults.
type Options struct {
	Ended      int // their number; default 10,000
	EndedBytes int // their size with their values, in bytes, estimated; default 32 MiB
}

// The defaults of [Options].
const (
	DefaultEnded      = 10_000
	DefaultEndedBytes = 32 << 20
)

// Store is an [execution.Store] in memory.
type Store struct {
	options Options

	// The lock is held for look-ups and for hanging entries in and out, never while states are copied or changed.
	mu         sync.RWMutex
	closed     bool
	entries    map[string]*entry
	accepted   list.List // of *entry, the oldest first
	ended      list.List // of *entry, in the order of their ends
	endedBytes int
	values     map[string][]byte // by reference
	nextValue  uint64
	revisions  map[flowKey]revision
}

// entry is one execution. What state points to never changes, so it may be read without the lock.
type entry struct {
	state    *execution.State
	size     int           // of state, as counted
	accepted *list.Element // nil while there are values only
	ended    *list.Element
	refs     []string // of its values
	bytes    int      // of its values
}

type flowKey struct{ namespace, id string }

type revision struct {
	number int
	hash   [32]byte
}

var _ execution.Store = (*Store)(nil)

// New returns an empty store.
func New(o Options) *Store {
	if o.Ended <= 0 {
		o.Ended = DefaultEnded
	}
	if o.EndedBytes <= 0 {
		o.EndedBytes = DefaultEndedBytes
	}
	return &Store{
		options:   o,
		entries:   map[string]*entry{},
		values:    map[string][]byte{},
		revisions: map[flowKey]revision{},
	}
}

// LimitEnded changes how many bytes the store keeps of executions that have ended.
func (s *Store) LimitEnded(bytes int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.options.EndedBytes = int(bytes)
	if !s.closed {
		s.drop()
	}
}

// Accept implements [execution.Store].
func (s *Store) Accept(_ context.Context, st *execution.State) error {
	kept := st.Clone()
	kept.Version = 1
	size := sizeOf(kept)

	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return execution.ErrClosed
	}
	e := s.entries[kept.ID]
	if e == nil {
		e = &entry{}
		s.entries[kept.ID] = e
	}
	if e.accepted != nil {
		return fmt.Errorf("execution %s: %w", kept.ID, execution.ErrExists)
	}
	e.accepted = s.accepted.PushBack(e)
	s.put(e, kept, size)
	return nil
}

// Commit implements [execution.Store].
func (s *Store) Commit(_ context.Context, id string, version int64, changes []execution.Change) error {
	e, before, err := s.lookup(id)
	if err != nil {
		return err
	}
	if before.Version != version {
		return fmt.Errorf("execution %s: version is %d, not %d: %w", id, before.Version, version, execution.ErrConflict)
	}
	after := *before
	after.TaskRuns = slices.Clone(before.TaskRuns)
	own := make([]execution.Change, len(changes))
	for i, c := range changes {
		own[i] = c.Clone()
	}
	execution.Apply(&after, own)
	after.Version++
	size := sizeOf(&after)

	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.closed:
		return execution.ErrClosed
	case s.entries[id] != e:
		return fmt.Errorf("execution %s: %w", id, execution.ErrNotFound)
	case e.state != before:
		return fmt.Errorf("execution %s: version is %d, not %d: %w", id, e.state.Version, version, execution.ErrConflict)
	}
	s.put(e, &after, size)
	return nil
}

// Load implements [execution.Store].
func (s *Store) Load(_ context.Context, id string) (*execution.State, error) {
	_, st, err := s.lookup(id)
	if err != nil {
		return nil, err
	}
	return st.Clone(), nil
}

// List implements [execution.Store].
func (s *Store) List(ctx context.Context, q execution.Query) ([]*execution.State, error) {
	all, err := s.snapshot()
	if err != nil {
		return nil, err
	}
	var found []*execution.State
	for _, st := range slices.Backward(all) {
		if len(found) == q.Bound() {
			break
		}
		if q.Matches(st) {
			found = append(found, st.Clone())
		}
	}
	return found, ctx.Err()
}

// Unfinished implements [execution.Store].
func (s *Store) Unfinished(ctx context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		all, err := s.snapshot()
		if err != nil {
			yield("", err)
			return
		}
		for _, st := range all {
			if err := ctx.Err(); err != nil {
				yield("", err)
				return
			}
			if !st.Status().Terminated() && !yield(st.ID, nil) {
				return
			}
		}
	}
}

// Revision implements [execution.Store].
func (s *Store) Revision(_ context.Context, namespace, flowID string, hash [32]byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return 0, execution.ErrClosed
	}
	key := flowKey{namespace, flowID}
	r := s.revisions[key]
	if r.number == 0 || r.hash != hash {
		r = revision{number: r.number + 1, hash: hash}
		s.revisions[key] = r
	}
	return r.number, nil
}

// PutValue implements [execution.Store]. It keeps data itself, not a copy.
func (s *Store) PutValue(_ context.Context, id string, data []byte) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return "", execution.ErrClosed
	}
	e := s.entries[id]
	if e == nil {
		e = &entry{}
		s.entries[id] = e
	}
	s.nextValue++
	ref := id + "/" + strconv.FormatUint(s.nextValue, 36)
	s.values[ref] = data
	e.refs = append(e.refs, ref)
	e.bytes += len(data)
	if e.ended != nil {
		s.endedBytes += len(data)
		s.drop()
	}
	return ref, nil
}

// GetValue implements [execution.Store].
func (s *Store) GetValue(_ context.Context, ref string) ([]byte, error) {
	s.mu.RLock()
	data, ok := s.values[ref]
	closed := s.closed
	s.mu.RUnlock()
	switch {
	case closed:
		return nil, execution.ErrClosed
	case !ok:
		return nil, fmt.Errorf("value %s: %w", ref, execution.ErrNotFound)
	}
	return slices.Clone(data), nil
}

// Durable returns false.
func (s *Store) Durable() bool { return false }

// Close drops everything.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	s.entries, s.values, s.revisions = nil, nil, nil
	s.accepted.Init()
	s.ended.Init()
	s.endedBytes = 0
	return nil
}

// lookup returns an execution and its present state, for reading.
func (s *Store) lookup(id string) (*entry, *execution.State, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.closed {
		return nil, nil, execution.ErrClosed
	}
	e := s.entries[id]
	if e == nil || e.accepted == nil {
		return nil, nil, fmt.Errorf("execution %s: %w", id, execution.ErrNotFound)
	}
	return e, e.state, nil
}

// snapshot returns the present states of all executions, the oldest first, for reading.
func (s *Store) snapshot() ([]*execution.State, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.closed {
		return nil, execution.ErrClosed
	}
	all := make([]*execution.State, 0, s.accepted.Len())
	for el := s.accepted.Front(); el != nil; el = el.Next() {
		all = append(all, el.Value.(*entry).state)
	}
	return all, nil
}

// put makes st the state of e, with the lock held.
func (s *Store) put(e *entry, st *execution.State, size int) {
	if e.ended != nil { // it may go on again
		s.ended.Remove(e.ended)
		s.endedBytes -= e.size + e.bytes
		e.ended = nil
	}
	e.state, e.size = st, size
	if st.Status().Terminated() {
		e.ended = s.ended.PushBack(e)
		s.endedBytes += size + e.bytes
	}
	if e.ended != nil {
		s.drop()
	}
}

// drop lets go of the executions that ended first until what is left fits, with the lock held.
func (s *Store) drop() {
	for s.ended.Len() > s.options.Ended || s.endedBytes > s.options.EndedBytes {
		e := s.ended.Remove(s.ended.Front()).(*entry)
		s.accepted.Remove(e.accepted)
		s.endedBytes -= e.size + e.bytes
		delete(s.entries, e.state.ID)
		for _, ref := range e.refs {
			delete(s.values, ref)
		}
	}
}

// sizeOf estimates the memory of a state in bytes.
func sizeOf(st *execution.State) int {
	const fixed, label, transition, run = 512, 32, 40, 160
	n := fixed + len(st.Labels)*label + len(st.History)*transition + len(st.Trigger.Variables.JSON) + len(st.Outputs.JSON)
	for _, l := range st.Labels {
		n += len(l.Key) + len(l.Value)
	}
	for i := range st.TaskRuns {
		r := &st.TaskRuns[i]
		n += run + len(r.History)*transition + len(r.Outputs.JSON)
		for _, a := range r.Attempts {
			n += len(a.History) * transition
		}
	}
	return n
}
