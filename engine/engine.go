package engine

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/admission"
	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/runner"
	"github.com/caddy-kestra/kestra-webhook/engine/store/memory"
	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

// exitGrace is how long callers that wait for an execution still get when the process goes down.
const exitGrace = 2 * time.Second

// Engine keeps and runs executions. One engine serves all sites of a process that name the same store, and lives on
// when they are configured anew.
type Engine struct {
	store     execution.Store
	admission *admission.Controller
	runner    *runner.Runner
	exiting   atomic.Bool
	calls     calls
	stopped   sync.Map // stopKey of every trigger that stopAfter has switched off
}

// stopKey names a trigger of one content of a flow: changing the flow file switches its triggers on again.
type stopKey struct {
	flow    [32]byte
	trigger string
}

// hasStopped reports whether an execution that t started ended in a state of its stopAfter.
func (e *Engine) hasStopped(t *webhook.Trigger) bool {
	if !t.HasStopAfter() { // nearly all: they need no look-up
		return false
	}
	_, stopped := e.stopped.Load(stopKey{t.Flow.Hash, t.ID()})
	return stopped
}

// ended applies t's stopAfter to an execution that ended with status.
func (e *Engine) ended(t *webhook.Trigger, status execution.Status) {
	if t.StopsAfter(status) {
		e.stopped.Store(stopKey{t.Flow.Hash, t.ID()}, struct{}{})
	}
}

// Open opens the store and returns an engine on it. It is cheap: nothing runs before the first request.
func Open(o StoreOptions) (*Engine, error) {
	if o.Kind != StoreMemory {
		return nil, fmt.Errorf("store %q is not supported yet", o.Kind)
	}
	return newEngine(memory.New(memory.Options{})), nil
}

func newEngine(store execution.Store) *Engine {
	a := admission.New(admission.Limits{})
	e := &Engine{store: store, admission: a, runner: runner.New(store, a, runner.Options{})}
	e.Configure(Options{})
	return e
}

// Configure applies o; the last call wins. An engine that was never configured runs with the defaults.
func (e *Engine) Configure(o Options) {
	limits := admission.Limits{Memory: o.MemoryLimit, Places: o.Capacity, Wait: o.EvaluationWait, Share: o.FlowShare}
	e.admission.Configure(limits)
	e.runner.Configure(runner.Options{Workers: o.Workers, Logger: o.Logger})
	if s, ok := e.store.(interface{ LimitEnded(bytes int64) }); ok { // what it keeps is in the memory of the process
		s.LimitEnded(limits.EndedMemory())
	}
}

// Exit says that the process is going down: from now on requests are answered with 503, and callers that wait for an
// execution get two seconds more.
func (e *Engine) Exit() {
	e.exiting.Store(true)
	e.runner.Exit(exitGrace)
}

// Close takes no further calls, waits for those under way, which end as if nothing had happened unless [Engine.Exit] came
// before, gives running executions a bounded time, and releases the store.
func (e *Engine) Close() error {
	e.calls.close()
	e.runner.Close()
	return e.store.Close()
}

// ErrClosed is the error of calls to an engine that was closed.
var ErrClosed = errors.New("engine is closed")

// Get returns an execution, or [execution.ErrNotFound].
func (e *Engine) Get(ctx context.Context, id string) (*execution.State, error) {
	if !e.calls.begin() {
		return nil, ErrClosed
	}
	defer e.calls.end()
	return e.store.Load(ctx, id)
}

// List returns executions, the newest first.
func (e *Engine) List(ctx context.Context, q execution.Query) ([]*execution.State, error) {
	if !e.calls.begin() {
		return nil, ErrClosed
	}
	defer e.calls.end()
	return e.store.List(ctx, q)
}

// Wait returns an execution once it has ended, or the error of ctx.
func (e *Engine) Wait(ctx context.Context, id string) (*execution.State, error) {
	if !e.calls.begin() {
		return nil, ErrClosed
	}
	defer e.calls.end()
	return e.runner.Wait(ctx, id)
}

// calls counts what is under way, so that an engine is closed only when nobody uses it: a reload cleans up the old
// configuration while its requests still run.
type calls struct {
	mu     sync.RWMutex
	closed bool
	open   sync.WaitGroup
}

// begin reports whether a call may go on; if so it must be ended.
func (c *calls) begin() bool {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if c.closed {
		return false
	}
	c.open.Add(1)
	return true
}

func (c *calls) end() { c.open.Done() }

// close lets no further call begin and waits for those under way.
func (c *calls) close() {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	c.open.Wait()
}
