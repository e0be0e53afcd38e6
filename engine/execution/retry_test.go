package execution

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// words returns the statuses of a history.
func words(h History) string {
	texts := make([]string, len(h))
	for i, t := range h {
		texts[i] = string(t.Status)
	}
	return strings.Join(texts, " ")
}

// TestRetryHistories checks what Kestra shows of a retried task (recorded in tests/conformance, 20-retries-timeouts): an
// execution shows FAILED only for a task at the top.
func TestRetryHistories(t *testing.T) {
	tests := []struct {
		name            string
		flow            *flow.Flow
		execution, task string
		attempts        []string
	}{
		{
			"at the top", newFlow(leaf("a", retry(2))),
			"CREATED RUNNING FAILED RETRYING RUNNING SUCCESS",
			"CREATED RUNNING FAILED RETRYING CREATED RUNNING SUCCESS",
			[]string{"CREATED RUNNING FAILED", "CREATED RUNNING SUCCESS"},
		},
		{
			"inside of a flowable", newFlow(seq("s", leaf("a", retry(2)))),
			"CREATED RUNNING RETRYING RUNNING SUCCESS",
			"CREATED RUNNING FAILED RETRYING CREATED RUNNING SUCCESS",
			[]string{"CREATED RUNNING FAILED", "CREATED RUNNING SUCCESS"},
		},
		{
			"skipped the second time", newFlow(leaf("a", retry(2), runIf)),
			"CREATED RUNNING FAILED RETRYING RUNNING SUCCESS",
			"CREATED RUNNING FAILED RETRYING CREATED SKIPPED",
			[]string{"CREATED RUNNING FAILED", "CREATED SKIPPED"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			a := newActor(t, test.flow, map[string]string{"a": "FAILED then SUCCESS"})
			a.tell(Event{Kind: Started, Run: RootRow})
			for a.state.Status() != Retrying {
				a.answer(0)
			}
			if strings.HasPrefix(test.name, "skipped") {
				a.script["if a"] = "false"
			}
			a.goOn()
			r := &a.state.Runs[len(a.state.Runs)-1]
			got := []string{words(a.state.History), words(r.History)}
			for _, attempt := range r.Attempts {
				got = append(got, words(attempt.History))
			}
			want := append([]string{test.execution, test.task}, test.attempts...)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestRetryWakes checks until when a failed task waits: it is in the state, with the attempt that the next one follows.
func TestRetryWakes(t *testing.T) {
	a := newActor(t, newFlow(leaf("a", retry(3))), map[string]string{"a": "FAILED"})
	a.tell(Event{Kind: Started, Run: RootRow})
	a.answer(0)
	failed := a.clock
	want := fmt.Sprint([]Event{{Kind: Woke, Run: 0, Attempt: 0, At: failed.Add(a.plan.Node(1).Retry.Interval)}})
	if got := fmt.Sprint(a.state.Wakes()); got != want {
		t.Errorf("wakes %s, want %s", got, want)
	}
}

// TestInterruptedAttempt checks what is kept of an attempt that was under way when the process ended: that it was, and that another
// one has begun, with a time limit of its own.
func TestInterruptedAttempt(t *testing.T) {
	a := newActor(t, newFlow(leaf("a", impure, timeout)), nil)
	a.tell(Event{Kind: Started, Run: RootRow})
	r := &a.state.Runs[0]
	before := r.Deadline
	later := r.History.Start().Add(time.Hour)
	result := a.tell(Event{Kind: Interrupted, At: later})
	if len(result.Effects) != 1 || result.Effects[0].Attempt != 1 {
		t.Errorf("effects %+v", result.Effects)
	}
	var attempts []string
	for i := range r.Attempts {
		attempts = append(attempts, words(r.Attempts[i].History))
	}
	if diff := cmp.Diff([]string{"CREATED RUNNING RESUBMITTED", "CREATED RUNNING"}, attempts); diff != "" {
		t.Errorf("attempts (-want +got):\n%s", diff)
	}
	if want := "CREATED RUNNING"; words(r.History) != want {
		t.Errorf("task run %s, want %s", words(r.History), want)
	}
	if got, want := r.Deadline.Sub(later), before.Sub(r.History.Start()); got != want {
		t.Errorf("the limit is %v from then on, want %v", got, want)
	}
	if again := a.tell(Event{Kind: Interrupted, At: later}); !again.Stale {
		t.Error("an attempt is interrupted that is not the last one")
	}
}
