package admission

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestGateRunsAsManyAsItMay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := New(Limits{Evaluations: 3})
		running, most := 0, 0
		var mu sync.Mutex
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				cl := c.Claim("a")
				defer cl.Release()
				if err := cl.Enter(t.Context(), Forever); err != nil {
					t.Error(err)
				}
				mu.Lock()
				running++
				most = max(most, running)
				mu.Unlock()
				<-time.After(time.Second)
				mu.Lock()
				running--
				mu.Unlock()
				cl.Leave()
			})
		}
		all.Wait()
		if most != 3 {
			t.Errorf("%d evaluations ran at once", most)
		}
		if c.gate.running != 0 || c.gate.queue.Len() != 0 {
			t.Errorf("afterwards %d run and %d wait", c.gate.running, c.gate.queue.Len())
		}
	})
}

// TestGateServesFlowsInTurn queues many evaluations of one flow, and then some of others: the flows take turns.
func TestGateServesFlowsInTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := New(Limits{Evaluations: 1})
		first := c.Claim("a")
		defer first.Release()
		if err := first.Enter(t.Context(), Forever); err != nil {
			t.Fatal(err)
		}
		var order []string
		var all sync.WaitGroup
		for _, flow := range []string{"a", "a", "a", "a", "b", "c", "b"} {
			all.Go(func() {
				cl := c.Claim(flow)
				defer cl.Release()
				if err := cl.Enter(t.Context(), Forever); err != nil {
					t.Error(err)
				}
				order = append(order, flow)
				cl.Leave()
			})
			synctest.Wait()
		}
		first.Leave()
		all.Wait()
		if want := []string{"a", "b", "c", "a", "b", "a", "a"}; !slices.Equal(order, want) {
			t.Errorf("order %v, want %v", order, want)
		}
	})
}

func TestGateDoesNotWaitForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := New(Limits{Evaluations: 1})
		cl := c.Claim("a")
		defer cl.Release()
		if err := cl.Enter(t.Context(), Forever); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		if err := cl.Enter(t.Context(), 3*time.Second); !errors.Is(err, ErrGate) || !IsFull(err) {
			t.Errorf("after its deadline: %v", err)
		}
		if waited := time.Since(began); waited != 3*time.Second {
			t.Errorf("it waited %v", waited)
		}
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if err := cl.Enter(gone, Forever); !errors.Is(err, context.Canceled) {
			t.Errorf("for a client that has gone: %v", err)
		}
		// Evaluations that have given up waiting are passed over.
		cl.Leave()
		if err := cl.Enter(t.Context(), Forever); err != nil {
			t.Error(err)
		}
		cl.Leave()
		if c.gate.running != 0 || c.gate.queue.Len() != 0 {
			t.Errorf("afterwards %d run and %d wait", c.gate.running, c.gate.queue.Len())
		}
	})
}

func TestWiderGateLetsMoreIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := New(Limits{Evaluations: 1})
		cl := c.Claim("a")
		defer cl.Release()
		var entered atomic.Int32
		for range 3 {
			go func() {
				if err := cl.Enter(t.Context(), Forever); err != nil {
					t.Error(err)
				}
				entered.Add(1)
			}()
		}
		synctest.Wait()
		if entered.Load() != 1 {
			t.Fatalf("%d entered", entered.Load())
		}
		c.Configure(Limits{Evaluations: 3})
		synctest.Wait()
		if entered.Load() != 3 {
			t.Errorf("%d entered the wider gate", entered.Load())
		}
	})
}

func BenchmarkGate(b *testing.B) {
	c := New(Limits{})
	b.RunParallel(func(pb *testing.PB) {
		cl := c.Claim("a")
		defer cl.Release()
		for pb.Next() {
			if err := cl.Enter(b.Context(), Forever); err != nil {
				b.Error(err)
			}
			cl.Leave()
		}
	})
}

// BenchmarkRequest measures what a request takes from admission: a place, and memory three times.
func BenchmarkRequest(b *testing.B) {
	c := New(Limits{})
	b.ReportAllocs()
	for b.Loop() {
		cl := c.Claim("company.team/flow")
		if errors.Join(cl.Take(1000), cl.Take(2000), cl.Place(), cl.Take(100)) != nil {
			b.Fatal("refused")
		}
		cl.Release()
	}
}
