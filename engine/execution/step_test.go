package execution

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
)

// taskSpec says in one word per trait what a task of a test is like.
//
//	"a impure runIf allowFailure allowWarning disabled"
func taskOf(spec string) *flow.Component {
	words := strings.Fields(spec)
	c := &flow.Component{ID: words[0], Spec: &flow.Spec{Pure: true}}
	for _, w := range words[1:] {
		switch w {
		case "impure":
			c.Spec.Pure = false
		case "runIf":
			c.RunIf = new(pebble.Template)
		case "allowFailure":
			c.AllowFailure = true
		case "allowWarning":
			c.AllowWarning = true
		case "disabled":
			c.Disabled = true
		default:
			panic(w)
		}
	}
	return c
}

func planOf(outputs bool, tasks ...string) *Plan {
	f := &flow.Flow{Namespace: "company.team", ID: "hello"}
	for _, t := range tasks {
		f.Tasks = append(f.Tasks, taskOf(t))
	}
	if outputs {
		f.Outputs = []*flow.Output{{ID: "o"}}
	}
	return NewPlan(f, 3)
}

var epoch = time.Date(2026, 6, 1, 10, 11, 12, 123456789, time.UTC)

// play runs an execution with the answers in order: one word per effect, and one line per step of what was asked for
// and whether it is a barrier.
func play(t *testing.T, p *Plan, answers ...string) (*State, []string) {
	t.Helper()
	s := New(p, epoch, nil, Trigger{ID: "webhook", Type: "w"})
	var trace []string
	var e Event = Started{At: epoch.Add(time.Second)}
	for n := 2; ; n++ {
		r, err := Step(p, s, e)
		if err != nil {
			t.Fatal(err)
		}
		line := describe(r)
		if len(r.Effects) == 0 {
			if len(answers) > 0 {
				t.Fatalf("ended with answers left: %q", answers)
			}
			return s, append(trace, line)
		}
		if len(answers) == 0 {
			t.Fatalf("no answer left for %q", line)
		}
		e = answer(r.Effects[0], answers[0], epoch.Add(time.Duration(n)*time.Second))
		trace, answers = append(trace, line), answers[1:]
	}
}

func describe(r Result) string {
	var b strings.Builder
	if r.Barrier {
		b.WriteString("| ")
	}
	for _, e := range r.Effects {
		switch e := e.(type) {
		case Evaluate:
			if e.What == RunIf {
				fmt.Fprintf(&b, "runIf %s", e.Task.ID)
			} else {
				b.WriteString("outputs")
			}
		case RunTask:
			fmt.Fprintf(&b, "run %s", e.Task.ID)
		}
	}
	if len(r.Effects) == 0 {
		b.WriteString("end")
	}
	return b.String()
}

func answer(e Effect, word string, at time.Time) Event {
	switch e := e.(type) {
	case Evaluate:
		ev := Evaluated{What: e.What, TaskRun: e.TaskRun, True: word == "true", Failed: word == "failed", At: at}
		if e.What == Outputs {
			ev.Value = Datum{JSON: []byte(`{"o":1}`)}
		}
		return ev
	case RunTask:
		return TaskEnded{TaskRun: e.TaskRun, Attempt: e.Attempt, Status: Status(word), Outputs: Datum{JSON: []byte(`{}`)}, At: at}
	}
	panic("unknown effect")
}

// words prints a history as CREATED RUNNING ….
func words(h History) string {
	var w []string
	for _, t := range h {
		w = append(w, string(t.Status))
	}
	return strings.Join(w, " ")
}

func TestStep(t *testing.T) {
	const ran = "CREATED RUNNING SUCCESS"
	tests := []struct {
		name    string
		outputs bool
		tasks   []string
		answers []string
		trace   []string // | is a barrier
		history string
		runs    []string // task: history / history of each attempt
	}{
		{
			name: "one task", tasks: []string{"a"}, answers: []string{"SUCCESS"},
			trace: []string{"run a", "| end"}, history: ran, runs: []string{"a: " + ran + " / " + ran},
		},
		{
			name: "tasks run in their order", tasks: []string{"a", "b"}, answers: []string{"SUCCESS", "SUCCESS"},
			trace: []string{"run a", "run b", "| end"}, history: ran,
			runs: []string{"a: " + ran + " / " + ran, "b: " + ran + " / " + ran},
		},
		{
			name: "a failure ends the execution", tasks: []string{"a", "b"}, answers: []string{"FAILED"},
			trace: []string{"run a", "| end"}, history: "CREATED RUNNING FAILED",
			runs: []string{"a: CREATED RUNNING FAILED / CREATED RUNNING FAILED"},
		},
		{
			name: "a warning does not", tasks: []string{"a", "b"}, answers: []string{"WARNING", "SUCCESS"},
			trace: []string{"run a", "run b", "| end"}, history: "CREATED RUNNING WARNING",
			runs: []string{"a: CREATED RUNNING WARNING / CREATED RUNNING WARNING", "b: " + ran + " / " + ran},
		},
		{
			name: "allowFailure makes a failure a warning", tasks: []string{"a allowFailure", "b"}, answers: []string{"FAILED", "SUCCESS"},
			trace: []string{"run a", "run b", "| end"}, history: "CREATED RUNNING WARNING",
			runs: []string{"a: CREATED RUNNING WARNING / CREATED RUNNING FAILED", "b: " + ran + " / " + ran},
		},
		{
			name: "allowFailure with allowWarning makes it a success", tasks: []string{"a allowFailure allowWarning", "b"}, answers: []string{"FAILED", "SUCCESS"},
			trace: []string{"run a", "run b", "| end"}, history: ran,
			runs: []string{"a: CREATED RUNNING SUCCESS / CREATED RUNNING FAILED", "b: " + ran + " / " + ran},
		},
		{
			name: "allowWarning alone leaves a failure", tasks: []string{"a allowWarning", "b"}, answers: []string{"FAILED"},
			trace: []string{"run a", "| end"}, history: "CREATED RUNNING FAILED",
			runs: []string{"a: CREATED RUNNING FAILED / CREATED RUNNING FAILED"},
		},
		{
			name: "allowWarning makes a warning a success", tasks: []string{"a allowWarning"}, answers: []string{"WARNING"},
			trace: []string{"run a", "| end"}, history: ran,
			runs: []string{"a: CREATED RUNNING SUCCESS / CREATED RUNNING WARNING"},
		},
		{
			name: "runIf true", tasks: []string{"a runIf"}, answers: []string{"true", "SUCCESS"},
			trace: []string{"runIf a", "run a", "| end"}, history: ran, runs: []string{"a: " + ran + " / " + ran},
		},
		{
			name: "runIf false skips", tasks: []string{"a runIf", "b"}, answers: []string{"false", "SUCCESS"},
			trace: []string{"runIf a", "run b", "| end"}, history: ran,
			runs: []string{"a: CREATED SKIPPED / CREATED SKIPPED", "b: " + ran + " / " + ran},
		},
		{
			name: "runIf that fails fails the task without an attempt", tasks: []string{"a runIf", "b"}, answers: []string{"failed"},
			trace: []string{"runIf a", "| end"}, history: "CREATED RUNNING FAILED", runs: []string{"a: CREATED FAILED"},
		},
		{
			name: "runIf that fails with allowFailure", tasks: []string{"a runIf allowFailure", "b"}, answers: []string{"failed", "SUCCESS"},
			trace: []string{"runIf a", "run b", "| end"}, history: "CREATED RUNNING WARNING",
			runs: []string{"a: CREATED WARNING", "b: " + ran + " / " + ran},
		},
		{
			name: "disabled tasks are absent", tasks: []string{"a disabled", "b", "c disabled"}, answers: []string{"SUCCESS"},
			trace: []string{"run b", "| end"}, history: ran, runs: []string{"b: " + ran + " / " + ran},
		},
		{
			name: "no enabled task: never RUNNING", tasks: []string{"a disabled"},
			trace: []string{"| end"}, history: "CREATED SUCCESS",
		},
		{
			name: "no enabled task, outputs", outputs: true, tasks: []string{"a disabled"}, answers: []string{""},
			trace: []string{"outputs", "| end"}, history: "CREATED SUCCESS",
		},
		{
			name: "outputs after the last task", outputs: true, tasks: []string{"a"}, answers: []string{"SUCCESS", ""},
			trace: []string{"run a", "outputs", "| end"}, history: ran, runs: []string{"a: " + ran + " / " + ran},
		},
		{
			name: "outputs after a failure", outputs: true, tasks: []string{"a", "b"}, answers: []string{"FAILED", ""},
			trace: []string{"run a", "outputs", "| end"}, history: "CREATED RUNNING FAILED",
			runs: []string{"a: CREATED RUNNING FAILED / CREATED RUNNING FAILED"},
		},
		{
			name: "outputs that fail", outputs: true, tasks: []string{"a"}, answers: []string{"SUCCESS", "failed"},
			trace: []string{"run a", "outputs", "| end"}, history: "CREATED RUNNING SUCCESS FAILED",
			runs: []string{"a: " + ran + " / " + ran},
		},
		{
			name: "outputs that fail after a failure", outputs: true, tasks: []string{"a"}, answers: []string{"FAILED", "failed"},
			trace: []string{"run a", "outputs", "| end"}, history: "CREATED RUNNING FAILED",
			runs: []string{"a: CREATED RUNNING FAILED / CREATED RUNNING FAILED"},
		},
		{
			name: "barriers around a task that is not pure", outputs: true, tasks: []string{"a", "b impure runIf", "c", "d impure", "e impure"},
			answers: []string{"SUCCESS", "true", "SUCCESS", "SUCCESS", "SUCCESS", "SUCCESS", ""},
			trace:   []string{"run a", "runIf b", "| run b", "| run c", "| run d", "| run e", "| outputs", "| end"},
			history: ran, runs: []string{
				"a: " + ran + " / " + ran, "b: " + ran + " / " + ran, "c: " + ran + " / " + ran,
				"d: " + ran + " / " + ran, "e: " + ran + " / " + ran,
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, trace := play(t, planOf(tt.outputs, tt.tasks...), tt.answers...)
			if diff := cmp.Diff(tt.trace, trace); diff != "" {
				t.Errorf("trace (-want +got):\n%s", diff)
			}
			if got := words(s.History); got != tt.history {
				t.Errorf("history %q, want %q", got, tt.history)
			}
			var runs []string
			for i, r := range s.TaskRuns {
				line := r.TaskID + ": " + words(r.History)
				for _, a := range r.Attempts {
					line += " / " + words(a.History)
				}
				runs = append(runs, line)
				if r.ID != TaskRunID(s.ID, i) {
					t.Errorf("task run %d has id %s", i, r.ID)
				}
				if never := !strings.Contains(line, "RUNNING"); r.Outputs.IsZero() != never {
					t.Errorf("task run %d: outputs %q, never ran: %v", i, r.Outputs.JSON, never)
				}
			}
			if diff := cmp.Diff(tt.runs, runs); diff != "" {
				t.Errorf("task runs (-want +got):\n%s", diff)
			}
			if s.Outputs.IsZero() == tt.outputs {
				t.Errorf("outputs %q, declared: %v", s.Outputs.JSON, tt.outputs)
			}
		})
	}
}

// TestStepTimes checks that the entries of histories carry the times of the events.
func TestStepTimes(t *testing.T) {
	s, _ := play(t, planOf(true, "a runIf"), "true", "SUCCESS", "")
	at := func(n int) time.Time { return epoch.Add(time.Duration(n) * time.Second) }
	want := []History{
		{{Created, at(0)}, {Running, at(1)}, {Success, at(4)}},
		{{Created, at(1)}, {Running, at(2)}, {Success, at(3)}},
		{{Created, at(2)}, {Running, at(2)}, {Success, at(3)}},
	}
	got := []History{s.History, s.TaskRuns[0].History, s.TaskRuns[0].Attempts[0].History}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("histories (-want +got):\n%s", diff)
	}
	if s.History.Duration() != 4*time.Second || !s.History.End().Equal(at(4)) || !s.History.Start().Equal(at(0)) {
		t.Errorf("start %v, end %v, duration %v", s.History.Start(), s.History.End(), s.History.Duration())
	}
}

// TestEffectsAreDerived checks that what effects see follows from what is kept, so that a repeated one prints the same.
func TestEffectsAreDerived(t *testing.T) {
	p := planOf(true, "a", "b runIf")
	s := New(p, epoch, nil, Trigger{})
	seeds := map[uint64]string{}
	var e Event = Started{At: epoch.Add(time.Second)}
	for n := 2; ; n++ {
		r, err := Step(p, s, e)
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Effects) == 0 {
			break
		}
		var at, kept time.Time
		var seed uint64
		switch f := r.Effects[0].(type) {
		case Evaluate:
			at, seed, kept = f.At, f.Seed, s.TaskRuns[len(s.TaskRuns)-1].History.Start()
			if f.What == Outputs {
				kept = s.TaskRuns[len(s.TaskRuns)-1].History.End()
			}
		case RunTask:
			at, seed, kept = f.At, f.Seed, s.TaskRuns[f.TaskRun].Attempts[f.Attempt].History[1].At
		}
		if !at.Equal(kept) {
			t.Errorf("%s sees %v, kept is %v", describe(r), at, kept)
		}
		if before, ok := seeds[seed]; ok || seed == 0 {
			t.Errorf("%s has the seed %d of %q", describe(r), seed, before)
		}
		seeds[seed] = describe(r)
		e = answer(r.Effects[0], map[bool]string{true: "true", false: "SUCCESS"}[describe(r) == "runIf b"], epoch.Add(time.Duration(n)*time.Second))
	}
	if len(seeds) != 4 {
		t.Errorf("%d effects, want 4: %v", len(seeds), seeds)
	}
}

func TestStepRefuses(t *testing.T) {
	p := planOf(true, "a", "b runIf")
	ended := func(run, attempt int, status Status) Event {
		return TaskEnded{TaskRun: run, Attempt: attempt, Status: status, At: epoch}
	}
	started := func(t *testing.T) *State {
		s := New(p, epoch, nil, Trigger{})
		if _, err := Step(p, s, Started{At: epoch}); err != nil {
			t.Fatal(err)
		}
		return s
	}
	tests := []struct {
		name  string
		state func(t *testing.T) *State
		event Event
		want  string
	}{
		{"started twice", started, Started{At: epoch}, "started while RUNNING"},
		{"another attempt", started, ended(0, 1, Success), "attempt 1 of task run 0 does not run"},
		{"another task run", started, ended(1, 0, Success), "does not run"},
		{"a negative task run", started, ended(-1, 0, Success), "does not run"},
		{"an end that is none", started, ended(0, 0, Running), `ended as "RUNNING"`},
		{"runIf of a task without", started, Evaluated{What: RunIf, True: true, At: epoch}, "awaits no runIf"},
		{"runIf of a negative task run", started, Evaluated{What: RunIf, TaskRun: -1, At: epoch}, "awaits no runIf"},
		{"outputs too early", started, Evaluated{What: Outputs, At: epoch}, "awaits no outputs"},
		{"no event", started, nil, "unknown event"},
		{"another core", func(t *testing.T) *State { s := started(t); s.Core++; return s }, ended(0, 0, Success), "core version 2"},
		{"another revision", func(t *testing.T) *State { s := started(t); s.Revision++; return s }, ended(0, 0, Success), "revision 4"},
		{"another flow", func(t *testing.T) *State { s := started(t); s.FlowID = "x"; return s }, ended(0, 0, Success), "company.team.x"},
		{"more task runs than tasks", func(t *testing.T) *State { s := started(t); s.TaskRuns = make([]TaskRun, 3); return s }, ended(0, 0, Success), "3 task runs"},
		{"after the end", func(t *testing.T) *State { s, _ := play(t, p, "SUCCESS", "false", ""); return s }, Evaluated{What: Outputs, At: epoch}, "awaits no outputs"},
		{"a task run that ended", func(t *testing.T) *State { s, _ := play(t, p, "FAILED", ""); return s }, ended(0, 0, Success), "does not run"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := tt.state(t)
			before := s.Clone()
			r, err := Step(p, s, tt.event)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one with %q", err, tt.want)
			}
			if diff := cmp.Diff(before, s); diff != "" {
				t.Errorf("the state changed (-before +after):\n%s", diff)
			}
			if len(r.Changes) != 0 || len(r.Effects) != 0 || r.Barrier {
				t.Errorf("result %+v", r)
			}
		})
	}
}

func BenchmarkStep(b *testing.B) {
	p := planOf(true, "a", "b")
	s := New(p, epoch, nil, Trigger{})
	object := Datum{JSON: []byte(`{}`)}
	b.ReportAllocs()
	for b.Loop() {
		c := *s
		for _, e := range []Event{
			Started{At: epoch},
			TaskEnded{TaskRun: 0, Status: Success, Outputs: object, At: epoch},
			TaskEnded{TaskRun: 1, Status: Success, Outputs: object, At: epoch},
			Evaluated{What: Outputs, Value: object, At: epoch},
		} {
			if _, err := Step(p, &c, e); err != nil {
				b.Fatal(err)
			}
		}
	}
}
