package execution

import (
	"iter"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// A Children is a task whose attempts are several executions each. How many, and which, is asked when the attempt begins ([Call]).
// No more than its limit are under way at once: when half of them have ended, others are asked for, which begin with one commit. So
// what an execution holds, and what it costs to begin or end one of them, does not grow with their number.
//
// All of them run, whatever the others end with. If one cannot begin no other does, and the attempt fails when those have ended that
// have begun.
//
// An attempt that goes on after its end ([Restart]) looks at all of them once more ([Recall]), the first one first and a part of them at a
// time: what has ended well by now is counted, and what has failed goes on. Where that cannot be another one begins in its place, which
// has the next number that leaves the same rest when it is divided by their total: so ids follow from structure, and nothing else is kept.

// Several counts the executions of an attempt of a Children. It never changes: a change makes another one, since stores keep it.
type Several struct {
	Total  int32   `json:"total,omitempty"`  // how many there are to be; known from the first answer on
	Next   int32   `json:"next,omitempty"`   // the first one that has not begun
	Open   []int32 `json:"open,omitempty"`   // those that are under way, of those that are waited for
	Ended  []Count `json:"ended,omitempty"`  // of the others: how many have which status, in the order of their names
	Broken bool    `json:"broken,omitempty"` // one could not begin
	Again  bool    `json:"again,omitempty"`  // the attempt goes on: Next is the first one that was not looked at, and Open has numbers as of [Several.Place]
	Alone  bool    `json:"alone,omitempty"`  // nobody waits for them
	Given  string  `json:"given,omitempty"`  // JSON of an object: outputs of the task run beside the counts
}

// Count says how many executions have a status.
type Count struct {
	Status Status `json:"state"`
	N      int32  `json:"n"`
}

// Room returns how many executions of a Children may begin now.
func (p *Plan) Room(s *State, row int32) int32 {
	r := &s.Runs[row]
	return max(0, p.nodes[r.Node].Limit-int32(len(r.Several.Open)))
}

// beginSeveral asks for the first executions of an attempt.
func (w *walk) beginSeveral(row int32) {
	w.run(row).Several = new(Several)
	w.askSeveral(row)
}

// several returns the counts of a Children, to be changed.
func (w *walk) several(row int32) *Several {
	r := w.run(row)
	v := *r.Several
	v.Open, v.Ended = slices.Clone(v.Open), slices.Clone(v.Ended)
	r.Several = &v
	return &v
}

func (w *walk) askSeveral(row int32) {
	r := w.run(row)
	w.wait(r, WaitEval)
	r.Wake = w.at
	w.effect(w.state.evalEffect(row, w.plan.called(r)))
}

// called returns what an attempt of a Children asks for.
func (p *Plan) called(r *Run) What {
	if r.Several != nil && r.Several.Again {
		return Recall
	}
	return Call
}

// Place returns for which of the executions that there are to be one with a number stands: it is the same as the number unless that one
// has begun in place of another.
func (v *Several) Place(number int32) int32 {
	if v.Total == 0 { // not known yet
		return number
	}
	return number % v.Total
}

// Numbers returns the numbers of the executions that may have begun at a place of an attempt that goes on, the last one first.
func (s *State) Numbers(row, place int32) iter.Seq[int32] {
	total := int64(s.Runs[row].Several.Total)
	return func(yield func(int32) bool) {
		for before := int64(s.Restarts) - 1; before >= 0; before-- {
			if number := int64(place) + total*before; number <= math.MaxInt32 && !yield(int32(number)) {
				return
			}
		}
	}
}

// NextNumber returns the number of the execution that begins at a place of an attempt that goes on, where others were before; false if
// there were too many.
func (s *State) NextNumber(row, place int32) (int32, bool) {
	number := int64(place) + int64(s.Runs[row].Several.Total)*int64(s.Restarts)
	return int32(number), number <= math.MaxInt32
}

// begun goes on with a Children when more of its executions begin. That none could while others are under way is no failure: it is
// tried again when one of those has ended.
func (w *walk) begun(e *Event) {
	v := w.several(e.Run)
	w.result.Barrier = true
	if v.Next == 0 && !e.Failed && !v.Again {
		v.Total, v.Alone, v.Given = e.Total, !e.True, string(e.Outputs.JSON)
	}
	open := e.Open
	if !v.Again {
		for i := range e.Begun {
			open = append(open, v.Next+i)
		}
	}
	for _, c := range e.Over {
		v.Count(c.Status, c.N)
	}
	switch {
	case !v.Alone:
		v.Open = append(v.Open, open...)
	case len(open) > 0:
		v.Count(Success, int32(len(open)))
	}
	v.Next += e.Begun
	v.Broken = v.Broken || e.Failed || e.Begun == 0 && v.Next < v.Total && len(v.Open) == 0
	w.moreOfSeveral(e.Run, e.Begun > 0)
}

// oneOfSeveralEnded goes on with a Children one of whose executions has ended.
func (w *walk) oneOfSeveralEnded(e *Event) {
	w.several(e.Run).end(e.Iteration, e.Status)
	w.result.Barrier = true
	if r := w.run(e.Run); r.Wait == WaitChild { // else others have been asked for
		w.wait(r, WaitNone)
		w.moreOfSeveral(e.Run, true)
		return
	}
	w.countsOfSeveral(e.Run)
}

// moreOfSeveral asks for more executions, if that is of use, or ends the attempt when there is none left.
func (w *walk) moreOfSeveral(row int32, ask bool) {
	w.countsOfSeveral(row)
	r := w.run(row)
	v := r.Several
	switch {
	case ask && !v.Broken && v.Next < v.Total && int32(len(v.Open)) <= w.node(row).Limit/2:
		w.askSeveral(row)
	case len(v.Open) > 0:
		w.wait(r, WaitChild)
	default:
		w.endSeveral(row)
	}
}

// endSeveral ends an attempt all of whose executions have ended.
func (w *walk) endSeveral(row int32) {
	r := w.run(row)
	switch status := r.Several.outcome(w.node(row)); status {
	case Failed:
		w.failAttempt(row)
	case Killed:
		w.exit(&Event{Run: row, Exit: Killed, Outputs: r.Outputs})
	default:
		w.passAttempt(row, status)
	}
}

// killSeveral kills the executions of a Children that are under way.
func (w *walk) killSeveral(row int32) {
	r := w.run(row)
	if r.Several == nil || len(r.Several.Open) == 0 {
		return
	}
	v := w.several(row)
	for _, i := range v.Open {
		w.effect(Effect{Kind: KillChild, Run: row, Attempt: int32(len(r.Attempts) - 1), Iteration: i})
	}
	v.Count(Killed, int32(len(v.Open)))
	v.Open = nil
	w.countsOfSeveral(row)
	w.result.Barrier = true
}

// end counts an execution that was under way.
func (v *Several) end(i int32, status Status) {
	v.Open = slices.DeleteFunc(v.Open, func(open int32) bool { return open == i })
	if len(v.Open) == 0 { // as a store gives it back
		v.Open = nil
	}
	v.Count(status, 1)
}

// Count counts executions that have ended with a status.
func (v *Several) Count(status Status, n int32) {
	i, found := slices.BinarySearchFunc(v.Ended, status, func(c Count, status Status) int { return strings.Compare(string(c.Status), string(status)) })
	if !found {
		v.Ended = slices.Insert(v.Ended, i, Count{Status: status})
	}
	v.Ended[i].N += n
}

// outcome returns the status that its executions give an attempt. Those that were cancelled count as good.
func (v *Several) outcome(n *Node) Status {
	if v.Broken {
		return Failed
	}
	worst := Success
	for _, status := range []Status{Warning, Killed, Failed} { // Kestra's order
		for _, c := range v.Ended {
			if c.Status == status {
				worst = n.childStatus(status)
			}
		}
	}
	return worst
}

// countsOfSeveral gives a Children its outputs: how many of its executions are in which state, beside what was given.
func (w *walk) countsOfSeveral(row int32) {
	r := w.run(row)
	w.result.Rows = append(w.result.Rows, row)
	v := r.Several
	if v.Next == 0 && v.Broken {
		return // nothing is known of them
	}
	text := []byte("{")
	if len(v.Given) > len(noOutputs) {
		text = append(append(text, v.Given[1:len(v.Given)-1]...), ',')
	}
	text = append(text, `"iterations":{`...)
	if !v.Alone {
		text = append(strconv.AppendInt(append(text, `"CREATED":`...), int64(v.Total-v.Next), 10), ',')
	}
	text = strconv.AppendInt(append(text, `"RUNNING":`...), int64(len(v.Open)), 10)
	for _, c := range v.Ended {
		text = append(append(append(text, `,"`...), c.Status...), `":`...)
		text = strconv.AppendInt(text, int64(c.N), 10)
	}
	text = strconv.AppendInt(append(text, `},"numberOfBatches":`...), int64(v.Total), 10)
	r.Outputs = Datum{JSON: append(text, '}')}
}

// many reports whether a node starts several executions.
func (n *Node) many() bool { return n.Shape == flow.ShapeChildren }
