package execution

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// forest draws random flows, and scripts for what their tasks come to.
type forest struct {
	rt     *rapid.T
	script map[string]string
	count  int
}

func (f *forest) tasks(depth, least int) []*flow.Component {
	var tasks []*flow.Component
	for range rapid.IntRange(least, 3).Draw(f.rt, "tasks") {
		tasks = append(tasks, f.task(depth))
	}
	return tasks
}

func (f *forest) task(depth int) *flow.Component {
	f.count++
	id := fmt.Sprint("t", f.count)
	var c *flow.Component
	kind := 0
	if depth > 0 {
		kind = rapid.IntRange(0, 11).Draw(f.rt, "kind")
	}
	switch kind {
	case 3:
		c = f.flowable(id, flow.ShapeSequence, depth, 1)
		if rapid.Bool().Draw(f.rt, "shared") {
			shared(c)
		}
		for _, effect := range []string{"prepare ", "collect "} {
			f.script[effect+id] = rapid.SampledFrom([]string{"", "", "fail"}).Draw(f.rt, effect)
		}
	case 4:
		c = f.flowable(id, flow.ShapeParallel, depth, 1)
	case 5:
		c = f.flowable(id, flow.ShapeChoice, depth, rapid.IntRange(1, 3).Draw(f.rt, "cases"))
		f.script[id] = rapid.SampledFrom([]string{"0", "1", "none", "fail"}).Draw(f.rt, "choice")
	case 6:
		c = f.flowable(id, flow.ShapeEach, depth, 1)
		f.script[id] = rapid.SampledFrom([]string{"", "x", "x y", "x y z", "fail"}).Draw(f.rt, "values")
	case 7:
		tasks := f.tasks(depth-1, 0)
		after := make([][]int, len(tasks))
		for i := range after {
			for j := range i { // tasks come after earlier ones, so there is no circle
				if rapid.Bool().Draw(f.rt, "after") {
					after[i] = append(after[i], j)
				}
			}
		}
		c = dag(id, rapid.IntRange(0, 2).Draw(f.rt, "limit"), after, tasks...)
	case 9:
		var beside []*flow.Component
		if rapid.Bool().Draw(f.rt, "beside") {
			beside = list(f.task(0))
		}
		lapse := rapid.SampledFrom([]Status{Success, Warning, Failed, Cancelled}).Draw(f.rt, "lapse")
		c = pause(id, lapse, beside, f.tasks(depth-1, 0))
		f.script[id] = rapid.SampledFrom([]string{"", "time", "fail"}).Draw(f.rt, "pause")
	case 10:
		c = f.flowable(id, flow.ShapeUntil, depth, 1)
		f.script[id] = rapid.SampledFrom([]string{"1", "2", "3", "4", "fail"}).Draw(f.rt, "rounds")
	case 11:
		c = children(id, rapid.IntRange(1, 4).Draw(f.rt, "at once"))
		if rapid.Bool().Draw(f.rt, "careless") {
			careless(c)
		}
		f.script["recall "+id] = rapid.SampledFrom([]string{"", "", "new", "SUCCESS", "WARNING", "fail"}).Draw(f.rt, "recall")
		f.script["again "+id] = rapid.SampledFrom([]string{"", "SUCCESS", "FAILED WARNING"}).Draw(f.rt, "again")
		f.script[id] = rapid.SampledFrom([]string{"0", "1 SUCCESS", "5 SUCCESS", "5 SUCCESS FAILED", "4 WARNING CANCELLED", "3 KILLED SUCCESS", "7 alone", "fail", "6 SUCCESS later"}).Draw(f.rt, "ends")
	case 8:
		c = child(id)
		if rapid.Bool().Draw(f.rt, "careless") {
			careless(c)
		}
		f.script[id] = rapid.SampledFrom([]string{"SUCCESS", "SUCCESS", "WARNING", "FAILED", "KILLED", "CANCELLED", "alone", "fail", "FAILED then SUCCESS"}).Draw(f.rt, "end")
		f.script["recall "+id] = rapid.SampledFrom([]string{"", "new", "SUCCESS", "WARNING", "fail"}).Draw(f.rt, "recall")
	default:
		c = leaf(id)
		f.script[id] = rapid.SampledFrom([]string{"SUCCESS", "SUCCESS", "SUCCESS", "WARNING", "FAILED", "wait", "FAILED then SUCCESS", "exit WARNING", "exit FAILED", "exit CANCELLED"}).Draw(f.rt, "end")
		if rapid.Bool().Draw(f.rt, "impure") {
			impure(c)
		}
	}
	for _, change := range []func(*flow.Component){runIf, allowFail, allowWarn, disabled, retry(1), retry(2), anew(1), anew(2), warned(3), timeout, anyTimeout} {
		if rapid.IntRange(0, 5).Draw(f.rt, "change") == 0 {
			change(c)
		}
	}
	f.script["timeout "+id] = rapid.SampledFrom([]string{"", "", "fail"}).Draw(f.rt, "timeout")
	f.script["if "+id] = rapid.SampledFrom([]string{"true", "true", "false", "fail"}).Draw(f.rt, "runIf")
	return c
}

func (f *forest) flowable(id string, shape flow.Shape, depth, cases int) *flow.Component {
	var main [][]*flow.Component
	for range cases {
		main = append(main, f.tasks(depth-1, 0))
	}
	var l lists
	if rapid.IntRange(0, 2).Draw(f.rt, "lists") == 0 {
		l = lists{f.tasks(depth-1, 0), f.tasks(depth-1, 0)}
	}
	return flowable(id, shape, rapid.IntRange(0, 2).Draw(f.rt, "limit"), l, main...)
}

// drawActor draws a flow and the actor of an execution of it.
func drawActor(rt *rapid.T) *actor {
	f := &forest{rt: rt, script: map[string]string{}}
	fl := newFlow(f.tasks(3, 0)...)
	if rapid.Bool().Draw(rt, "lists of the flow") {
		fl.Errors, fl.Finally = f.tasks(1, 0), f.tasks(1, 0)
	}
	for i := range rapid.IntRange(0, 2).Draw(rt, "slas") {
		fl.SLAs = append(fl.SLAs, &flow.SLA{
			Kind:     rapid.SampledFrom([]flow.SLAKind{flow.MaxDuration, flow.ExecutionAssertion}).Draw(rt, "kind of sla"),
			Duration: 1000 * time.Hour, // after all other times
			Behavior: rapid.SampledFrom([]flow.SLABehavior{flow.FailBySLA, flow.CancelBySLA, flow.NoneBySLA}).Draw(rt, "behavior of sla"),
			Labels:   []flow.Label{{Key: fmt.Sprint("sla", i), Value: "broken"}},
		})
		f.script["assert"] = fmt.Sprint(i, " after ", rapid.IntRange(0, 5).Draw(rt, "broken after"))
	}
	if rapid.Bool().Draw(rt, "afterExecution") {
		fl.AfterExecution = f.tasks(2, 0)
	}
	if rapid.Bool().Draw(rt, "retry of the flow") {
		fl.Retry = &flow.Retry{Kind: flow.Random, MinInterval: 1, MaxInterval: 1000, MaxAttempts: 2, Whole: rapid.Bool().Draw(rt, "whole")}
	}
	if rapid.Bool().Draw(rt, "concurrency") {
		fl.Concurrency = &flow.Concurrency{Limit: 1, Behavior: rapid.SampledFrom([]flow.ConcurrencyBehavior{flow.QueueExecution, flow.QueueExecution, flow.FailExecution}).Draw(rt, "behavior")}
		f.script["place"] = rapid.SampledFrom([]string{"", "none"}).Draw(rt, "place")
	}
	if rapid.Bool().Draw(rt, "outputs") {
		fl.Outputs = []*flow.Output{{ID: "o"}}
		f.script["outputs"] = rapid.SampledFrom([]string{"", "fail"}).Draw(rt, "outputs")
	}
	f.script["place again"] = rapid.SampledFrom([]string{"", "none"}).Draw(rt, "place again")
	a := newActor(nil, fl, f.script)
	var tasks []string
	for range rapid.IntRange(0, 3).Draw(rt, "breakpoints") {
		tasks = append(tasks, fmt.Sprint("t", rapid.IntRange(1, f.count+1).Draw(rt, "before"), rapid.SampledFrom([]string{"", "", ".x"}).Draw(rt, "value")))
	}
	a.state.Breakpoints = ParseBreakpoints(strings.Join(tasks, ","))
	if rapid.Bool().Draw(rt, "stops again") {
		a.stops = a.state.Breakpoints
	}
	a.restarts = rapid.IntRange(0, 2).Draw(rt, "restarts")
	if rapid.IntRange(0, 3).Draw(rt, "kill") == 0 {
		a.killAfter = rapid.IntRange(1, 9).Draw(rt, "kill after")
	}
	return a
}

// goOnInAnyOrder answers pending effects, and tells times that are waited for, in a random order until there are none, or until
// after, which gets the result of each step, returns false.
func (a *actor) goOnInAnyOrder(rt *rapid.T, after func(Result) bool) {
	for {
		a.dropKilled()
		outside := a.outside()
		if a.patient && len(outside) > 0 {
			outside = outside[:1]
			if len(a.pending) > 0 {
				outside = nil
			}
		}
		if a.killAfter--; a.killAfter == 0 && !a.state.Status().Terminated() {
			if r := a.tell(Event{Kind: Kill, Run: RootRow}); r.Stale || a.state.Status() != Killed || !after(r) {
				return
			}
			continue
		}
		n := len(a.pending) + len(outside)
		if a.restarts > 0 && a.state.Restartable() == nil && (n == 0 || !a.patient && rapid.Bool().Draw(rt, "restart")) {
			if r := a.restart(); r.Stale || !after(r) {
				return
			}
			continue
		}
		if n == 0 {
			return
		}
		i := rapid.IntRange(0, n-1).Draw(rt, "next")
		var r Result
		if i < len(a.pending) {
			r = a.answer(i)
		} else {
			r = a.tell(outside[i-len(a.pending)])
		}
		if r.Stale {
			rt.Fatalf("an answer does not fit: %s", a.tree())
		}
		if !after(r) {
			return
		}
	}
}

// outcomes returns the part of an execution that does not depend on the order of answers: ids, statuses and outputs of its
// task runs.
func outcomes(s *State) []string {
	lines := []string{string(s.Status()) + " " + string(s.Outputs.JSON)}
	for i := range s.Runs {
		r := &s.Runs[i]
		lines = append(lines, fmt.Sprint(r.TaskID, " ", r.ID, " ", r.Status(), " ", len(r.Attempts), " ", resumedOn.ReplaceAllString(string(r.Outputs.JSON), "")))
	}
	slices.Sort(lines[1:])
	return lines
}

// resumedOn is when a Pause went on: the process that cut an execution took some time.
var resumedOn = regexp.MustCompile(`"on":"[^"]*",`)

var ignoreMarks = cmpopts.IgnoreUnexported(State{}, Run{})

// TestEveryStateHasAnExit checks that every execution ends, whatever its flow and the order of answers, and that none of its
// task runs and attempts is left open then.
func TestEveryStateHasAnExit(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		a := drawActor(rt)
		a.t = t
		a.begin()
		var last History // from when it has its last status
		a.goOnInAnyOrder(rt, func(r Result) bool {
			if diff := cmp.Diff(last, a.state.History); last != nil && diff != "" && a.state.Status() != Restarted {
				rt.Fatalf("the history has changed after its end (-before +after):\n%s", diff)
			}
			if last = nil; a.state.Status().Terminated() {
				last = a.state.History
			}
			for i := range a.state.Runs {
				checkSeveral(rt, a.plan, &a.state.Runs[i])
			}
			if !a.state.Over() && len(a.pending) == 0 && len(a.outside()) == 0 {
				rt.Fatalf("nothing is pending, and it has not ended: %s", a.tree())
			}
			return true
		})
		if !a.state.Over() {
			rt.Fatalf("it has not ended: %s", a.tree())
		}
		if retried := a.state.Status() == Retried; len(a.again) > 1 || retried != (len(a.again) == 1) {
			rt.Fatalf("%s is tried %d times more", a.state.Status(), len(a.again))
		}
		for i := range a.state.Runs {
			r := &a.state.Runs[i]
			if r.Free() {
				continue
			}
			if !r.Status().Terminated() || r.Wait != WaitNone || r.Progress.Open != 0 {
				rt.Fatalf("task run %s has not ended: %+v", r.TaskID, r)
			}
			for _, attempt := range r.Attempts {
				if !attempt.History.Current().Terminated() {
					rt.Fatalf("an attempt of %s has not ended: %+v", r.TaskID, r)
				}
			}
		}
	})
}

// checkSeveral checks that a Children has no more executions under way than it may, and has counted every one that has begun.
func checkSeveral(rt *rapid.T, p *Plan, r *Run) {
	v := r.Several
	if v == nil {
		return
	}
	begun := int32(len(v.Open))
	for _, c := range v.Ended {
		begun += c.N
	}
	if begun != v.Next || v.Next > v.Total || len(v.Open) > int(p.nodes[r.Node].Limit) {
		rt.Fatalf("%s: %+v", r.TaskID, v)
	}
	if status := r.Status(); (status == Success || status == Skipped) && !r.Free() && (v.Next < v.Total || len(v.Open) > 0) && !p.nodes[r.Node].Task.AllowFailure {
		rt.Fatalf("%s is %s with executions left: %+v", r.TaskID, status, v)
	}
}

// TestChangesAreTheState applies the changes of every barrier to a copy of the accepted state, through JSON: the copy equals
// the state that Step left. After the last barrier nothing has changed.
func TestChangesAreTheState(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		a := drawActor(rt)
		a.t = t
		kept := a.state.Share()
		commit := func(r Result) bool {
			if !r.Barrier {
				return true
			}
			text, err := json.Marshal(a.state.Changes())
			if err != nil {
				rt.Fatal(err)
			}
			var c Changes
			if err := json.Unmarshal(text, &c); err != nil {
				rt.Fatal(err)
			}
			Apply(kept, c)
			Apply(kept, c) // twice does no harm
			if diff := cmp.Diff(a.state, kept, ignoreMarks); diff != "" {
				rt.Fatalf("(-state +kept):\n%s", diff)
			}
			return true
		}
		commit(a.begin())
		a.goOnInAnyOrder(rt, commit)
		if c := a.state.Changes(); c.Head != nil || len(c.Rows) > 0 {
			rt.Fatalf("the end is no barrier: %+v", c)
		}
	})
}

// TestGoOnAfterACut cuts an execution at any commit, loads what was kept, and goes on with what is pending: statuses, ids and
// outputs are those of the execution that was not cut.
func TestGoOnAfterACut(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		a := drawActor(rt)
		a.t = t
		a.patient, a.killAfter = true, 0
		began, restarts := a.clock, a.restarts
		first := a.state.Share()
		kept := a.state.Share()
		cut := rapid.IntRange(0, 6).Draw(rt, "cut")
		commits := 0
		commit := func(r Result) bool {
			if r.Barrier {
				if commits == cut {
					return false // the process ends before this one
				}
				commits++
				Apply(kept, a.state.Changes())
			}
			return true
		}
		if commit(a.begin()) {
			a.goOnInAnyOrder(rt, commit)
		}

		whole := &actor{t: t, plan: a.plan, state: first, script: a.script, clock: began, stops: a.stops, restarts: restarts}
		whole.run()
		again := &actor{t: t, plan: a.plan, state: loaded(rt, kept), script: a.script, clock: a.clock, stops: a.stops, restarts: restarts - int(kept.Restarts)}
		var err error
		if again.pending, err = Pending(again.plan, again.state); err != nil {
			rt.Fatal(err)
		}
		again.goOn()
		if a.parallel() { // the order of answers decides which tasks a failure keeps from beginning
			return
		}
		if diff := cmp.Diff(outcomes(whole.state), outcomes(again.state)); diff != "" {
			rt.Fatalf("cut at commit %d of %s (-whole +cut):\n%s", cut, strings.Join(a.trace, " "), diff)
		}
	})
}

// parallel says whether a task of the flow can have several tasks under way.
func (a *actor) parallel() bool {
	return slices.ContainsFunc(a.plan.nodes, func(n Node) bool {
		several := n.Shape == flow.ShapeParallel || n.Shape == flow.ShapeDag || n.Shape == flow.ShapeEach
		return several && n.Limit != 1
	})
}

// loaded returns a state as a store gives it back.
func loaded(rt *rapid.T, s *State) *State {
	text, err := json.Marshal(s)
	if err != nil {
		rt.Fatal(err)
	}
	c := new(State)
	if err := json.Unmarshal(text, c); err != nil {
		rt.Fatal(err)
	}
	c.Version = s.Version
	if diff := cmp.Diff(s, c, ignoreMarks, cmpopts.EquateEmpty()); diff != "" {
		rt.Fatalf("through JSON (-want +got):\n%s", diff)
	}
	return c
}

// TestPendingIsWhatIsUnderWay checks at every step that the effects of the state are those that were asked for and not
// answered, with the same clocks and seeds.
func TestPendingIsWhatIsUnderWay(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		a := drawActor(rt)
		a.t = t
		same := func(Result) bool {
			pending, err := Pending(a.plan, loaded(rt, a.state))
			if err != nil {
				rt.Fatal(err)
			}
			byRow := func(x, y Effect) int { return int(x.Run) - int(y.Run) }
			a.dropKilled()
			want := slices.SortedFunc(slices.Values(a.pending), byRow)
			slices.SortFunc(pending, byRow)
			if diff := cmp.Diff(want, pending, cmpopts.EquateEmpty()); diff != "" {
				rt.Fatalf("(-asked for +pending):\n%s", diff)
			}
			return true
		}
		a.pending = []Effect{{Kind: Begin, Run: RootRow}}
		same(Result{})
		a.goOnInAnyOrder(rt, same)
	})
}
