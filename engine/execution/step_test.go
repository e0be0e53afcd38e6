package execution

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// TestShapes checks whole executions, from the start to the end: the effects and barriers in their order, and how they ended.
// The result of a single event in a single state is in the diagrams.
func TestShapes(t *testing.T) {
	f := func(tasks ...*flow.Component) *flow.Flow { return newFlow(tasks...) }
	outputs := func(f *flow.Flow) *flow.Flow { f.Outputs = []*flow.Output{{ID: "o"}}; return f }
	errors := func(f *flow.Flow, tasks ...*flow.Component) *flow.Flow { f.Errors = tasks; return f }
	retried := func(f *flow.Flow, attempts int) *flow.Flow {
		f.Retry = &flow.Retry{Kind: flow.Constant, MaxAttempts: attempts}
		return f
	}
	limited := func(f *flow.Flow, behavior flow.ConcurrencyBehavior) *flow.Flow {
		f.Concurrency = &flow.Concurrency{Limit: 1, Behavior: behavior}
		return f
	}
	finally := func(f *flow.Flow, tasks ...*flow.Component) *flow.Flow { f.Finally = tasks; return f }
	type script = map[string]string
	tests := []struct {
		name   string
		flow   *flow.Flow
		script script
		trace  string
		tree   string
	}{
		{"no task", f(), nil, "|", "SUCCESS"},
		{"no task, outputs", outputs(f()), nil, "outputs |", "SUCCESS"},
		{"only disabled tasks", f(leaf("a", disabled)), nil, "|", "SUCCESS"},
		{"one task", f(leaf("a")), nil, "run a |", "SUCCESS(a SUCCESS)"},
		{"one that is not pure", f(leaf("a", impure)), nil, "run a | |", "SUCCESS(a SUCCESS)"},
		{"between pure ones", f(leaf("a"), leaf("b", impure), leaf("c")), nil, "run a run b | run c | |", "SUCCESS(a SUCCESS, b SUCCESS, c SUCCESS)"},
		{"a warning", f(leaf("a"), leaf("b")), script{"a": "WARNING"}, "run a run b |", "WARNING(a WARNING, b SUCCESS)"},
		{"a failure stops", f(leaf("a"), leaf("b")), script{"a": "FAILED"}, "run a |", "FAILED(a FAILED)"},
		{"an allowed failure does not", f(leaf("a", allowFail), leaf("b")), script{"a": "FAILED"}, "run a run b |", "WARNING(a WARNING, b SUCCESS)"},
		{"an allowed warning", f(leaf("a", allowWarn)), script{"a": "WARNING"}, "run a |", "SUCCESS(a SUCCESS)"},
		{"both allowed", f(leaf("a", allowFail, allowWarn)), script{"a": "FAILED"}, "run a |", "SUCCESS(a SUCCESS)"},
		{"runIf", f(leaf("a", runIf), leaf("b", runIf)), script{"if b": "false"}, "runIf a run a runIf b |", "SUCCESS(a SUCCESS, b SKIPPED)"},
		{"runIf that fails", f(leaf("a", runIf), leaf("b")), script{"if a": "fail"}, "runIf a |", "FAILED(a FAILED)"},
		{"runIf that fails, allowed", f(leaf("a", runIf, allowFail), leaf("b")), script{"if a": "fail"}, "runIf a run b |", "WARNING(a WARNING, b SUCCESS)"},
		{"concurrency", limited(f(leaf("a")), flow.QueueExecution), nil, "run a | |", "SUCCESS(a SUCCESS)"},
		{"concurrency, without a task", limited(f(), flow.QueueExecution), nil, "|", "SUCCESS"},
		{"queued", limited(outputs(f(leaf("a"))), flow.QueueExecution), script{"place": "none"}, "| run a | outputs |", "SUCCESS(a SUCCESS)"},
		{"failed for want of a place", limited(errors(finally(outputs(f(leaf("a"))), leaf("z")), leaf("e")), flow.FailExecution), script{"place": "none"}, "|", "FAILED"},
		{"cancelled for want of a place", limited(finally(f(leaf("a")), leaf("z")), flow.CancelExecution), script{"place": "none"}, "|", "CANCELLED"},

		{"outputs", outputs(f(leaf("a"))), nil, "run a outputs |", "SUCCESS(a SUCCESS)"},
		{"outputs of a failure", outputs(f(leaf("a"))), script{"a": "FAILED"}, "run a outputs |", "FAILED(a FAILED)"},
		{"outputs that fail", outputs(f(leaf("a"))), script{"outputs": "fail"}, "run a outputs |", "FAILED(a SUCCESS)"},
		{"a task that waits", f(leaf("a"), leaf("b")), script{"a": "wait"}, "run a | run a | run b |", "SUCCESS(a SUCCESS, b SUCCESS)"},

		{"a child", f(child("s"), leaf("b")), nil, "call s | run b | |", "SUCCESS(s SUCCESS, b SUCCESS)"},
		{"a child that nobody waits for", f(child("s"), leaf("b")), script{"s": "alone"}, "call s run b | |", "SUCCESS(s SUCCESS, b SUCCESS)"},
		{"children at once", f(par("p", 0, child("s"), child("t"), leaf("b"))), script{"t": "FAILED"}, "call s call t run b | | | |", "FAILED(p FAILED(s SUCCESS, t FAILED, b SUCCESS))"},
		{"a child that is killed", finally(errors(f(par("p", 0, child("s"), leaf("b", impure)), leaf("c")), leaf("e")), leaf("z")), script{"s": "KILLED"}, "call s run b | | | |", "KILLED(p KILLED(s KILLED, b SUCCESS))"},
		{"exit beside a child", f(par("p", 0, child("s"), leaf("b", impure))), script{"b": "exit SUCCESS"}, "call s run b | | kill the execution of s |", "SUCCESS(p SUCCESS(s KILLED, b SUCCESS))"},
		{"children are tried again", retried(f(child("s"), seq("t", child("u"))), 2), script{"s": "FAILED then SUCCESS", "u": "fail"}, "call s | | call s | | call u | | call u | |", "FAILED(s SUCCESS, t FAILED(u FAILED))"},

		{"retry", f(leaf("a", retry(3)), leaf("b")), script{"a": "FAILED then FAILED then SUCCESS"}, "run a | run a | | run a | run b |", "SUCCESS(a SUCCESS, b SUCCESS)"},
		{"retry in vain", errors(f(leaf("a", retry(2)), leaf("b")), leaf("e")), script{"a": "FAILED"}, "run a | run a | run e |", "FAILED(a FAILED, e SUCCESS)"},
		{"retry in vain, allowed", f(leaf("a", retry(2), allowFail), leaf("b")), script{"a": "FAILED"}, "run a | run a | run b |", "WARNING(a WARNING, b SUCCESS)"},
		{"retry with a warning", f(leaf("a", warned(2)), leaf("b", warned(2))), script{"a": "FAILED then SUCCESS"}, "run a | run a | run b |", "WARNING(a WARNING, b SUCCESS)"},
		{"retry of a warning", f(leaf("a", retry(2))), script{"a": "WARNING"}, "run a |", "WARNING(a WARNING)"},
		{"retry asks runIf again", f(leaf("a", retry(2), runIf)), script{"a": "FAILED then SUCCESS"}, "runIf a run a | runIf a | run a |", "SUCCESS(a SUCCESS)"},
		{"retry of no runIf", f(leaf("a", retry(2), runIf)), script{"if a": "fail"}, "runIf a |", "FAILED(a FAILED)"},
		{"retry of the flow", retried(f(leaf("a"), seq("s", leaf("b"))), 2), script{"a": "FAILED then SUCCESS", "b": "FAILED then SUCCESS"}, "run a | run a | run b | run b | |", "SUCCESS(a SUCCESS, s SUCCESS(b SUCCESS))"},
		{"retry of a flowable is for its tasks", retried(f(with(seq("s", leaf("a"), seq("t", leaf("b", retry(1)))), warned(2))), 9), script{"a": "FAILED then SUCCESS", "b": "FAILED"}, "run a | run a | run b |", "FAILED(s FAILED(a SUCCESS, t FAILED(b FAILED)))"},
		{"retry of an attempt that waited", f(leaf("a", retry(2))), script{"a": "wait"}, "run a | run a | |", "SUCCESS(a SUCCESS)"},
		{"exit beside a retry", f(par("p", 0, leaf("a", retry(9)), leaf("b"))), script{"a": "FAILED", "b": "exit SUCCESS"}, "run a run b | |", "SUCCESS(p SUCCESS(a KILLED, b SUCCESS))"},

		{"errors after a failure", errors(f(leaf("a"), leaf("b")), leaf("e"), leaf("e2")), script{"a": "FAILED"}, "run a run e run e2 |", "FAILED(a FAILED, e SUCCESS, e2 SUCCESS)"},
		{"no errors without one", errors(f(leaf("a")), leaf("e")), script{"a": "WARNING"}, "run a |", "WARNING(a WARNING)"},
		{"errors that fail go on", errors(f(leaf("a")), leaf("e"), leaf("e2")), script{"a": "FAILED", "e": "FAILED"}, "run a run e run e2 |", "FAILED(a FAILED, e FAILED, e2 SUCCESS)"},
		{"finally after success", finally(f(leaf("a")), leaf("z")), nil, "run a run z |", "SUCCESS(a SUCCESS, z SUCCESS)"},
		{"finally after errors", finally(errors(f(leaf("a")), leaf("e")), leaf("z")), script{"a": "FAILED", "e": "FAILED"}, "run a run e run z |", "FAILED(a FAILED, e FAILED, z SUCCESS)"},
		{"a failure in finally does not matter", finally(f(leaf("a")), leaf("z"), leaf("z2")), script{"z": "FAILED"}, "run a run z run z2 |", "SUCCESS(a SUCCESS, z FAILED, z2 SUCCESS)"},

		{"sequence", f(seq("s", leaf("a"), leaf("b")), leaf("c")), nil, "run a run b run c |", "SUCCESS(s SUCCESS(a SUCCESS, b SUCCESS), c SUCCESS)"},
		{"sequence that fails, three deep", f(seq("s", seq("t", leaf("a"), leaf("b")), leaf("c")), leaf("d")), script{"a": "FAILED"}, "run a |", "FAILED(s FAILED(t FAILED(a FAILED)))"},
		{"sequence that may fail", f(with(seq("s", leaf("a"), leaf("b")), allowFail), leaf("c")), script{"a": "FAILED"}, "run a run c |", "WARNING(s WARNING(a FAILED), c SUCCESS)"},
		{"sequence of nothing", f(seq("s"), seq("t", leaf("a", disabled)), leaf("c")), nil, "run c |", "SUCCESS(s SUCCESS, t SUCCESS, c SUCCESS)"},
		{"sequence that is skipped", f(with(seq("s", leaf("a")), runIf), leaf("c")), script{"if s": "false"}, "runIf s run c |", "SUCCESS(s SKIPPED, c SUCCESS)"},
		{"empty sequence with runIf", f(with(seq("s"), runIf), leaf("c")), nil, "runIf s run c |", "SUCCESS(s SUCCESS, c SUCCESS)"},
		{"sequence with errors and finally", f(flowable("s", flow.ShapeSequence, 0, lists{list(leaf("e")), list(leaf("z"))}, list(leaf("a"), leaf("b"))), leaf("c")), script{"a": "FAILED"}, "run a run e run z |", "FAILED(s FAILED(a FAILED, e SUCCESS, z SUCCESS))"},

		{"parallel", f(par("p", 0, leaf("a"), leaf("b"), leaf("c")), leaf("d")), nil, "run a run b run c run d |", "SUCCESS(p SUCCESS(a SUCCESS, b SUCCESS, c SUCCESS), d SUCCESS)"},
		{"parallel, two at once", f(par("p", 2, leaf("a"), leaf("b"), leaf("c"))), nil, "run a run b run c |", "SUCCESS(p SUCCESS(a SUCCESS, b SUCCESS, c SUCCESS))"},
		{"parallel that fails lets the others end", f(par("p", 0, leaf("a"), seq("s", leaf("b"), leaf("c"))), leaf("d")), script{"a": "FAILED"}, "run a run b run c |", "FAILED(p FAILED(a FAILED, s SUCCESS(b SUCCESS, c SUCCESS)))"},
		{"and begins no other", f(par("p", 1, leaf("a"), leaf("b"))), script{"a": "FAILED"}, "run a |", "FAILED(p FAILED(a FAILED))"},
		{"parallel of nothing", f(par("p", 0, seq("s"), seq("t")), leaf("d")), nil, "run d |", "SUCCESS(p SUCCESS(s SUCCESS, t SUCCESS), d SUCCESS)"},
		{"parallel with errors in a row", f(flowable("p", flow.ShapeParallel, 0, lists{list(leaf("e"), leaf("e2")), nil}, list(leaf("a"), leaf("b")))), script{"b": "FAILED"}, "run a run b run e run e2 |", "FAILED(p FAILED(a SUCCESS, b FAILED, e SUCCESS, e2 SUCCESS))"},

		{"choice", f(choice("i", list(leaf("a")), list(leaf("b"))), leaf("c")), script{"i": "1"}, "choose i run b run c |", "SUCCESS(i SUCCESS(b SUCCESS), c SUCCESS)"},
		{"choice of none", f(choice("i", list(leaf("a"))), leaf("c")), script{"i": "none"}, "choose i run c |", "SUCCESS(i SUCCESS, c SUCCESS)"},
		{"choice that fails", f(flowable("i", flow.ShapeChoice, 0, lists{list(leaf("e")), list(leaf("z"))}, list(leaf("a"))), leaf("c")), script{"i": "fail"}, "choose i |", "FAILED(i FAILED)"},
		{"choice that may fail", f(with(choice("i", list(leaf("a"))), allowFail), leaf("c")), script{"i": "fail"}, "choose i run c |", "WARNING(i WARNING, c SUCCESS)"},
		{"choice of a list that fails", f(flowable("i", flow.ShapeChoice, 0, lists{list(leaf("e")), list(leaf("z"))}, list(leaf("a"), leaf("b")))), script{"a": "FAILED"}, "choose i run a run e run z |", "FAILED(i FAILED(a FAILED, e SUCCESS, z SUCCESS))"},
		{"choice of a case that does not exist", f(choice("i", list(leaf("a")))), script{"i": "7"}, "choose i |", "SUCCESS(i SUCCESS)"},

		{"each", f(each("l", 1, leaf("a"), leaf("b")), leaf("c")), script{"l": "1 2"}, "values l run a=1 run b=1 run a=2 run b=2 run c |", "SUCCESS(l SUCCESS(a=1 SUCCESS, b=1 SUCCESS, a=2 SUCCESS, b=2 SUCCESS), c SUCCESS)"},
		{"each, all at once", f(each("l", 0, leaf("a"), leaf("b")), leaf("c")), script{"l": "1 2 3"}, "values l run a=1 run a=2 run a=3 run b=1 run b=2 run b=3 run c |", "SUCCESS(l SUCCESS(a=1 SUCCESS, a=2 SUCCESS, a=3 SUCCESS, b=1 SUCCESS, b=2 SUCCESS, b=3 SUCCESS), c SUCCESS)"},
		{"each, two at once", f(each("l", 2, leaf("a"))), script{"l": "1 2 3"}, "values l run a=1 run a=2 run a=3 |", "SUCCESS(l SUCCESS(a=1 SUCCESS, a=2 SUCCESS, a=3 SUCCESS))"},
		{"each of nothing", f(each("l", 1, leaf("a")), leaf("c")), nil, "values l run c |", "SUCCESS(l SUCCESS, c SUCCESS)"},
		{"each without a task", f(each("l", 1, leaf("a", disabled)), leaf("c")), script{"l": "1 2"}, "values l run c |", "SUCCESS(l SUCCESS, c SUCCESS)"},
		{"each of values that fail", f(flowable("l", flow.ShapeEach, 1, lists{list(leaf("e")), list(leaf("z"))}, list(leaf("a"))), leaf("c")), script{"l": "fail"}, "values l |", "FAILED(l FAILED)"},
		{"each that fails in a round", f(flowable("l", flow.ShapeEach, 1, lists{list(leaf("e")), list(leaf("z"))}, list(leaf("a"), leaf("b"))), leaf("c")), script{"l": "1 2 3", "a=2": "FAILED"}, "values l run a=1 run b=1 run a=2 run e run z |", "FAILED(l FAILED(a=1 SUCCESS, b=1 SUCCESS, a=2 FAILED, e SUCCESS, z SUCCESS))"},
		{"each that fails beside other rounds", f(each("l", 0, leaf("a"), leaf("b"))), script{"l": "1 2", "a=1": "FAILED"}, "values l run a=1 run a=2 |", "FAILED(l FAILED(a=1 FAILED, a=2 SUCCESS))"},
		{"each of flowables that are empty", f(each("l", 1, seq("s"), seq("t"))), script{"l": "1 2"}, "values l |", "SUCCESS(l SUCCESS(s=1 SUCCESS, t=1 SUCCESS, s=2 SUCCESS, t=2 SUCCESS))"},
		{"each in an each", f(each("l", 1, each("m", 0, leaf("a")), leaf("b"))), script{"l": "1 2", "m": "x y"}, "values l values m run a=x run a=y run b=1 values m run a=x run a=y run b=2 |", "SUCCESS(l SUCCESS(m=1 SUCCESS(a=x SUCCESS, a=y SUCCESS), b=1 SUCCESS, m=2 SUCCESS(a=x SUCCESS, a=y SUCCESS), b=2 SUCCESS))"},
		{"each with a flowable inside", f(each("l", 1, seq("s", leaf("a"), leaf("b")), leaf("c"))), script{"l": "1 2"}, "values l run a run b run c=1 run a run b run c=2 |", "SUCCESS(l SUCCESS(s=1 SUCCESS(a SUCCESS, b SUCCESS), c=1 SUCCESS, s=2 SUCCESS(a SUCCESS, b SUCCESS), c=2 SUCCESS))"},
		{"each, tasks apart", f(apart("l", 0, leaf("a"), leaf("b"))), script{"l": "1 2", "a=1": "FAILED"}, "values l run a=1 run b=1 run a=2 run b=2 |", "FAILED(l FAILED(a=1 FAILED, b=1 SUCCESS, a=2 SUCCESS, b=2 SUCCESS))"},
		{"each, tasks apart, three at once", f(apart("l", 3, leaf("a"), leaf("b"))), script{"l": "1 2"}, "values l run a=1 run b=1 run a=2 run b=2 |", "SUCCESS(l SUCCESS(a=1 SUCCESS, b=1 SUCCESS, a=2 SUCCESS, b=2 SUCCESS))"},
		{"each, no tasks apart", f(apart("l", 0)), script{"l": "1 2"}, "values l |", "SUCCESS(l SUCCESS)"},
		{"each with retries", f(each("l", 0, leaf("a", retry(2)))), script{"l": "1 2", "a=1": "FAILED", "a=2": "SUCCESS"}, "values l run a=1 run a=2 | run a=1 | |", "FAILED(l FAILED(a=1 FAILED, a=2 SUCCESS))"},

		{"dag", f(dag("d", 0, [][]int{{1, 2}, {3}, {3}, nil}, leaf("e"), leaf("b"), leaf("c"), leaf("a")), leaf("f")), nil, "run a run b run c run e run f |", "SUCCESS(d SUCCESS(a SUCCESS, b SUCCESS, c SUCCESS, e SUCCESS), f SUCCESS)"},
		{"dag, one at once", f(dag("d", 1, [][]int{nil, nil, {0}}, leaf("a"), leaf("b"), leaf("c"))), nil, "run a run b run c |", "SUCCESS(d SUCCESS(a SUCCESS, b SUCCESS, c SUCCESS))"},
		{"dag that fails", f(dag("d", 0, [][]int{nil, {0}, nil, {2}}, leaf("a"), leaf("b"), leaf("c"), leaf("e")), leaf("f")), script{"a": "FAILED"}, "run a run c |", "FAILED(d FAILED(a FAILED, c SUCCESS))"},
		{"dag with a disabled task", f(dag("d", 0, [][]int{nil, {0}}, leaf("a", disabled), leaf("b"))), nil, "run b |", "SUCCESS(d SUCCESS(b SUCCESS))"},
		{"dag after a skipped task", f(dag("d", 0, [][]int{nil, {0}}, leaf("a", runIf), leaf("b"))), script{"if a": "false"}, "runIf a run b |", "SUCCESS(d SUCCESS(a SKIPPED, b SUCCESS))"},
		{"dag of empty flowables", f(dag("d", 0, [][]int{{1}, nil}, seq("s"), seq("t"))), nil, "|", "SUCCESS(d SUCCESS(t SUCCESS, s SUCCESS))"},
		{"forgiving", f(forgiving("w", leaf("a"), leaf("b")), leaf("c")), script{"a": "FAILED"}, "run a run c |", "WARNING(w WARNING(a FAILED), c SUCCESS)"},
		{"forgiving, warnings allowed", f(with(forgiving("w", leaf("a")), allowWarn)), script{"a": "FAILED"}, "run a |", "WARNING(w WARNING(a FAILED))"},

		{"exit", f(leaf("a"), leaf("b")), script{"a": "exit WARNING"}, "run a |", "WARNING(a WARNING)"},
		{"exit beside others", f(par("p", 0, leaf("a"), leaf("b", impure), seq("s", leaf("c")))), script{"a": "exit FAILED"}, "run a run b run c | cancel c cancel b |", "FAILED(p FAILED(a FAILED, b KILLED, s KILLED(c KILLED)))"},
		{"exit where failures and warnings are allowed", f(forgiving("w", with(leaf("a"), allowFail, allowWarn)), leaf("b")), script{"a": "exit FAILED"}, "run a |", "FAILED(w FAILED(a FAILED))"},
		{"exit from a loop", f(each("l", 1, leaf("a"), leaf("b"))), script{"l": "x y", "a=x": "exit CANCELLED"}, "values l run a=x |", "CANCELLED(l CANCELLED(a=x CANCELLED))"},
		{"exit of a task that may be tried again", f(leaf("a", retry(9))), script{"a": "exit FAILED"}, "run a |", "FAILED(a FAILED)"},
		{"exit and outputs", outputs(f(leaf("a"), leaf("b"))), script{"a": "exit SUCCESS"}, "run a outputs |", "SUCCESS(a SUCCESS)"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			a := newActor(t, test.flow, test.script).run()
			if got := strings.Join(a.trace, " "); got != test.trace {
				t.Errorf("it went\n%s\nwant\n%s", got, test.trace)
			}
			if got := a.tree(); got != test.tree {
				t.Errorf("it ended as\n%s\nwant\n%s", got, test.tree)
			}
		})
	}
}

// TestHistories checks which statuses an attempt, a task run and the execution went through, where these differ.
func TestHistories(t *testing.T) {
	f := newFlow(leaf("a", allowFail))
	f.Outputs = []*flow.Output{{ID: "o"}}
	a := newActor(t, f, map[string]string{"a": "FAILED", "outputs": "fail"}).run()
	r := &a.state.Runs[0]
	for _, test := range []struct {
		name string
		got  History
		want string
	}{
		{"the attempt failed", r.Attempts[0].History, "CREATED RUNNING FAILED"},
		{"the task run may", r.History, "CREATED RUNNING WARNING"},
		{"the outputs failed after the tasks had ended", a.state.History, "CREATED RUNNING WARNING FAILED"},
	} {
		if got := words(test.got); got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
}

// TestStaleEvents tells an execution events that do not fit any more: they change nothing.
func TestStaleEvents(t *testing.T) {
	a := newActor(t, newFlow(leaf("a"), leaf("b"), choice("i", list(leaf("c")))), nil)
	var told []Event
	stale := func() {
		t.Helper()
		before := a.tree()
		for _, e := range told {
			if r := a.tell(e); !r.Stale || len(r.Effects) > 0 || r.Barrier {
				t.Errorf("%v %+v is taken: %+v", e.Kind, e, r)
			}
		}
		for _, e := range []Event{
			{Kind: TaskEnded, Run: 99, Status: Success},
			{Kind: TaskEnded, Run: RootRow, Status: Success},
			{Kind: TaskEnded, Run: 0, Attempt: 7, Status: Success},
			{Kind: Woke, Run: 0},
			{Kind: Evaluated, Run: 99},
		} {
			if r := a.tell(e); !r.Stale {
				t.Errorf("%+v is taken", e)
			}
		}
		if c := a.state.Changes(); a.tree() != before || c.Head != nil || c.Rows != nil {
			t.Errorf("stale events changed %s to %s: %+v", before, a.tree(), c)
		}
	}
	tell := func(e Event) {
		a.tell(e)
		a.state.Changes()
		told = append(told, e)
		stale()
	}
	tell(Event{Kind: Started, Run: RootRow})
	for len(a.pending) > 0 {
		e := a.event(a.pending[0])
		a.pending = a.pending[1:]
		tell(e)
	}
	if got := a.tree(); got != "SUCCESS(a SUCCESS, b SUCCESS, i SUCCESS(c SUCCESS))" {
		t.Error(got)
	}
}

// TestCancelledTaskEndsLate checks that the end of a task that was cancelled is ignored.
func TestCancelledTaskEndsLate(t *testing.T) {
	a := newActor(t, newFlow(par("p", 0, leaf("a"), leaf("b"))), map[string]string{"a": "exit KILLED"})
	a.tell(Event{Kind: Started, Run: RootRow})
	a.answer(0)
	if r := a.tell(Event{Kind: TaskEnded, Run: 2, Status: Success}); !r.Stale || a.tree() != "KILLED(p KILLED(a KILLED, b KILLED))" {
		t.Errorf("%+v: %s", r, a.tree())
	}
}

// TestAttemptsOfFlowables checks that the attempt of a flowable ends as its run does, and that of a task as it ended itself.
func TestAttemptsOfFlowables(t *testing.T) {
	a := newActor(t, newFlow(with(seq("s", leaf("a", allowFail)), allowWarn), with(choice("c", list(leaf("b"))), allowFail)), map[string]string{"a": "FAILED", "c": "fail"}).run()
	var got []string
	for i := range a.state.Runs {
		r := &a.state.Runs[i]
		got = append(got, r.TaskID+" "+string(r.Status())+" "+string(r.Attempts[0].History.Current()))
	}
	want := []string{"s SUCCESS SUCCESS", "a WARNING FAILED", "c WARNING WARNING"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestTasksChangeTheExecution checks labels and variables that a task gives.
func TestTasksChangeTheExecution(t *testing.T) {
	a := newActor(t, newFlow(leaf("a"), leaf("b")), nil)
	a.state.Labels = []flow.Label{{Key: "k", Value: "1"}, {Key: "l", Value: "2"}}
	before := a.state.Labels
	a.tell(Event{Kind: Started, Run: RootRow})
	a.tell(Event{
		Kind: TaskEnded, Run: 0, Status: Success, Labels: []flow.Label{{Key: "k", Value: "3"}, {Key: "m", Value: "4"}},
		Variables: Datum{JSON: []byte(`{"v":1}`)},
	})
	if diff := cmp.Diff([]flow.Label{{Key: "k", Value: "3"}, {Key: "l", Value: "2"}, {Key: "m", Value: "4"}}, a.state.Labels); diff != "" {
		t.Errorf("labels (-want +got):\n%s", diff)
	}
	if before[0].Value != "1" {
		t.Error("labels were changed in place")
	}
	if string(a.state.Variables.JSON) != `{"v":1}` {
		t.Errorf("variables %s", a.state.Variables.JSON)
	}
}

func TestWrongPlan(t *testing.T) {
	a := newActor(t, newFlow(leaf("a")), nil)
	for name, change := range map[string]func(*State){
		"another core":     func(s *State) { s.Core++ },
		"another revision": func(s *State) { s.Revision++ },
		"another flow":     func(s *State) { s.FlowID = "g" },
	} {
		s := a.state.Share()
		change(s)
		if err := Step(a.plan, s, Event{Kind: Started, Run: RootRow}, new(Result)); err == nil {
			t.Errorf("%s: no error", name)
		}
		if _, err := Pending(a.plan, s); err == nil {
			t.Errorf("%s: no error of Pending", name)
		}
	}
	if err := Step(a.plan, a.state, Event{}, new(Result)); err == nil {
		t.Error("an event of no kind is taken")
	}
}

// TestManyLabels checks that labels take no more work each the more of them there are.
func TestManyLabels(t *testing.T) {
	var more []flow.Label
	for i := range 10_000 {
		more = append(more, flow.Label{Key: fmt.Sprint(i % 5000), Value: fmt.Sprint(i)})
	}
	labels := []flow.Label{{Key: "first", Value: "x"}, {Key: "4999", Value: "y"}}
	all := withLabels(labels, more)
	if len(all) != 5001 || all[0] != labels[0] || all[1] != (flow.Label{Key: "4999", Value: "9999"}) || all[2] != (flow.Label{Key: "0", Value: "5000"}) || labels[1].Value != "y" {
		t.Errorf("%d labels, the first are %v, those before are %v", len(all), all[:3], labels)
	}
	if n := testing.AllocsPerRun(1, func() { withLabels(labels, more) }); n > 1000 {
		t.Errorf("%v pieces of memory are taken", n)
	}
}
