package execution

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// ids returns the ids of task runs by their rows; "" of a row that is free.
func (a *actor) ids() []string {
	ids := make([]string, len(a.state.Runs))
	for i := range ids {
		ids[i] = a.state.Runs[i].ID
	}
	return ids
}

// TestRowsAreUsedAgain follows a loop that takes another list in its second round: the rows of the first are used for what comes,
// parents before children, by task runs of other ids; those that are left over come back with the third.
func TestRowsAreUsedAgain(t *testing.T) {
	a := newActor(t, newFlow(until("l", leaf("a"), choice("i", list(leaf("b"), leaf("c")), list(leaf("d"))), leaf("e"))), map[string]string{"l": "5"})
	a.begin()
	round := func(choose string) []string {
		a.script["i"] = choose
		for len(a.pending) > 0 {
			a.answer(0)
		}
		return a.ids()
	}
	first := round("0")
	if got, want := a.tree(), "PAUSED(l PAUSED round(a SUCCESS, i SUCCESS(b SUCCESS, c SUCCESS), e SUCCESS))"; got != want {
		t.Fatalf("after the first round %s, want %s", got, want)
	}
	a.tell(a.wakes()[0])
	if got, want := a.ids()[2:], []string{"", "", "", ""}; !slices.Equal(got, want) {
		t.Errorf("when the second begins, the rows behind its first task run have %q", got)
	}
	second := round("1")
	if got, want := a.tree(), "PAUSED(l PAUSED round(a SUCCESS, i SUCCESS(d SUCCESS), e SUCCESS))"; got != want {
		t.Errorf("after the second round %s, want %s", got, want)
	}
	if len(second) != len(first) || second[5] != "" {
		t.Errorf("after the second round the rows are %q, after the first %q", second, first)
	}
	for row := 1; row < 5; row++ {
		if second[row] == first[row] {
			t.Errorf("row %d has the same task run in both rounds", row)
		}
	}
	a.tell(a.wakes()[0])
	if third := round("0"); len(third) != len(first) || slices.Contains(third, "") {
		t.Errorf("after the third round the rows are %q", third)
	}
}

// TestLateForAnEarlierRound tells a task run of what was meant for the one that had its row in the round before: nothing of it fits.
func TestLateForAnEarlierRound(t *testing.T) {
	for _, test := range []struct {
		name, script string
		task         *flow.Component
	}{
		{"its time", "wait", leaf("a")},
		{"the time of a retry", "FAILED then SUCCESS", leaf("a", retry(2))},
		{"the end of its timeout", "wait", leaf("a", timeout, allowFail)},
		{"the end of an execution", "", child("a")},
		{"that it is resumed", "", pause("a", Success, nil, nil)},
	} {
		t.Run(test.name, func(t *testing.T) {
			a := newActor(t, newFlow(until("l", test.task)), map[string]string{"l": "9", "a": test.script})
			a.begin()
			under := func() Event { // until something from outside is waited for
				for len(a.pending) > 0 {
					a.answer(0)
				}
				return a.outside()[0]
			}
			late := under()
			a.tell(late)
			under()
			a.tell(a.wakes()[0]) // the next round
			under()
			before := a.tree()
			a.clock = a.clock.Add(-time.Second)
			var r Result
			if err := Step(a.plan, a.state, late, &r); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(before, a.tree()); !r.Stale || diff != "" {
				t.Errorf("stale: %v (-before +after):\n%s", r.Stale, diff)
			}
		})
	}
}

// TestLongHistories checks that the history of a loop, and that of its execution, stop growing.
func TestLongHistories(t *testing.T) {
	a := newActor(t, newFlow(until("l", leaf("a"))), map[string]string{"l": "9999"})
	a.begin()
	var middle History
	for round := range 3 * mostTransitions {
		for len(a.pending) > 0 {
			a.answer(0)
		}
		if round == mostTransitions {
			middle = a.state.Runs[0].History
		}
		a.tell(a.wakes()[0])
	}
	for _, h := range []History{a.state.History, a.state.Runs[0].History} {
		if len(h) > mostTransitions+2 || h.Current() != Running || h[len(h)-2].Status != Paused || !h[len(h)-2].At.After(middle[len(middle)-1].At) {
			t.Errorf("%d transitions, the last of which are %v", len(h), h[len(h)-3:])
		}
	}
	for i := 1; i < len(middle); i++ {
		if middle[i].At.Before(middle[i-1].At) {
			t.Fatal("a history was changed in its place")
		}
	}
}
