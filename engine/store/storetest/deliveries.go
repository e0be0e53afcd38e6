package storetest

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// delivery returns a delivery of this name, which comes at the epoch.
func delivery(name string) *execution.Delivery { return deliveryAt(name, 0, 100) }

// deliveryAt returns one that comes some seconds after the epoch, and is to be kept until others after it.
func deliveryAt(name string, at, expires int) *execution.Delivery {
	return &execution.Delivery{Key: sha256.Sum256([]byte(name)), At: after(at), Expires: after(expires)}
}

// deliver accepts an execution for a delivery, and returns its id, or that of the execution which was accepted for it before.
func deliver(t *testing.T, s execution.Store, d *execution.Delivery) (id string, isNew bool) {
	t.Helper()
	st := hello()
	err := s.Commit(t.Context(), &execution.Batch{Delivery: d, Accept: []execution.Accept{{State: st}}})
	if delivered, ok := errors.AsType[*execution.Delivered](err); ok {
		return delivered.ID, false
	}
	if err != nil {
		t.Fatal(err)
	}
	return st.ID, true
}

// checkDelivered looks a delivery up; want is the execution, "" for one that is not to be there.
func checkDelivered(t *testing.T, s execution.Store, d *execution.Delivery, want string) {
	t.Helper()
	id, err := s.Delivered(t.Context(), d.Key, d.At)
	if id != want || err != nil && (want != "" || !errors.Is(err, execution.ErrNotFound)) || err == nil && want == "" {
		t.Errorf("delivered: %q, %v, want %q", id, err, want)
	}
}

func testDelivery(t *testing.T, s execution.Store) {
	d := delivery("key")
	checkDelivered(t, s, d, "")
	first, _ := deliver(t, s, d)
	for _, again := range []*execution.Delivery{d, deliveryAt("key", 99, 200), deliveryAt("key", -99, 0)} {
		if id, isNew := deliver(t, s, again); isNew || id != first {
			t.Errorf("at %v: %s, new %v", again.At, id, isNew)
		}
		checkDelivered(t, s, again, first)
	}
	other := delivery("other")
	other.Key[31] ^= 1
	for _, d := range []*execution.Delivery{delivery("KEY"), delivery("key "), delivery("other"), other, nil, nil} { // nil is none
		if _, isNew := deliver(t, s, d); !isNew {
			t.Errorf("%+v is not new", d)
		}
	}
	// It outlives its execution.
	write(t, s, execution.Write{ID: first, Version: 1, Changes: end()})
	for range 2 {
		if id, isNew := deliver(t, s, d); isNew || id != first {
			t.Errorf("after the end: %s, new %v", id, isNew)
		}
		checkDelivered(t, s, d, first)
		if _, err := s.Delete(t.Context(), []string{first}); err != nil {
			t.Fatal(err)
		}
	}
}

// testDeliveryExpires checks that a delivery counts until it expires, and not longer, whatever else is delivered meanwhile.
func testDeliveryExpires(t *testing.T, s execution.Store) {
	first, _ := deliver(t, s, deliveryAt("key", 0, 10))
	for i := range 20 {
		if _, isNew := deliver(t, s, deliveryAt(fmt.Sprint(i), 0, 1)); !isNew {
			t.Fatal("not new")
		}
	}
	for i := range 20 { // those that have expired may be dropped by these
		deliver(t, s, deliveryAt(fmt.Sprint("later", i), 9, 11))
	}
	last := deliveryAt("key", 10, 0)
	last.At = last.At.Add(-time.Nanosecond)
	checkDelivered(t, s, last, first)
	if id, isNew := deliver(t, s, last); isNew || id != first {
		t.Errorf("within the time: %s, new %v", id, isNew)
	}
	checkDelivered(t, s, deliveryAt("0", 0, 0), "") // dropped by now, or to be
	checkDelivered(t, s, deliveryAt("key", 10, 0), "")
	second, isNew := deliver(t, s, deliveryAt("key", 10, 30))
	if !isNew {
		t.Error("after it has expired, it is not new")
	}
	checkDelivered(t, s, deliveryAt("key", 29, 0), second)
	checkDelivered(t, s, deliveryAt("later0", 10, 0), idOf(t, s, deliveryAt("later0", 10, 12)))
}

// idOf returns the execution of a delivery that is kept.
func idOf(t *testing.T, s execution.Store, d *execution.Delivery) string {
	t.Helper()
	id, isNew := deliver(t, s, d)
	if isNew {
		t.Error("it is not kept")
	}
	return id
}

// testDeliveryReplaced checks that a delivery is kept for another execution when it is kept for the one to be replaced, or for none.
func testDeliveryReplaced(t *testing.T, s execution.Store) {
	first, _ := deliver(t, s, delivery("key"))
	replacing := func(id string, at, expires int) *execution.Delivery {
		d := deliveryAt("key", at, expires)
		d.Replaces = id
		return d
	}
	st := hello()
	b := func() *execution.Batch {
		return &execution.Batch{Delivery: replacing(first, 50, 150), Accept: []execution.Accept{{State: copyOf(st)}}}
	}
	for range 2 { // the same acceptance twice is one
		commit(t, s, b())
	}
	checkDelivered(t, s, deliveryAt("key", 149, 0), st.ID)
	for _, replaces := range []string{first, "nobody", ""} {
		if id, isNew := deliver(t, s, replacing(replaces, 60, 160)); isNew || id != st.ID {
			t.Errorf("in place of %q: %s, new %v", replaces, id, isNew)
		}
	}
	id, isNew := deliver(t, s, replacing("nobody", 150, 160)) // it has expired meanwhile
	if !isNew {
		t.Errorf("in place of what has expired: %s", id)
	}
	checkDelivered(t, s, deliveryAt("key", 159, 0), id)
}

// testDeliveryRace lets many deliver one thing at once: the first time, and in place of what it has started.
func testDeliveryRace(t *testing.T, s execution.Store) {
	const callers, rounds = 8, 10
	for round := range rounds {
		before := ""
		for range 2 {
			ids, isNew := make([]string, callers), make([]bool, callers)
			var wg sync.WaitGroup
			for i := range callers {
				wg.Go(func() {
					d := delivery(fmt.Sprint(round))
					d.Replaces = before
					ids[i], isNew[i] = deliver(t, s, d)
				})
			}
			wg.Wait()
			winner := ""
			for i := range callers {
				if isNew[i] {
					if winner != "" {
						t.Fatal("two were accepted")
					}
					winner = ids[i]
				}
			}
			for _, id := range ids {
				if id != winner {
					t.Errorf("delivered as %s, want %s", id, winner)
				}
			}
			before = winner
		}
	}
	if list, _, err := s.List(t.Context(), execution.Query{}); err != nil || len(list) != 2*rounds {
		t.Errorf("%d executions of %d deliveries, %v", len(list), rounds, err)
	}
}
