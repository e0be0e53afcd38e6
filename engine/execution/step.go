package execution

import (
	"fmt"
	"slices"
	"time"
)

// Result is what came of a [Step].
type Result struct {
	Changes []Change // all differences to the state before
	Effects []Effect // what to do next; none when the execution has ended
	Barrier bool     // all changes since the last barrier, with these, must be committed before the effects start
}

// Step advances s by one event. It is deterministic, and its cost is proportional to what changes. An event that does
// not fit the state is an error and changes nothing.
func Step(p *Plan, s *State, e Event) (Result, error) {
	if err := p.check(s); err != nil {
		return Result{}, err
	}
	w := walk{plan: p, state: s, room: new(room)}
	w.result.Changes, w.result.Effects = w.room.changes[:0], w.room.effects[:0]
	var err error
	switch e := e.(type) {
	case Started:
		w.at = e.At
		err = w.started()
	case Evaluated:
		w.at = e.At
		if e.What == RunIf {
			err = w.decided(e)
		} else {
			err = w.finished(e)
		}
	case TaskEnded:
		w.at = e.At
		err = w.ended(e)
	default:
		err = fmt.Errorf("execution %s: unknown event %T", s.ID, e)
	}
	if err != nil {
		return Result{}, err
	}
	return w.result, nil
}

// walk is one call of Step.
type walk struct {
	plan   *Plan
	state  *State
	at     time.Time
	result Result
	room   *room
}

// room is the memory for the result of most steps, taken at once: one task run that ends and one that begins, with one
// attempt each.
type room struct {
	changes  [2]Change
	effects  [1]Effect
	header   Header
	rows     [2]TaskRunRow
	attempts [2]Attempt // one for each row
	used     int        // of rows and attempts
}

// runRoom is the memory for a task run with one attempt.
type runRoom struct {
	history  [3]Transition
	attempts [1]Attempt
	attempt  [3]Transition
}

func (w *walk) started() error {
	s := w.state
	if s.Status() != Created || len(s.TaskRuns) > 0 {
		return fmt.Errorf("execution %s: started while %s", s.ID, s.Status())
	}
	if len(w.plan.tasks) > 0 { // without a task it goes from CREATED to its end, as in Kestra
		s.History = append(s.History, Transition{Running, w.at})
		w.changedHeader()
	}
	w.next()
	return nil
}

// next goes on with the task after the last task run, or to the end.
func (w *walk) next() {
	s := w.state
	i := len(s.TaskRuns)
	if i == len(w.plan.tasks) || i > 0 && s.TaskRuns[i-1].History.Current() == Failed {
		w.end()
		return
	}
	task := w.plan.tasks[i]
	if s.TaskRuns == nil {
		s.TaskRuns = make([]TaskRun, 0, len(w.plan.tasks))
	}
	room := new(runRoom)
	s.TaskRuns = append(s.TaskRuns, TaskRun{
		ID: TaskRunID(s.ID, i), TaskID: task.ID,
		History: append(room.history[:0], Transition{Created, w.at}),
	})
	if task.RunIf == nil {
		w.run(i, room)
		return
	}
	w.changedTaskRun(i)
	w.effect(Evaluate{What: RunIf, TaskRun: i, Task: task, At: w.at, Seed: w.seed(i, 0)})
}

// run begins the first attempt of task run i.
func (w *walk) run(i int, room *runRoom) {
	r := &w.state.TaskRuns[i]
	task := w.plan.tasks[i]
	r.History = append(r.History, Transition{Running, w.at})
	r.Attempts = append(room.attempts[:0], Attempt{History: append(room.attempt[:0], Transition{Created, w.at}, Transition{Running, w.at})})
	w.changedTaskRun(i)
	w.effect(RunTask{TaskRun: i, Task: task, At: w.at, Seed: w.seed(i, 1)})
	if !task.Spec.Pure {
		w.result.Barrier = true
	}
}

// decided answers a runIf.
func (w *walk) decided(e Evaluated) error {
	s, i := w.state, e.TaskRun
	if i < 0 || i != len(s.TaskRuns)-1 || s.TaskRuns[i].History.Current() != Created || w.plan.tasks[i].RunIf == nil {
		return fmt.Errorf("execution %s: task run %d awaits no runIf", s.ID, i)
	}
	r := &s.TaskRuns[i]
	switch {
	case e.Failed:
		r.History = append(r.History, Transition{w.allowed(i, Failed), w.at})
	case e.True:
		w.run(i, new(runRoom))
		return nil
	default:
		r.History = append(r.History, Transition{Skipped, w.at})
		r.Attempts = []Attempt{{History: History{{Created, w.at}, {Skipped, w.at}}}}
	}
	w.changedTaskRun(i)
	w.next()
	return nil
}

// ended answers an attempt of a task.
func (w *walk) ended(e TaskEnded) error {
	s, i := w.state, e.TaskRun
	if i < 0 || i != len(s.TaskRuns)-1 || s.TaskRuns[i].History.Current() != Running || e.Attempt != len(s.TaskRuns[i].Attempts)-1 {
		return fmt.Errorf("execution %s: attempt %d of task run %d does not run", s.ID, e.Attempt, i)
	}
	switch e.Status {
	case Success, Warning, Failed:
	default:
		return fmt.Errorf("execution %s: task run %d ended as %q", s.ID, i, e.Status)
	}
	r := &s.TaskRuns[i]
	a := &r.Attempts[e.Attempt]
	a.History = append(a.History, Transition{e.Status, w.at})
	r.History = append(r.History, Transition{w.allowed(i, e.Status), w.at})
	r.Outputs = e.Outputs
	w.changedTaskRun(i)
	if !w.plan.tasks[i].Spec.Pure {
		w.result.Barrier = true
	}
	w.next()
	return nil
}

// allowed applies allowFailure and allowWarning (spec/kestra-webhook.md §8.4, rule 5).
func (w *walk) allowed(i int, status Status) Status {
	task := w.plan.tasks[i]
	if status == Failed && task.AllowFailure {
		status = Warning
	}
	if status == Warning && task.AllowWarning {
		status = Success
	}
	return status
}

// end evaluates the outputs if there are any, and else ends the execution.
func (w *walk) end() {
	if len(w.plan.flow.Outputs) == 0 {
		w.finish(w.outcome())
		return
	}
	at := w.state.History[len(w.state.History)-1].At
	if n := len(w.state.TaskRuns); n > 0 {
		at = w.state.TaskRuns[n-1].History.End()
	}
	w.effect(Evaluate{What: Outputs, At: at, Seed: w.seed(len(w.state.TaskRuns), 0)})
}

// finished answers the outputs.
func (w *walk) finished(e Evaluated) error {
	s := w.state
	if !w.awaitsOutputs() {
		return fmt.Errorf("execution %s: awaits no outputs", s.ID)
	}
	s.Outputs = e.Value
	outcome := w.outcome()
	if !e.Failed || outcome == Failed {
		w.finish(outcome)
		return nil
	}
	// Kestra has entered the final status when it finds that the outputs fail, and shows both.
	s.History = append(s.History, Transition{outcome, w.at})
	w.finish(Failed)
	return nil
}

func (w *walk) awaitsOutputs() bool {
	s, n := w.state, len(w.state.TaskRuns)
	if len(w.plan.flow.Outputs) == 0 || s.Status().Terminated() {
		return false
	}
	if n == 0 {
		return len(w.plan.tasks) == 0
	}
	last := s.TaskRuns[n-1].History.Current()
	return last == Failed || last.Terminated() && n == len(w.plan.tasks)
}

// outcome returns the status that the task runs give the execution (spec/kestra-webhook.md §8.4, rules 4 and 6).
func (w *walk) outcome() Status {
	outcome := Success
	for i := range w.state.TaskRuns {
		switch w.state.TaskRuns[i].History.Current() {
		case Failed:
			return Failed
		case Warning:
			outcome = Warning
		default: // a success, as far as the execution is concerned
		}
	}
	return outcome
}

func (w *walk) finish(status Status) {
	w.state.History = append(w.state.History, Transition{status, w.at})
	w.changedHeader()
	w.result.Barrier = true
}

func (w *walk) effect(e Effect) { w.result.Effects = append(w.result.Effects, e) }

// Changes share the histories of the state, which only grow; they are clipped so that none grows into another.

func (w *walk) changedHeader() {
	w.room.header = Header{History: slices.Clip(w.state.History), Outputs: w.state.Outputs}
	w.changed(Change{Header: &w.room.header})
}

// changedTaskRun records the row of task run i. Attempts change in place, so the row gets its own.
func (w *walk) changedTaskRun(i int) {
	var row *TaskRunRow
	if w.room.used < len(w.room.rows) {
		row = &w.room.rows[w.room.used]
	} else {
		row = new(TaskRunRow)
	}
	row.Ordinal, row.TaskRun = i, w.state.TaskRuns[i]
	row.TaskRun.History = slices.Clip(row.TaskRun.History)
	if n := len(row.TaskRun.Attempts); n > 0 {
		own := []Attempt(nil)
		if w.room.used < len(w.room.attempts) {
			own = w.room.attempts[w.room.used : w.room.used : w.room.used+1]
		}
		row.TaskRun.Attempts = append(own, row.TaskRun.Attempts...)
		for j := range n {
			row.TaskRun.Attempts[j].History = slices.Clip(row.TaskRun.Attempts[j].History)
		}
	}
	w.room.used++
	w.changed(Change{TaskRun: row})
}

func (w *walk) changed(c Change) { w.result.Changes = append(w.result.Changes, c) }

// seed derives the seed of an effect. Attempts are counted from 1; 0 is before the first. The outputs of the flow have the
// ordinal after the last.
func (w *walk) seed(taskRun, attempt int) uint64 {
	return mixSeed(w.state.Seed, uint64(taskRun), uint64(attempt))
}
