package execution

import (
	"fmt"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// Result is what came of a [Step].
type Result struct {
	Effects []Effect // what to do next; none when the execution has ended or waits for what is under way
	Rows    []int32  // task runs whose status has changed; one may stand there more than once
	Timed   []int32  // likewise those that wait for another time than before, or for none any more: see [State.Due]
	Freed   int64    // bytes of outputs, from answers, that went with the task runs of a round
	Barrier bool     // everything since the last barrier, with this, must be committed before the effects start
	Cut     bool     // something was interrupted: effects asked for earlier may be void now, see [State.Awaits]
	Stopped bool     // the execution has come to a breakpoint
	Stale   bool     // the event does not fit any more, and changed nothing
}

// Step advances s by one event, in place, and says in r what came of it; the memory of r is used again. It is deterministic,
// and its cost is proportional to what changes. An event that does not fit any more, such as the end of an attempt that was
// cancelled, changes nothing. An error means that s is not of this plan.
func Step(p *Plan, s *State, e Event, r *Result) error {
	*r = Result{Effects: r.Effects[:0], Rows: r.Rows[:0], Timed: r.Timed[:0]}
	if err := p.check(s); err != nil {
		return err
	}
	w := walk{plan: p, state: s, at: e.At, result: r}
	s.countWaits(p)
	var fits bool
	switch e.Kind {
	case Started:
		fits = w.started()
	case Evaluated:
		fits = w.evaluated(&e)
	case TaskEnded:
		fits = w.taskEnded(&e)
	case Woke:
		fits = w.woke(&e)
	case ChildEnded:
		fits = w.childExecutionEnded(&e)
	case NoPlace:
		fits = w.noPlace()
	case Resumed:
		fits = w.resumed(&e)
	case Overdue:
		fits = w.overdue(&e)
	case Kill:
		fits = w.killed()
	case TimedOut:
		fits = w.timedOut(&e)
	case Interrupted:
		fits = w.interrupted(&e)
	case Restart:
		fits = w.restart()
	case PassOn:
		fits = w.passOn(&e)
	default:
		return fmt.Errorf("execution %s: unknown event %d", s.ID, e.Kind)
	}
	if r.Stale = !fits; fits {
		w.rest()
	}
	return nil
}

// walk is one call of Step.
type walk struct {
	plan   *Plan
	state  *State
	at     time.Time
	result *Result
}

// started begins an execution.
func (w *walk) started() bool {
	s := w.state
	switch {
	case s.Wait == WaitPlace:
		s.Wait, s.headChanged = WaitNone, true
		w.result.Barrier = true
	case s.Wait == WaitNone && s.Status() == Restarted:
	case s.Status() != Created, len(s.Runs) > 0, s.Wait != WaitNone:
		return false
	}
	if s.Restarts > 0 {
		w.enterHead(Running)
		w.goOn()
		return true
	}
	if len(w.plan.nodes[root].Main[0]) > 0 { // without a task it goes from CREATED to its end, as in Kestra
		w.enterHead(Running)
	}
	w.promise()
	if !w.asks(RootRow) {
		w.settle(RootRow)
	}
	return true
}

// evaluated answers an Eval.
func (w *walk) evaluated(e *Event) bool {
	s := w.state
	if e.Run == RootRow {
		switch s.Wait {
		case WaitEval:
			w.outputs(e)
		case WaitAssert:
			w.asserted(e)
		default:
			return false
		}
		return true
	}
	if e.Run < 0 || int(e.Run) >= len(s.Runs) || !s.Runs[e.Run].Wait.asks() {
		return false
	}
	asked := w.plan.Asked(&s.Runs[e.Run])
	r := w.run(e.Run)
	w.wait(r, WaitNone)
	switch asked {
	case RunIf:
		w.decided(e)
	case Timeout:
		w.limited(e)
	case Values:
		w.looped(e)
	case Call, Recall:
		switch {
		case w.node(e.Run).many():
			w.begun(e)
		case asked == Recall:
			w.recalled(e)
		default:
			w.called(e)
		}
	case Pause:
		w.paused(e)
	case Until:
		w.judged(e)
	case Prepare:
		w.prepared(e)
	case Collect:
		w.collected(e)
	default:
		w.chosen(e)
	}
	return true
}

// decided begins a task run, or skips it, by its runIf.
func (w *walk) decided(e *Event) {
	r := w.run(e.Run)
	ended := true
	switch {
	case e.Failed: // it has no attempt
		w.end(e.Run, w.allowed(r, Failed))
	case e.True:
		ended = w.turn(e.Run, new(runRoom))
	default:
		r.Attempts = append(r.Attempts, Attempt{History: History{{Created, w.at}, {Skipped, w.at}}})
		w.enter(e.Run, r, Skipped)
	}
	if ended {
		w.childEnded(e.Run)
	}
}

// create adds the run of a child, for a value when it is in a round of an Each, and reports whether it has ended already.
func (w *walk) create(parent, node int32, value string, iteration int32) (row int32, ended bool) {
	s := w.state
	n := &w.plan.nodes[node]
	row = s.row(parent)
	parentID := ""
	if parent != RootRow {
		parentID = s.Runs[parent].ID
	}
	room := s.runRoom()
	if int(row) == len(s.Runs) {
		s.Runs = append(s.Runs, Run{})
	} else {
		s.taken(row)
	}
	s.Runs[row] = Run{
		ID: RunID(s.ID, parentID, n.Path, int(iteration), int(s.Restarts)), TaskID: n.Task.ID, Node: node, Parent: parent,
		Value: value, Iteration: iteration,
		History: append(room.history[:0], Transition{Created, w.at}), marked: s.Runs[row].marked,
	}
	r := w.run(row)
	w.result.Rows = append(w.result.Rows, row)
	switch {
	case w.stops(row):
		return row, false
	case n.Task.RunIf != nil:
		w.wait(r, WaitEval)
		w.effect(s.evalEffect(row, RunIf))
		return row, false
	default:
		return row, w.turn(row, room)
	}
}

// runRoom is the memory for a task run with one attempt, taken at once.
type runRoom struct {
	history  [3]Transition
	attempts [1]Attempt
	attempt  [3]Transition
}

// runRoom returns the memory for one more task run.
func (s *State) runRoom() *runRoom {
	if s.firstTaken {
		return new(runRoom)
	}
	if s.first == nil {
		s.first = new(runRoom)
	}
	s.firstTaken = true
	return s.first
}

// turn begins a task run, or asks for its directory first, and reports whether it has ended already.
func (w *walk) turn(row int32, room *runRoom) (ended bool) {
	if w.node(row).Shared {
		w.files(row, Prepare)
		return false
	}
	return w.begin(row, room)
}

// begin runs a task run whose turn it is, and reports whether it has ended already.
func (w *walk) begin(row int32, room *runRoom) (ended bool) {
	w.enter(row, w.run(row), Running)
	return w.attempt(row, room)
}

// attempt begins the next attempt of a task run, and reports whether it has ended already.
func (w *walk) attempt(row int32, room *runRoom) (ended bool) {
	r := w.run(row)
	n := &w.plan.nodes[r.Node]
	history := append(room.attempt[:0], Transition{Created, w.at}, Transition{Running, w.at})
	if r.Attempts == nil {
		r.Attempts = room.attempts[:0]
	}
	r.Attempts = append(r.Attempts, Attempt{History: history})
	if n.Timeout != nil {
		if n.Timeout.Expression != nil {
			w.wait(r, WaitEval)
			w.effect(w.state.evalEffect(row, Timeout))
			return false
		}
		w.limit(row, n.Timeout.Duration)
	}
	return w.enterShape(row)
}

// enterShape does what a task run is for, and reports whether it has ended by it.
func (w *walk) enterShape(row int32) (ended bool) {
	r := w.run(row)
	n := &w.plan.nodes[r.Node]
	if r.hasGoneOn() {
		return w.takeUp(row)
	}
	switch n.Shape {
	case flow.ShapeLeaf:
		w.wait(r, WaitTask)
		w.effect(w.state.taskEffect(row))
		w.result.Barrier = w.result.Barrier || !n.pure
		return false
	case flow.ShapeChoice:
		w.wait(r, WaitEval)
		w.effect(w.state.evalEffect(row, Choose))
		return false
	case flow.ShapeEach:
		w.wait(r, WaitEval)
		w.effect(w.state.evalEffect(row, Values))
		return false
	case flow.ShapeUntil:
		w.setRound(row, 1)
		return w.advance(row)
	case flow.ShapePause:
		w.wait(r, WaitEval)
		w.effect(w.state.evalEffect(row, Pause))
		return false
	case flow.ShapeChild:
		w.wait(r, WaitEval)
		w.effect(w.state.evalEffect(row, Call))
		return false
	case flow.ShapeChildren:
		w.beginSeveral(row)
		return false
	default:
		return w.advance(row)
	}
}

// end enters the last status of a task run.
func (w *walk) end(row int32, status Status) {
	r := w.run(row)
	w.waitNoMore(row, r)
	w.enter(row, r, status)
}

// endAttempt ends the attempt under way.
func (w *walk) endAttempt(r *Run, status Status) {
	if n := len(r.Attempts); n > 0 && !r.Attempts[n-1].History.Current().Terminated() {
		a := &r.Attempts[n-1]
		a.History = append(a.History, Transition{status, w.at})
	}
}

// childEnded tells the parent of a task run that it has ended, and goes on from there.
func (w *walk) childEnded(row int32) {
	w.count(w.state.Runs[row].Parent, w.state.Runs[row].Status())
	if len(w.state.Promises) == 0 || !w.asks(row) {
		w.follow(row)
	}
}

// follow does what follows from the end of a task run.
func (w *walk) follow(row int32) {
	w.nextInRound(row)
	w.settle(w.state.Runs[row].Parent)
}

// settle advances a flowable, and its parents as long as they end by it.
func (w *walk) settle(row int32) {
	for w.advance(row) && row != RootRow {
		child := row
		row = w.state.Runs[child].Parent
		w.count(row, w.state.Runs[child].Status())
		w.nextInRound(child)
	}
}

// count counts a child that has ended.
func (w *walk) count(parent int32, status Status) {
	g := w.progress(parent)
	g.Open--
	g.Broken = g.Broken || status == Failed || status == Retried
	if g.Stage == StageMain {
		g.Worst = worse(g.Worst, status)
	}
	if parent == RootRow {
		w.state.Since = w.at
	}
}

// worse returns the worse of two statuses of children; every good one is "".
func worse(a, b Status) Status {
	switch {
	case a == Retried || b == Retried:
		return Retried
	case a == Failed || b == Failed:
		return Failed
	case a == Warning || b == Warning:
		return Warning
	default:
		return ""
	}
}

// allowed applies allowFailure and allowWarning.
func (w *walk) allowed(r *Run, status Status) Status {
	task := w.plan.nodes[r.Node].Task
	if status == Failed && task.AllowFailure {
		status = Warning
	}
	if status == Warning && task.AllowWarning {
		status = Success
	}
	return status
}

// run returns a task run that changes.
func (w *walk) run(row int32) *Run {
	r := &w.state.Runs[row]
	if !r.marked {
		r.marked = true
		w.state.changed = append(w.state.changed, row)
	}
	return r
}

// progress returns the counts of a flowable, or of the flow, that change.
func (w *walk) progress(row int32) *Progress {
	if row == RootRow {
		w.state.headChanged = true
		return &w.state.Head.Progress
	}
	return &w.run(row).Progress
}

func (w *walk) node(row int32) *Node {
	if row == RootRow {
		return &w.plan.nodes[root]
	}
	return &w.plan.nodes[w.state.Runs[row].Node]
}

func (w *walk) enter(row int32, r *Run, status Status) {
	r.History = append(r.History, Transition{status, w.at})
	w.result.Rows = append(w.result.Rows, row)
}

func (w *walk) enterHead(status Status) {
	w.state.headChanged = true
	w.state.History = append(w.state.History, Transition{status, w.at})
}

func (w *walk) effect(e Effect) { w.result.Effects = append(w.result.Effects, e) }
