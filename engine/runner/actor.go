package runner

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/caddy-kestra/kestra-webhook/engine/admission"
	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/outside"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/scope"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/trace"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// actor is an execution under way. One goroutine at a time drives it; the fields below mu are those of all.
type actor struct {
	setup
	runner  *Runner
	plan    *execution.Plan
	state   *execution.State
	claim   *admission.Claim
	handle  *handle    // nil while nobody can wait for it
	trigger *value.Map // of the request; nil: it is decoded
	queued  func()
	inputs  value.Value
	scope   *scope.Execution // its variables; nil until they are needed
	span    trace.Span

	delivery *execution.Delivery // that started it, until it is accepted; nil: none

	*desk                                 // nil while nobody drives it
	ahead       bool                      // a caller drives it who does not wait: drivers can
	begun       bool                      // the event that begins the execution was stepped by, or it had begun before
	placed      bool                      // the execution has a place of `concurrency`
	effects     []execution.Effect        // to be performed by the driver, the first one first
	blocking    []execution.Effect        // to be started when what led to them is committed
	taken       []message                 // taken out of the inbox
	barrier     bool                      // something must be committed
	evaluation  admission.Evaluation      // of what the driver evaluates
	ofVariables int64                     // bytes that its variables take, once a task has set them
	spent       bool                      // an effect is performed again although there is no more memory to be had
	heard       int64                     // the number of the last signal that was stepped by
	waits       map[int32]execution.Event // for each task run that waits for a time: what it is told then
	untimed     []int32                   // of those, the ones that got into waits since timers were set
	timers      map[int32]Timer           // of those, while something else of the execution is under way
	linger      *time.Timer               // until it is parked, see lingers; nil: it was never large enough
	lingered    bool                      // it has waited long enough to be parked
	journal     journal
	writes      writes            // of tasks, since the last commit
	children    []*child          // that were started since the last commit
	again       *execution.Effect // the next try that the next commit accepts
	kills       []string          // ids of started executions that are to be killed
	left        []task.Origin     // task runs that have ended since the last commit and whose tasks shared a directory
	unkept      *execution.State  // as it was when the store failed, which is asked again
	asks        bool              // the store has failed since an effect was performed

	mu        sync.Mutex
	inbox     []message
	woken     bool                         // no driver has looked at it since it was woken; the lock of the runner guards this one
	called    bool                         // signals have come for the execution
	scheduled bool                         // it is driven, or waits for a driver
	gone      bool                         // it takes no more events: the execution has ended or is parked
	over      bool                         // it was finished
	running   map[int32]context.CancelFunc // attempts that run on goroutines of their own, by row
	kept      int64                        // bytes that the outputs of its tasks, its own and its variables take

	effectRoom [2]execution.Effect // of most queues of effects
	scopeRoom  scope.Execution     // of scope
	parent     bool                // it has accepted other executions, which may share memory with its own
}

// desk is the memory that a goroutine works with while it drives an actor. An execution needs it for microseconds, so actors
// lend each other the same ones.
type desk struct {
	result    execution.Result
	pebble    pebble.Context
	functions outside.Functions
	task      task.Context
	attempt   trace.Span // of the task that is performed
	batch     execution.Batch
	assembled assembled // of batch
	recalled  recalled
	batchRoom
	effects [2]execution.Effect
	rows    [6]int32
}

// sitDown gives the actor a desk until getUp.
func (a *actor) sitDown() {
	d, ok := a.runner.desks.Get().(*desk)
	if !ok {
		d = new(desk)
	}
	d.result.Effects, d.result.Rows = d.effects[:0], d.rows[:0]
	a.desk = d
}

// getUp gives the desk back.
func (a *actor) getUp() {
	d := a.desk
	a.desk = nil
	*d = desk{} // it must hold nothing of this execution
	a.runner.desks.Put(d)
}

// message is an event, and the value of the outputs that it has as text.
type message struct {
	event   execution.Event
	outputs value.Value
	kept    int64 // bytes taken for them, to be given back if nobody wants them

	variables   value.Value // those that the event has as text
	ofVariables int64       // bytes taken for them
	writes      writes
	reminder    bool // no event: to park an execution that still only waits
}

func (r *Runner) newActor(s setup, state *execution.State, claim *admission.Claim) *actor {
	a, ok := r.actors.Get().(*actor)
	if !ok {
		a = new(actor)
	}
	a.setup, a.runner, a.plan, a.state, a.claim, a.evaluation = s, r, s.Flow.Plan(), state, claim, claim.Evaluation()
	a.effects = a.effectRoom[:0]
	a.placed = a.plan.HasPlace(state)
	return a
}

// variables returns the variables of the execution.
func (a *actor) variables() *scope.Execution {
	if a.scope == nil {
		a.scope = &a.scopeRoom
		a.scope.Init(a.Flow, a.state, a.trigger)
		a.scope.SetInputs(a.inputs)
		a.scope.SetLogs(a)
	}
	return a.scope
}

// post hands an event to the actor, and sees to it that somebody drives it.
func (a *actor) post(m message) { a.postIf(m, func() bool { return true }) }

// postIf posts if wanted, which is called with the lock held, returns true.
func (a *actor) postIf(m message, wanted func() bool) {
	a.mu.Lock()
	if !wanted() || a.gone {
		a.mu.Unlock()
		a.runner.release(m.writes)
		return
	}
	a.inbox = append(a.inbox, m)
	idle := !a.scheduled
	a.scheduled = true
	a.mu.Unlock()
	if idle {
		a.runner.schedule(a)
	}
}

// drive does all there is to do, and returns true when the execution has ended. With late, it returns false before the first
// effect that blocks or finds the caller late, and stays scheduled; drivers can then go on. Without, it returns false when
// there is nothing to do, or when ctx is done. The error says why the execution is given up.
func (a *actor) drive(ctx context.Context, late func() bool) (ended bool, err error) {
	a.sitDown()
	rests := false
	defer func() {
		if !rests && !errors.Is(err, errUnkept) {
			a.getUp()
		}
	}()
	for {
		if !a.begun {
			switch ended, err := a.begin(ctx); {
			case errors.Is(err, errParked):
				return false, err
			case err != nil:
				return false, a.broken("the execution cannot begin", err)
			case ended:
				return true, nil
			}
		}
		if err := a.stepAll(ctx); err != nil {
			return false, a.stuck("the execution cannot go on", err)
		}
		if a.barrier {
			ended, err = a.atBarrier(ctx)
			if ended || err != nil {
				return ended, err
			}
		}
		if late != nil && len(a.blocking) > 0 {
			return false, nil
		}
		a.startBlocking()
		if len(a.effects) == 0 {
			if rests = a.rest(); rests {
				return false, nil
			}
			continue
		}
		if late != nil && late() {
			return false, nil
		}
		if ctx.Err() != nil {
			return false, ErrStopping
		}
		e := a.effects[0]
		m, err := a.perform(ctx, e)
		switch {
		case ctx.Err() != nil: // it may have been cut short, and is no answer
			a.runner.release(m.writes)
			return false, ErrStopping
		case errors.Is(err, errOutdated):
			a.mu.Lock()
			a.called = true
			a.mu.Unlock()
			continue
		case err != nil:
			return false, a.stuck("an effect cannot be performed", err)
		}
		a.asks = false
		a.effects = a.effects[:copy(a.effects, a.effects[1:])]
		if err := a.step(m); err != nil {
			return false, a.broken("the execution cannot go on", err)
		}
	}
}

// stepAll steps by all events that have come.
func (a *actor) stepAll(ctx context.Context) error {
	a.mu.Lock()
	called := a.called
	a.called = false
	a.mu.Unlock()
	if called {
		if err := a.hear(ctx); err != nil {
			a.mu.Lock()
			a.called = true
			a.mu.Unlock()
			return err
		}
	}
	a.mu.Lock()
	a.taken, a.inbox = a.inbox, a.taken[:0]
	a.mu.Unlock()
	for _, m := range a.taken {
		if m.reminder {
			a.reminded()
			continue
		}
		if err := a.step(m); err != nil {
			return err
		}
	}
	clear(a.taken)
	return nil
}

// step steps by one event, and sorts the effects.
func (a *actor) step(m message) error {
	if m.event.At.IsZero() {
		m.event.At = a.runner.now()
	}
	limit := a.limit(m.event)
	if err := execution.Step(a.plan, a.state, m.event, &a.result); err != nil {
		return err
	}
	if a.result.Stale {
		a.give(m.kept + m.ofVariables + m.writes.bytes)
		a.runner.release(m.writes)
		return nil
	}
	if !m.event.Variables.IsZero() {
		a.variables().SetVariables(m.variables)
		a.give(a.ofVariables)
		a.ofVariables = m.ofVariables
	}
	a.noteTimes()
	if a.result.Freed > 0 {
		a.freed(a.result.Freed)
	}
	if len(a.result.Rows) > 0 {
		vars := a.variables()
		for _, row := range a.result.Rows {
			vars.Record(row, a.outputsOf(row, m))
		}
		a.leaveDirectories()
	}
	a.writes.add(m.writes)
	a.barrier = a.barrier || a.result.Barrier || len(m.writes.pairs) > 0 // whoever comes next sees them
	if a.result.Cut {
		void := func(e execution.Effect) bool { return !a.state.Awaits(e) }
		a.effects = slices.DeleteFunc(a.effects, void)
		a.blocking = slices.DeleteFunc(a.blocking, void)
	}
	for _, e := range a.result.Effects {
		switch {
		case e.Kind == execution.Again:
			again := e
			a.again = &again
		case e.Kind == execution.Cancel:
			a.cancel(e.Run)
		case e.Kind == execution.KillChild:
			a.killChild(e)
		case a.plan.Blocks(a.state, e):
			a.blocking = append(a.blocking, e)
		default:
			a.effects = append(a.effects, e)
		}
	}
	a.logTimeout(m.event, limit)
	a.logBreaches(&m.event)
	a.logStop()
	return nil
}

var emptyMap = value.FromMap(value.NewMap(0))

// outputsOf returns the value of the outputs of a task run: that of the message if it is about this run.
func (a *actor) outputsOf(row int32, m message) value.Value {
	r := &a.state.Runs[row]
	switch {
	case r.Outputs.IsZero():
		return value.Null
	case m.event.Run == row && !m.outputs.IsNull():
		return m.outputs
	case len(r.Outputs.JSON) <= len("{}"):
		return emptyMap
	}
	outputs, err := value.DecodeMembers(r.Outputs.JSON)
	if err != nil { // never: it was made by AppendJSON
		return emptyMap
	}
	return value.FromMap(outputs)
}

// rest says that there is nothing to do now, unless events have come meanwhile. Afterwards the actor may be driven by somebody
// else, so the desk is given back before.
func (a *actor) rest() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.inbox) > 0 || a.called {
		return false
	}
	a.getUp()
	a.scheduled = false
	return true
}

// broken logs why an execution is given up. What was committed stays.
func (a *actor) broken(message string, err error) error {
	if a.state.Version > 0 { // else the caller gets the error
		log := a.log()
		log.Log(task.Error, message, zap.Error(err))
	}
	return err
}

// finish ends the actor, and tells whoever waits; err says why the execution has not ended.
func (a *actor) finish(err error) {
	r := a.runner
	if err == nil {
		a.tellEnd()
	}
	a.mu.Lock()
	over := a.over
	a.gone, a.over = true, true
	a.mu.Unlock()
	if over { // by the end of the runner
		return
	}
	a.span.End(endOf(a.state, err))
	a.stopTimers()
	a.journal.close()
	r.release(a.writes)
	for _, ch := range a.children {
		ch.dismiss()
	}
	if a.turn != nil {
		place, _ := a.plan.Place()
		r.lineUp(a, place.Key, false)
	}
	a.vacate()
	h := a.handle
	if h == nil { // nobody has asked for it
		return
	}
	h.err = err
	if err == nil {
		h.state, h.scope = a.state, a.variables()
	}
	close(h.done)
	r.mu.Lock()
	if err == nil || r.context.Err() == nil { // those that are left at exit are counted
		if r.runs[a.state.ID] == a { // else the execution goes on again
			delete(r.runs, a.state.ID)
		}
	}
	r.checkDrained()
	r.mu.Unlock()
}

// snapshot returns a copy of the present state, with trigger variables resolved.
func (a *actor) snapshot() *execution.State { return a.state.Share() }

// log returns the logger of the execution itself.
func (a *actor) log() task.Logger {
	to := a.Logger
	if to == nil {
		to = a.runner.options.Load().Logger
	}
	return task.Logger{To: to, Journal: a, Execution: a.state.ID, Namespace: a.state.Namespace, Flow: a.state.FlowID, Mask: a.Mask}
}

// taskLog returns the logger of an attempt of a task run.
func (a *actor) taskLog(row int32) task.Logger {
	c, r := a.component(row), &a.state.Runs[row]
	l := a.log()
	l.Task, l.Run, l.Attempt = c.ID, r.ID, int32(max(0, len(r.Attempts)-1))
	if c.LogLevel != "" {
		l.Minimum, _ = task.ParseLevel(c.LogLevel) // loading has checked it
	}
	return l
}
