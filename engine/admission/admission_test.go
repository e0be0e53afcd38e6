package admission

import (
	"errors"
	"testing"
)

const mib = 1 << 20

// TestMemory walks through what claims of flows a and b may take of an account of 64 MiB, of which 32 MiB are for
// requests, 24 MiB are the reserve and 8 MiB are for what has ended.
func TestMemory(t *testing.T) {
	c := New(Limits{Memory: 64 * mib})
	a1, a2, b := c.Claim("a"), c.Claim("a"), (*Claim)(nil)
	steps := []struct {
		name  string
		claim func() *Claim
		take  int64 // MiB; given back if negative
		full  bool
	}{
		{"a flow alone takes more than half", func() *Claim { return a1 }, 20, false},
		{"but not the last eighth", func() *Claim { return a2 }, 9, true},
		{"up to which all its claims may", func() *Claim { return a2 }, 8, false},
		{"which is there for the next flow", func() *Claim { return b }, 4, false},
		{"and no more", func() *Claim { return b }, 1, true},
		{"what the first gives back", func() *Claim { return a1 }, -16, false},
		{"it may take again up to its half", func() *Claim { return a2 }, 4, false},
		{"and no more, beside another", func() *Claim { return a2 }, 1, true},
		{"who may take the other half", func() *Claim { return b }, 12, false},
		{"and no more either", func() *Claim { return b }, 1, true},
	}
	for i, step := range steps {
		if i == 3 {
			b = c.Claim("b")
		}
		claim := step.claim()
		if step.take < 0 {
			claim.Give(-step.take * mib)
			continue
		}
		if err := claim.Take(step.take * mib); errors.Is(err, ErrMemory) != step.full {
			t.Fatalf("%s: Take(%d MiB) = %v", step.name, step.take, err)
		}
	}
	for _, claim := range []*Claim{a1, a2, b} {
		claim.Release()
	}
	if memory, places := c.Used(); memory != 0 || places != 0 || len(c.flows) != 0 {
		t.Errorf("after all claims were released, %d bytes, %d places and %d flows are left", memory, places, len(c.flows))
	}
}

// TestAhead checks that small pieces are taken out of a block that was taken ahead, that the block is not taken when memory is scarce, and
// that what is given back is kept for the next pieces up to a bound.
func TestAhead(t *testing.T) {
	c := New(Limits{Memory: 64 * mib}) // 32 MiB for claims
	used := func() int64 {
		memory, _ := c.Used()
		return memory
	}
	cl := c.Claim("a")
	for range 8 {
		if err := cl.Take(block / 8); err != nil || used() != block+block/8 {
			t.Fatalf("the claim takes %d bytes, %v", used(), err)
		}
	}
	cl.Charge(block / 8)
	if before := used(); before != block+block/8 {
		t.Errorf("all of the block and a piece are charged to it: %d bytes", before)
	}
	for range 9 {
		cl.Give(block / 8)
	}
	if used() != block+block/8 || cl.Take(block) != nil || used() != block+block/8 {
		t.Errorf("what was given back is not taken again: %d bytes", used())
	}
	if err := cl.Take(3 * block); err != nil || used() != 4*block {
		t.Errorf("the claim takes %d bytes, %v", used(), err)
	}
	for range 4 {
		cl.Give(block)
	}
	if used() != 2*block {
		t.Errorf("%d bytes are kept ahead", used())
	}
	other := c.Claim("b")
	if err := errors.Join(other.Take(16*mib-2*block), cl.Take(2*block)); err != nil || used() != 16*mib {
		t.Fatalf("%d bytes, %v", used(), err)
	}
	if err := cl.Take(1); err != nil || used() != 16*mib+1 {
		t.Errorf("a claim takes %d bytes where memory is scarce, %v", used()-16*mib, err)
	}
	cl.Release()
	other.Release()
	if used() != 0 {
		t.Errorf("%d bytes are left", used())
	}
}

func TestShortClaim(t *testing.T) {
	c := New(Limits{Memory: 64 * mib})
	cl := c.Claim("a")
	defer cl.Release()
	if err := cl.Take(33 * mib); !errors.Is(err, ErrMemory) || !IsFull(err) {
		t.Fatalf("Take: %v", err)
	}
	if err := cl.Take(1); err != nil || !cl.Short() {
		t.Errorf("a claim that was refused once takes again (%v) and forgets it", err)
	}
	if cl.Short() {
		t.Error("a claim is short for ever")
	}
}

func TestReserve(t *testing.T) {
	c := New(Limits{Memory: 64 * mib})
	others := c.Claim("other")
	defer others.Release()
	if err := others.Take(16 * mib); err != nil {
		t.Fatal(err)
	}
	cl := c.Claim("a")
	if err := cl.Take(16 * mib); err != nil {
		t.Fatal(err)
	}
	cl.Accept()
	if err := cl.Take(1); !errors.Is(err, ErrMemory) {
		t.Fatalf("without the reserve: %v", err)
	}
	if err := cl.Refill(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := cl.Take(24 * mib); err != nil {
		t.Errorf("with the reserve: %v", err)
	}
	if err := cl.Take(1); !errors.Is(err, ErrMemory) {
		t.Errorf("beyond the reserve: %v", err)
	}
	if err := cl.Refill(t.Context()); !errors.Is(err, ErrReserved) {
		t.Errorf("Refill of the claim that has it: %v", err)
	}

	next := c.Claim("b")
	defer next.Release()
	refilled := make(chan error)
	go func() { refilled <- next.Refill(t.Context()) }()
	select {
	case err := <-refilled:
		t.Fatalf("two claims have the reserve: %v", err)
	default:
	}
	cl.Release()
	if err := <-refilled; err != nil {
		t.Errorf("the reserve is not passed on: %v", err)
	}
	if err := next.Take(40 * mib); !errors.Is(err, ErrMemory) {
		t.Errorf("more than pool or reserve have at once: %v", err)
	}
	if err := next.Take(24 * mib); err != nil {
		t.Errorf("the reserve was not given back whole: %v", err)
	}
}

// TestEvaluation checks that the end of an evaluation gives back what the evaluation took, and keeps what the claim took.
func TestEvaluation(t *testing.T) {
	c := New(Limits{Memory: 64 * mib})
	cl := c.Claim("a")
	defer cl.Release()
	e := cl.Evaluation()
	for _, take := range []func(int64) error{cl.Take, e.Take, e.Take} {
		if err := take(mib); err != nil {
			t.Fatal(err)
		}
	}
	if n, short := e.End(); n != 2*mib || short {
		t.Errorf("the evaluation took %d bytes, and was short of memory: %v", n, short)
	}
	if memory, _ := c.Used(); memory != mib {
		t.Errorf("%d bytes are left", memory)
	}
	if n, _ := e.End(); n != 0 {
		t.Errorf("an evaluation that took nothing gave back %d bytes", n)
	}
	for name, take := range map[string]func(int64) error{"the evaluation": e.Take, "the claim": cl.Take} {
		if err := take(33 * mib); err == nil {
			t.Fatal("there is enough")
		}
		if _, short := e.End(); !short {
			t.Errorf("%s was refused memory, and nobody knows", name)
		}
		if _, short := e.End(); short {
			t.Errorf("that %s was refused memory is told twice", name)
		}
	}
}

// TestReadmit checks that executions which go on together leave the places to other flows that are beyond their own flow's share.
func TestReadmit(t *testing.T) {
	c := New(Limits{Places: 8})
	var again []*Claim
	for range 20 {
		cl := c.Claim("a")
		cl.Readmit()
		again = append(again, cl)
	}
	if _, places := c.Used(); places != 4 {
		t.Errorf("20 that go on take %d places of 8", places)
	}
	a, b := c.Claim("a"), c.Claim("b")
	if err := a.Place(); !errors.Is(err, ErrPlaces) {
		t.Errorf("one more of their flow: %v", err)
	}
	if err := b.Place(); err != nil {
		t.Errorf("one of another flow: %v", err)
	}
	for _, cl := range append(again, a, b) {
		cl.Release()
	}
	if _, places := c.Used(); places != 0 || len(c.flows) != 0 {
		t.Errorf("%d places and %d flows are left", places, len(c.flows))
	}
}

// TestTakeShare checks that a flow's share is all that counts, and not what others have taken.
func TestTakeShare(t *testing.T) {
	const mib = 1 << 20
	c := New(Limits{Memory: 64 * mib}) // 32 MiB for claims
	c.Hold("b", 40*mib)
	a := c.Claim("a")
	if err := a.TakeShare(16 * mib); err != nil {
		t.Errorf("its share: %v", err)
	}
	if err := a.TakeShare(1); !errors.Is(err, ErrMemory) {
		t.Errorf("more: %v", err)
	}
	a.Release()
	if memory, _ := c.Used(); memory != 40*mib {
		t.Errorf("%d bytes are left", memory)
	}
}

// TestHold checks that what a flow holds counts as its own, and that the flow is forgotten when it holds nothing any more.
func TestHold(t *testing.T) {
	const mib = 1 << 20
	c := New(Limits{Memory: 64 * mib}) // 32 MiB for claims
	c.Hold("a", 15*mib)
	a, b := c.Claim("a"), c.Claim("b")
	if err := a.Take(2 * mib); !errors.Is(err, ErrMemory) {
		t.Errorf("above its share a flow gets: %v", err)
	}
	if err := b.Take(15 * mib); err != nil {
		t.Errorf("beside it another one gets: %v", err)
	}
	if err := errors.Join(a.Take(mib), b.Take(mib)); err != nil {
		t.Error(err)
	}
	a.Release()
	b.Release()
	if memory, _ := c.Used(); memory != 15*mib || len(c.flows) != 1 {
		t.Errorf("%d bytes are taken, and %d flows there", memory, len(c.flows))
	}
	c.Hold("a", -15*mib)
	if memory, _ := c.Used(); memory != 0 || len(c.flows) != 0 {
		t.Errorf("%d bytes are left, and %d flows", memory, len(c.flows))
	}
}

func TestRetainedClaim(t *testing.T) {
	c := New(Limits{})
	cl := c.Claim("a")
	cl.Retain()
	if err := errors.Join(cl.Take(100), cl.Place()); err != nil {
		t.Fatal(err)
	}
	cl.Release()
	if memory, places := c.Used(); memory < 100 || memory > 100+block || places != 1 {
		t.Errorf("%d bytes and %d places while somebody holds the claim", memory, places)
	}
	cl.Vacate()
	if _, places := c.Used(); places != 0 {
		t.Errorf("%d places after it was vacated", places)
	}
	cl.Release()
	if memory, _ := c.Used(); memory != 0 {
		t.Errorf("%d bytes when nobody holds the claim", memory)
	}
}

func TestPlaces(t *testing.T) {
	tests := []struct {
		name             string
		limits           Limits
		alone, with, all int // places that flow a gets alone; beside b; and both together
	}{
		{"of many, alone all but an eighth, else half", Limits{Places: 16}, 14, 8, 16},
		{"of few all", Limits{Places: 4}, 4, 2, 4},
		{"of one", Limits{Places: 1}, 1, 1, 1},
		{"another share", Limits{Places: 16, Share: 25}, 14, 4, 8},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			take := func(c *Controller, flow string) (n int) {
				for {
					cl := c.Claim(flow)
					t.Cleanup(cl.Release)
					if err := cl.Place(); err != nil {
						if !errors.Is(err, ErrPlaces) || !IsFull(err) {
							t.Fatal(err)
						}
						return n
					}
					if err := cl.Place(); err != nil { // it has one already
						t.Fatal(err)
					}
					n++
				}
			}
			if got := take(New(test.limits), "a"); got != test.alone {
				t.Errorf("alone a flow gets %d places, want %d", got, test.alone)
			}
			c := New(test.limits)
			t.Cleanup(c.Claim("b").Release)
			a := take(c, "a")
			if b := take(c, "b"); a != test.with || a+b != test.all {
				t.Errorf("beside another a flow gets %d places, and that one %d, want %d and %d together", a, b, test.with, test.all)
			}
		})
	}
}
