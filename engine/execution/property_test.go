package execution

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

func drawPlan(t *rapid.T) *Plan {
	var tasks []string
	for i := range rapid.IntRange(1, 6).Draw(t, "tasks") {
		spec := fmt.Sprintf("t%d", i)
		for _, trait := range []string{"impure", "runIf", "allowFailure", "allowWarning", "disabled"} {
			if rapid.IntRange(0, 2).Draw(t, trait) == 0 {
				spec += " " + trait
			}
		}
		tasks = append(tasks, spec)
	}
	return planOf(rapid.Bool().Draw(t, "outputs"), tasks...)
}

func drawDatum(t *rapid.T) Datum {
	if rapid.IntRange(0, 3).Draw(t, "datum") == 0 {
		return Datum{Ref: "ref/" + rapid.StringMatching(`[a-z]{1,4}`).Draw(t, "ref")}
	}
	text, err := json.Marshal(map[string]string{"v": rapid.String().Draw(t, "value")})
	if err != nil {
		t.Fatal(err)
	}
	return Datum{JSON: append(text, " \n"...)} // as a sender may write it: the bytes must survive
}

func drawEvent(t *rapid.T, e Effect, at time.Time) Event {
	switch e := e.(type) {
	case Evaluate:
		ev := Evaluated{What: e.What, TaskRun: e.TaskRun, Failed: rapid.IntRange(0, 3).Draw(t, "failed") == 0, At: at}
		if e.What == Outputs {
			ev.Value = drawDatum(t)
		} else {
			ev.True = rapid.Bool().Draw(t, "true")
		}
		return ev
	case RunTask:
		status := rapid.SampledFrom([]Status{Success, Success, Warning, Failed}).Draw(t, "status")
		return TaskEnded{TaskRun: e.TaskRun, Attempt: e.Attempt, Status: status, Outputs: drawDatum(t), At: at}
	}
	t.Fatalf("unknown effect %T", e)
	return nil
}

// throughJSON returns what a store would read back.
func throughJSON[T any](t *rapid.T, v T) T {
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var back T
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	return back
}

// TestExecutions plays random plans with random outcomes, and checks all that the design promises of the core.
func TestExecutions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawPlan(t)
		s := New(p, epoch, []flow.Label{{Key: "a", Value: "b"}}, Trigger{ID: "webhook", Type: "w", Variables: drawDatum(t)})
		kept := throughJSON(t, s)   // every change applied, one by one
		merged := throughJSON(t, s) // changes applied at barriers
		var pending []Change

		at := epoch
		var e Event = Started{At: at}
		for steps := 0; ; steps++ {
			if steps > 2*len(p.tasks)+2 {
				t.Fatalf("not ended after %d steps", steps)
			}
			twin := s.Clone()
			again, err := Step(p, twin, e)
			if err != nil {
				t.Fatal(err)
			}
			r, err := Step(p, s, e)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(again, r, cmp.Comparer(func(a, b *flow.Component) bool { return a == b })); diff != "" {
				t.Fatalf("a second step from the same state differs:\n%s", diff)
			}
			if diff := cmp.Diff(twin, s); diff != "" {
				t.Fatalf("a second step from the same state leaves another:\n%s", diff)
			}
			Apply(kept, throughJSON(t, r.Changes))
			if diff := cmp.Diff(s, kept); diff != "" {
				t.Fatalf("changes do not give the state (-state +applied):\n%s", diff)
			}
			checkClipped(t, r.Changes)
			pending = Merge(pending, r.Changes)
			checkBarrier(t, p, e, r)
			if r.Barrier {
				Apply(merged, throughJSON(t, pending))
				pending = nil
				if diff := cmp.Diff(s, merged); diff != "" {
					t.Fatalf("merged changes do not give the state (-state +applied):\n%s", diff)
				}
			}
			if len(r.Effects) == 0 {
				break
			}
			if len(r.Effects) != 1 {
				t.Fatalf("%d effects", len(r.Effects))
			}
			at = at.Add(time.Duration(rapid.IntRange(0, 1e9).Draw(t, "pause")))
			e = drawEvent(t, r.Effects[0], at)
		}
		if !s.Status().Terminated() || len(pending) > 0 {
			t.Fatalf("ended as %s with %d changes not committed", s.Status(), len(pending))
		}
		for i, run := range s.TaskRuns {
			if !run.History.Current().Terminated() {
				t.Fatalf("task run %d ended as %s", i, run.History.Current())
			}
		}
		if s.Outputs.IsZero() != (len(p.flow.Outputs) == 0) {
			t.Fatalf("outputs %+v, declared %d", s.Outputs, len(p.flow.Outputs))
		}
	})
}

// checkClipped checks that no history of a change can grow into that of the state, whose memory it shares.
func checkClipped(t *rapid.T, changes []Change) {
	var histories []History
	for _, c := range changes {
		if c.Header != nil {
			histories = append(histories, c.Header.History)
		} else {
			histories = append(histories, c.TaskRun.TaskRun.History)
			for _, a := range c.TaskRun.TaskRun.Attempts {
				histories = append(histories, a.History)
			}
		}
	}
	for _, h := range histories {
		if cap(h) != len(h) {
			t.Fatalf("history %v has room for %d", h, cap(h))
		}
	}
}

// checkBarrier checks that r is a barrier where and only where the design puts one.
func checkBarrier(t *rapid.T, p *Plan, e Event, r Result) {
	want := len(r.Effects) == 0
	if ended, ok := e.(TaskEnded); ok {
		want = want || !p.tasks[ended.TaskRun].Spec.Pure
	}
	if len(r.Effects) > 0 {
		if run, ok := r.Effects[0].(RunTask); ok {
			want = want || !run.Task.Spec.Pure
		}
	}
	if r.Barrier != want {
		t.Fatalf("after %+v: barrier %v, want %v", e, r.Barrier, want)
	}
	if p.Pure() && r.Barrier && len(r.Effects) > 0 {
		t.Fatalf("a pure plan has a barrier before its end, after %+v", e)
	}
}
