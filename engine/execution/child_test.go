package execution

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestNewChild checks that the execution which an attempt starts follows from the effect alone, so that after a crash it is the
// same, and that each attempt and each task run starts another one.
func TestNewChild(t *testing.T) {
	callee := NewPlan(newFlow(leaf("x")), 3)
	seen := map[string]string{}
	a := newActor(t, newFlow(each("l", 0, child("s", retry(2)))), map[string]string{"l": "x y", "s": "FAILED"})
	a.state.Depth = 4
	a.begin()
	a.answer(0)
	for range 2 {
		for _, e := range a.pending {
			made := NewChild(callee, a.state, e, true, Trigger{ID: "s"})
			if diff := cmp.Diff(made, NewChild(callee, a.state.Share(), e, true, Trigger{ID: "s"}), ignoreMarks); diff != "" {
				t.Errorf("made again (-first +second):\n%s", diff)
			}
			if other := seen[made.ID]; other != "" || made.ID == a.state.ID || made.Seed == a.state.Seed {
				t.Errorf("%s is also the id of %s", made.ID, other)
			}
			seen[made.ID] = a.name(e)
			want := Start{
				ID: a.state.ChildID(e.Run, e.Attempt, e.Iteration), Namespace: "company.team", FlowID: "f", Revision: 3, Core: Core, Seed: made.Seed,
				Trigger: Trigger{ID: "s"}, Parent: Parent{a.state.ID, e.Run, e.Attempt, 0}, Depth: 5,
			}
			if diff := cmp.Diff(want, made.Start); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if alone := NewChild(callee, a.state, e, false, Trigger{}); alone.Parent != (Parent{}) || !alone.History.Start().Equal(e.At) {
				t.Errorf("nobody waits for it: %+v, %v", alone.Parent, alone.History)
			}
		}
		for len(a.pending) > 0 {
			a.answer(0)
		}
		for _, e := range a.children() {
			a.tell(e)
		}
		for _, e := range a.state.Wakes() {
			a.tell(e)
		}
	}
	if len(seen) != 4 {
		t.Errorf("%d executions: %v", len(seen), seen)
	}
}

// TestSignalOfTheEnd checks what a parent is told.
func TestSignalOfTheEnd(t *testing.T) {
	a := newActor(t, newFlow(leaf("a")), map[string]string{"a": "WARNING"})
	a.state.Parent = Parent{"parent", 2, 1, 3}
	a.run()
	want := Signal{To: "parent", ID: a.state.ID, Event: Event{
		Kind: ChildEnded, ID: a.state.ID, Run: 2, Attempt: 1, Iteration: 3, At: a.state.History.End(), Status: Warning, Outputs: Datum{JSON: []byte("{}")},
	}}
	if diff := cmp.Diff(want, a.state.Ended(Datum{JSON: []byte("{}")})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
