package runner

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/caddy-kestra/kestra-webhook/engine/admission"
	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// The errors of a [Runner], to be tested with errors.Is.
var (
	ErrStopping   = errors.New("runner is stopping")
	ErrNotRunning = errors.New("execution has not ended and is not under way here")
)

// closeGrace is how long executions may run on from [Runner.Exit] or, without that, [Runner.Close].
const closeGrace = 2 * time.Second

// Options are what a runner can be told at any time. Zero fields take their defaults.
type Options struct {
	Workers int              // worker goroutines, for executions that no caller drives; default twice GOMAXPROCS
	Logger  *zap.Logger      // for the logs of executions; default none
	Now     func() time.Time // the clock of executions; default time.Now. Deadlines of waiting callers go by the wall clock
}

// Runner drives executions. Its methods may be called concurrently.
type Runner struct {
	store     execution.Store
	admission *admission.Controller
	options   atomic.Pointer[Options]
	left      atomic.Int64 // accepted executions that were given up before their end

	context context.Context // done when executions are to be left where they are
	cancel  context.CancelFunc

	exit     chan struct{} // closed when callers are to wait no longer
	exitOnce sync.Once

	mu      sync.Mutex
	runs    map[string]*run        // accepted and under way here, by execution id
	queue   *admission.Queue[*run] // those that wait for a worker
	workers int                    // at work
	closed  bool                   // no worker may start
	ending  time.Time              // when Exit or Close was called first
	idle    chan struct{}          // closed when closed is set and the last worker has gone
}

// New returns a runner that keeps its executions in store and asks a for places and memory. It starts no goroutine before
// there is work.
func New(store execution.Store, a *admission.Controller, o Options) *Runner {
	r := &Runner{
		store: store, admission: a, runs: map[string]*run{}, queue: admission.NewQueue[*run](),
		exit: make(chan struct{}), idle: make(chan struct{}),
	}
	r.context, r.cancel = context.WithCancel(context.Background())
	r.Configure(o)
	return r
}

// Configure applies o; the last call wins. Executions under way go on, with the new logger if they have none of their
// own. A lower number of workers holds as soon as workers end what they are at.
func (r *Runner) Configure(o Options) {
	if o.Workers <= 0 {
		o.Workers = 2 * runtime.GOMAXPROCS(0)
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
	r.queue.Limit(o.Workers, r.admission.Limits().Share)
	for range r.queue.Len() {
		if !r.startWorker() {
			return
		}
	}
}

// now returns the time as histories and stores keep it: in UTC, without a monotonic reading.
func (r *Runner) now() time.Time { return r.options.Load().Now().UTC().Round(0) }

// Exit says that the process is going down: callers that wait do so at most for grace from now, and after that no more work
// is taken. It returns at once. Of several calls the one whose grace ends first decides.
func (r *Runner) Exit(grace time.Duration) {
	r.mu.Lock()
	if r.ending.IsZero() {
		r.ending = time.Now()
	}
	r.mu.Unlock()
	end := func() { r.exitOnce.Do(func() { close(r.exit) }) }
	if grace <= 0 {
		end()
		return
	}
	time.AfterFunc(grace, end)
}

// Close takes no more work, ends the waits of callers, lets executions run on until two seconds after Exit, or Close
// without that, leaves the others as they were last committed, and returns when all workers have gone. It does not close
// the store. The log says how many executions have not ended.
func (r *Runner) Close() {
	r.Exit(0)
	r.mu.Lock()
	if !r.closed && r.workers == 0 { // then nothing is queued
		close(r.idle)
	}
	again := r.closed
	r.closed = true
	grace := time.Until(r.ending.Add(closeGrace))
	r.mu.Unlock()

	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case <-r.idle:
	case <-timer.C:
	}
	r.cancel()
	<-r.idle
	if left := r.left.Load(); left > 0 && !again {
		r.logLeft(left)
	}
}

// logLeft says how many accepted executions have not ended, and what becomes of them.
func (r *Runner) logLeft(left int64) {
	logger, count := r.options.Load().Logger, zap.Int64("executions", left)
	if r.store.Durable() {
		logger.Info("executions had not ended at exit; they go on after the next start", count)
		return
	}
	logger.Warn("accepted executions had not ended at exit and are lost: the store does not outlive the process", count)
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
