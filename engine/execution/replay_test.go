package execution

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// TestReplay tries an execution three times, and looks at what each try is.
func TestReplay(t *testing.T) {
	f := newFlow(leaf("a"))
	f.Retry = &flow.Retry{Kind: flow.Exponential, Interval: time.Minute, MaxInterval: time.Hour, Factor: 2, MaxAttempts: 3, Whole: true}
	f.Finally = list(leaf("z"))
	a := newActor(t, f, map[string]string{"a": "FAILED"})
	a.state.Labels = []flow.Label{{Key: "k", Value: "v"}}
	a.state.Inputs, a.state.Parent, a.state.Depth = Datum{JSON: []byte(`{"i":1}`)}, Parent{ID: "parent"}, 3
	first := a.state
	ids, before := map[string]bool{}, ""
	for try := range int32(3) {
		a.run()
		s := a.state
		ids[s.ID], ids[s.Runs[0].ID] = true, true
		wanted := Origin{}
		if try > 0 {
			wanted = Origin{ID: first.ID, Before: before, Created: first.History.Start(), Tries: try}
		}
		labels := []flow.Label{{Key: "k", Value: "v"}, {Key: "system.replay", Value: "true"}}[:min(1+int(try), 2)]
		same := cmp.Diff(wanted, s.Origin) == "" && cmp.Diff(labels, s.Labels) == "" && s.OriginalID() == first.ID &&
			s.Parent == first.Parent && s.Depth == 3 && string(s.Inputs.JSON) == `{"i":1}` && s.Trigger.ID == "hook"
		if !same {
			t.Errorf("try %d: %+v", try, s.Start)
		}
		if try == 2 {
			if tree := a.tree(); tree != "FAILED(a FAILED, z SUCCESS)" || len(a.again) > 0 {
				t.Errorf("the last try is %s, and another follows: %v", tree, a.again)
			}
			break
		}
		if tree := a.tree(); tree != "RETRIED(a RETRIED)" || len(a.again) != 1 {
			t.Fatalf("try %d is %s, and is tried again: %v", try, tree, a.again)
		}
		delay := a.again[0].At.Sub(s.Runs[0].History[2].At)
		if want := time.Minute << try; delay != want {
			t.Errorf("after try %d there are %v, want %v", try, delay, want)
		}
		next := NewReplay(a.plan, s, a.again[0])
		if again := NewReplay(a.plan, s, a.again[0]); again.ID != next.ID || again.Seed != next.Seed {
			t.Error("the next try is not always the same")
		}
		clock := a.again[0].At
		before = s.ID
		a = newActor(t, f, a.script)
		a.state, a.clock = next, clock
	}
	if len(ids) != 6 {
		t.Errorf("ids are not unique: %v", ids)
	}
}
