package runner

import (
	"context"
	"errors"
	"maps"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/caddy-kestra/kestra-webhook/engine/admission"
	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/trace"
)

// The errors of a [Runner], to be tested with errors.Is.
var (
	ErrStopping   = errors.New("runner is stopping")
	ErrNotRunning = errors.New("execution has not ended and is not under way here")
)

// DefaultWorkers is how many tasks that are not pure run at once in a runner whose options name no number.
const DefaultWorkers = 100

// DefaultDrain is how long executions may run on at the end in a runner whose options name no time.
const DefaultDrain = 2 * time.Second

// Options are what a runner can be told at any time. Zero fields take their defaults.
type Options struct {
	Workers  int            // tasks that are not pure and run at once, beside half as many that hand requests on; default [DefaultWorkers]
	Logger   *zap.Logger    // for the logs of executions; default none
	Pending  int            // executions that wait for a place in a store that outlives the process; default [DefaultPending]
	Drain    time.Duration  // how long executions may run on from [Runner.Exit] or, without that, [Runner.Close]; default [DefaultDrain], below 0 none
	Services *task.Services // for tasks and expressions; default none
	Observer Observer       // default none
	Clock    Clock          // default that of the machine
	Find     Recover        // for executions that have ended and go on; default none, which means that none does
	Recover  Recover        // for executions that are found in the store; default none, for a store that was empty. See [Runner.TakeUp]
}

// Runner drives executions. Its methods may be called concurrently.
type Runner struct {
	store     execution.Store
	admission *admission.Controller
	options   atomic.Pointer[Options]

	context context.Context // done when executions are to be left where they are
	cancel  context.CancelFunc

	exit     chan struct{} // closed when callers are to wait no longer
	exitOnce sync.Once

	mu       sync.Mutex
	runs     map[string]*actor        // accepted and under way here, by execution id
	parked   map[string]*parked       // accepted, and waiting for nothing but a time or a place
	lines    map[string]int           // by the key of a place: how many executions here wait for one
	limits   map[string]int           // by the key of a place: how many there are now, see Renew
	awaited  map[string]*awaited      // by execution id: of those that nobody drives yet
	stuck    map[string]struct{}      // executions found in the store that cannot go on
	takesUp  bool                     // executions found in the store may be taken up
	backlog  backlog                  // executions that are accepted, or were found, and wait for a place
	ready    *admission.Queue[*actor] // those that wait for a driver
	drivers  int                      // goroutines that drive, or wait for an actor
	idle     int                      // of those, the ones that wait and that nobody has woken
	turn     sync.Cond                // tells them that there is an actor, or that the runner is closed
	tasks    crew                     // for tasks that are not pure
	patient  crew                     // for those of them that are [later]
	closed   bool                     // no more executions
	ending   time.Time                // when Exit or Close was called first
	drained  chan struct{}            // closed when closed is set and nothing is under way
	wake     Timer                    // for the next parked execution; nil before there was one
	due      time.Time                // when it fires; zero: not at all
	woken    int                      // executions that were woken and that no driver has looked at yet
	late     bool                     // more are due, and are woken when there are fewer of those
	claiming sync.Mutex               // held while executions that are due are claimed
	working  sync.WaitGroup           // drivers and workers
	desks    sync.Pool                // of *desk
	actors   sync.Pool                // of *actor: zero ones
	tracer   trace.Tracer
	pending  pending
}

// New returns a runner that keeps its executions in store and asks a for places and memory. It starts no goroutine before
// there is work.
func New(store execution.Store, a *admission.Controller, o Options) *Runner {
	r := &Runner{
		store: store, admission: a, runs: map[string]*actor{}, parked: map[string]*parked{}, lines: map[string]int{}, limits: map[string]int{},
		awaited: map[string]*awaited{}, stuck: map[string]struct{}{},
		ready: admission.NewQueue[*actor](),
		tasks: crew{queue: admission.NewQueue[*attempt]()}, patient: crew{queue: admission.NewQueue[*attempt]()},
		exit: make(chan struct{}), drained: make(chan struct{}),
	}
	r.context, r.cancel = context.WithCancel(context.Background())
	r.turn.L = &r.mu
	r.Configure(o)
	return r
}

// Configure applies o; the last call wins. Executions under way go on, with the new logger if they have none of their
// own. A lower number of workers holds as soon as workers end what they are at.
func (r *Runner) Configure(o Options) {
	if o.Workers <= 0 {
		o.Workers = DefaultWorkers
	}
	if o.Pending <= 0 {
		o.Pending = DefaultPending
	}
	if o.Drain == 0 {
		o.Drain = DefaultDrain
	}
	if o.Logger == nil {
		o.Logger = zap.NewNop()
	}
	if o.Clock == nil {
		o.Clock = wallClock{}
	}
	r.options.Store(&o)

	r.mu.Lock()
	defer r.mu.Unlock()
	share := r.admission.Limits().Share
	r.ready.Limit(maxDrivers(), share)
	r.tasks.limit(r, o.Workers, share)
	r.patient.limit(r, max(1, o.Workers/2), share)
	r.startPending()
}

// Services are what tasks and expressions may use beside what an execution holds; nil: nothing.
func (r *Runner) Services() *task.Services { return r.options.Load().Services }

// maxDrivers is how many goroutines drive executions that no caller drives: one more than processors for each that may wait
// for the store.
func maxDrivers() int { return 2 * runtime.GOMAXPROCS(0) }

// Drain returns how long executions may run on at the end.
func (r *Runner) Drain() time.Duration { return max(0, r.options.Load().Drain) }

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

// Close takes no more work, ends the waits of callers, lets executions run on until [Runner.Drain] after Exit, or Close
// without that, leaves the others as they were last committed, and returns when nothing is at work any more. It does not
// close the store. The log says how many executions have not ended.
func (r *Runner) Close() {
	r.Exit(0)
	r.mu.Lock()
	again := r.closed
	r.closed = true
	grace := time.Until(r.ending.Add(r.Drain()))
	if r.wake != nil {
		r.wake.Stop()
	}
	if !again && len(r.runs) == 0 {
		close(r.drained)
	}
	r.mu.Unlock()

	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case <-r.drained:
	case <-timer.C:
	}
	r.cancel()
	r.mu.Lock()
	r.turn.Broadcast()
	r.mu.Unlock()
	r.working.Wait()
	if again {
		return
	}
	r.mu.Lock()
	left := len(r.runs) + len(r.parked)
	actors := slices.Collect(maps.Values(r.runs))
	r.mu.Unlock()
	for _, a := range actors {
		a.finish(ErrStopping)
	}
	if left > 0 {
		r.logLeft(left)
	}
}

// logLeft says how many accepted executions have not ended, and what becomes of them.
func (r *Runner) logLeft(left int) {
	logger, count := r.options.Load().Logger, zap.Int("executions", left)
	if r.store.Durable() {
		logger.Info("executions had not ended at exit; they go on after the next start", count)
		return
	}
	logger.Warn("accepted executions had not ended at exit and are lost: the store does not outlive the process", count)
}

// exited reports whether callers are to wait no longer.
func (r *Runner) exited() bool {
	select {
	case <-r.exit:
		return true
	default:
		return false
	}
}
