package execution

import "github.com/caddy-kestra/kestra-webhook/engine/flow"

// Pending returns the effects that are under way in a state, such as one that was loaded: performing them goes on where the
// state stands. Those for which only the time must come are not among them: see [State.Wakes].
func Pending(p *Plan, s *State) ([]Effect, error) {
	if err := p.check(s); err != nil {
		return nil, err
	}
	switch {
	case s.Over():
		return nil, nil
	case s.Wait == WaitEval:
		return []Effect{s.outputsEffect()}, nil
	case s.Wait == WaitAssert && len(s.Runs) == 0:
		return []Effect{s.assertEffect()}, nil
	case s.Wait == WaitPlace, s.Status() == Created && len(s.Runs) == 0, s.Status() == Restarted:
		return []Effect{{Kind: Begin, Run: RootRow}}, nil
	}
	var effects []Effect
	if s.Wait == WaitAssert {
		effects = append(effects, s.assertEffect())
	}
	for row := range s.Runs {
		switch r := &s.Runs[row]; r.Wait {
		case WaitEval, WaitFiles:
			effects = append(effects, s.evalEffect(int32(row), p.Asked(r)))
		case WaitTask:
			effects = append(effects, s.taskEffect(int32(row)))
		default: // a time, children, or an execution
		}
	}
	return effects, nil
}

// Asked returns what a task run that waits for the value of an expression, or for files, waits for.
func (p *Plan) Asked(r *Run) What {
	switch n := &p.nodes[r.Node]; {
	case r.Wait == WaitFiles && r.begins():
		return Prepare
	case r.Wait == WaitFiles:
		return Collect
	case r.begins():
		return RunIf
	case n.Timeout != nil && r.Deadline.IsZero():
		return Timeout
	case n.Shape == flow.ShapeEach:
		return Values
	case n.Shape == flow.ShapeChild && r.hasGoneOn():
		return Recall
	case n.Shape == flow.ShapeChild:
		return Call
	case n.Shape == flow.ShapeChildren:
		return p.called(r)
	case n.Shape == flow.ShapePause:
		return Pause
	case n.Shape == flow.ShapeUntil:
		return Until
	default:
		return Choose
	}
}

// begins reports whether a task run has not begun, or not begun again.
func (r *Run) begins() bool { return r.Status() == Created || r.Status() == Restarted }

// Awaits reports whether the answer to an effect is still waited for.
func (s *State) Awaits(e Effect) bool {
	switch {
	case e.Kind == Begin:
		return s.Status() == Created || s.Status() == Restarted
	case e.Run == RootRow:
		return s.Wait == WaitAssert && e.What == Assert || s.Wait == WaitEval && e.What == Outputs
	case e.Kind == Eval:
		return s.Runs[e.Run].Wait.asks()
	default:
		r := &s.Runs[e.Run]
		return r.Wait == WaitTask && int(e.Attempt) == len(r.Attempts)-1
	}
}

// Wakes returns an event for each task run, and for the execution, that waits for a time, to be told when its At has come.
func (s *State) Wakes() []Event {
	var wakes []Event
	if e, ok := s.Due(RootRow); ok {
		wakes = append(wakes, e)
	}
	for row := range s.Runs {
		if e, ok := s.Due(int32(row)); ok {
			wakes = append(wakes, e)
		}
	}
	return wakes
}

// Due returns the event that a task run waits for, to be told when its At has come: its time, or the end of its timeout if that
// comes before; with RootRow, the end of a duration of `sla`. False: it waits for no time.
func (s *State) Due(row int32) (Event, bool) {
	if row == RootRow {
		return s.overdueAt()
	}
	r := &s.Runs[row]
	e := Event{Kind: Woke, Run: row, Attempt: int32(len(r.Attempts) - 1), At: r.Wake}
	waits := r.Wait == WaitTimer || r.Wait == WaitRound || r.Wait == WaitResume && !r.Wake.IsZero()
	if !r.Deadline.IsZero() && (!waits || r.Deadline.Before(r.Wake)) {
		e.Kind, e.At, waits = TimedOut, r.Deadline, true
	}
	return e, waits
}

// The effects are functions of the state, so that a repeated one is the same.

// attemptSeeds is the part of the seed of a first attempt: with another number an attempt that is repeated would see other random values.
const attemptSeeds = 12

func (s *State) evalEffect(row int32, what What) Effect {
	r := &s.Runs[row]
	if what == Call || what == Recall && r.Several != nil {
		e := s.taskEffect(row)
		e.Kind, e.What, e.Woke = Eval, what, false
		if !r.Wake.IsZero() {
			e.At = r.Wake
		}
		return e
	}
	at := r.History[len(r.History)-1].At
	if what == Until {
		at = r.Wake
	}
	return Effect{Kind: Eval, Run: row, What: what, At: at, Seed: s.seed(r.ID, uint64(what))}
}

func (s *State) taskEffect(row int32) Effect {
	r := &s.Runs[row]
	attempt := len(r.Attempts) - 1
	return Effect{
		Kind: RunTask, Run: row, Attempt: int32(attempt), Woke: !r.Wake.IsZero(),
		At: r.Attempts[attempt].History[1].At, Seed: s.seed(r.ID, uint64(attemptSeeds+attempt)),
	}
}

func (s *State) outputsEffect() Effect {
	at := s.Since
	if at.IsZero() {
		at = s.History[len(s.History)-1].At
	}
	return Effect{Kind: Eval, Run: RootRow, What: Outputs, At: at, Seed: s.seed(s.ID, uint64(Outputs))}
}

// InputsSeed returns the seed by which the defaults of inputs are rendered.
func (s *State) InputsSeed() uint64 { return s.seed(s.ID, 0) }

// seed derives the seed of an effect of a task run.
func (s *State) seed(id string, part uint64) uint64 { return mixSeed(s.Seed, hashID(id), part) }
