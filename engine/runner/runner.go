package runner

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// The errors of a [Runner], to be tested with errors.Is.
var (
	ErrFull       = errors.New("too many executions are under way")
	ErrStopping   = errors.New("runner is stopping")
	ErrNotRunning = errors.New("execution has not ended and is not under way here")
)

// The capacity of a runner whose options name none.
const (
	DefaultCapacity = 10_000    // executions
	DefaultBytes    = 256 << 20 // of their trigger variables together
)

// closeGrace is how long [Runner.Close] lets executions run on. At the end of a process it comes after the time that
// callers were given by [Runner.Exit].
const closeGrace = 500 * time.Millisecond

// Options are what a runner can be told at any time. Zero fields take their defaults.
type Options struct {
	Workers  int              // goroutines that drive executions nobody drives himself; default twice GOMAXPROCS
	Capacity int              // executions under way at once; default [DefaultCapacity]
	Bytes    int64            // that executions under way hold at once, see [Slot.Hold]; default [DefaultBytes]
	Logger   *zap.Logger      // for the logs of executions; default none
	Now      func() time.Time // the clock of executions; default time.Now. Deadlines of waiting callers go by the wall clock
}

// Runner drives executions. Its methods may be called concurrently.
type Runner struct {
	store    execution.Store
	options  atomic.Pointer[Options]
	inFlight atomic.Int64 // slots
	held     atomic.Int64 // bytes
	stopping atomic.Bool

	context context.Context // done when executions are to be left where they are
	cancel  context.CancelFunc

	exit     chan struct{} // closed when callers are to wait no longer
	exitOnce sync.Once

	mu          sync.Mutex
	runs        map[string]*run // accepted and under way here, by execution id
	first, last *run            // the queue: runs that wait for a worker, linked by next
	workers     int             // at work
	closed      bool            // no worker may start
	idle        chan struct{}   // closed when closed is set and the last worker has gone
}

// New returns a runner that keeps its executions in store. It starts no goroutine before there is work.
func New(store execution.Store, o Options) *Runner {
	r := &Runner{store: store, runs: map[string]*run{}, exit: make(chan struct{}), idle: make(chan struct{})}
	r.context, r.cancel = context.WithCancel(context.Background())
	r.Configure(o)
	return r
}

// Configure applies o; the last call wins. Executions under way go on, with the new logger if they have none of their
// own. A lower number of workers holds as soon as workers end what they are at, a lower capacity for new executions.
func (r *Runner) Configure(o Options) {
	if o.Workers <= 0 {
		o.Workers = 2 * runtime.GOMAXPROCS(0)
	}
	if o.Capacity <= 0 {
		o.Capacity = DefaultCapacity
	}
	if o.Bytes <= 0 {
		o.Bytes = DefaultBytes
	}
	if o.Logger == nil {
		o.Logger = zap.NewNop()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	r.options.Store(&o)

	r.mu.Lock()
	defer r.mu.Unlock()
	for waiting := r.first; waiting != nil && r.startWorker(); waiting = waiting.next {
	}
}

// now returns the time as histories and stores keep it: in UTC, without a monotonic reading.
func (r *Runner) now() time.Time { return r.options.Load().Now().UTC().Round(0) }

// Exit says that the process is going down: no more work is taken, and callers that wait do so at most for grace from
// now. It returns at once. Of several calls the one whose grace ends first decides.
func (r *Runner) Exit(grace time.Duration) {
	r.stopping.Store(true)
	end := func() { r.exitOnce.Do(func() { close(r.exit) }) }
	if grace <= 0 {
		end()
		return
	}
	time.AfterFunc(grace, end)
}

// Close takes no more work, ends the waits of callers, gives executions half a second to end, leaves the others as they
// were last committed, and returns when all workers have gone. It does not close the store.
func (r *Runner) Close() {
	r.Exit(0)
	r.mu.Lock()
	if !r.closed && r.workers == 0 { // then nothing is queued
		close(r.idle)
	}
	r.closed = true
	r.mu.Unlock()

	timer := time.NewTimer(closeGrace)
	defer timer.Stop()
	select {
	case <-r.idle:
	case <-timer.C:
	}
	r.cancel()
	<-r.idle
}

// resolveDatum fills in the text of a datum that is kept apart.
func (r *Runner) resolveDatum(ctx context.Context, d *execution.Datum) error {
	if d.Ref == "" || d.JSON != nil {
		return nil
	}
	data, err := r.store.GetValue(ctx, d.Ref)
	if err != nil {
		return err
	}
	d.JSON = data
	return nil
}
