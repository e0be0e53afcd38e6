package execution

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
)

// The tasks of plans in tests.

func leaf(id string, change ...func(*flow.Component)) *flow.Component {
	return task(id, flow.Spec{Pure: true}, change)
}

func impure(c *flow.Component)    { spec := *c.Spec; spec.Pure = false; c.Spec = &spec }
func allowFail(c *flow.Component) { c.AllowFailure = true }
func allowWarn(c *flow.Component) { c.AllowWarning = true }
func disabled(c *flow.Component)  { c.Disabled = true }

// retry lets a task be tried so many times, or the tasks inside of a flowable.
func retry(attempts int) func(*flow.Component) {
	return func(c *flow.Component) {
		c.Retry = &flow.Retry{Kind: flow.Constant, Interval: time.Minute, MaxAttempts: attempts}
	}
}

// anew lets the execution be tried so many times when a task fails.
func anew(tries int) func(*flow.Component) {
	return func(c *flow.Component) {
		retry(tries)(c)
		c.Retry.Whole = true
	}
}

// timeout lets a task take a minute and a half; that it is over comes when a test tells it.
func timeout(c *flow.Component) { c.Timeout = &flow.Timeout{Duration: 90 * time.Second} }

// anyTimeout is a timeout that an expression says.
func anyTimeout(c *flow.Component) { c.Timeout = &flow.Timeout{Expression: expression("{{ x }}")} }

// warned is retry of a task that ends with WARNING when it succeeds at last.
func warned(attempts int) func(*flow.Component) {
	return func(c *flow.Component) {
		retry(attempts)(c)
		c.Retry.Warning = true
	}
}

// runIf gives a task a runIf. The script says what it evaluates to.
func runIf(c *flow.Component) {
	c.RunIf = expression("{{ x }}")
}

func expression(text string) *pebble.Template {
	t, err := pebble.New(pebble.Options{}).Compile(text)
	if err != nil {
		panic(err)
	}
	return t
}

func task(id string, spec flow.Spec, change []func(*flow.Component)) *flow.Component {
	c := &flow.Component{ID: id, Spec: &spec}
	for _, f := range change {
		f(c)
	}
	return c
}

// lists are `errors` and `finally` of a flowable.
type lists struct{ errors, finally []*flow.Component }

func flowable(id string, shape flow.Shape, limit int, l lists, main ...[]*flow.Component) *flow.Component {
	return task(id, flow.Spec{Shape: shape, Branches: func(*flow.Component) flow.Branches {
		return flow.Branches{Main: main, Errors: l.errors, Finally: l.finally, Limit: limit}
	}}, nil)
}

func seq(id string, tasks ...*flow.Component) *flow.Component {
	return flowable(id, flow.ShapeSequence, 0, lists{}, tasks)
}

func par(id string, limit int, tasks ...*flow.Component) *flow.Component {
	return flowable(id, flow.ShapeParallel, limit, lists{}, tasks)
}

// pause is a Pause of a task beside it and tasks that follow, which ends with a status when its time is over.
func pause(id string, lapse Status, beside, tasks []*flow.Component, change ...func(*flow.Component)) *flow.Component {
	return task(id, flow.Spec{Shape: flow.ShapePause, Branches: func(*flow.Component) flow.Branches {
		return flow.Branches{Main: [][]*flow.Component{tasks}, Beside: beside, Lapse: lapse}
	}}, change)
}

func until(id string, tasks ...*flow.Component) *flow.Component {
	return flowable(id, flow.ShapeUntil, 0, lists{}, tasks)
}

func choice(id string, cases ...[]*flow.Component) *flow.Component {
	return flowable(id, flow.ShapeChoice, 0, lists{}, cases...)
}

func each(id string, limit int, tasks ...*flow.Component) *flow.Component {
	return flowable(id, flow.ShapeEach, limit, lists{}, tasks)
}

// apart is an each whose tasks for one value run beside each other.
func apart(id string, limit int, tasks ...*flow.Component) *flow.Component {
	return task(id, flow.Spec{Shape: flow.ShapeEach, Branches: func(*flow.Component) flow.Branches {
		return flow.Branches{Main: [][]*flow.Component{tasks}, Limit: limit, Apart: true}
	}}, nil)
}

// dag is a flowable of tasks, each after those whose places stand beside it.
func dag(id string, limit int, after [][]int, tasks ...*flow.Component) *flow.Component {
	return task(id, flow.Spec{Shape: flow.ShapeDag, Branches: func(*flow.Component) flow.Branches {
		return flow.Branches{Main: [][]*flow.Component{tasks}, Limit: limit, After: after}
	}}, nil)
}

// child is a task whose attempts are executions of their own.
func child(id string, change ...func(*flow.Component)) *flow.Component {
	return task(id, flow.Spec{Shape: flow.ShapeChild, Branches: func(*flow.Component) flow.Branches {
		return flow.Branches{Transmit: true}
	}}, change)
}

// careless lets a child, or children, end well whatever their executions end with.
func careless(c *flow.Component) {
	branches := c.Spec.Branches(c)
	branches.Transmit = false
	c.Spec.Branches = func(*flow.Component) flow.Branches { return branches }
}

// forgiving is a sequence whose failures are warnings.
func forgiving(id string, tasks ...*flow.Component) *flow.Component {
	return task(id, flow.Spec{Shape: flow.ShapeSequence, Branches: func(*flow.Component) flow.Branches {
		return flow.Branches{Main: [][]*flow.Component{tasks}, Forgive: true}
	}}, nil)
}

// shared lets the tasks of a sequence share a directory.
func shared(c *flow.Component) {
	branches, spec := c.Spec.Branches, *c.Spec
	spec.Branches = func(c *flow.Component) flow.Branches {
		b := branches(c)
		b.Shared = true
		return b
	}
	c.Spec = &spec
}

func list(tasks ...*flow.Component) []*flow.Component { return tasks }

// with changes a component.
func with(c *flow.Component, change ...func(*flow.Component)) *flow.Component {
	for _, f := range change {
		f(c)
	}
	return c
}

func newFlow(tasks ...*flow.Component) *flow.Flow {
	return &flow.Flow{Namespace: "company.team", ID: "f", Tasks: tasks}
}

// actor drives an execution by a script, which says by the ids of tasks how an attempt ends and what a runIf or a choice
// evaluates to.
type actor struct {
	t         testing.TB
	plan      *Plan
	state     *State
	script    map[string]string // by task, perhaps with a value as in a=x: a status, "wait" or "exit STATUS", or those of its attempts with "then" between; by "if TASK": true, false or fail; by "timeout TASK", "prepare TASK" and "collect TASK": fail; of a Choice: the number of a case, none or fail; of an Each: its values, or fail; of a Pause: time if it has one, or fail; of an Until: up to which count it goes, or fail; of a Child: with what its execution ends, alone if it is not waited for, or fail; of a Children: how many there are and with what they end in turn, alone if they are not waited for, fail, or later if the second time that some are asked for fails; by "place" and "place again": none if none is free at first; by "recall TASK": with what the execution of a Child has ended by now, new if another one is to be started, or fail; of a Children likewise, of each, and by "again TASK": with what those end that go on
	clock     time.Time
	pending   []Effect
	again     []Effect     // the next try
	patient   bool         // times come only when nothing is pending, as in run
	killAfter int          // after how many events it is killed; 0: never
	stops     []Breakpoint // the next ones, when it goes on from one
	restarts  int          // how often it is still to go on after it has ended
	trace     []string
}

func newActor(t testing.TB, f *flow.Flow, script map[string]string) *actor {
	p := NewPlan(f, 1)
	a := &actor{t: t, plan: p, script: script, clock: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	a.state = New(p, a.clock, nil, Trigger{ID: "hook"})
	return a
}

// tell steps by one event.
func (a *actor) tell(e Event) Result {
	a.t.Helper()
	if a.clock = a.clock.Add(time.Millisecond); e.At.After(a.clock) { // a time that is waited for
		a.clock = e.At
	}
	e.At = a.clock
	var r Result
	if err := Step(a.plan, a.state, e, &r); err != nil {
		a.t.Fatal(err)
	}
	if !r.Stale {
		if r.Cut {
			a.pending = slices.DeleteFunc(a.pending, func(e Effect) bool { return !a.state.Awaits(e) })
		}
		for _, effect := range r.Effects {
			a.trace = append(a.trace, a.name(effect))
			switch effect.Kind {
			case Cancel, KillChild:
			case Again:
				a.again = append(a.again, effect)
			default:
				a.pending = append(a.pending, effect)
			}
		}
		if r.Barrier {
			a.trace = append(a.trace, "|")
		}
		if a.state.Wait == WaitPlace || a.state.Status() == Restarted { // it waits on
			a.pending = append(a.pending, Effect{Kind: Begin, Run: RootRow})
		}
	}
	return r
}

func (a *actor) name(e Effect) string {
	switch {
	case e.Kind == Again:
		return "try again"
	case e.Run == RootRow:
		return whatNames[e.What]
	case e.Kind == Eval:
		return whatNames[e.What] + " " + a.state.Runs[e.Run].TaskID
	case e.Kind == Cancel:
		return "cancel " + a.state.Runs[e.Run].TaskID
	case e.Kind == KillChild:
		return "kill the execution of " + a.state.Runs[e.Run].TaskID
	default:
		return "run " + a.state.Runs[e.Run].name()
	}
}

// answer answers a pending effect.
func (a *actor) answer(i int) Result {
	a.t.Helper()
	e := a.pending[i]
	a.pending = append(a.pending[:i:i], a.pending[i+1:]...)
	return a.tell(a.event(e))
}

// event returns the answer to an effect.
func (a *actor) event(e Effect) Event {
	if e.Kind == Begin {
		if a.script["place"] == "none" && a.state.Status() == Created && a.state.Wait == WaitPlace ||
			a.script["place again"] == "none" && a.state.Status() == Restarted && a.state.Wait == WaitPlace {
			return Event{Kind: NoPlace, Run: RootRow}
		}
		return Event{Kind: Started, Run: RootRow}
	}
	if e.What == Assert {
		var broken []int32
		for i := range a.state.Promises {
			if a.script["assert"] == fmt.Sprint(i, " after ", len(a.state.Runs)) {
				broken = append(broken, int32(i))
			}
		}
		return Event{Kind: Evaluated, Run: RootRow, Broken: broken}
	}
	if e.Run == RootRow {
		return Event{Kind: Evaluated, Run: RootRow, Outputs: Datum{JSON: []byte(`{"o":1}`)}, Failed: a.script["outputs"] == "fail"}
	}
	id := a.state.Runs[e.Run].TaskID
	word := a.script[id]
	switch {
	case e.Kind == RunTask:
		event := Event{Kind: TaskEnded, Run: e.Run, Attempt: e.Attempt, Status: Success, Outputs: Datum{JSON: []byte(`{}`)}}
		attempts := strings.Split(word, " then ")
		word = attempts[min(int(e.Attempt), len(attempts)-1)]
		if own, ok := a.script[id+"="+a.state.Runs[e.Run].Value]; ok {
			word = own
		}
		switch {
		case word == "wait" && !e.Woke:
			event.Status, event.Wake = "", a.clock.Add(time.Hour)
		case strings.HasPrefix(word, "exit "):
			event.Exit = Status(strings.TrimPrefix(word, "exit "))
		case word != "" && word != "wait":
			event.Status = Status(word)
		}
		return event
	case e.What == Until:
		event := Event{Kind: Evaluated, Run: e.Run, Failed: word == "fail", Wake: a.clock.Add(time.Minute)}
		event.True = !event.Failed && fmt.Sprint(a.state.Runs[e.Run].Progress.Round) >= word
		return event
	case e.What == Pause:
		event := Event{Kind: Evaluated, Run: e.Run, Failed: word == "fail"}
		if word == "time" {
			event.Wake = a.clock.Add(time.Hour)
		}
		return event
	case e.What == Timeout:
		word = a.script["timeout "+id]
		return Event{Kind: Evaluated, Run: e.Run, Failed: word == "fail", Timeout: 90 * time.Second}
	case e.What == Prepare:
		return Event{Kind: Evaluated, Run: e.Run, Failed: a.script["prepare "+id] == "fail"}
	case e.What == Collect:
		return Event{Kind: Evaluated, Run: e.Run, Failed: a.script["collect "+id] == "fail", Outputs: Datum{JSON: []byte(`{"outputFiles":{}}`)}}
	case e.What == RunIf:
		word = a.script["if "+id]
		return Event{Kind: Evaluated, Run: e.Run, True: word == "" || word == "true", Failed: word == "fail"}
	case e.What == Recall && a.plan.nodes[a.state.Runs[e.Run].Node].many():
		return a.recalled(e)
	case e.What == Recall:
		word = a.script["recall "+id]
		return Event{Kind: Evaluated, Run: e.Run, True: word == "", Failed: word == "fail", Status: Status(strings.Trim(word, "failnew"))}
	case e.What == Call && a.plan.nodes[a.state.Runs[e.Run].Node].many():
		return a.several(e, word)
	case e.What == Call:
		return Event{Kind: Evaluated, Run: e.Run, Failed: word == "fail", True: word != "fail" && word != "alone"}
	case e.What == Values:
		return Event{Kind: Evaluated, Run: e.Run, Failed: word == "fail", Values: strings.Fields(strings.TrimPrefix(word, "fail"))}
	default:
		event := Event{Kind: Evaluated, Run: e.Run, Failed: word == "fail"}
		if word == "none" {
			event.Case = -1
		} else if word != "" && word != "fail" {
			_, err := fmt.Sscan(word, &event.Case)
			if err != nil {
				a.t.Fatal(err)
			}
		}
		return event
	}
}

// begin answers what a new execution waits for.
func (a *actor) begin() Result {
	a.t.Helper()
	return a.tell(a.event(Effect{Kind: Begin, Run: RootRow}))
}

// run starts the execution and answers every effect, the oldest first, until nothing is left. Times that are waited for come
// when all is answered.
func (a *actor) run() *actor {
	a.t.Helper()
	a.begin()
	return a.goOn()
}

func (a *actor) goOn() *actor {
	a.t.Helper()
	for a.next() {
	}
	return a
}

// next answers one effect, or tells one event from outside, and reports whether there was one.
func (a *actor) next() bool {
	a.t.Helper()
	a.dropKilled()
	switch outside := a.outside(); {
	case len(a.pending) > 0:
		a.answer(0)
	case len(outside) > 0:
		a.tell(outside[0])
	case a.restarts > 0 && a.state.Restartable() == nil:
		a.restart()
	default:
		return false
	}
	return true
}

// restart lets the execution go on after its end.
func (a *actor) restart() Result {
	a.t.Helper()
	a.restarts--
	return a.tell(Event{Kind: Restart, Run: RootRow})
}

// dropKilled drops effects that nobody waits for any more.
func (a *actor) dropKilled() {
	a.pending = slices.DeleteFunc(a.pending, func(e Effect) bool { return e.Run != RootRow && a.state.Runs[e.Run].Status().Terminated() })
}

// outside returns the events that come from outside: times first, then the ends of executions, then what resumes a pause.
func (a *actor) outside() []Event {
	return slices.Concat(a.wakes(), a.children(), a.paused(), a.stopped())
}

// children returns the ends of the executions that are waited for.
func (a *actor) children() []Event {
	var ends []Event
	for row := range a.state.Runs {
		r := &a.state.Runs[row]
		if r.Several != nil {
			ends = append(ends, a.endsOfSeveral(int32(row))...)
			continue
		}
		if r.Wait != WaitChild {
			continue
		}
		attempts := strings.Split(a.script[r.TaskID], " then ")
		attempt := int32(len(r.Attempts) - 1)
		status := Status(attempts[min(int(attempt), len(attempts)-1)])
		if status == "" {
			status = Success
		}
		ends = append(ends, Event{
			Kind: ChildEnded, ID: a.state.ChildID(int32(row), attempt, 0), Run: int32(row), Attempt: attempt, Status: status,
			Outputs: Datum{JSON: fmt.Appendf(nil, `{"executionId":%q}`, a.state.ChildID(int32(row), attempt, 0))},
		})
	}
	return ends
}

// wakes returns the times that are waited for, the next one first.
func (a *actor) wakes() []Event {
	wakes := a.state.Wakes()
	slices.SortStableFunc(wakes, func(x, y Event) int { return x.At.Compare(y.At) })
	return wakes
}

// paused returns events that resume what is paused.
func (a *actor) paused() []Event {
	var events []Event
	for _, r := range a.state.Runs {
		if r.Wait == WaitResume {
			events = append(events, Event{Kind: Resumed, ID: r.ID})
		}
	}
	return events
}

// tree prints the execution, and all its task runs, as "STATUS(task STATUS(…), …)". What is waited for stands after the status,
// unless it is the end of an attempt or of the task runs inside, and so does the number of an attempt after the first.
func (a *actor) tree() string { return stand(a.state.Status(), a.state.Wait, 0) + a.inside(RootRow) }

// treeOf prints a task run in the same way.
func (a *actor) treeOf(name string) string {
	row := a.row(name)
	if row < 0 {
		return "not begun"
	}
	return a.state.Runs[row].stand() + a.inside(row)
}

// row returns the row of a task run; -1 before there is one.
func (a *actor) row(name string) int32 {
	return int32(slices.IndexFunc(a.state.Runs, func(r Run) bool { return r.name() == name }))
}

// name returns the id of the task, in the list of an Each followed by = and the value.
func (r *Run) name() string { return strings.TrimSuffix(r.TaskID+"="+r.Value, "=") }

func (a *actor) inside(parent int32) string {
	var texts []string
	for row := range a.state.Runs {
		if r := &a.state.Runs[row]; r.Parent == parent && !r.Free() {
			texts = append(texts, r.name()+" "+r.stand()+a.inside(int32(row)))
		}
	}
	if texts == nil {
		return ""
	}
	return "(" + strings.Join(texts, ", ") + ")"
}

func (r *Run) stand() string {
	attempt := len(r.Attempts)
	if r.Status() == Created {
		attempt++
	}
	text := stand(r.Status(), r.Wait, attempt)
	if (r.Progress.Asked || r.hasGoneOn()) && r.Wait == WaitEval {
		text += " again"
	}
	if r.Several != nil && !r.Status().Terminated() && r.Several.Next > 0 {
		text += fmt.Sprint(" ", len(r.Several.Open), " of ", r.Several.Next, "/", r.Several.Total)
		if r.Several.Broken {
			text += " broken"
		}
	}
	return text
}

func stand(status Status, wait Wait, attempt int) string {
	text := string(status)
	if wait != WaitNone && wait != WaitTask {
		text += " " + waitNames[wait]
	}
	if attempt > 1 && !status.Terminated() {
		text += fmt.Sprint(" attempt ", attempt)
	}
	return text
}
