package execution

import "github.com/caddy-kestra/kestra-webhook/engine/flow"

// Pending returns the effects that are under way in a state, such as one that was loaded: performing them goes on where the
// state stands. Those for which only the time must come are not among them: see [State.Wake].
func Pending(p *Plan, s *State) ([]Effect, error) {
	if err := p.check(s); err != nil {
		return nil, err
	}
	switch {
	case s.Status().Terminated():
		return nil, nil
	case s.Wait == WaitEval:
		return []Effect{s.outputsEffect()}, nil
	case s.Wait == WaitPlace, s.Status() == Created && len(s.Runs) == 0:
		return []Effect{{Kind: Begin, Run: RootRow}}, nil
	}
	var effects []Effect
	for row := range s.Runs {
		switch r := &s.Runs[row]; r.Wait {
		case WaitEval:
			what := Choose
			switch {
			case r.Status() == Created:
				what = RunIf
			case p.nodes[r.Node].Shape == flow.ShapeEach:
				what = Values
			}
			effects = append(effects, s.evalEffect(int32(row), what))
		case WaitTask:
			effects = append(effects, s.taskEffect(int32(row)))
		default: // a time, or children
		}
	}
	return effects, nil
}

// Wakes returns an event for each task run that waits for a time, to be told when its At has come.
func (s *State) Wakes() []Event {
	var wakes []Event
	for row := range s.Runs {
		if r := &s.Runs[row]; r.Wait == WaitTimer {
			wakes = append(wakes, Event{Kind: Woke, Run: int32(row), Attempt: int32(len(r.Attempts) - 1), At: r.Wake})
		}
	}
	return wakes
}

// The effects are functions of the state, so that a repeated one is the same.

func (s *State) evalEffect(row int32, what What) Effect {
	r := &s.Runs[row]
	return Effect{Kind: Eval, Run: row, What: what, At: r.History[len(r.History)-1].At, Seed: s.seed(r.ID, uint64(what))}
}

func (s *State) taskEffect(row int32) Effect {
	r := &s.Runs[row]
	attempt := len(r.Attempts) - 1
	return Effect{
		Kind: RunTask, Run: row, Attempt: int32(attempt), Woke: !r.Wake.IsZero(),
		At: r.Attempts[attempt].History[1].At, Seed: s.seed(r.ID, uint64(len(whatNames)+attempt)),
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
