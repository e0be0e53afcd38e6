package execution

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// stopped returns the event that lets the execution go on from a breakpoint.
func (a *actor) stopped() []Event {
	if a.state.Status() != AtBreakpoint {
		return nil
	}
	return []Event{{Kind: PassOn, Run: RootRow, Breakpoints: a.stops}}
}

// TestBreakpoints stops executions before task runs, and lets them go on: first with the next breakpoints, and then without.
func TestBreakpoints(t *testing.T) {
	f := func(tasks ...*flow.Component) *flow.Flow { return newFlow(tasks...) }
	with2 := func(f *flow.Flow, errors, after []*flow.Component) *flow.Flow {
		f.Errors, f.AfterExecution = errors, after
		return f
	}
	type script = map[string]string
	for _, tt := range []struct {
		name     string
		flow     *flow.Flow
		script   script
		at, next string   // breakpoints, and the next ones
		stops    []string // the trees when it has stopped
		after    string   // when it has ended
	}{
		{"before a task", f(leaf("a"), leaf("b"), leaf("c")), nil, "b", "", []string{"BREAKPOINT(a SUCCESS, b BREAKPOINT break)"}, "SUCCESS(a SUCCESS, b SUCCESS, c SUCCESS)"},
		{"before the first", f(leaf("a")), nil, "a", "", []string{"BREAKPOINT(a BREAKPOINT break)"}, "SUCCESS(a SUCCESS)"},
		{"none is there", f(leaf("a")), nil, "b,a.x", "", nil, "SUCCESS(a SUCCESS)"},
		{"the next one", f(leaf("a"), leaf("b"), leaf("c")), nil, "a", "c", []string{"BREAKPOINT(a BREAKPOINT break)", "BREAKPOINT(a SUCCESS, b SUCCESS, c BREAKPOINT break)"}, "SUCCESS(a SUCCESS, b SUCCESS, c SUCCESS)"},
		{"the same one is behind it", f(leaf("a"), leaf("b")), nil, "a", "a", []string{"BREAKPOINT(a BREAKPOINT break)"}, "SUCCESS(a SUCCESS, b SUCCESS)"},
		{"before runIf", f(leaf("a", runIf)), script{"if a": "false"}, "a", "", []string{"BREAKPOINT(a BREAKPOINT break)"}, "SUCCESS(a SKIPPED)"},
		{"before a flowable", f(seq("s", leaf("a")), leaf("b")), nil, "s", "", []string{"BREAKPOINT(s BREAKPOINT break)"}, "SUCCESS(s SUCCESS(a SUCCESS), b SUCCESS)"},
		{"in a flowable", f(seq("s", leaf("a"), leaf("b"))), nil, "b", "", []string{"BREAKPOINT(s RUNNING(a SUCCESS, b BREAKPOINT break))"}, "SUCCESS(s SUCCESS(a SUCCESS, b SUCCESS))"},
		{"what runs beside it ends", f(par("p", 0, leaf("a"), leaf("b"), leaf("c")), leaf("d")), nil, "b", "", []string{"BREAKPOINT(p RUNNING(a SUCCESS, b BREAKPOINT break, c CREATED break))"}, "SUCCESS(p SUCCESS(a SUCCESS, b SUCCESS, c SUCCESS), d SUCCESS)"},
		{"nothing begins beside it", f(par("p", 0, seq("s", leaf("a"), leaf("c")), leaf("b"))), nil, "b", "", []string{"BREAKPOINT(p RUNNING(s RUNNING(a SUCCESS, c CREATED break), b BREAKPOINT break))"}, "SUCCESS(p SUCCESS(s SUCCESS(a SUCCESS, c SUCCESS), b SUCCESS))"},
		{"two at once", f(par("p", 0, leaf("a"), leaf("b"))), nil, "a,b", "", []string{"BREAKPOINT(p RUNNING(a BREAKPOINT break, b BREAKPOINT break))"}, "SUCCESS(p SUCCESS(a SUCCESS, b SUCCESS))"},
		{"for any value", f(each("l", 1, leaf("a"))), script{"l": "x y"}, "a", "", []string{"BREAKPOINT(l RUNNING(a=x BREAKPOINT break))"}, "SUCCESS(l SUCCESS(a=x SUCCESS, a=y SUCCESS))"},
		{"for one value", f(each("l", 1, leaf("a"))), script{"l": "x y.z"}, "a.y.z", "", []string{"BREAKPOINT(l RUNNING(a=x SUCCESS, a=y.z BREAKPOINT break))"}, "SUCCESS(l SUCCESS(a=x SUCCESS, a=y.z SUCCESS))"},
		{"another attempt", f(leaf("a", retry(2))), script{"a": "FAILED then SUCCESS"}, "a", "a", []string{"BREAKPOINT(a BREAKPOINT break)", "BREAKPOINT(a BREAKPOINT break)"}, "SUCCESS(a SUCCESS)"},
		{"in errors", with2(f(leaf("a")), list(leaf("e")), nil), script{"a": "FAILED"}, "e", "", []string{"BREAKPOINT(a FAILED, e BREAKPOINT break)"}, "FAILED(a FAILED, e SUCCESS)"},
		{"not after the execution", with2(f(leaf("a")), nil, list(leaf("x"))), nil, "x", "", nil, "SUCCESS(a SUCCESS, x SUCCESS)"},
		{"before a pause", f(pause("p", Success, nil, nil)), nil, "p", "", []string{"BREAKPOINT(p BREAKPOINT break)"}, "SUCCESS(p SUCCESS)"},
		{"before an execution", f(child("s")), nil, "s", "", []string{"BREAKPOINT(s BREAKPOINT break)"}, "SUCCESS(s SUCCESS)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := newActor(t, tt.flow, tt.script)
			a.state.Breakpoints, a.stops = ParseBreakpoints(tt.at), ParseBreakpoints(tt.next)
			last := a.begin()
			var stops []string
			for {
				a.dropKilled()
				switch stopped := a.stopped(); {
				case len(a.pending) > 0:
					last = a.answer(0)
				case len(stopped) > 0:
					if !last.Barrier {
						t.Errorf("what led to %s is not kept", a.tree())
					}
					stops = append(stops, a.tree())
					last = a.tell(stopped[0])
					a.stops = nil
				case len(a.outside()) > 0:
					last = a.tell(a.outside()[0])
				default:
					if diff := cmp.Diff(tt.stops, stops); diff != "" {
						t.Errorf("stops (-want +got):\n%s", diff)
					}
					if diff := cmp.Diff(tt.after, a.tree()); diff != "" {
						t.Errorf("after (-want +got):\n%s", diff)
					}
					return
				}
			}
		})
	}
}

// TestBreakpointHistories checks what is seen of an execution that has stopped, that it can be killed there, and that it goes on but once.
func TestBreakpointHistories(t *testing.T) {
	a := newActor(t, newFlow(leaf("a")), nil)
	a.state.Breakpoints = ParseBreakpoints("a")
	if r := a.begin(); !r.Stopped || !r.Barrier {
		t.Errorf("it has not come to a breakpoint: %+v", r)
	}
	kill := loaded(nil, a.state)
	if err := a.state.Restartable(); err == nil {
		t.Error("it can be restarted at a breakpoint")
	}
	a.tell(a.stopped()[0])
	if r := a.tell(Event{Kind: PassOn, Run: RootRow}); !r.Stale {
		t.Error("it goes on twice")
	}
	a.goOn()
	if got, want := words(a.state.History), "CREATED RUNNING BREAKPOINT RUNNING SUCCESS"; got != want || a.state.Breakpoints != nil {
		t.Errorf("the execution went through %s, want %s, with %v", got, want, a.state.Breakpoints)
	}
	if got, want := words(a.state.Runs[0].History), "CREATED BREAKPOINT CREATED RUNNING SUCCESS"; got != want {
		t.Errorf("a went through %s, want %s", got, want)
	}
	a.state = kill
	a.tell(Event{Kind: Kill, Run: RootRow})
	if got, want := a.tree(), "KILLED(a KILLED)"; got != want {
		t.Errorf("killed: %s, want %s", got, want)
	}
}

// TestBreakpointAfterARestart stops an execution that goes on after its end, and lets the execution of a child go on afterwards.
func TestBreakpointAfterARestart(t *testing.T) {
	a := newActor(t, newFlow(child("s")), map[string]string{"s": "FAILED"}).run()
	a.state.Breakpoints = ParseBreakpoints("s")
	a.trace = nil
	a.restart()
	a.answer(0)
	if got, want := a.tree(), "BREAKPOINT(s BREAKPOINT break)"; got != want {
		t.Fatalf("%s, want %s", got, want)
	}
	a.script["s"] = "SUCCESS"
	a.goOn()
	if got, want := strings.Join(a.trace, " "), "| | recall s | | |"; got != want || a.tree() != "SUCCESS(s SUCCESS)" {
		t.Errorf("%s: %s, want %s", a.tree(), got, want)
	}
}

// TestParseBreakpoints reads breakpoints.
func TestParseBreakpoints(t *testing.T) {
	x, empty := "x.y", ""
	for text, want := range map[string][]Breakpoint{
		"":            nil,
		"a":           {{ID: "a"}},
		"a,b.x.y,c.,": {{ID: "a"}, {ID: "b", Value: &x}, {ID: "c", Value: &empty}},
		".x":          {{ID: ".x"}},
	} {
		if diff := cmp.Diff(want, ParseBreakpoints(text)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
}
