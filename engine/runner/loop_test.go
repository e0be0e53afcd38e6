package runner

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// outputsOf runs a flow with the trigger body {}, and returns what its tasks of type Return made, in order.
func outputsOf(t *testing.T, flow string) (execution.Status, []string) {
	t.Helper()
	f := newFixture(t, Options{})
	s, _, done, err := f.runner.RunAndWait(t.Context(), f.job(f.plan(flow), "{}"), time.Now().Add(time.Minute))
	if err != nil || !done {
		t.Fatal(done, err)
	}
	var texts []string
	for i := range s.Runs {
		if text, ok := strings.CutPrefix(string(s.Runs[i].Outputs.JSON), `{"value":`); ok {
			texts = append(texts, s.Runs[i].TaskID+" "+strings.TrimSuffix(text, "}"))
		}
	}
	return s.Status(), texts
}

// TestLoops checks what expressions see inside of loops and after them.
func TestLoops(t *testing.T) {
	const r = "type: io.kestra.plugin.core.debug.Return"
	tests := []struct {
		name, flow string
		want       []string
	}{
		{
			"value and number", `
tasks:
- {id: l, type: test.Each, values: [x, y], tasks: [{id: a, ` + r + `, format: "{{ taskrun.iteration }}{{ taskrun.value }}"}]}`,
			[]string{`a "0x"`, `a "1y"`},
		},
		{
			"outputs of a round", `
tasks:
- {id: l, type: test.Each, values: [x, y], tasks: [{id: a, ` + r + `, format: "{{ taskrun.value }}!"}, {id: b, ` + r + `, format: "{{ outputs.a[taskrun.value].value }} {{ currentEachOutput(outputs.a).value }}"}]}
- {id: c, ` + r + `, format: "{{ outputs.b.x.value }}, {{ outputs.b['y'].value }}, {{ tasks.a.x.state }}, {{ outputs.a | keys }}"}`,
			[]string{`a "x!"`, `b "x! x!"`, `a "y!"`, `b "y! y!"`, `c "x! x!, y! y!, SUCCESS, [\"x\",\"y\"]"`},
		},
		{
			"below a flowable", `
tasks:
- {id: l, type: test.Each, values: [x], tasks: [{id: s, type: test.Parallel, tasks: [{id: a, ` + r + `, format: "{{ taskrun.value }} {{ parent.taskrun.value }} {{ parents[0].taskrun.value }}"}, {id: b, ` + r + `, format: "{{ currentEachOutput(outputs.a).value }}"}]}]}`,
			[]string{`a "x x x"`, `b "x x x"`},
		},
		{
			"a loop in a loop", `
tasks:
- id: l
  type: test.Each
  values: [x, y]
  tasks:
  - {id: m, type: test.Each, values: [1, 2], tasks: [{id: a, ` + r + `, format: "{{ parent.taskrun.value }}{{ taskrun.value }}{{ parents | length }}"}, {id: b, ` + r + `, format: "{{ currentEachOutput(outputs.a).value }}"}]}
- {id: c, ` + r + `, format: "{{ outputs.a.y['1'].value }} {{ outputs.a.x | keys }} {{ outputs.b | keys }} {{ outputs.a }}"}`,
			[]string{
				`a "x11"`, `b "x11"`, `a "x21"`, `b "x21"`, `a "y11"`, `b "y11"`, `a "y21"`, `b "y21"`,
				`c "y11 [\"1\",\"2\"] [\"x\",\"y\"] {\"x\":{\"1\":{\"value\":\"x11\"},\"2\":{\"value\":\"x21\"}},\"y\":{\"1\":{\"value\":\"y11\"},\"2\":{\"value\":\"y21\"}}}"`,
			},
		},
		{
			"outside of loops", `
tasks:
- {id: a, ` + r + `, format: "{{ parent is defined }} {{ parents }} {{ taskrun.value is defined }}"}`,
			[]string{`a "false [] false"`},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			status, got := outputsOf(t, test.flow)
			if diff := cmp.Diff(test.want, got); diff != "" || status != execution.Success {
				t.Errorf("%s (-want +got):\n%s", status, diff)
			}
		})
	}
}

// TestLoopOverTooMuch checks that a loop whose rounds would take more memory than one execution may fails before its first round.
func TestLoopOverTooMuch(t *testing.T) {
	f := newFixture(t, Options{})
	job := f.job(f.plan("tasks: [{id: l, type: test.Each, count: 10000000, tasks: [{id: a, type: io.kestra.plugin.core.debug.Return, format: x}]}]"), "{}")
	s, _, done, err := f.runner.RunAndWait(t.Context(), job, time.Now().Add(time.Minute))
	if err != nil || !done {
		t.Fatal(done, err)
	}
	if s.Status() != execution.Failed || len(s.Runs) != 1 {
		t.Errorf("%s, %d task runs", s.Status(), len(s.Runs))
	}
	if got := strings.Join(f.lines(), "\n"); !strings.Contains(got, errRounds.Error()) {
		t.Errorf("the log is %s", got)
	}
}
