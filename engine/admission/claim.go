package admission

import (
	"context"
	"errors"
	"math"
	"sync/atomic"
	"time"
)

// Claim is what a request, and the execution that it becomes, takes of a [Controller]. One goroutine at a time works with
// it, but for [Claim.Take], which several may call. The zero Claim and a nil one are none: use [Controller.Claim].
type Claim struct {
	controller *Controller
	party      *party
	holders    atomic.Int32 // how many have yet to release it
	ahead      atomic.Int64 // of memory: what is taken ahead, see [block]
	memory     int64        // taken from the pool
	over       int64        // taken from the reserve
	place      bool
	reserved   atomic.Bool
	accepted   atomic.Bool
	short      atomic.Bool
}

// block is how many bytes a claim takes ahead when it takes less, as long as half of the memory is free. A request takes and gives back what it
// needs in many small pieces; so most of them are its own affair, and neither take the lock nor wait for others who have it.
const block = 8 << 10

// Claim returns a claim of a flow, which its name identifies. The caller owes it a [Claim.Release].
func (c *Controller) Claim(flow string) *Claim {
	c.mu.Lock()
	defer c.mu.Unlock()
	p := c.party(flow)
	p.claims++
	cl := &Claim{controller: c, party: p}
	cl.holders.Store(1)
	return cl
}

// Retain makes it necessary to call [Claim.Release] once more, for somebody else who uses the claim.
func (cl *Claim) Retain() { cl.holders.Add(1) }

// Release gives back all that was taken, when nobody else has retained the claim.
func (cl *Claim) Release() {
	if cl.holders.Add(-1) > 0 {
		return
	}
	c := cl.controller
	c.mu.Lock()
	defer c.mu.Unlock()
	p := cl.party
	c.memory.used -= cl.memory
	p.memory -= cl.memory
	c.over -= cl.over
	c.vacate(cl)
	if cl.reserved.Load() {
		c.reserve <- struct{}{}
	}
	p.claims--
	c.leave(p)
	cl.memory, cl.over = 0, 0
	cl.ahead.Store(0)
	cl.reserved.Store(false)
	cl.accepted.Store(false)
	cl.short.Store(false)
}

// Take takes bytes of memory, before they are allocated. The error is [ErrMemory], and nothing is taken; [Claim.Short] then
// tells of it, because what asked may have gone on without what it needed.
func (cl *Claim) Take(bytes int64) error {
	if cl.takeAhead(bytes) {
		return nil
	}
	c := cl.controller
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.take(cl, bytes)
}

// takeAhead takes bytes of what was taken ahead, if there are as many.
func (cl *Claim) takeAhead(bytes int64) bool {
	for {
		ahead := cl.ahead.Load()
		if ahead < bytes {
			return false
		}
		if cl.ahead.CompareAndSwap(ahead, ahead-bytes) {
			return true
		}
	}
}

func (c *Controller) take(cl *Claim, bytes int64) error {
	ahead := cl.ahead.Swap(0)
	more := bytes - ahead
	switch {
	case more <= 0: // it was given back just now
		cl.ahead.Add(-more)
	case bytes < block && c.memory.used+more+block <= c.memory.size/2 && c.memoryFits(cl, more+block):
		c.charge(cl, more+block)
		cl.ahead.Add(block)
	case c.memoryFits(cl, more):
		c.charge(cl, more)
	case cl.reserved.Load() && c.over+more <= c.limits.Load().Memory*reserveParts/parts:
		c.over += more
		cl.over += more
	default:
		cl.ahead.Add(ahead)
		cl.short.Store(true)
		return ErrMemory
	}
	return nil
}

// charge takes bytes from the pool.
func (c *Controller) charge(cl *Claim, bytes int64) {
	c.memory.used += bytes
	cl.party.memory += bytes
	cl.memory += bytes
}

// memoryFits reports whether a claim may take bytes out of the pool. What was accepted is not held to its flow's share.
func (c *Controller) memoryFits(cl *Claim, bytes int64) bool {
	if cl.accepted.Load() {
		return c.memory.used+bytes <= c.memory.size
	}
	return c.memory.fits(bytes, cl.party.memory, len(c.flows) == 1)
}

// TakeShare takes bytes if the flow has no more than its share then, whatever others have taken. The error is [ErrMemory].
func (cl *Claim) TakeShare(bytes int64) error {
	c := cl.controller
	c.mu.Lock()
	defer c.mu.Unlock()
	if cl.party.memory+bytes > c.memory.shared {
		return ErrMemory
	}
	c.charge(cl, bytes)
	return nil
}

// Charge takes bytes that are needed whatever is left: for the answer of an execution that has ended.
func (cl *Claim) Charge(bytes int64) {
	if cl.takeAhead(bytes) {
		return
	}
	c := cl.controller
	c.mu.Lock()
	defer c.mu.Unlock()
	c.charge(cl, bytes)
}

// Give gives bytes back that were taken.
func (cl *Claim) Give(bytes int64) {
	if bytes == 0 || bytes <= block && !cl.reserved.Load() && cl.giveAhead(bytes) {
		return
	}
	c := cl.controller
	c.mu.Lock()
	defer c.mu.Unlock()
	c.give(cl, bytes)
}

// giveAhead keeps bytes for the next that are taken, unless there are many already.
func (cl *Claim) giveAhead(bytes int64) bool {
	for {
		ahead := cl.ahead.Load()
		if ahead+bytes > 2*block {
			return false
		}
		if cl.ahead.CompareAndSwap(ahead, ahead+bytes) {
			return true
		}
	}
}

func (c *Controller) give(cl *Claim, bytes int64) {
	over := min(bytes, cl.over) // the reserve first, for whoever waits for it
	cl.over -= over
	c.over -= over
	rest := min(bytes-over, cl.memory)
	cl.memory -= rest
	cl.party.memory -= rest
	c.memory.used -= rest
}

// Evaluation is the memory that evaluations of one goroutine take while they run, one after the other.
type Evaluation struct {
	claim *Claim
	taken int64
	short bool
}

// Evaluation returns an account for evaluations.
func (cl *Claim) Evaluation() Evaluation { return Evaluation{claim: cl} }

// Take is [Claim.Take], until [Evaluation.End].
func (e *Evaluation) Take(bytes int64) error {
	if err := e.claim.Take(bytes); err != nil {
		e.short = true
		return err
	}
	e.taken += bytes
	return nil
}

// End gives back what was taken since the last call. It returns how many bytes those were, and whether memory was refused,
// to the evaluation or, since the last call, to the claim as a whole: then what was evaluated is void.
func (e *Evaluation) End() (taken int64, short bool) {
	taken, short = e.taken, e.claim.Short() || e.short
	e.claim.Give(taken)
	e.taken, e.short = 0, false
	return taken, short
}

// Short reports whether memory was refused since the last call: then what was evaluated meanwhile is void.
func (cl *Claim) Short() bool { return cl.short.Load() && cl.short.Swap(false) }

// Accept says that the execution has been accepted: it must end, and may use the reserve.
func (cl *Claim) Accept() { cl.accepted.Store(true) }

// ErrReserved is the error of a claim that has the reserve already: no more memory is to be had.
var ErrReserved = errors.New("the execution needs more memory than there is for one")

// Refill gives an accepted execution that ran short of memory the reserve, which belongs to one claim at a time and for
// which it waits. The error is that of ctx, or [ErrReserved].
func (cl *Claim) Refill(ctx context.Context) error {
	if cl.reserved.Load() {
		return ErrReserved
	}
	select {
	case <-cl.controller.reserve:
	case <-ctx.Done():
		return ctx.Err()
	}
	cl.reserved.Store(true)
	return nil
}

// Place takes a place for an execution, which a claim has at most one of. The error is [ErrPlaces].
func (cl *Claim) Place() error {
	c := cl.controller
	c.mu.Lock()
	defer c.mu.Unlock()
	if cl.place {
		return nil
	}
	if !c.places.fits(1, cl.party.places, len(c.flows) == 1) {
		return ErrPlaces
	}
	c.places.used++
	cl.party.places++
	cl.place = true
	return nil
}

// Readmit takes a place for an execution that goes on after it has waited, or that another one has started. It must go on even if
// none is free, or its flow has its share: then it takes none, or many that wake at once would shut out all other flows.
func (cl *Claim) Readmit() {
	c := cl.controller
	c.mu.Lock()
	defer c.mu.Unlock()
	if !cl.place && c.places.fits(1, cl.party.places, false) {
		c.places.used++
		cl.party.places++
		cl.place = true
	}
}

// Vacate gives the place back, if the claim has one.
func (cl *Claim) Vacate() {
	cl.controller.mu.Lock()
	defer cl.controller.mu.Unlock()
	cl.controller.vacate(cl)
}

func (c *Controller) vacate(cl *Claim) {
	if cl.place {
		c.places.used--
		cl.party.places--
		cl.place = false
	}
}

// Enter waits until an evaluation may begin, at most for so long. It must be followed by [Claim.Leave]. The error is [ErrGate], or
// that of ctx.
func (cl *Claim) Enter(ctx context.Context, patience time.Duration) error {
	return cl.controller.gate.enter(ctx, cl, patience)
}

// Forever is the patience of whoever waits without end.
const Forever = time.Duration(math.MaxInt64)

// Leave says that an evaluation has ended, or that it waits for something else.
func (cl *Claim) Leave() { cl.controller.gate.leave() }
