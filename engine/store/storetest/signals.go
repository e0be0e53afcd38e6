package storetest

import (
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// signals returns a batch of signals to an execution, with these ids.
func signals(to string, ids ...string) *execution.Batch {
	b := &execution.Batch{}
	for _, id := range ids {
		b.Signals = append(b.Signals, execution.Signal{To: to, ID: id})
	}
	return b
}

// checkInbox compares the ids of the signals that came after one, and returns their numbers.
func checkInbox(t *testing.T, s execution.Store, to string, after int64, want ...string) (numbers []int64) {
	t.Helper()
	got, err := s.Inbox(t.Context(), to, after)
	if err != nil {
		t.Fatalf("inbox: %v", err)
	}
	ids := make([]string, 0, len(got))
	for _, signal := range got {
		if signal.To != to || signal.Seq <= after {
			t.Errorf("signal %+v after %d", signal, after)
		}
		after = signal.Seq
		ids, numbers = append(ids, signal.ID), append(numbers, signal.Seq)
	}
	if diff := cmp.Diff(want, ids, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("inbox (-want +got):\n%s", diff)
	}
	return numbers
}

func testSignal(t *testing.T, s execution.Store) {
	st, other := hello(), hello()
	accept(t, s, st)
	accept(t, s, other)
	event := execution.Event{
		Kind: execution.TaskEnded, Run: 3, Attempt: 2, At: epoch, Status: execution.Warning,
		Outputs: execution.Datum{JSON: []byte("{\n \"a\": \"<&>\" }")}, Variables: execution.Datum{Ref: "r"},
		Labels: []flow.Label{{Key: "k", Value: "v"}}, Exit: execution.Failed,
	}
	b := &execution.Batch{Signals: []execution.Signal{{To: st.ID, ID: "a", Event: event}, {To: other.ID, ID: "a"}, {To: st.ID, ID: "b"}}}
	commit(t, s, b)
	if b.Signals[0].Seq != 0 {
		t.Error("commit changed the batch")
	}
	commit(t, s, signals(st.ID, "c"))
	got, err := s.Inbox(t.Context(), st.ID, 0)
	if err != nil || len(got) != 3 {
		t.Fatalf("inbox: %+v, %v", got, err)
	}
	want := execution.Signal{To: st.ID, ID: "a", Seq: got[0].Seq, Event: event}
	if diff := cmp.Diff(want, got[0]); diff != "" {
		t.Errorf("signal (-want +got):\n%s", diff)
	}
	numbers := checkInbox(t, s, st.ID, 0, "a", "b", "c")
	checkInbox(t, s, st.ID, numbers[1], "c")
	checkInbox(t, s, st.ID, numbers[2])
	checkInbox(t, s, other.ID, 0, "a")
	checkInbox(t, s, "nobody", 0)
	check(t, s, st, 1) // a signal is not a change of the execution
	checkDue(t, s, after(1000))

	write(t, s, execution.Write{ID: st.ID, Version: 1, Consumed: numbers[1]})
	checkInbox(t, s, st.ID, 0, "c")
	write(t, s, execution.Write{ID: st.ID, Version: 2, Consumed: numbers[0]}) // consumed already
	checkInbox(t, s, st.ID, 0, "c")
	checkInbox(t, s, other.ID, 0, "a")
}

// testSignalTwice sends signals again, which changes nothing before they are consumed.
func testSignalTwice(t *testing.T, s execution.Store) {
	st := hello()
	accept(t, s, st)
	commit(t, s, signals(st.ID, "a", "b", "a"))
	commit(t, s, signals(st.ID, "b", "c"))
	numbers := checkInbox(t, s, st.ID, 0, "a", "b", "c")
	write(t, s, execution.Write{ID: st.ID, Version: 1, Consumed: numbers[1]})
	commit(t, s, signals(st.ID, "c", "a")) // a was consumed and is new again
	checkInbox(t, s, st.ID, 0, "c", "a")
}

// testSignalBeforePark parks executions with signals that were not consumed: these are due at once.
func testSignalBeforePark(t *testing.T, s execution.Store) {
	st := hello()
	accept(t, s, st)
	commit(t, s, signals(st.ID, "a", "b"))
	numbers := checkInbox(t, s, st.ID, 0, "a", "b")
	version := int64(1)
	for _, tt := range []struct {
		consumed int64
		due      bool
	}{{0, true}, {numbers[0], true}, {0, true}, {numbers[1], false}} {
		write(t, s, execution.Write{ID: st.ID, Version: version, Consumed: tt.consumed, Park: &execution.Park{Wake: after(10), For: "k"}})
		version++
		if tt.due {
			checkDue(t, s, epoch, st.ID)
			version++
		} else {
			checkDue(t, s, epoch)
		}
	}
	// The signal and the parking in one batch: of an execution that is accepted, and of one that is written.
	accepted := hello()
	b := signals(accepted.ID, "a")
	b.Accept = []execution.Accept{{State: accepted, Park: &execution.Park{}}}
	commit(t, s, b)
	checkDue(t, s, epoch, accepted.ID)
	b = signals(st.ID, "c")
	b.Write = []execution.Write{{ID: st.ID, Version: version, Park: &execution.Park{}}}
	commit(t, s, b)
	checkDue(t, s, epoch, st.ID)
}

// testSignalAfterPark sends signals to an execution that is parked.
func testSignalAfterPark(t *testing.T, s execution.Store) {
	for _, p := range []execution.Park{{}, {Wake: after(10)}, {For: "k"}, {Wake: after(10), For: "k"}} {
		st := hello()
		acceptParked(t, s, st, p)
		commit(t, s, signals(st.ID, "a"))
		commit(t, s, signals(st.ID, "a", "b"))
		checkDue(t, s, epoch, st.ID)
		checkDue(t, s, after(1000)) // it was claimed above
		commit(t, s, signals(st.ID, "c"))
		checkDue(t, s, after(1000)) // it is driven now
		numbers := checkInbox(t, s, st.ID, 0, "a", "b", "c")

		// A signal that was consumed is forgotten, so the same one wakes again.
		write(t, s, execution.Write{ID: st.ID, Version: 2, Consumed: numbers[2], Park: &p})
		checkDue(t, s, epoch)
		commit(t, s, signals(st.ID, "a"))
		checkDue(t, s, epoch, st.ID)
	}
}

// testSignalRace sends signals to an execution that parks whenever it has read all. No signal is lost, and none stays unread
// while the execution is parked.
func testSignalRace(t *testing.T, s execution.Store) {
	const senders, each = 4, 25
	st := hello()
	acceptParked(t, s, st, execution.Park{})
	var wg sync.WaitGroup
	for sender := range senders {
		wg.Go(func() {
			for i := range each {
				if err := s.Commit(t.Context(), signals(st.ID, fmt.Sprint(sender, "/", i))); err != nil {
					t.Error(err)
				}
			}
		})
	}
	read := map[string]int{}
	drive := func() {
		due, _, err := s.Claim(t.Context(), 1, epoch)
		if err != nil {
			t.Fatal(err)
		}
		if len(due) == 0 {
			return
		}
		inbox, err := s.Inbox(t.Context(), st.ID, 0)
		if err != nil || len(inbox) == 0 {
			t.Fatalf("due with the inbox %+v, %v", inbox, err)
		}
		for _, signal := range inbox {
			read[signal.ID]++
		}
		write(t, s, execution.Write{ID: st.ID, Version: due[0].Version, Consumed: inbox[len(inbox)-1].Seq, Park: &execution.Park{}})
	}
	sent := make(chan struct{})
	go func() { wg.Wait(); close(sent) }()
	for running := true; running; {
		select {
		case <-sent:
			running = false
		default:
			drive()
		}
	}
	drive() // all have been sent, so one more look shows all
	if len(read) != senders*each {
		t.Errorf("%d signals were read", len(read))
	}
	for id, n := range read {
		if n != 1 {
			t.Errorf("signal %s was read %d times", id, n)
		}
	}
}
