package runner

import (
	"context"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/admission"
	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// crew is workers that run attempts, of all flows in turn. The lock of the runner guards it.
type crew struct {
	queue  *admission.Queue[*attempt] // those that wait for a worker
	most   int                        // workers at once
	atWork int                        // workers
}

// limit says how many workers there may be, of which one flow may have share percent beside others, and sees to it that there are as
// many as are needed. A lower number holds as soon as workers end what they are at.
func (c *crew) limit(r *Runner, most, share int) {
	c.most = most
	c.queue.Limit(most, share)
	for range c.queue.Len() {
		c.start(r)
	}
}

// start starts a worker if there may be one more.
func (c *crew) start(r *Runner) {
	if c.atWork < c.most {
		c.atWork++
		r.working.Go(func() { c.work(r) })
	}
}

// crowd is how many attempts may wait, for each worker of a crew that nobody must wait for.
const crowd = 8

// crowded reports whether so many attempts wait that another one had better come later.
func (c *crew) crowded() bool { return c.queue.Len() >= crowd*c.most }

// later is a task that waits for others, as long as it takes: its attempts have workers of their own, so that those of other tasks are
// never all taken by it. It is one that a driver asks until when an attempt waits for which there is no room, out of memory.
type later interface {
	Later(c *task.Context) time.Time
}

// attempt is a task that is to run on a goroutine of its own.
type attempt struct {
	actor  *actor
	effect execution.Effect
	run    func(ctx context.Context) message
	crew   *crew
	ctx    context.Context
	cancel context.CancelFunc
}

// startBlocking starts the effects that were waiting for a commit.
func (a *actor) startBlocking() {
	for _, e := range a.blocking {
		if a.comesLater(e) {
			continue
		}
		ctx, cancel := context.WithCancel(a.runner.context)
		a.mu.Lock()
		if a.running == nil {
			a.running = make(map[int32]context.CancelFunc)
		}
		a.running[e.Run] = cancel
		a.mu.Unlock()
		a.runner.startTask(&attempt{actor: a, effect: e, run: a.prepare(e), crew: a.crewOf(e), ctx: ctx, cancel: cancel})
	}
	a.blocking = a.blocking[:0]
}

// cancel ends an attempt that runs.
func (a *actor) cancel(row int32) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if cancel := a.running[row]; cancel != nil {
		cancel()
		delete(a.running, row)
	}
}

// crewOf returns the workers that run the attempts of an effect.
func (a *actor) crewOf(e execution.Effect) *crew {
	if e.Kind == execution.RunTask {
		if _, ok := a.component(e.Run).Compiled.(later); ok {
			return &a.runner.patient
		}
	}
	return &a.runner.tasks
}

// comesLater lets an attempt wait for a time without a worker, if its task can and too many wait for one already.
func (a *actor) comesLater(e execution.Effect) bool {
	r, crew := a.runner, a.crewOf(e)
	if crew != &r.patient {
		return false
	}
	r.mu.Lock()
	crowded := crew.crowded()
	r.mu.Unlock()
	if !crowded {
		return false
	}
	a.setContext(&a.pebble, &a.functions, e, &a.evaluation)
	a.task = a.taskContext(e, &a.pebble, &a.functions)
	var wake time.Time
	err := guarded(&a.task.Log, func() error {
		wake = a.component(e.Run).Compiled.(later).Later(&a.task)
		return nil
	})
	a.evaluation.End()
	if err != nil {
		return false
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.inbox = append(a.inbox, message{event: execution.Event{Kind: execution.TaskEnded, Run: e.Run, Attempt: e.Attempt, Wake: wake}})
	return true
}

func (r *Runner) startTask(t *attempt) {
	if t.ctx.Err() != nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	t.crew.queue.Push(t.actor.claim, t)
	t.crew.start(r)
}

// work runs attempts until there is none whose turn it is, or there are more workers than there should be.
func (c *crew) work(r *Runner) {
	for {
		r.mu.Lock()
		var t *attempt
		ok := false
		if c.atWork <= c.most {
			t, ok = c.queue.Pop()
		}
		if !ok {
			c.atWork--
			r.clock().Rest()
			r.mu.Unlock()
			return
		}
		r.mu.Unlock()
		claim := t.actor.claim
		claim.Retain() // the actor may be gone when the attempt ends
		t.finish()
		r.mu.Lock()
		c.queue.Done(claim)
		r.mu.Unlock()
		claim.Release()
	}
}

// finish runs an attempt and tells the actor of its end, unless it was cut short by the end of the runner.
func (t *attempt) finish() {
	a := t.actor
	var m message
	if t.ctx.Err() == nil {
		m = t.run(t.ctx)
	}
	defer t.cancel()
	a.postIf(m, func() bool {
		if t.ctx.Err() != nil { // nobody waits for it; another task run may have its row by now
			return false
		}
		delete(a.running, t.effect.Run)
		return true
	})
}
