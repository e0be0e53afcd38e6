package pebble

import (
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// functionsContext are the functions that read the variables of the context.
func functionsContext() []Function {
	context := func(st *state, _ []value.Value) (value.Value, error) { return value.FromMap(st.ctx.Vars), nil }
	return []Function{
		{
			Entry{
				Name: "printContext", Loose: true, Summary: "all variables of the context, as a map",
				Examples: []Example{{"{{ printContext() is map }}", "true"}},
			},
			context,
		},
		{
			Entry{
				Name: "fetchContext", Loose: true, Summary: "the same as printContext",
				Examples: []Example{{"{{ fetchContext() is map }}", "true"}},
			},
			context,
		},
		{
			Entry{
				Name: "env", Parameters: []Parameter{{Name: "name", Required: true}, {Name: "default"}},
				Summary:  "the variable of the environment that envs has under a name; the default when it is missing or empty",
				Examples: []Example{{"{{ env('stage', 'dev') }}", "dev"}},
			},
			func(st *state, args []value.Value) (value.Value, error) {
				if args[0].Kind() != value.KindString {
					return value.Null, runtimeError("function env needs the name of a variable, not %s", args[0].Kind())
				}
				if err := st.Charge(len(args[0].Str()) / meter.TextPerStep); err != nil {
					return value.Null, err
				}
				envs, _ := st.ctx.Vars.Get("envs")
				if envs.Kind() != value.KindMap {
					return args[1], nil
				}
				if v, ok := envs.Map().Get(args[0].Str()); ok && !v.IsNull() && value.JavaText(v) != "" {
					return v, nil
				}
				return args[1], nil
			},
		},
		{
			Entry{
				Name: "tasksWithState", Parameters: []Parameter{{Name: "state", Required: true}},
				Summary:  "the tasks that are in a state: a list of maps with taskId, state, and in a loop value",
				Examples: []Example{{"{{ tasksWithState('FAILED') }}", "[]"}},
			},
			tasksWithState,
		},
		{
			Entry{
				Name:     "errorLogs",
				Summary:  "the lines of level ERROR in the log of the execution, the oldest first: maps with message, taskId, timestamp and more; for the tasks of a flow",
				Examples: []Example{{"{{ errorLogs() | length }}", "0"}},
			},
			errorLogs,
		},
		{
			Entry{
				Name: "currentEachOutput", Parameters: []Parameter{{Name: "outputs", Required: true}},
				Summary:  "in a loop, the output of a task in the current round: of outputs.id what stands under taskrun.value, through all loops around it",
				Examples: []Example{{"{% set taskrun = {'value': 'a'} %}{{ currentEachOutput({'a': {'n': 1}}).n }}", "1"}},
			},
			currentEachOutput,
		},
	}
}

// tasksWithState reads the variable tasks: a map of task ids to {state: …}, or in loops to maps of their values, from the outermost
// in, to that.
func tasksWithState(st *state, args []value.Value) (value.Value, error) {
	if args[0].Kind() != value.KindString {
		return value.Null, runtimeError("function tasksWithState needs the name of a state, not %s", args[0].Kind())
	}
	if err := st.Charge(len(args[0].Str()) / meter.TextPerChange); err != nil {
		return value.Null, err
	}
	tasks, _ := st.ctx.Vars.Get("tasks")
	if tasks.Kind() != value.KindMap {
		return value.ListOf(), nil
	}
	s := taskSearch{st: st, wanted: strings.ToUpper(args[0].Str())}
	for id, task := range tasks.Map().All() {
		if err := s.look(id, value.Null, task); err != nil {
			return value.Null, err
		}
	}
	return value.ListOf(s.found...), nil
}

// taskSearch looks for task runs in a state.
type taskSearch struct {
	st     *state
	wanted string
	found  []value.Value
}

// look looks at a task, or at its runs below a value of a loop; null: of none.
func (s *taskSearch) look(id string, round, at value.Value) error {
	if at.Kind() != value.KindMap {
		return nil
	}
	if err := s.st.ChargeItems(at.Map().Len() + 1); err != nil {
		return err
	}
	for key, member := range at.Map().All() {
		if member.Kind() == value.KindMap {
			if err := s.look(id, value.String(key), member); err != nil {
				return err
			}
			continue
		}
		if key != "state" || member.Kind() != value.KindString || strings.ToUpper(member.Str()) != s.wanted {
			continue
		}
		found := value.NewMap(3)
		found.Set("taskId", value.String(id))
		found.Set("state", value.String(s.wanted))
		if !round.IsNull() {
			found.Set("value", round)
		}
		s.found = append(s.found, value.FromMap(found))
	}
	return nil
}

func errorLogs(st *state, _ []value.Value) (value.Value, error) {
	if st.ctx.Logs == nil {
		return value.Null, evaluationError("function errorLogs needs an execution: it is for the tasks of a flow")
	}
	lines, err := st.ctx.Logs.ErrorLogs()
	if err != nil {
		return value.Null, &meter.Fault{Class: ClassEvaluation, At: -1, Msg: "the log of the execution cannot be read", Err: err}
	}
	if err := st.ChargeItems(len(lines)); err != nil {
		return value.Null, err
	}
	items := make([]value.Value, len(lines))
	for i, line := range lines {
		if err := st.ChargeMembers(line.Len()); err != nil {
			return value.Null, err
		}
		items[i] = value.FromMap(line)
		if err := st.WalkText(items[i]); err != nil {
			return value.Null, err
		}
	}
	return value.ListOf(items...), nil
}

// currentEachOutput follows the values of the loops around the current task run, from the outermost in.
func currentEachOutput(st *state, args []value.Value) (value.Value, error) {
	at := args[0]
	if at.Kind() != value.KindMap {
		return value.Null, evaluationError("function currentEachOutput needs the outputs of a task, not %s", at.Kind())
	}
	taskrun, _ := st.lookup("taskrun")
	if taskrun.Kind() != value.KindMap {
		return value.Null, runtimeError("function currentEachOutput needs a task run: it is for the tasks of a loop")
	}
	parents, _ := st.lookup("parents")
	var runs []value.Value
	if parents.Kind() == value.KindList {
		for i := parents.List().Len() - 1; i >= 0; i-- {
			if parent := parents.List().At(i); parent.Kind() == value.KindMap {
				if run, ok := parent.Map().Get("taskrun"); ok && run.Kind() == value.KindMap {
					runs = append(runs, run)
				}
			}
		}
	}
	for i, run := range append(runs, taskrun) {
		if err := st.Charge(1); err != nil {
			return value.Null, err
		}
		key, _ := run.Map().Get("value")
		name, err := st.JavaText(key)
		if err != nil {
			return value.Null, err
		}
		if at.Kind() != value.KindMap {
			return value.Null, evaluationError("function currentEachOutput finds no output for the current task run")
		}
		next, ok := at.Map().Get(name)
		switch deeper := i == len(runs) && i > 0 && sameRound(runs[i-1], run); {
		case !ok && deeper: // the task run is deeper in the round whose value it shows, which was followed already
			return at, nil
		case !ok && i < len(runs):
			return value.Null, evaluationError("function currentEachOutput finds no output for the current task run")
		}
		at = next
	}
	return at, nil
}

// sameRound reports whether two task runs show the same value.
func sameRound(a, b value.Value) bool {
	one, _ := a.Map().Get("value")
	other, ok := b.Map().Get("value")
	return ok && value.JSON(one) == value.JSON(other)
}
