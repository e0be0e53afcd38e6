package execution

import (
	"context"
	"errors"
	"iter"
	"slices"
	"time"
)

// The errors of a [Store], to be tested with errors.Is.
var (
	ErrNotFound = errors.New("execution not found")
	ErrConflict = errors.New("execution was changed by somebody else")
	ErrClosed   = errors.New("store is closed")

	// ErrUnavailable is what the disk is the reason for, as when it is full, and not what was asked. Nothing of it was kept, and
	// the same may be asked again until it is.
	ErrUnavailable = errors.New("the store is not available")
)

// Delivered is the error of a batch whose delivery is kept already.
type Delivered struct{ ID string } //nolint:errname // the execution that it started; nothing went wrong

// Error names the execution.
func (e *Delivered) Error() string { return "delivered already as execution " + e.ID }

// Store keeps executions and what belongs to them. All methods may be called concurrently, and hold no lock of their caller's:
// stores commit what comes at once together. What is handed to a store must not change afterwards, but for the rows of a
// [State]; what it hands out is the caller's. Of a [Datum] with a reference only that is kept. package storetest tests every
// promise made here.
//
// An execution is driven by whoever accepted or claimed it, until it has ended or is parked. A parked one is due when its
// time has come, or at once when a signal or a place for it is there, and can then be claimed. A store that is opened makes
// all unfinished executions due at once.
type Store interface {
	// Commit keeps all of b or nothing. It sets Instead in b, Version in the states that are accepted, and nothing else. The
	// error is [*Delivered], [ErrConflict] when a version is another one, [ErrNotFound] for an execution that is not kept,
	// [ErrClosed], [ErrUnavailable], or that the batch could not be kept.
	Commit(ctx context.Context, b *Batch) error

	// Load returns an execution, for reading. An id that is not kept is [ErrNotFound].
	Load(ctx context.Context, id string) (*State, error)

	// List returns the executions that q asks for, the newest first in the order in which they were accepted, and where to
	// go on; 0 after the last.
	List(ctx context.Context, q Query) (found []Summary, next int64, err error)

	// Claim hands over at most n executions that are due, those that are most overdue first, with Version counted up by one.
	// What is due at once comes before what is due by its time; of equals, the one accepted first. next is when another one
	// will be due, not after now if it is already; the zero time means none. Call it again then, and at a hint.
	Claim(ctx context.Context, n int, now time.Time) (due []*State, next time.Time, err error)

	// Inbox returns the signals to an execution that came after one, in their order. One that is not kept has none.
	Inbox(ctx context.Context, id string, after int64) ([]Signal, error)

	// Watch yields hints of what is committed from now on, until ctx is done or the store is closed. Hints may be lost when
	// many come at once: look now and then without one.
	Watch(ctx context.Context) iter.Seq[Hint]

	// Logs returns the log lines of an execution that came after one, at most limit of them, in their order. One that is not
	// kept has none. A store may forget the oldest lines; one in their place then says how many they were.
	Logs(ctx context.Context, id string, after int64, limit int) ([]LogLine, error)

	// Delete drops executions that have ended, with all that belongs to them, and returns how many it dropped. Others stay.
	Delete(ctx context.Context, ids []string) (int, error)

	// DeleteLogs drops the log lines of an execution that f asks for, and returns how many it dropped. One that is not kept has none.
	DeleteLogs(ctx context.Context, id string, f LogFilter) (int, error)

	// Delivered returns the id of the execution that a delivery has started, be that kept or not. One that is not kept, or has expired by
	// now, is [ErrNotFound].
	Delivered(ctx context.Context, key DeliveryKey, now time.Time) (id string, err error)

	// Triggers returns the stored state of all triggers that have some.
	Triggers(ctx context.Context) ([]TriggerState, error)

	// Pair returns a value of the key-value store; one that is missing or has expired by now is [ErrNotFound].
	Pair(ctx context.Context, namespace, key string, now time.Time) (Pair, error)

	// Pairs returns the pairs of a namespace that have not expired by now, in the order of their keys, without values.
	Pairs(ctx context.Context, namespace string, now time.Time) ([]Pair, error)

	// PairRoom returns how many bytes the pairs of the key-value store may still take, by [Pair.Size], once those have gone that have
	// expired by now. Commit does not look at it.
	PairRoom(ctx context.Context, now time.Time) (int64, error)

	// PutFlow keeps the source of a flow, which must hold no key in clear, and returns its revision: 1 for the first, one more
	// each time the hash is another one than the last time.
	PutFlow(ctx context.Context, f FlowSource) (revision int, err error)

	// Flow returns the source of a revision. One that is not kept is [ErrNotFound].
	Flow(ctx context.Context, namespace, id string, revision int) (FlowSource, error)

	// PutValue keeps a value of an execution and returns its reference, which is new. The execution may be accepted
	// later; when that never happens, the store may drop the value once it is opened again. A value goes when its
	// execution goes.
	PutValue(ctx context.Context, executionID string, data []byte) (ref string, err error)

	// GetValue returns a value. A reference that is not kept is [ErrNotFound].
	GetValue(ctx context.Context, ref string) ([]byte, error)

	// Stats returns how much is kept. It is cheap, however much that is.
	Stats(ctx context.Context) (Stats, error)

	// Secret returns 32 random bytes, which the store has made for itself and nobody else has: the same as long as it is kept.
	Secret() []byte

	// Durable reports whether what is kept survives the end of the process.
	Durable() bool

	// Close releases the store. Calls after it are [ErrClosed]; Close itself may be called again.
	Close() error
}

// Batch is what is committed together. Its preconditions are the delivery, the versions and the places, all as they were
// before it; so it cannot write twice to one execution.
type Batch struct {
	Delivery *Delivery // starts Accept[0]; kept already for another: [*Delivered]. Nil: none
	Accept   []Accept
	Write    []Write
	Signals  []Signal // each makes a parked execution due
	Take     []Place
	Give     []Place // each makes the oldest execution due that is parked for its key. One that is taken as well is passed on
	Else     *Batch  // committed instead when a place of Take is not free, with the same other preconditions and delivery; required with Take
	Instead  bool    // set by Commit: Else was committed
	Triggers []TriggerState
	Pairs    []Pair
	Logs     []LogLine
}

// Delivery is what a sender may send again. While it is kept, no other execution is accepted for it. A store in a file keeps it until it
// expires, whatever becomes of the execution; it drops those that have expired when others are kept, a few at a time.
type Delivery struct {
	Key      DeliveryKey
	At       time.Time // when it came: those that have expired by then are kept no more
	Expires  time.Time
	Replaces string // if it is kept for this execution, it is kept for the new one instead; empty: for none
}

// DeliveryKey names a delivery. It is a hash: what senders put into their keys is nobody's to read.
type DeliveryKey [32]byte

// Accept is a new execution. An id that is kept already is this very acceptance, made once more: nothing of its batch is done
// again.
type Accept struct {
	// State is in any state; its Version becomes 1. Of one that has ended the store keeps copies alone: all its memory is the caller's
	// after the commit. Of one that goes on they share what only grows, such as histories and texts.
	State *State
	Park  *Park // nil: the caller drives it
}

// Write is a change of an execution.
type Write struct {
	ID       string
	Version  int64 // that it must have; it is one more afterwards
	Changes  Changes
	Park     *Park // nil: the caller drives it on, unless it has ended. With signals after Consumed it is due at once
	Consumed int64 // signals up to this one are done and forgotten
}

// Park leaves an execution until something happens.
type Park struct {
	Wake time.Time // it is due then; the zero time means only by a signal or a place
	For  string    // it waits for a place of this key; empty: for none
}

// Place is one of a limited number of places under a key.
type Place struct {
	Key   string
	Limit int
}

// Signal is an event for an execution, from outside of it.
type Signal struct {
	To    string // execution
	ID    string // the same one twice is kept once
	Seq   int64  // its number in the order of all; set by the store
	Event Event
}

// Hint tells of something that was committed.
type Hint struct {
	ID        string // execution
	Ended     bool
	Signalled bool
	Due       bool // parked, and due now or at another time than before
}

// TriggerState is what is kept of a trigger of one content of a flow: other contents have states of their own.
type TriggerState struct {
	Namespace string   `json:"namespace"`
	FlowID    string   `json:"flowId"`
	TriggerID string   `json:"triggerId"`
	Hash      [32]byte `json:"hash"`     // of the flow's source
	Disabled  bool     `json:"disabled"` // switched off, as by stopAfter; false forgets the state
}

// Pair is a key of the key-value store and its value.
type Pair struct {
	Namespace   string
	Key         string
	Type        string // of the value, in the words of package outside
	Value       []byte // JSON
	Description string
	Expires     time.Time // the zero time means never
	Updated     time.Time
	Delete      bool // of a batch: the pair goes
}

// Size returns about how many bytes a pair takes in memory.
func (p *Pair) Size() int64 {
	const fixed = 320 // with its places in indexes
	return int64(fixed + len(p.Namespace) + len(p.Key) + len(p.Value) + len(p.Description))
}

// LogLine is a line of an execution's log.
type LogLine struct {
	Execution string
	Seq       int64  // its number in the order of all; set by the store
	Run       string // id of the task run; empty for the execution as a whole
	Task      string
	Attempt   int32
	Level     string // TRACE, DEBUG, INFO, WARN, ERROR
	At        time.Time
	Message   string
}

// LogFilter says which log lines [Store.DeleteLogs] drops. Empty members do not restrict.
type LogFilter struct {
	Levels   []string
	From, To time.Time // both included
}

// Has reports whether a line is one of those.
func (f *LogFilter) Has(l *LogLine) bool {
	return (len(f.Levels) == 0 || slices.Contains(f.Levels, l.Level)) && Within(l.At, f.From, f.To)
}

// Within reports whether a time is not before from and not after to, of which the zero time is no bound.
func Within(at, from, to time.Time) bool {
	return (from.IsZero() || !at.Before(from)) && (to.IsZero() || !at.After(to))
}

// FlowSource is a flow as it was written.
type FlowSource struct {
	Namespace string
	ID        string
	Hash      [32]byte
	Source    []byte
}

// Summary is what lists show of an execution.
type Summary struct {
	Seq       int64 // its number in the order of acceptance
	ID        string
	Namespace string
	FlowID    string
	Revision  int
	TriggerID string
	StartedBy string // id of the execution that has started it; "" for none
	Head      Head
	Bytes     int64 // about how many it takes, with all that belongs to it
}

// Stats is how much a store keeps.
type Stats struct {
	Executions int64
	Unfinished int64 // of those
	Bytes      int64 // of the file and what is beside it; of a store in memory what counts against its bounds
}

// The bounds of [Query.Limit].
const (
	DefaultListLimit = 25
	MaxListLimit     = 1000
)

// Query says which executions [Store.List] returns. Empty members do not restrict.
type Query struct {
	Namespace  string // exact
	FlowID     string // exact
	Statuses   []Status
	Unfinished bool      // only those that have not ended
	Since      time.Time // only those that began then or later, see [Query.Recent]
	Before     int64     // only those with a smaller Seq: where an earlier list ended
	Limit      int       // 0: DefaultListLimit; larger than MaxListLimit: that
}

// olderRun is how many executions, one accepted after the other, must have begun too early for a list to end there.
const olderRun = 1000

// Recent returns what decides for a list which executions began at q.Since or later. It is asked for all that the other members ask
// for, the newest first, with when they began. Executions begin about in the order in which they are accepted, so the list is over
// where many have begun before: those that are older than Since, whatever their number, are not looked at.
func (q Query) Recent() func(start time.Time) (has, over bool) {
	older := 0
	return func(start time.Time) (has, over bool) {
		if has = q.Since.IsZero() || !start.Before(q.Since); has {
			older = 0
		} else {
			older++
		}
		return has, older >= olderRun
	}
}

// Bound returns the number of executions to return at most.
func (q Query) Bound() int {
	if q.Limit <= 0 {
		return DefaultListLimit
	}
	return min(q.Limit, MaxListLimit)
}
