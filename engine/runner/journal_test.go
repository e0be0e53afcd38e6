package runner

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/admission"
	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/mask"
)

// kept prints the lines that an execution keeps as "level task attempt: message", and checks that they name its task runs.
func (f *fixture) kept(s *execution.State) []string {
	f.t.Helper()
	lines, err := f.store.Logs(f.t.Context(), s.ID, 0, 1000)
	if err != nil {
		f.t.Fatal(err)
	}
	runs := map[string]string{"": ""}
	for i := range s.Runs {
		runs[s.Runs[i].ID] = s.Runs[i].TaskID
	}
	var texts []string
	for _, l := range lines {
		if id, ok := runs[l.Run]; !ok || id != l.Task || l.At.IsZero() {
			f.t.Errorf("line of the run %q of %q at %v", l.Run, l.Task, l.At)
		}
		message, _, _ := strings.Cut(l.Message, "\n  {{") // where an expression failed
		texts = append(texts, fmt.Sprintf("%s %s %d: %s", l.Level, l.Task, l.Attempt, template.ReplaceAllString(message, "")))
	}
	return texts
}

// TestKeptLines runs flows for callers who wait and for others: the executions keep the same lines.
func TestKeptLines(t *testing.T) {
	for _, tt := range []struct {
		name, flow string
		want       []string
	}{
		{"none", "tasks: [{id: a, type: io.kestra.plugin.core.debug.Return}]", nil},
		{"levels and lines", `
tasks:
- {id: a, type: io.kestra.plugin.core.debug.Return, format: "x\ny"}
- {id: b, type: io.kestra.plugin.core.log.Log, message: [one, two], level: WARN}
- {id: c, type: io.kestra.plugin.core.log.Log, message: three, logLevel: WARN}`, []string{"DEBUG a 0: x\ny", "WARN b 0: one", "WARN b 0: two"}},
		{"around a blocking task", `
tasks:
- {id: a, type: io.kestra.plugin.core.log.Log, message: before}
- {id: g, type: test.Shouting}
- {id: b, type: io.kestra.plugin.core.log.Log, message: after}`, []string{"INFO a 0: before", "INFO g 0: it blocks", "INFO b 0: after"}},
		{"failures", `
tasks:
- {id: a, type: io.kestra.plugin.core.log.Log, message: "{{ trigger.body.nope }}", allowFailure: true}
- {id: b, type: io.kestra.plugin.core.log.Log, message: x, runIf: "{{ trigger.body.nope }}", allowFailure: true}
- {id: c, type: io.kestra.plugin.core.execution.Fail, errorMessage: boom, retry: {type: constant, interval: PT1S, maxAttempts: 2}}
outputs: [{id: o, type: STRING, value: "{{ trigger.body.nope }}"}]`, []string{
			"ERROR a 0: unable to find `nope` at line 1:17", "ERROR b 0: failed to evaluate runIf: unable to find `nope` at line 1:17",
			"ERROR c 0: boom", "ERROR c 1: boom", "ERROR  0: failed to render output values: output `o`: unable to find `nope` at line 1:17",
		}},
		{"secrets", `tasks: [{id: a, type: io.kestra.plugin.core.log.Log, message: "{{ secret('X') }} and hunter22"}]`, []string{"INFO a 0: company.team/X=s and ******"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFixture(t, Options{})
				p := f.plan(tt.flow)
				waiting, job := f.job(p, "{}"), f.job(p, "{}")
				for _, j := range []*Job{waiting, job} {
					j.Mask = mask.New([]string{"hunter22"})
				}
				if diff := cmp.Diff(tt.want, f.kept(f.wait(waiting))); diff != "" {
					t.Errorf("waiting (-want +got):\n%s", diff)
				}
				if err := f.runner.Start(t.Context(), job); err != nil {
					t.Fatal(err)
				}
				s, err := f.runner.Wait(t.Context(), job.State.ID)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(tt.want, f.kept(s)); diff != "" {
					t.Errorf("started (-want +got):\n%s", diff)
				}
				synctest.Wait() // Wait may read in the store that the execution has ended before its bytes are given back
				if used, _ := f.admission.Used(); used != 0 {
					t.Errorf("%d bytes are not given back", used)
				}
			})
		})
	}
}

// TestErrorLogs checks that tasks see the errors of the execution that came before, wherever the lines are: waiting for a commit,
// committed, or committed before it was parked.
func TestErrorLogs(t *testing.T) {
	const errors = "{% for l in errorLogs() %}{{ l.taskId }} {{ l.attemptNumber }} {{ l.message }};{% endfor %}"
	for _, tt := range []struct{ name, between string }{
		{"not committed", ""},
		{"committed", "- {id: between, type: test.Shouting}\n"},
		{"parked", "- {id: between, type: test.Sleep}\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFixture(t, Options{})
				s, _, done, err := f.runner.RunAndWait(t.Context(), f.job(f.plan(`
tasks:
- {id: a, type: io.kestra.plugin.core.execution.Fail, errorMessage: boom, allowFailure: true, retry: {type: constant, interval: PT1S, maxAttempts: 2}}
- {id: b, type: io.kestra.plugin.core.log.Log, message: careful, level: WARN}
`+tt.between+`- {id: c, type: io.kestra.plugin.core.log.Log, message: an error, level: ERROR}
- {id: d, type: test.Reading, format: "`+errors+`"}
outputs:
- {id: errors, type: STRING, value: "`+errors+`"}
- {id: first, type: JSON, value: "{{ errorLogs()[0] }}"}`), "{}"), time.Now().Add(time.Hour))
				if err != nil || !done {
					t.Fatalf("done %v, %v", done, err)
				}
				want := `{"errors":"a 0 boom;a 1 boom;c 0 an error;","first":{"tenantId":"main","namespace":"company.team","flowId":"hello","taskId":"a",` +
					`"executionId":"` + s.ID + `","taskRunId":"` + s.Runs[0].ID + `","attemptNumber":0,"timestamp":"2000-01-01T00:00:00Z","level":"ERROR","message":"boom"}}`
				if got := string(s.Outputs.JSON); got != want {
					t.Errorf("outputs are %s, want %s", got, want)
				}
				if got := string(s.Runs[len(s.Runs)-1].Outputs.JSON); got != `{"value":"a 0 boom;a 1 boom;c 0 an error;"}` {
					t.Errorf("a task that blocks reads %s", got)
				}
			})
		})
	}
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, Options{})
		f.store.fail("logs", execution.ErrClosed)
		s := f.wait(f.job(f.plan(`tasks: [{id: a, type: io.kestra.plugin.core.debug.Return, format: "{{ errorLogs() }}"}]`), "{}"))
		f.store.fail("logs", nil)
		if got := f.kept(s); len(got) != 1 || !strings.HasPrefix(got[0], "ERROR a 0: the log of the execution cannot be read") {
			t.Errorf("a log that cannot be read: %s", got)
		}
	})
}

// TestLinesThatAreLeftOut checks that of many long lines the last ones are kept, with how many there were before them.
func TestLinesThatAreLeftOut(t *testing.T) {
	f := newFixture(t, Options{})
	body := `{"long":"` + strings.Repeat("x", journalBytes/16) + `"}`
	flow := `tasks: [{id: a, type: io.kestra.plugin.core.log.Log, message: [` + strings.Repeat(`"{{ trigger.body.long }}", `, 20) + `last]}]`
	lines := f.kept(f.wait(f.job(f.plan(flow), body)))
	if len(lines) != 17 || lines[0] != "WARN  0: 5 lines are left out here" || lines[len(lines)-1] != "INFO a 0: last" {
		t.Errorf("%d lines, from %.80s to %.80s", len(lines), lines[0], lines[len(lines)-1])
	}
}

// TestLinesOfVoidEvaluations checks that an evaluation that is made again leaves its lines once.
func TestLinesOfVoidEvaluations(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, Options{})
		f.admission.Configure(admission.Limits{Memory: 64 << 20})
		others := f.admission.Claim("another flow")
		others.Charge(32<<20 - 100<<10)
		job := f.job(f.plan("tasks: [{id: a, type: test.Greedy}]"), "{}")
		if err := f.runner.Start(t.Context(), job); err != nil {
			t.Fatal(err)
		}
		s, err := f.runner.Wait(t.Context(), job.State.ID)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"INFO a 0: it is greedy"}, f.kept(s)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		others.Release()
		synctest.Wait()
		if used, _ := f.admission.Used(); used != 0 {
			t.Errorf("%d bytes are not given back", used)
		}
	})
}

// TestLateLines checks that a task that was told to end, and goes on writing, does no harm.
func TestLateLines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, Options{})
		a := f.runner.newActor(setup{Setting: f.job(f.plan(plain), "{}").Setting}, f.job(f.plan(plain), "{}").State, f.admission.Claim("f"))
		log := a.log()
		log.Log(0, "in time")
		a.journal.close()
		log.Log(0, "late")
		if lines, _ := a.journal.take(); len(lines) != 0 {
			t.Errorf("kept %v", lines)
		}
		a.claim.Release()
		<-time.After(time.Second)
	})
}
