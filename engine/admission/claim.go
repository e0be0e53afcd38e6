package admission

import (
	"context"
	"errors"
	"math"
	"time"
)

// Claim is what a request, and the execution that it becomes, takes of a [Controller]. One goroutine at a time works with
// it, but for [Claim.Take], which several may call. The zero Claim and a nil one are none: use [Controller.Claim].
type Claim struct {
	controller *Controller
	party      *party
	holders    int   // how many have yet to release it
	memory     int64 // taken from the pool
	over       int64 // taken from the reserve
	place      bool
	reserved   bool
	accepted   bool
	short      bool
}

// Claim returns a claim of a flow, which its name identifies. The caller owes it a [Claim.Release].
func (c *Controller) Claim(flow string) *Claim {
	c.mu.Lock()
	defer c.mu.Unlock()
	p := c.party(flow)
	p.claims++
	return &Claim{controller: c, party: p, holders: 1}
}

// Retain makes it necessary to call [Claim.Release] once more, for somebody else who uses the claim.
func (cl *Claim) Retain() {
	cl.controller.mu.Lock()
	defer cl.controller.mu.Unlock()
	cl.holders++
}

// Release gives back all that was taken, when nobody else has retained the claim.
func (cl *Claim) Release() {
	c := cl.controller
	c.mu.Lock()
	defer c.mu.Unlock()
	if cl.holders--; cl.holders > 0 {
		return
	}
	p := cl.party
	c.memory.used -= cl.memory
	p.memory -= cl.memory
	c.over -= cl.over
	c.vacate(cl)
	if cl.reserved {
		c.reserve <- struct{}{}
	}
	p.claims--
	c.leave(p)
	cl.memory, cl.over, cl.reserved, cl.accepted, cl.short = 0, 0, false, false, false
}

// Take takes bytes of memory, before they are allocated. The error is [ErrMemory], and nothing is taken; [Claim.Short] then
// tells of it, because what asked may have gone on without what it needed.
func (cl *Claim) Take(bytes int64) error {
	c := cl.controller
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.take(cl, bytes)
}

func (c *Controller) take(cl *Claim, bytes int64) error {
	switch {
	case c.memoryFits(cl, bytes):
		c.memory.used += bytes
		cl.party.memory += bytes
		cl.memory += bytes
	case cl.reserved && c.over+bytes <= c.limits.Load().Memory*reserveParts/parts:
		c.over += bytes
		cl.over += bytes
	default:
		cl.short = true
		return ErrMemory
	}
	return nil
}

// memoryFits reports whether a claim may take bytes out of the pool. What was accepted is not held to its flow's share.
func (c *Controller) memoryFits(cl *Claim, bytes int64) bool {
	if cl.accepted {
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
	c.memory.used += bytes
	cl.party.memory += bytes
	cl.memory += bytes
	return nil
}

// Charge takes bytes that are needed whatever is left: for the answer of an execution that has ended.
func (cl *Claim) Charge(bytes int64) {
	c := cl.controller
	c.mu.Lock()
	defer c.mu.Unlock()
	c.memory.used += bytes
	cl.party.memory += bytes
	cl.memory += bytes
}

// Give gives bytes back that were taken.
func (cl *Claim) Give(bytes int64) {
	if bytes == 0 {
		return
	}
	c := cl.controller
	c.mu.Lock()
	defer c.mu.Unlock()
	c.give(cl, bytes)
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
	c := e.claim.controller
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.take(e.claim, bytes); err != nil {
		e.short = true
		return err
	}
	e.taken += bytes
	return nil
}

// End gives back what was taken since the last call. It returns how many bytes those were, and whether memory was refused,
// to the evaluation or, since the last call, to the claim as a whole: then what was evaluated is void.
func (e *Evaluation) End() (taken int64, short bool) {
	c := e.claim.controller
	c.mu.Lock()
	defer c.mu.Unlock()
	taken, short = e.taken, e.short || e.claim.short
	c.give(e.claim, taken)
	e.taken, e.short, e.claim.short = 0, false, false
	return taken, short
}

// Short reports whether memory was refused since the last call: then what was evaluated meanwhile is void.
func (cl *Claim) Short() bool {
	cl.controller.mu.Lock()
	defer cl.controller.mu.Unlock()
	short := cl.short
	cl.short = false
	return short
}

// Accept says that the execution has been accepted: it must end, and may use the reserve.
func (cl *Claim) Accept() {
	cl.controller.mu.Lock()
	defer cl.controller.mu.Unlock()
	cl.accepted = true
}

// ErrReserved is the error of a claim that has the reserve already: no more memory is to be had.
var ErrReserved = errors.New("the execution needs more memory than there is for one")

// Refill gives an accepted execution that ran short of memory the reserve, which belongs to one claim at a time and for
// which it waits. The error is that of ctx, or [ErrReserved].
func (cl *Claim) Refill(ctx context.Context) error {
	if cl.reserved {
		return ErrReserved
	}
	select {
	case <-cl.controller.reserve:
	case <-ctx.Done():
		return ctx.Err()
	}
	cl.controller.mu.Lock()
	defer cl.controller.mu.Unlock()
	cl.reserved = true
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
