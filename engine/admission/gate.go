package admission

import (
	"context"
	"sync"
	"time"
)

// gate lets a number of evaluations run at once.
type gate struct {
	mu      sync.Mutex
	width   int
	running int
	queue   *Queue[*ticket] // those that wait
}

// ticket is an evaluation that waits.
type ticket struct {
	claim    *Claim
	admitted chan struct{} // closed when it may run
	gone     bool          // it waits no longer
}

func (g *gate) configure(width int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.width = width
	g.admit()
}

func (g *gate) enter(ctx context.Context, cl *Claim, patience time.Duration) error {
	g.mu.Lock()
	if g.running < g.width {
		g.running++
		g.mu.Unlock()
		return nil
	}
	t := &ticket{claim: cl, admitted: make(chan struct{})}
	g.queue.Push(cl, t)
	g.mu.Unlock()

	var late <-chan time.Time
	if patience < Forever {
		timer := time.NewTimer(patience)
		defer timer.Stop()
		late = timer.C
	}
	err := ErrGate
	select {
	case <-t.admitted:
		return nil
	case <-late:
	case <-ctx.Done():
		err = ctx.Err()
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	select {
	case <-t.admitted: // at the same time
		return nil
	default:
		t.gone = true
		return err
	}
}

func (g *gate) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.running--
	g.admit()
}

// admit lets those in whose turn it is, with the lock held.
func (g *gate) admit() {
	for g.running < g.width {
		t, ok := g.queue.Pop()
		if !ok {
			return
		}
		g.queue.Done(t.claim)
		if !t.gone {
			g.running++
			close(t.admitted)
		}
	}
}
