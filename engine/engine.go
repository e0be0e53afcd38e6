package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/admission"
	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/files"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/outbound"
	"github.com/caddy-kestra/kestra-webhook/engine/outside"
	"github.com/caddy-kestra/kestra-webhook/engine/process"
	"github.com/caddy-kestra/kestra-webhook/engine/runner"
	"github.com/caddy-kestra/kestra-webhook/engine/site"
	"github.com/caddy-kestra/kestra-webhook/engine/store/memory"
	"github.com/caddy-kestra/kestra-webhook/engine/store/sqlite"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/upstream"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

// Engine keeps and runs executions. One engine serves all sites of a process that name the same store, and lives on
// when they are configured anew. It is the [site.Host] of its sites.
type Engine struct {
	store     execution.Store
	kind      string // of the store
	path      string // of its file
	files     *files.Store
	admission *admission.Controller
	services  task.Services
	outbound  *outbound.Client
	commands  process.Runner
	owner     *owner
	upstream  *upstream.Upstream
	known     outside.Namespaces
	served    served
	open      atomic.Pointer[[]*Site] // see Serve
	revived   revived
	catalog   atomic.Pointer[Catalog] // of what is revived
	runner    *runner.Runner
	triggers  site.Triggers
	rates     site.Rates
	certs     site.Certificates
	tokens    *webhook.Tokens
	observer  Observer     // nil: none
	clock     runner.Clock // nil: that of the machine
	hidden    hidden
	searching chan struct{} // holds a value while somebody searches
	exiting   atomic.Bool
	calls     calls
}

// Open opens the store and returns an engine on it.
func Open(ctx context.Context, o StoreOptions) (*Engine, error) {
	a, f := admission.New(admission.Limits{}), files.New(o.Files)
	store, err := openStore(ctx, o, a, f)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	e, err := newEngine(ctx, o, a, f, store)
	if err == nil {
		e.kind, e.path = o.Kind, o.Path
	}
	return e, err
}

func openStore(ctx context.Context, o StoreOptions, a *admission.Controller, f *files.Store) (execution.Store, error) {
	switch o.Kind {
	case StoreMemory:
		return memory.New(memory.Options{
			Held:      func(namespace, flowID string, bytes int) { a.Hold(namespace+"/"+flowID, int64(bytes)) },
			Forgotten: f.Forget,
			Remembers: f.Any,
		}), nil
	case StoreSQLite:
		options := sqlite.Options{LockTimeout: o.LockTimeout, Logger: o.Logger, Forgotten: f.Forget}
		if o.Observer != nil {
			options.Committed = o.Observer.Committed
		}
		return sqlite.Open(ctx, o.Path, options)
	default:
		return nil, fmt.Errorf("there is no store %q", o.Kind)
	}
}

func newEngine(ctx context.Context, o StoreOptions, a *admission.Controller, f *files.Store, store execution.Store) (*Engine, error) {
	kept, err := store.Triggers(ctx)
	if err == nil {
		err = outlive(ctx, f, store)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close(), store.Close())
	}
	e := &Engine{searching: make(chan struct{}, 1), observer: o.Observer, clock: o.Clock, store: store, files: f, admission: a, outbound: outbound.New(), owner: newOwner(), runner: runner.New(store, a, runner.Options{})}
	if o.Wire != nil {
		e.outbound = outbound.Through(o.Wire)
	}
	e.tokens = webhook.NewTokens(store.Secret())
	e.upstream = upstream.New(f, e.tokens)
	e.services = task.Services{
		Pairs: outside.Pairs{Store: store, Known: &e.known}, Files: f, Directories: f, HTTP: e.outbound, Network: e.outbound, Executions: keeper{e}, Commands: &e.commands, Upstream: e.upstream,
		Owner: e.owner.name,
	}
	e.triggers.Load(kept)
	e.configure(Options{})
	return e, nil
}

// NewSite compiles a site over set, as [site.New] does. It is to be opened on an engine before it serves.
func NewSite(set *flow.Set, o SiteOptions) (*Site, flow.Diagnostics, error) { return site.New(set, o) }

// CheckCondition returns why an expression cannot be a condition of a site; nil if it can.
func CheckCondition(expression string) error { return site.CheckCondition(expression) }

// Serves reports whether a site with these namespace patterns serves a namespace.
func Serves(patterns []string, namespace string) bool { return site.Serves(patterns, namespace) }

// Configure applies o; the last call wins. An engine that was never configured runs with the defaults, and keeps everything.
func (e *Engine) Configure(o Options) {
	e.configure(o)
	e.retain(o.Retention, o.Logger)
}

func (e *Engine) configure(o Options) {
	limits := admission.Limits{Memory: o.MemoryLimit, Places: o.Capacity, Wait: o.EvaluationWait, Share: o.FlowShare}
	e.admission.Configure(limits)
	e.files.Configure(
		files.Limits{Execution: o.FilesPerExecution, Total: o.FilesLimit},
		files.Namespaces{Written: o.NamespaceFiles, Beside: o.FlowDirs},
	)
	e.catalog.Store(cmp.Or(o.Catalog, Core()))
	e.Hide(o.Secrets)
	e.allow(o)
	e.outbound.Configure(outbound.Options{Admin: o.AdminEndpoints, DenyPrivate: o.DenyPrivate})
	e.upstream.Configure(o.Upstream)
	run := runner.Options{Workers: o.Workers, Logger: o.Logger, Drain: o.Drain, Pending: o.MaxPending, Services: &e.services, Observer: e.observer, Find: e.recover, Clock: e.clock}
	if e.store.Durable() {
		run.Recover = e.recover
	}
	e.runner.Configure(run)
	if s, ok := e.store.(interface{ LimitEnded(bytes int64) }); ok { // what it keeps is in the memory of the process
		s.LimitEnded(limits.EndedMemory())
	}
}

// Exit says that the process is going down: from now on requests are answered with 503, and callers that wait for an
// execution, and executions, get [Engine.Drain] more.
func (e *Engine) Exit() {
	e.exiting.Store(true)
	e.runner.Exit(e.runner.Drain())
}

// Drain returns how long what is under way may run on when the process goes down.
func (e *Engine) Drain() time.Duration { return e.runner.Drain() }

// AtWork returns how many goroutines do something for executions now, without those of callers; see [runner.Runner.AtWork].
func (e *Engine) AtWork() int { return e.runner.AtWork() }

// Busy reports whether calls are under way.
func (e *Engine) Busy() bool { return e.calls.count.Load() > 0 }

// Close takes no further calls, waits for those under way, which end as if nothing had happened unless [Engine.Exit] came
// before, gives running executions a bounded time, and releases the store.
func (e *Engine) Close() error {
	e.calls.close()
	e.runner.Close()
	e.outbound.Close()
	e.upstream.Close()
	return errors.Join(e.commands.Close(), e.owner.end(), e.files.Close(), e.store.Close()) // who opens the store next opens the files next
}

// Get returns an execution, or [execution.ErrNotFound].
func (e *Engine) Get(ctx context.Context, id string) (*execution.State, error) {
	if !e.calls.begin() {
		return nil, ErrClosed
	}
	defer e.calls.end()
	return e.store.Load(ctx, id)
}

// List returns executions, the newest first, and where to go on; 0 after the last.
func (e *Engine) List(ctx context.Context, q execution.Query) (found []execution.Summary, next int64, err error) {
	if !e.calls.begin() {
		return nil, 0, ErrClosed
	}
	defer e.calls.end()
	return e.store.List(ctx, q)
}

// Logs returns the lines of an execution's log that came after one, at most limit of them, in their order; none of an execution
// that is not kept.
func (e *Engine) Logs(ctx context.Context, id string, after int64, limit int) ([]execution.LogLine, error) {
	if !e.calls.begin() {
		return nil, ErrClosed
	}
	defer e.calls.end()
	return e.store.Logs(ctx, id, after, limit)
}

// Wait returns an execution once it has ended, or the error of ctx.
func (e *Engine) Wait(ctx context.Context, id string) (*execution.State, error) {
	if !e.calls.begin() {
		return nil, ErrClosed
	}
	defer e.calls.end()
	return e.runner.Wait(ctx, id)
}

// Kill ends an execution: what runs is interrupted, and nothing begins any more. It returns when that is kept for certain; who
// waits for the end hears of it soon after. One that has ended is [runner.ErrEnded], an unknown one [execution.ErrNotFound].
func (e *Engine) Kill(ctx context.Context, id string) error {
	if !e.calls.begin() {
		return ErrClosed
	}
	defer e.calls.end()
	return e.runner.Kill(ctx, id)
}

// Resume lets an execution go on that is paused, with the values of the inputs that the Pause asks for, by their ids. It returns when
// that is kept for certain. Values that do not fit are a [*flow.InputError]; the other errors are those of [runner.Runner.Resume].
func (e *Engine) Resume(ctx context.Context, id string, inputs *value.Map) error {
	if !e.calls.begin() {
		return ErrClosed
	}
	defer e.calls.end()
	return e.runner.Resume(ctx, id, inputs)
}

// Restart lets an execution that has ended go on from the task runs that have failed, or, if it is paused, all that is paused in it. It
// returns when that is kept for certain. One that cannot is [ErrNotRestartable] or [ErrNothingToRestart]; the other errors are those of
// [runner.Runner.Restart].
func (e *Engine) Restart(ctx context.Context, id string) error {
	if !e.calls.begin() {
		return ErrClosed
	}
	defer e.calls.end()
	return e.runner.Restart(ctx, id)
}

// ResumeFromBreakpoint lets an execution go on that is at a breakpoint, with the next breakpoints, as of [execution.ParseBreakpoints]. It
// returns when that is kept for certain. One that is at none is [ErrNotSuspended]; the other errors are those of [runner.Runner.ResumeFromBreakpoint].
func (e *Engine) ResumeFromBreakpoint(ctx context.Context, id, next string) error {
	if !e.calls.begin() {
		return ErrClosed
	}
	defer e.calls.end()
	return e.runner.ResumeFromBreakpoint(ctx, id, execution.ParseBreakpoints(next))
}

// Begin implements [site.Host].
func (e *Engine) Begin() bool { return e.calls.begin() }

// End implements [site.Host].
func (e *Engine) End() { e.calls.end() }

// Exiting implements [site.Host].
func (e *Engine) Exiting() bool { return e.exiting.Load() }

// Durable implements [site.Host].
func (e *Engine) Durable() bool { return e.store.Durable() }

// Runner implements [site.Host].
func (e *Engine) Runner() *runner.Runner { return e.runner }

// Admission implements [site.Host].
func (e *Engine) Admission() *admission.Controller { return e.admission }

// Triggers implements [site.Host].
func (e *Engine) Triggers() *site.Triggers { return &e.triggers }

// Rates implements [site.Host].
func (e *Engine) Rates() *site.Rates { return &e.rates }

// Certificates implements [site.Host].
func (e *Engine) Certificates() *site.Certificates { return &e.certs }

// Tokens implements [site.Host].
func (e *Engine) Tokens() *webhook.Tokens { return e.tokens }

// Files implements [site.Host].
func (e *Engine) Files() site.Files { return e.files }

// Revision implements [site.Host].
func (e *Engine) Revision(ctx context.Context, f *flow.Flow) (int, error) {
	e.known.Add(f.Namespace)
	e.served.add(f)
	return e.store.PutFlow(ctx, execution.FlowSource{Namespace: f.Namespace, ID: f.ID, Hash: f.Hash, Source: f.WithoutKeys()})
}

// calls counts what is under way, so that an engine is closed only when nobody uses it: a reload cleans up the old
// configuration while its requests still run.
type calls struct {
	mu     sync.RWMutex
	closed bool
	open   sync.WaitGroup
	count  atomic.Int64 // of open, which tells nobody
}

// begin reports whether a call may go on; if so it must be ended.
func (c *calls) begin() bool {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if c.closed {
		return false
	}
	c.open.Add(1)
	c.count.Add(1)
	return true
}

func (c *calls) end() {
	c.count.Add(-1)
	c.open.Done()
}

// close lets no further call begin and waits for those under way.
func (c *calls) close() {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	c.open.Wait()
}
