package execution

import (
	"context"
	"errors"
	"iter"
	"slices"
)

// The errors of a [Store], to be tested with errors.Is.
var (
	ErrNotFound = errors.New("execution not found")
	ErrConflict = errors.New("execution was changed by somebody else")
	ErrExists   = errors.New("execution exists already")
	ErrClosed   = errors.New("store is closed")
)

// Store keeps executions. All methods may be called concurrently. What is handed to a store, and what it hands out, is
// the caller's: changing it later has no effect on what is kept. Of a [Datum] with a reference only that is kept.
//
// Every call that changes something is one commit: after it returned without error it is kept, after an error nothing
// of it is. package storetest tests every promise made here.
type Store interface {
	// Accept keeps a new execution, which may be in any state, as version 1. It sets nothing in s. An id that is kept
	// already is ErrExists.
	Accept(ctx context.Context, s *State) error

	// Commit applies changes to the kept execution and counts its version up by one, if its version is this one; else
	// it is ErrConflict. An id that is not kept is ErrNotFound.
	Commit(ctx context.Context, id string, version int64, changes []Change) error

	// Load returns an execution, with its version. An id that is not kept is ErrNotFound.
	Load(ctx context.Context, id string) (*State, error)

	// List returns the executions that q asks for, the newest first in the order in which they were accepted.
	List(ctx context.Context, q Query) ([]*State, error)

	// Unfinished returns the ids of the executions that have not ended, the oldest first. What is accepted or ends
	// during the iteration may or may not be among them. An error ends it.
	Unfinished(ctx context.Context) iter.Seq2[string, error]

	// Revision returns the revision of a flow whose source has this hash: 1 for the first, one more each time it is
	// asked with another hash than the last time.
	Revision(ctx context.Context, namespace, flowID string, hash [32]byte) (int, error)

	// PutValue keeps a value of an execution and returns its reference, which is new. The execution may be accepted
	// later; when that never happens, the store may drop the value once it is opened again. A value goes when its
	// execution goes. The store may keep data itself: nobody changes it any more.
	PutValue(ctx context.Context, executionID string, data []byte) (ref string, err error)

	// GetValue returns a value. A reference that is not kept is ErrNotFound.
	GetValue(ctx context.Context, ref string) ([]byte, error)

	// Durable reports whether what is kept survives the end of the process.
	Durable() bool

	// Close releases the store. Calls after it are ErrClosed; Close itself may be called again.
	Close() error
}

// The bounds of [Query.Limit].
const (
	DefaultListLimit = 25
	MaxListLimit     = 1000
)

// Query says which executions [Store.List] returns. Empty members do not restrict.
type Query struct {
	Namespace string // exact
	FlowID    string // exact
	Statuses  []Status
	Limit     int // 0: DefaultListLimit; larger than MaxListLimit: that
}

// Bound returns the number of executions to return at most.
func (q Query) Bound() int {
	if q.Limit <= 0 {
		return DefaultListLimit
	}
	return min(q.Limit, MaxListLimit)
}

// Matches reports whether q asks for s.
func (q Query) Matches(s *State) bool {
	if q.Namespace != "" && q.Namespace != s.Namespace || q.FlowID != "" && q.FlowID != s.FlowID {
		return false
	}
	return len(q.Statuses) == 0 || slices.Contains(q.Statuses, s.Status())
}
