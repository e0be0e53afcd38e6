package execution

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// TestRepeatFrom does executions anew from a task run on: what runs, and how they end.
func TestRepeatFrom(t *testing.T) {
	f := func(tasks ...*flow.Component) *flow.Flow { return newFlow(tasks...) }
	lists := func(f *flow.Flow) *flow.Flow {
		f.Errors, f.Finally, f.AfterExecution = list(leaf("e")), list(leaf("z")), list(leaf("x"))
		return f
	}
	type script = map[string]string
	for _, tt := range []struct {
		name   string
		flow   *flow.Flow
		next   *flow.Flow // the flow by then; nil: the same
		script script
		from   string // name of the task run; "": what has failed
		trace  string
		tree   string // "": it is not done
	}{
		{"the first", f(leaf("a"), leaf("b")), nil, nil, "a", "run a run b |", "SUCCESS(a SUCCESS, b SUCCESS)"},
		{"the last", f(leaf("a"), leaf("b")), nil, nil, "b", "run b |", "SUCCESS(a SUCCESS, b SUCCESS)"},
		{"what has failed", f(leaf("a"), leaf("b")), nil, script{"b": "FAILED then SUCCESS"}, "", "run b |", "SUCCESS(a SUCCESS, b SUCCESS)"},
		{"lists of the flow", lists(f(leaf("a"), leaf("b"))), nil, script{"b": "FAILED then SUCCESS"}, "b", "run b run z run x | |", "SUCCESS(a SUCCESS, b SUCCESS, z SUCCESS, x SUCCESS)"},
		{"inside", f(leaf("a"), seq("s", leaf("b"), leaf("c"), leaf("d")), leaf("g")), nil, nil, "c", "run c run d run g |", "SUCCESS(a SUCCESS, s SUCCESS(b SUCCESS, c SUCCESS, d SUCCESS), g SUCCESS)"},
		{"a flowable", f(leaf("a"), seq("s", leaf("b"), leaf("c"))), nil, nil, "s", "run b run c |", "SUCCESS(a SUCCESS, s SUCCESS(b SUCCESS, c SUCCESS))"},
		{"one of a parallel", f(par("p", 0, leaf("a"), leaf("b")), leaf("c")), nil, nil, "a", "run a run c |", "SUCCESS(p SUCCESS(a SUCCESS, b SUCCESS), c SUCCESS)"},
		{"of a round", f(each("l", 1, leaf("a"), leaf("b"))), nil, script{"l": "x y"}, "b=x", "run b=x run a=y run b=y |", "SUCCESS(l SUCCESS(a=x SUCCESS, b=x SUCCESS, a=y SUCCESS, b=y SUCCESS))"},
		{"of rounds at once", f(each("l", 0, leaf("a"), leaf("b"))), nil, script{"l": "x y"}, "a=x", "run a=x run b=x |", "SUCCESS(l SUCCESS(a=x SUCCESS, a=y SUCCESS, b=x SUCCESS, b=y SUCCESS))"},
		{"of a dag", f(dag("d", 0, [][]int{nil, {0}, nil, {1}}, leaf("a"), leaf("b"), leaf("c"), leaf("g"))), nil, nil, "b", "run b run g |", "SUCCESS(d SUCCESS(a SUCCESS, c SUCCESS, b SUCCESS, g SUCCESS))"},
		{"of a directory", f(with(seq("s", leaf("a"), leaf("b")), shared)), nil, nil, "b", "prepare s run a run b collect s |", "SUCCESS(s SUCCESS(a SUCCESS, b SUCCESS))"},
		{"a child", f(leaf("a"), child("s")), nil, nil, "s", "recall s call s | | |", "SUCCESS(a SUCCESS, s SUCCESS)"},
		{"children, whose executions are the other one's", f(leaf("a"), children("s", 2)), nil, script{"s": "2 SUCCESS"}, "s", "call s | | |", "SUCCESS(a SUCCESS, s SUCCESS)"},
		{"children that have failed", f(children("s", 2)), nil, script{"s": "2 FAILED"}, "", "call s | | |", "FAILED(s FAILED)"},
		{"what follows children", f(children("s", 2), leaf("a")), nil, script{"s": "2 SUCCESS"}, "a", "run a |", "SUCCESS(s SUCCESS, a SUCCESS)"},
		{"by another revision", f(leaf("a"), leaf("b")), f(leaf("a"), seq("n", leaf("m")), leaf("b")), nil, "a", "run a run m run b |", "SUCCESS(a SUCCESS, n SUCCESS(m SUCCESS), b SUCCESS)"},
		{"without a task that was dropped", f(leaf("a"), leaf("b")), f(leaf("b"), leaf("c")), nil, "b", "run b run c |", "SUCCESS(c SUCCESS, b SUCCESS)"},
		{"another task before it", f(leaf("a"), leaf("b")), f(leaf("a"), leaf("n"), leaf("b")), nil, "b", "in revision 2 another task, n, comes before: " + ErrNotReplayable.Error(), ""},
		{"a task that is gone", f(leaf("a"), leaf("b")), f(leaf("a")), nil, "b", "revision 2 has no task b: " + ErrNotReplayable.Error(), ""},
		{"one of errors", lists(f(leaf("a"))), nil, script{"a": "FAILED"}, "e", "task e is not one of the flow's tasks, but of those that run beside or after them: " + ErrNotReplayable.Error(), ""},
		{"no task run", f(leaf("a")), nil, nil, "q", ErrNothingToRestart.Error(), ""},
		{"nothing has failed", f(leaf("a")), nil, nil, "", ErrNothingToRestart.Error(), ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := newActor(t, tt.flow, tt.script).run()
			before := loadedText(t, a.state)
			id := ""
			if tt.from != "" {
				id = "nobody"
				if row := a.row(tt.from); row >= 0 {
					id = a.state.Runs[row].ID
				}
			}
			p := a.plan
			if tt.next != nil {
				p = NewPlan(tt.next, 2)
			}
			s, err := NewRepeatFrom(p, a.state, id, a.clock)
			if diff := cmp.Diff(before, loadedText(t, a.state)); diff != "" {
				t.Errorf("the first one has changed (-before +after):\n%s", diff)
			}
			if tt.tree == "" {
				if err == nil || err.Error() != tt.trace {
					t.Errorf("%v, want %s", err, tt.trace)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if s.ID == a.state.ID || s.Status() != Restarted || s.OriginalID() != a.state.ID || s.Origin.Before != a.state.ID {
				t.Errorf("it is %s, %s, of %+v", s.ID, s.Status(), s.Origin)
			}
			for i := range s.Runs {
				if r := &s.Runs[i]; !r.Free() && a.state.RowOf(r.ID) >= 0 {
					t.Errorf("%s has the id of a task run of the first one", r.TaskID)
				}
			}
			b := &actor{t: t, plan: p, state: s, script: a.script, clock: a.clock}
			b.script = script{"recall s": "new"}
			for name, word := range tt.script {
				b.script[name] = strings.TrimPrefix(word, "FAILED then ")
			}
			b.pending, err = Pending(p, s)
			if err != nil {
				t.Fatal(err)
			}
			b.goOn()
			if diff := cmp.Diff(tt.trace, strings.Join(b.trace, " ")); diff != "" {
				t.Errorf("trace (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.tree, b.tree()); diff != "" {
				t.Errorf("tree (-want +got):\n%s", diff)
			}
		})
	}
	running := newActor(t, f(leaf("a")), nil)
	running.begin()
	if _, err := NewRepeatFrom(running.plan, running.state, running.state.Runs[0].ID, running.clock); !errors.Is(err, ErrNotRestartable) {
		t.Errorf("one that is under way: %v", err)
	}
}
