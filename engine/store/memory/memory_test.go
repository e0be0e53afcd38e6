package memory

import (
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/store/storetest"
)

func open(testing.TB) execution.Store { return New(Options{}) }

func TestStore(t *testing.T) {
	storetest.Run(t, storetest.Harness{Open: open})
}

func BenchmarkStore(b *testing.B) {
	storetest.Benchmark(b, storetest.Harness{Open: open})
}

// remembering is a store in memory that outlives its process, as the other stores do. It shows that a store can pass the part
// of the suite that opens stores again.
type remembering struct{ *Store }

func (remembering) Durable() bool { return true }

// TestSuiteOpensAgain lets a new store take over what an old one has kept. All that has not ended becomes due.
func TestSuiteOpensAgain(t *testing.T) {
	again := func(_ testing.TB, s execution.Store) execution.Store {
		old := s.(remembering).Store
		next := New(old.options)
		next.executions, next.archive, next.order, next.values = old.executions, old.archive, old.order, old.values
		next.places, next.deliveries, next.last = old.places, old.deliveries, old.last
		next.triggers, next.pairs, next.flows, next.secret = old.triggers, old.pairs, old.flows, old.secret
		for _, n := range next.order.numbers {
			if e := n.entry; e != nil && e.ended == 0 {
				old.unpark(e)
				e.version++
				e.parked = true
				next.due.add(e)
			}
		}
		next.ended, next.endedBytes = old.ended, old.endedBytes
		return remembering{next}
	}
	storetest.Run(t, storetest.Harness{
		Open:   func(testing.TB) execution.Store { return remembering{New(Options{})} },
		Reopen: again,
		Crash:  again,
	})
}
