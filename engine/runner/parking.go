package runner

import (
	"strings"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/admission"
	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// parked is what the runner keeps of an execution that only waits; the store has the rest.
type parked struct {
	setup
	handle *handle
	found  bool // it was found in the store, and has no actor yet

	restarts int // those who are about to commit that it goes on after its end; 0: it is parked for certain
}

// noteTimes keeps in mind which task runs wait for another time than before.
func (a *actor) noteTimes() {
	for _, row := range a.result.Timed {
		a.forgetWait(row)
		if e, ok := a.state.Due(row); ok {
			a.noteWait(e)
		}
	}
}

// noteWait keeps in mind a time that a task run waits for.
func (a *actor) noteWait(e execution.Event) {
	if a.waits == nil {
		a.waits = make(map[int32]execution.Event)
	}
	a.waits[e.Run] = e
	a.untimed = append(a.untimed, e.Run)
}

func (a *actor) forgetWait(row int32) {
	delete(a.waits, row)
	if t := a.timers[row]; t != nil {
		t.Stop()
		delete(a.timers, row)
	}
}

// nextWake returns the first time that a task run waits for; the zero time if none does.
func (a *actor) nextWake() time.Time {
	var wake time.Time
	for _, e := range a.waits {
		if wake.IsZero() || e.At.Before(wake) {
			wake = e.At
		}
	}
	return wake
}

// park returns until when the execution waits if it does nothing else; the actor then takes no more events. Else it is nil.
// Before the commit the runner must know of it: the store may find it due at once.
func (a *actor) park() *execution.Park {
	if len(a.effects) > 0 || len(a.blocking) > 0 {
		return nil
	}
	a.mu.Lock()
	a.gone = len(a.running) == 0 && len(a.inbox) == 0 && !a.called && !a.lingers()
	gone := a.gone
	a.mu.Unlock()
	if !gone {
		return nil
	}
	a.stopTimers()
	r := a.runner
	r.mu.Lock()
	r.parked[strings.Clone(a.state.ID)] = &parked{setup: a.setup, handle: a.open()} // the id may be a part of all that was read from a store
	r.mu.Unlock()
	return &execution.Park{Wake: a.nextWake()}
}

// leave gives back what the actor of a parked execution had, and sees to it that the execution is woken.
func (a *actor) leave() {
	a.span.End("", false)
	r := a.runner
	r.mu.Lock()
	if r.runs[a.state.ID] == a {
		delete(r.runs, a.state.ID)
	}
	r.wakeAt(a.nextWake())
	a.mu.Lock()
	if a.called { // after the actor had taken its last events; the store has the signal
		r.wakeAt(r.now())
	}
	a.mu.Unlock()
	r.checkDrained()
	r.mu.Unlock()
	a.vacate()
}

// vacate gives back the place and the memory of the actor. Others may begin in its place.
func (a *actor) vacate() {
	a.claim.Vacate()
	a.claim.Release()
	r := a.runner
	r.mu.Lock()
	defer r.mu.Unlock()
	r.startPending()
}

// wakeAt sees to it that the store is asked for executions that are due at a time, with the lock held.
func (r *Runner) wakeAt(t time.Time) {
	if t.IsZero() || r.closed || !r.due.IsZero() && !t.Before(r.due) {
		return
	}
	r.due = t
	wait := max(0, t.Sub(r.now()))
	if r.wake == nil {
		r.wake = r.clock().AfterFunc(wait, r.claimDue)
		return
	}
	r.wake.Reset(wait)
}

// claims is how many executions are woken at once, and how many that no driver has looked at yet are enough: what is due meanwhile is
// better off in the store than in memory.
const claims = 64

// claimDue wakes the executions that are due, as long as drivers keep up.
func (r *Runner) claimDue() {
	r.claiming.Lock() // so that executions begin in the order in which they waited for places
	defer r.claiming.Unlock()
	r.mu.Lock()
	r.due = time.Time{}
	stays := r.closed || !r.takesUp && r.recovers()
	r.mu.Unlock()
	for !stays && !r.behindDue() {
		due, next, err := r.store.Claim(r.context, claims, r.now())
		if err != nil {
			next = r.now().Add(storePause) // the store may be well again by then
		}
		for _, s := range due {
			r.resume(s)
		}
		if len(due) < claims {
			r.mu.Lock()
			r.wakeAt(next)
			r.mu.Unlock()
			return
		}
	}
}

// behindDue reports whether drivers have enough to do with executions that were woken. Then [Runner.lookedAt] wakes the others.
func (r *Runner) behindDue() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.late = r.woken >= claims
	return r.late
}

// lookedAt says that a driver looks at an actor, with the lock held.
func (r *Runner) lookedAt(a *actor) {
	if !a.woken {
		return
	}
	a.woken = false
	if r.woken--; r.late && r.woken < claims/2 {
		r.late = false
		r.wakeAt(r.now())
	}
}

// resume goes on with an execution that was parked, or found in the store.
func (r *Runner) resume(s *execution.State) {
	r.mu.Lock()
	p := r.parked[s.ID]
	r.mu.Unlock()
	if p != nil {
		claim := r.admission.Claim(flowName(s))
		claim.Readmit()
		r.takeOn(p, s, claim)
	} else if r.recovers() { // else it is not of this runner
		if claim, ok := r.takePlace(s); ok {
			r.goOn(s, claim)
		}
	}
}

// goOn goes on with an execution that was found in the store and has a place.
func (r *Runner) goOn(s *execution.State, claim *admission.Claim) {
	if p := r.find(s); p != nil {
		r.takeOn(p, s, claim)
	} else {
		claim.Release()
	}
}

// takeOn makes the actor of an execution, and sees to it that it is driven.
func (r *Runner) takeOn(p *parked, s *execution.State, claim *admission.Claim) {
	err := r.resolve(r.context, s)
	var secrets []string
	if err == nil && p.found {
		secrets, err = r.secretsOf(r.context, s, p.Flow)
	}
	if passes(err) {
		claim.Release()
		r.later(s.ID, err)
		return
	}
	claim.Accept()
	a := r.newActor(p.setup, s, claim)
	a.beginSpan()
	a.handle, a.begun = p.handle, true
	if err != nil {
		r.takeUp(a)
		a.finish(a.broken("the execution could not be loaded", err))
		return
	}
	a.claim.Charge(size(s))
	a.ofVariables = int64(len(s.Variables.JSON))
	a.kept = sizeOfOutputs(s)
	if err := a.loadEffects(); err != nil {
		r.takeUp(a)
		a.finish(a.broken("the execution cannot go on", err))
		return
	}
	if p.found {
		a.hideAll(secrets)
		a.interrupt()
	}
	now := r.now()
	for _, e := range s.Wakes() {
		if e.At.After(now) {
			a.noteWait(e)
			continue
		}
		e.At = now
		a.inbox = append(a.inbox, message{event: e})
	}
	a.setTimers()
	// What a former process has left is due at once, even if it only waits: then it is parked again.
	a.barrier = p.found && len(a.effects)+len(a.blocking)+len(a.inbox) == 0
	a.mu.Lock()
	a.scheduled, a.called = true, true // it may have been woken by a signal
	a.mu.Unlock()
	r.takeUp(a)
	if s.Wait == execution.WaitPlace && !r.beginParked(a) {
		return
	}
	r.mu.Lock()
	a.woken = true
	r.woken++
	r.mu.Unlock()
	r.schedule(a)
}

// loadEffects makes those effects the actor's that are under way in its state.
func (a *actor) loadEffects() error {
	pending, err := execution.Pending(a.plan, a.state)
	for _, e := range pending {
		switch {
		case e.Kind == execution.Begin:
			a.begun = false
		case a.plan.Blocks(a.state, e):
			a.blocking = append(a.blocking, e)
		default:
			a.effects = append(a.effects, e)
		}
	}
	return err
}

// takeUp makes the actor the one that signals to its execution, and those who wait for it, find.
func (r *Runner) takeUp(a *actor) {
	r.mu.Lock()
	defer r.mu.Unlock()
	a.open()
	delete(r.parked, a.state.ID)
	r.runs[a.state.ID] = a
}

// size returns about how many bytes of memory a state takes.
func size(s *execution.State) int64 {
	return int64(runBytes*(1+len(s.Runs))+len(s.Trigger.Variables.JSON)+len(s.Inputs.JSON)) + sizeOfOutputs(s)
}

// sizeOfOutputs returns what of that tasks and the flow have made.
func sizeOfOutputs(s *execution.State) int64 {
	n := len(s.Variables.JSON) + len(s.Outputs.JSON)
	for i := range s.Runs {
		n += len(s.Runs[i].Outputs.JSON)
	}
	return int64(n)
}

// setTimers sets a timer for every task run that waits for a time and has none: something else of the execution is under way.
func (a *actor) setTimers() {
	for _, row := range a.untimed {
		e, waits := a.waits[row]
		if !waits || a.timers[row] != nil {
			continue
		}
		if a.timers == nil {
			a.timers = make(map[int32]Timer)
		}
		a.timers[row] = a.runner.clock().AfterFunc(max(0, e.At.Sub(a.runner.now())), func() {
			if now := a.runner.now(); now.After(e.At) { // else clocks differ a little
				e.At = now
			}
			a.post(message{event: e})
		})
	}
	a.untimed = a.untimed[:0]
}

func (a *actor) stopTimers() {
	for _, t := range a.timers {
		t.Stop()
	}
	a.timers = nil
	if a.linger != nil {
		a.linger.Stop()
	}
}
