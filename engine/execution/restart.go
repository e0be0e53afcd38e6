package execution

import (
	"errors"
	"slices"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// An execution that has ended goes on, as the same one, from what has failed in it ([Restart]): the task runs that have failed are run
// again, with another attempt, and the flowables around them go on with what they have. What ran because of the failure, `errors`
// and `finally` of these flowables and what came after the execution, goes, and runs again when it comes to that. Until it begins
// ([Started]), with a place if the flow wants one, the execution is RESTARTED, and so are the task runs that will run.
//
// A flowable of which nothing is left, and one whose tasks share a directory, begins anew as a whole. So does a Child whose
// execution cannot go on; else that goes on too ([Recall]), and so does the attempt. So do those executions of a Children that have
// failed; the others are counted as they are.
//
// One that is paused goes on as if somebody resumed all that is paused in it.

// Why an execution cannot go on from where it has failed, to be tested with errors.Is.
var (
	ErrNotRestartable   = errors.New("Execution must be terminated or paused and not killed to be restarted") //nolint:staticcheck // Kestra's words
	ErrNothingToRestart = errors.New("No task found to restart execution from!")                              //nolint:staticcheck // Kestra's words
)

// restartedLabel marks executions that went on after their end, as in Kestra.
const restartedLabel = flow.SystemLabel + "restarted"

// Restartable returns why an execution cannot go on from where it has failed, or is paused; nil if it can.
func (s *State) Restartable() error {
	switch status := s.Status(); {
	case status == Paused:
		return nil
	case !s.Over() || status == Killed:
		return ErrNotRestartable
	case status == Retried, !s.hasFailed(): // what is tried again goes on as another execution
		return ErrNothingToRestart
	default:
		return nil
	}
}

// hasFailed reports whether a task run is one from which the execution can go on.
func (s *State) hasFailed() bool {
	for row := range s.Runs {
		if s.failed(int32(row)) {
			return true
		}
	}
	return false
}

// failed reports whether a task run of an ended execution is to run again: it has failed, or was killed because something else had.
func (s *State) failed(row int32) bool {
	switch s.Runs[row].Status() {
	case Failed:
		return true
	case Killed:
		return s.Status() == Failed || s.Status() == Cancelled
	default:
		return false
	}
}

// restart lets an execution go on that somebody wants to.
func (w *walk) restart() bool {
	s := w.state
	if s.Restartable() != nil {
		return false
	}
	w.result.Barrier = true
	s.headChanged = true
	s.relabel([]flow.Label{{Key: restartedLabel, Value: "true"}})
	if s.Status() == Paused {
		w.resumeAll()
		return true
	}
	again := make([]bool, len(s.Runs))
	beside := make([]bool, len(s.Runs)) // what ran while something was paused changed nothing, and is not run again
	for row := range s.Runs {
		r := &s.Runs[row]
		beside[row] = !r.Free() && (w.plan.nodes[r.Node].Stage == StagePause || r.Parent != RootRow && beside[r.Parent])
		again[row] = s.failed(int32(row)) && !beside[row]
	}
	w.reopen(again, make([]bool, len(s.Runs)))
	return true
}

// resumeAll lets all go on that is paused.
func (w *walk) resumeAll() {
	w.enterHead(Restarted)
	w.enterHead(Running)
	for row := range int32(len(w.state.Runs)) { // those that begin meanwhile are not meant
		switch w.state.Runs[row].Wait {
		case WaitResume:
			w.resume(row, Success, Datum{}, "")
		case WaitRound:
			w.nextRound(row)
		default:
		}
	}
}

// reopen makes an ended execution one that has not begun again: the task runs in the rows of again, and those around them, go on, and
// those in the rows of gone, with all below, are forgotten.
func (w *walk) reopen(again, gone []bool) {
	s := w.state
	for row, r := range slices.Backward(s.Runs) { // parents come before their children
		if parent := r.Parent; again[row] && parent != RootRow {
			again[parent] = true
		}
	}
	w.forget(again, gone)
	children := make([][]int32, len(s.Runs)+1) // of the main list, by the row of the parent plus 1
	for row := range s.Runs {
		if r := &s.Runs[row]; !r.Free() && w.plan.nodes[r.Node].Stage == StageMain {
			children[r.Parent+1] = append(children[r.Parent+1], int32(row))
		}
	}
	for row := range s.Runs {
		r := &s.Runs[row]
		switch {
		case r.Free() || !again[row]:
		case w.node(int32(row)).Single(), len(children[row+1]) == 0:
			w.beginsAnew(int32(row))
		default:
			w.goesOn(int32(row))
			w.recount(int32(row), children[row+1], again)
		}
	}
	s.headChanged = true
	w.recount(RootRow, children[0], again)
	s.Outputs, s.Exit, s.Asking, s.Refused = Datum{}, "", nil, false
	s.Wait = WaitNone
	if w.plan.flow.Concurrency != nil {
		s.Wait = WaitPlace
	}
	s.Promises = nil // durations are over, and Kestra does not begin them again
	w.promiseAgain()
	s.Restarts++
	w.enterHead(Restarted)
}

// forget removes the task runs of gone, those of the lists that ran because of what had failed, and all of a flowable that begins anew.
func (w *walk) forget(again, gone []bool) {
	s := w.state
	for row := range s.Runs {
		r := &s.Runs[row]
		if r.Free() {
			continue
		}
		around := r.Parent == RootRow || again[r.Parent]
		stage := w.plan.nodes[r.Node].Stage
		switch {
		case r.Parent != RootRow && (gone[r.Parent] || w.node(r.Parent).Shared && again[r.Parent]):
			gone[row] = true
		case around && stage != StageMain && stage != StagePause:
			gone[row] = true
		}
	}
	main := make([]bool, len(s.Runs)) // something is left of its main list
	for row := range s.Runs {
		if r := &s.Runs[row]; !r.Free() && !gone[row] && r.Parent != RootRow && w.plan.nodes[r.Node].Stage == StageMain {
			main[r.Parent] = true
		}
	}
	for row := range s.Runs {
		if p := s.Runs[row].Parent; !s.Runs[row].Free() && p != RootRow && (gone[p] || again[p] && !main[p]) {
			gone[row] = true
		}
	}
	for row := int32(len(s.Runs)) - 1; row >= 0; row-- {
		if gone[row] && !s.Runs[row].Free() {
			w.free(row)
		}
	}
}

// beginsAnew lets a task run begin again that runs by itself, or of which nothing is left.
func (w *walk) beginsAnew(row int32) {
	r := w.run(row)
	if !w.node(row).Single() {
		r.Outputs = Datum{}
	}
	r.Values, r.Children, r.Progress = nil, nil, Progress{}
	if v := r.Several; v != nil && v.Total > 0 {
		r.Several = &Several{Total: v.Total, Alone: v.Alone, Given: v.Given, Again: true}
	} else {
		r.Several = nil
	}
	w.waitNoMore(row, r)
	w.enter(row, r, Restarted)
}

// goesOn lets a flowable, and its attempt, go on with what it has.
func (w *walk) goesOn(row int32) {
	r := w.run(row)
	w.waitNoMore(row, r)
	w.enter(row, r, Running)
	w.attemptGoesOn(r)
}

// attemptGoesOn lets the last attempt of a task run go on after its end.
func (w *walk) attemptGoesOn(r *Run) {
	n := len(r.Attempts)
	if n == 0 { // it failed before it had one
		r.Attempts = []Attempt{{History: History{{Created, w.at}, {Running, w.at}}}}
		return
	}
	attempts := make([]Attempt, n) // a new list: stores hold the old one
	copy(attempts, r.Attempts)
	attempts[n-1].History = append(slices.Clip(attempts[n-1].History), Transition{Running, w.at})
	r.Attempts = attempts
}

// hasGoneOn reports whether the last attempt of a task run goes on after an end.
func (r *Run) hasGoneOn() bool {
	n := len(r.Attempts)
	return n > 0 && len(r.Attempts[n-1].History) > 2 && r.Attempts[n-1].History.Current() == Running
}

// begun returns when an attempt began, or went on.
func (a *Attempt) begun() time.Time { return a.History[len(a.History)-1].At }

// recount makes the counts of a flowable, or of the flow, those of the task runs of its main list.
func (w *walk) recount(row int32, children []int32, again []bool) {
	s, n := w.state, w.node(row)
	g := w.progress(row)
	*g = Progress{Round: g.Round, Asked: g.Asked, Case: g.Case}
	heads := int32(len(children))
	for _, child := range children {
		c := &s.Runs[child]
		if n.Shape == flow.ShapeEach && !n.Apart && c.Node != n.Main[0][0] {
			heads--
		}
		if again[child] {
			g.Open++
			continue
		}
		g.Broken = g.Broken || c.Status() == Failed || c.Status() == Retried
		g.Worst = worse(g.Worst, c.Status())
	}
	if n.Shape != flow.ShapeDag {
		g.Next = heads
		return
	}
	r := w.run(row)
	places := make([]int32, len(n.Main[0])) // a new list: stores hold the old one
	for place, node := range n.Main[0] {
		for _, child := range children {
			if s.Runs[child].Node == node {
				places[place] = child + 1
			}
		}
	}
	r.Children = places
}

// goOn begins an execution again.
func (w *walk) goOn() {
	s := w.state
	var flowables []int32
	for row := range s.Runs {
		if r := &s.Runs[row]; !r.Free() && r.Status() == Running {
			flowables = append(flowables, int32(row))
		}
	}
	rows := int32(len(s.Runs))
	for row := range rows {
		if s.Runs[row].Status() == Restarted && !s.Runs[row].Free() {
			w.beginAgain(row)
		}
	}
	for _, row := range slices.Backward(flowables) { // from the leaves up
		if s.Status().Terminated() {
			return
		}
		if s.Runs[row].Status() != Running || s.Runs[row].Free() {
			continue
		}
		if n := w.node(row); n.Timeout != nil {
			if n.Timeout.Expression != nil {
				w.wait(w.run(row), WaitEval)
				w.effect(s.evalEffect(row, Timeout))
				continue
			}
			w.limit(row, n.Timeout.Duration)
		}
		if w.takeUp(row) {
			w.childEnded(row)
		}
	}
	if !s.Status().Terminated() {
		w.settle(RootRow)
	}
}

// beginAgain begins a task run of an execution that begins again, unless it stops before that.
func (w *walk) beginAgain(row int32) {
	if !w.stops(row) {
		w.goOnWith(row, true)
	}
}

// goOnWith begins a task run whose turn it is. With again, the attempt of one that is to start executions goes on.
func (w *walk) goOnWith(row int32, again bool) {
	r := w.run(row)
	n := w.node(row)
	switch {
	case again && (n.Shape == flow.ShapeChild && len(r.Attempts) > 0 || r.Several != nil):
		w.enter(row, r, Running)
		w.attemptGoesOn(r)
		if n.Timeout != nil && n.Timeout.Expression == nil {
			w.limit(row, n.Timeout.Duration)
		}
		w.recall(row)
	case n.Task.RunIf != nil:
		w.wait(r, WaitEval)
		w.effect(w.state.evalEffect(row, RunIf))
	case w.turn(row, new(runRoom)):
		w.childEnded(row)
	}
}

// recall asks what becomes of the executions that an attempt has started which goes on, once it is known how long it may take.
func (w *walk) recall(row int32) {
	r := w.run(row)
	w.wait(r, WaitEval)
	if r.Several != nil {
		r.Wake = w.at // the clock of those that begin
	}
	w.effect(w.state.evalEffect(row, w.plan.Asked(r)))
}

// takeUp goes on with an attempt after its end, which has kept task runs, or has started executions. It reports whether the task run has
// ended by that.
func (w *walk) takeUp(row int32) (ended bool) {
	switch n := w.node(row); {
	case n.Shape == flow.ShapeChild, n.Shape == flow.ShapeChildren:
		w.recall(row)
		return false
	case n.Shape == flow.ShapeEach && !n.Apart:
		w.roundsGoOn(row)
	}
	return w.advance(row)
}

// roundsGoOn begins the tasks of an Each that a failure in another round kept from following.
func (w *walk) roundsGoOn(row int32) {
	s := w.state
	type place struct{ node, iteration int32 }
	there := make(map[place]bool)
	var ended []int32
	for i := row + 1; i < int32(len(s.Runs)); i++ {
		r := &s.Runs[i]
		if r.Free() || r.Parent != row || w.plan.nodes[r.Node].Stage != StageMain {
			continue
		}
		there[place{r.Node, r.Iteration}] = true
		if r.Status().Terminated() {
			ended = append(ended, i)
		}
	}
	for _, i := range ended {
		r := &s.Runs[i]
		if next := w.node(i).Follows; next != 0 && !there[place{next, r.Iteration}] {
			w.nextInRound(i)
		}
	}
}

// recalled goes on with a Child when it is known what becomes of its execution: it goes on, it has ended by now, or another one is to be started.
func (w *walk) recalled(e *Event) {
	r := w.run(e.Run)
	w.result.Barrier = true
	w.result.Rows = append(w.result.Rows, e.Run)
	switch {
	case e.Failed:
		w.failAttempt(e.Run)
	case e.Status != "":
		w.wait(r, WaitChild)
		w.childIsOver(e)
	case e.True:
		w.wait(r, WaitChild)
	default:
		w.endAttempt(r, Failed)
		w.enter(e.Run, r, Restarted)
		w.waitNoMore(e.Run, r)
		r.Outputs = Datum{}
		if w.turn(e.Run, new(runRoom)) { // a Child does not end by that
			w.childEnded(e.Run)
		}
	}
}

// promiseAgain lets the assertions of the flow hold again. Its durations are counted from the creation of the execution, and no more.
func (w *walk) promiseAgain() {
	if n := len(w.plan.flow.SLAs); n > 0 {
		w.state.Promises = make([]Promise, n)
	}
}
