package memory

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// PutValue implements [execution.Store]. It keeps data itself, not a copy.
func (s *Store) PutValue(_ context.Context, id string, data []byte) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return "", execution.ErrClosed
	}
	e := s.entry(id)
	if e == nil {
		e = &entry{}
		s.executions[id] = e
	}
	s.last.value++
	ref := id + "/" + strconv.FormatUint(s.last.value, 36)
	s.values[ref] = data
	e.refs = append(e.refs, ref)
	s.grow(e, len(data))
	s.drop()
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

// release lets go of the values that e names no more when it was changed, and returns their size.
func (s *Store) release(e *entry, c *execution.Changes) (bytes int) {
	if len(e.refs) == 0 {
		return 0
	}
	compare := func(before, after execution.Datum) {
		if before.Ref == "" || before.Ref == after.Ref {
			return
		}
		bytes += len(s.values[before.Ref])
		delete(s.values, before.Ref)
		e.refs = slices.DeleteFunc(e.refs, func(ref string) bool { return ref == before.Ref })
	}
	if c.Head != nil {
		compare(e.state.Variables, c.Head.Variables)
		compare(e.state.Outputs, c.Head.Outputs)
	}
	for i := range c.Rows {
		if row := int(c.Rows[i].Row); row < len(e.runs) && e.runs[row] != nil {
			compare(e.runs[row].Outputs, c.Rows[i].Run.Outputs)
		}
	}
	return bytes
}

type flowKey struct{ namespace, id string }

// flows are the sources of flows.
type flows struct {
	revisions map[flowKey][][32]byte // the hashes of 1, 2, …
	sources   map[[32]byte][]byte    // by hash: one that comes again is kept once
}

func newFlows() flows {
	return flows{revisions: map[flowKey][][32]byte{}, sources: map[[32]byte][]byte{}}
}

// PutFlow implements [execution.Store]. It keeps the source itself, not a copy.
func (s *Store) PutFlow(_ context.Context, f execution.FlowSource) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return 0, execution.ErrClosed
	}
	key := flowKey{f.Namespace, f.ID}
	hashes := s.flows.revisions[key]
	if n := len(hashes); n == 0 || hashes[n-1] != f.Hash {
		hashes = append(hashes, f.Hash)
		s.flows.revisions[key] = hashes
		if _, ok := s.flows.sources[f.Hash]; !ok {
			s.flows.sources[f.Hash] = f.Source
		}
	}
	return len(hashes), nil
}

// Flow implements [execution.Store].
func (s *Store) Flow(_ context.Context, namespace, id string, revision int) (execution.FlowSource, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.closed {
		return execution.FlowSource{}, execution.ErrClosed
	}
	hashes := s.flows.revisions[flowKey{namespace, id}]
	if revision < 1 || revision > len(hashes) {
		return execution.FlowSource{}, fmt.Errorf("flow %s.%s revision %d: %w", namespace, id, revision, execution.ErrNotFound)
	}
	hash := hashes[revision-1]
	return execution.FlowSource{Namespace: namespace, ID: id, Hash: hash, Source: slices.Clone(s.flows.sources[hash])}, nil
}
