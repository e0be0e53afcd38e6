package execution

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// TestRestart lets executions that have ended go on: what runs again, and how they end then.
func TestRestart(t *testing.T) {
	f := func(tasks ...*flow.Component) *flow.Flow { return newFlow(tasks...) }
	with2 := func(f *flow.Flow, errors, finally, after []*flow.Component) *flow.Flow {
		f.Errors, f.Finally, f.AfterExecution = errors, finally, after
		return f
	}
	limited := func(f *flow.Flow, behavior flow.ConcurrencyBehavior) *flow.Flow {
		f.Concurrency = &flow.Concurrency{Limit: 1, Behavior: behavior}
		return f
	}
	const once = "FAILED then SUCCESS"
	type script = map[string]string
	for _, tt := range []struct {
		name   string
		flow   *flow.Flow
		script script
		before string // the tree when it has ended first
		waits  string // the tree when it is to go on
		trace  string // of what follows
		after  string // the tree when it has ended again
	}{
		{"a task", f(leaf("a"), leaf("b"), leaf("c")), script{"b": once}, "FAILED(a SUCCESS, b FAILED)", "RESTARTED(a SUCCESS, b RESTARTED)", "| run b run c |", "SUCCESS(a SUCCESS, b SUCCESS, c SUCCESS)"},
		{"one that is not pure", f(leaf("a", impure)), script{"a": once}, "FAILED(a FAILED)", "RESTARTED(a RESTARTED)", "| run a | |", "SUCCESS(a SUCCESS)"},
		{"one that fails again", f(leaf("a"), leaf("b")), script{"a": "FAILED"}, "FAILED(a FAILED)", "RESTARTED(a RESTARTED)", "| run a |", "FAILED(a FAILED)"},
		{"one with a retry that has no try left", f(leaf("a", retry(2))), script{"a": "FAILED then FAILED then SUCCESS"}, "FAILED(a FAILED)", "RESTARTED(a RESTARTED attempt 2)", "| run a |", "SUCCESS(a SUCCESS)"},
		{"runIf is asked again", f(leaf("a", runIf)), script{"if a": "fail"}, "FAILED(a FAILED)", "RESTARTED(a RESTARTED)", "| runIf a |", "FAILED(a FAILED)"},
		{
			"errors, finally and afterExecution", with2(f(leaf("a"), leaf("b")), list(leaf("e")), list(leaf("z")), list(leaf("x"))),
			script{"a": once},
			"FAILED(a FAILED, e SUCCESS, z SUCCESS, x SUCCESS)", "RESTARTED(a RESTARTED)", "| run a run b run z run x | |", "SUCCESS(a SUCCESS, b SUCCESS, z SUCCESS, x SUCCESS)",
		},
		{"only finally has failed", with2(f(leaf("a")), nil, list(leaf("z")), nil), script{"z": "FAILED"}, "SUCCESS(a SUCCESS, z FAILED)", "RESTARTED(a SUCCESS)", "| run z |", "SUCCESS(a SUCCESS, z FAILED)"},
		{"a sequence", f(seq("s", leaf("a"), leaf("b")), leaf("c")), script{"a": once}, "FAILED(s FAILED(a FAILED))", "RESTARTED(s RUNNING(a RESTARTED))", "| run a run b run c |", "SUCCESS(s SUCCESS(a SUCCESS, b SUCCESS), c SUCCESS)"},
		{
			"its errors", f(flowable("s", flow.ShapeSequence, 0, lists{list(leaf("e")), list(leaf("z"))}, list(leaf("a")))),
			script{"a": once},
			"FAILED(s FAILED(a FAILED, e SUCCESS, z SUCCESS))", "RESTARTED(s RUNNING(a RESTARTED))", "| run a run z |", "SUCCESS(s SUCCESS(a SUCCESS, z SUCCESS))",
		},
		{"an allowed failure too", f(seq("s", leaf("a")), leaf("b")), script{"a": once, "b": once}, "FAILED(s FAILED(a FAILED))", "RESTARTED(s RUNNING(a RESTARTED))", "| run a run b |", "FAILED(s SUCCESS(a SUCCESS), b FAILED)"},
		{
			"a parallel", f(par("p", 1, leaf("a"), leaf("b"), leaf("c"))),
			script{"b": once},
			"FAILED(p FAILED(a SUCCESS, b FAILED))", "RESTARTED(p RUNNING(a SUCCESS, b RESTARTED))", "| run b run c |",
			"SUCCESS(p SUCCESS(a SUCCESS, b SUCCESS, c SUCCESS))",
		},
		{"a choice", f(choice("c", list(leaf("a")), list(leaf("b")))), script{"c": "1", "b": once}, "FAILED(c FAILED(b FAILED))", "RESTARTED(c RUNNING(b RESTARTED))", "| run b |", "SUCCESS(c SUCCESS(b SUCCESS))"},
		{"a choice that could not choose", f(choice("c", list(leaf("a")))), script{"c": "fail"}, "FAILED(c FAILED)", "RESTARTED(c RESTARTED)", "| choose c |", "FAILED(c FAILED)"},
		{
			"an each", f(each("l", 1, leaf("a"), leaf("b"))),
			script{"l": "x y", "a": once, "a=x": "SUCCESS"},
			"FAILED(l FAILED(a=x SUCCESS, b=x SUCCESS, a=y FAILED))",
			"RESTARTED(l RUNNING(a=x SUCCESS, b=x SUCCESS, a=y RESTARTED))", "| run a=y run b=y |", "SUCCESS(l SUCCESS(a=x SUCCESS, b=x SUCCESS, a=y SUCCESS, b=y SUCCESS))",
		},
		{
			"a round that a failure of another kept from going on", f(each("l", 2, leaf("a"), leaf("b"))),
			script{"l": "x y", "a": once, "a=y": "SUCCESS"},
			"FAILED(l FAILED(a=x FAILED, a=y SUCCESS))",
			"RESTARTED(l RUNNING(a=x RESTARTED, a=y SUCCESS))", "| run a=x run b=y run b=x |", "SUCCESS(l SUCCESS(a=x SUCCESS, a=y SUCCESS, b=y SUCCESS, b=x SUCCESS))",
		},
		{
			"a dag", f(dag("d", 0, [][]int{{}, {0}, {}, {2}}, leaf("a"), leaf("b"), leaf("c"), leaf("e"))),
			script{"a": once},
			"FAILED(d FAILED(a FAILED, c SUCCESS))",
			"RESTARTED(d RUNNING(a RESTARTED, c SUCCESS))", "| run a run e run b |", "SUCCESS(d SUCCESS(a SUCCESS, c SUCCESS, e SUCCESS, b SUCCESS))",
		},
		{"an until", f(until("u", leaf("a"), leaf("b"))), script{"u": "1", "b": once}, "FAILED(u FAILED(a SUCCESS, b FAILED))", "RESTARTED(u RUNNING(a SUCCESS, b RESTARTED))", "| run b until u |", "SUCCESS(u SUCCESS(a SUCCESS, b SUCCESS))"},
		{"an until whose condition fails", f(until("u", leaf("a"))), script{"u": "fail"}, "FAILED(u FAILED(a SUCCESS))", "RESTARTED(u RUNNING(a SUCCESS))", "| until u |", "FAILED(u FAILED(a SUCCESS))"},
		{"after a pause", f(pause("p", Success, nil, list(leaf("a")))), script{"a": once}, "FAILED(p FAILED(a FAILED))", "RESTARTED(p RUNNING(a RESTARTED))", "| run a |", "SUCCESS(p SUCCESS(a SUCCESS))"},
		{"a pause that has failed", f(pause("p", Failed, list(leaf("o")), list(leaf("a")))), script{"p": "time"}, "FAILED(p FAILED(o SUCCESS))", "RESTARTED(p RESTARTED)", "| pause p run o | | |", "FAILED(p FAILED(o SUCCESS))"},
		{
			"tasks that share a directory", f(with(seq("s", leaf("a"), leaf("b")), shared)),
			script{"b": once},
			"FAILED(s FAILED(a SUCCESS, b FAILED))", "RESTARTED(s RESTARTED)", "| prepare s run a run b collect s |",
			"FAILED(s FAILED(a SUCCESS, b FAILED))",
		},
		{"an execution of a child", f(child("s")), script{"s": "FAILED", "s after": "SUCCESS"}, "FAILED(s FAILED)", "RESTARTED(s RESTARTED)", "| recall s | |", "SUCCESS(s SUCCESS)"},
		{"one that cannot go on", f(child("s")), script{"s": once, "recall s": "new"}, "FAILED(s FAILED)", "RESTARTED(s RESTARTED)", "| recall s call s | | |", "SUCCESS(s SUCCESS)"},
		{"one that has gone on by itself", f(child("s"), leaf("a")), script{"s": once, "recall s": "SUCCESS"}, "FAILED(s FAILED)", "RESTARTED(s RESTARTED)", "| recall s run a | |", "SUCCESS(s SUCCESS, a SUCCESS)"},
		{"one whose time is over", f(child("s", anyTimeout)), script{"s": "FAILED"}, "FAILED(s FAILED)", "RESTARTED(s RESTARTED)", "| timeout s recall s | kill the execution of s |", "FAILED(s FAILED)"},
		{"executions that fail again", f(children("s", 2)), script{"s": "2 FAILED"}, "FAILED(s FAILED)", "RESTARTED(s RESTARTED)", "| recall s | | |", "FAILED(s FAILED)"},
		{"those that have failed", f(children("s", 2)), script{"s": "7 SUCCESS FAILED", "again s": "SUCCESS"}, "FAILED(s FAILED)", "RESTARTED(s RESTARTED)", "| recall s recall s | | recall s | | | |", "SUCCESS(s SUCCESS)"},
		{"others in their places", f(children("s", 2)), script{"s": "2 FAILED", "recall s": "new", "again s": "SUCCESS"}, "FAILED(s FAILED)", "RESTARTED(s RESTARTED)", "| recall s | | |", "SUCCESS(s SUCCESS)"},
		{"those that had not begun", f(children("s", 2)), script{"s": "6 SUCCESS later", "recall s": "new", "again s": "SUCCESS"}, "FAILED(s FAILED)", "RESTARTED(s RESTARTED)", "| recall s | recall s | | recall s | | recall s | | recall s | | | |", "SUCCESS(s SUCCESS)"},
		{"executions whose time is over", f(children("s", 2, anyTimeout)), script{"s": "2 FAILED", "again s": "SUCCESS"}, "FAILED(s FAILED)", "RESTARTED(s RESTARTED)", "| timeout s recall s | kill the execution of s kill the execution of s |", "FAILED(s FAILED)"},
		{"executions that have ended well by now", f(children("s", 2), leaf("a")), script{"s": "2 FAILED", "recall s": "SUCCESS"}, "FAILED(s FAILED)", "RESTARTED(s RESTARTED)", "| recall s run a | |", "SUCCESS(s SUCCESS, a SUCCESS)"},
		{"executions that nobody can look at", f(children("s", 2)), script{"s": "2 FAILED", "recall s": "fail"}, "FAILED(s FAILED)", "RESTARTED(s RESTARTED)", "| recall s |", "FAILED(s FAILED)"},
		{"executions that could not be counted", f(children("s", 2)), script{"s": "fail"}, "FAILED(s FAILED)", "RESTARTED(s RESTARTED)", "| call s |", "FAILED(s FAILED)"},
		{
			"exit", f(par("p", 0, leaf("w"), leaf("a")), leaf("b")),
			script{"w": "wait", "a": "exit FAILED"},
			"FAILED(p FAILED(w KILLED, a FAILED))", "RESTARTED(p RUNNING(w RESTARTED, a RESTARTED))",
			"| run w run a | |", "FAILED(p FAILED(w KILLED, a FAILED))",
		},
		{"a place", limited(f(leaf("a")), flow.QueueExecution), script{"a": once, "place again": "none"}, "FAILED(a FAILED)", "RESTARTED place(a RESTARTED)", "| | run a | |", "SUCCESS(a SUCCESS)"},
		{"no place", limited(f(seq("s", leaf("a"))), flow.CancelExecution), script{"a": once, "place again": "none"}, "FAILED(s FAILED(a FAILED))", "RESTARTED place(s RUNNING(a RESTARTED))", "| |", "CANCELLED(s KILLED(a KILLED))"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := newActor(t, tt.flow, tt.script).run()
			if diff := cmp.Diff(tt.before, a.tree()); diff != "" {
				t.Errorf("before (-want +got):\n%s", diff)
			}
			a.trace = nil
			if r := a.restart(); r.Stale {
				t.Fatal("it does not go on")
			}
			if diff := cmp.Diff(tt.waits, a.tree()); diff != "" {
				t.Errorf("when it is to go on (-want +got):\n%s", diff)
			}
			if status, ok := tt.script["s after"]; ok {
				a.script["s"] = status
			}
			a.goOn()
			if diff := cmp.Diff(tt.trace, strings.Join(a.trace, " ")); diff != "" {
				t.Errorf("trace (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.after, a.tree()); diff != "" {
				t.Errorf("after (-want +got):\n%s", diff)
			}
		})
	}
}

// TestRestartedHistories checks what is seen of an execution that has gone on, and of its task runs and attempts.
func TestRestartedHistories(t *testing.T) {
	f := newFlow(seq("s", leaf("a")))
	f.Errors = list(leaf("e"))
	a := newActor(t, f, map[string]string{"a": "FAILED then FAILED then SUCCESS"})
	a.state.Labels = []flow.Label{{Key: "team", Value: "x"}}
	a.restarts = 2
	a.run()
	if got, want := words(a.state.History), "CREATED RUNNING FAILED RESTARTED RUNNING FAILED RESTARTED RUNNING SUCCESS"; got != want {
		t.Errorf("the execution went through %s, want %s", got, want)
	}
	s, leaf := &a.state.Runs[0], &a.state.Runs[1]
	if got, want := words(leaf.History), "CREATED RUNNING FAILED RESTARTED RUNNING FAILED RESTARTED RUNNING SUCCESS"; got != want || len(leaf.Attempts) != 3 {
		t.Errorf("a went through %s with %d attempts, want %s", got, len(leaf.Attempts), want)
	}
	for _, h := range []History{s.History, s.Attempts[0].History} {
		if got, want := words(h), "CREATED RUNNING FAILED RUNNING FAILED RUNNING SUCCESS"; got != want {
			t.Errorf("s went through %s, want %s", got, want)
		}
	}
	want := []flow.Label{{Key: "team", Value: "x"}, {Key: "system.restarted", Value: "true"}}
	if diff := cmp.Diff(want, a.state.Labels); diff != "" {
		t.Errorf("labels (-want +got):\n%s", diff)
	}
	if a.state.Restarts != 2 {
		t.Errorf("it went on %d times", a.state.Restarts)
	}
}

// TestRunsAfterARestartAreOthers checks that what runs again in place of a task run that went is another one: what a task has done
// outside is known by its id.
func TestRunsAfterARestartAreOthers(t *testing.T) {
	f := newFlow(leaf("a"))
	f.Errors = list(leaf("e"))
	a := newActor(t, f, map[string]string{"a": "FAILED"}).run()
	first := a.state.Runs[a.row("e")].ID
	a.restart()
	a.goOn()
	if second := a.state.Runs[a.row("e")].ID; second == first {
		t.Errorf("both runs of errors have the id %s", first)
	}
}

// TestRestartIsKeptApart checks that the state that a store has shares nothing that a restart changes.
func TestRestartIsKeptApart(t *testing.T) {
	a := newActor(t, newFlow(seq("s", leaf("a"), dag("d", 0, [][]int{{}, {0}}, leaf("b"), leaf("c")))), map[string]string{"b": "FAILED then SUCCESS"}).run()
	kept := a.state.Share()
	before := loadedText(t, kept)
	a.restart()
	a.goOn()
	if diff := cmp.Diff(before, loadedText(t, kept)); diff != "" {
		t.Errorf("(-before +after):\n%s", diff)
	}
}

func loadedText(t *testing.T, s *State) string {
	t.Helper()
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestRestartRefused lists what does not go on.
func TestRestartRefused(t *testing.T) {
	killed := newActor(t, newFlow(leaf("a")), nil)
	killed.begin()
	killed.tell(Event{Kind: Kill, Run: RootRow})
	running := newActor(t, newFlow(leaf("a")), nil)
	running.begin()
	after := newFlow(leaf("a"))
	after.AfterExecution = list(leaf("x"))
	closing := newActor(t, after, map[string]string{"a": "FAILED"})
	closing.begin()
	closing.answer(0)
	exits := newActor(t, newFlow(par("p", 0, leaf("a"), leaf("b"))), map[string]string{"a": "exit WARNING"})
	for _, tt := range []struct {
		name string
		a    *actor
		want error
	}{
		{"killed", killed, ErrNotRestartable},
		{"under way", running, ErrNotRestartable},
		{"in afterExecution", closing, ErrNotRestartable},
		{"nothing has failed", newActor(t, newFlow(leaf("a")), nil).run(), ErrNothingToRestart},
		{"ended on purpose", exits.run(), ErrNothingToRestart},
		{"tried again as another one", newActor(t, newFlow(leaf("a", anew(2))), map[string]string{"a": "FAILED"}).run(), ErrNothingToRestart},
	} {
		if err := tt.a.state.Restartable(); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
		before := tt.a.tree()
		if r := tt.a.restart(); !r.Stale || tt.a.tree() != before {
			t.Errorf("%s: it goes on: %s", tt.name, tt.a.tree())
		}
	}
}

// TestRestartOfPaused resumes all that is paused.
func TestRestartOfPaused(t *testing.T) {
	a := newActor(t, newFlow(par("p", 0, pause("x", Success, nil, list(leaf("a"))), until("u", leaf("b")))), map[string]string{"u": "9"})
	a.begin()
	for len(a.pending) > 0 {
		a.answer(0)
	}
	if got := a.tree(); got != "PAUSED(p RUNNING(x PAUSED resume, u PAUSED round(b SUCCESS)))" {
		t.Fatal(got)
	}
	a.restart()
	if got := a.tree(); got != "RUNNING(p RUNNING(x RUNNING(a RUNNING), u RUNNING(b RUNNING)))" {
		t.Errorf("it goes on as %s", got)
	}
	if got := words(a.state.History); got != "CREATED RUNNING PAUSED RESTARTED RUNNING" {
		t.Errorf("it went through %s", got)
	}
}
