package runner

import (
	"fmt"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

const (
	sleeps   = "tasks: [{id: a, type: test.Sleep}, {id: b, type: io.kestra.plugin.core.debug.Return, format: '{{ outputs.a.slept }} {{ trigger.body.n }} {{ inputs.i ?? 0 }}'}]\ninputs: [{id: i, type: INT, defaults: 0}]"
	together = "tasks: [{id: p, type: test.Parallel, tasks: [{id: a, type: test.Sleep}, {id: g, type: test.Gate}]}]"
)

// TestParking follows an execution that only waits: meanwhile it has no place, no memory and no goroutine, and it goes on
// with what it began with.
func TestParking(t *testing.T) {
	for _, wait := range []bool{false, true} {
		t.Run(fmt.Sprint("a caller waits: ", wait), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFixture(t, Options{})
				ended := 0
				job := f.job(f.plan(sleeps), `{"n":7}`)
				job.State.Inputs.JSON = []byte(`{"i":8}`)
				job.Ended = func(execution.Status) { ended++ }
				began := time.Now()
				var answer <-chan waited
				if wait {
					answer = f.waiting(t.Context(), job, began.Add(time.Hour))
				} else if err := f.runner.Start(t.Context(), job); err != nil {
					t.Fatal(err)
				}
				<-time.After(30 * time.Second)
				synctest.Wait()
				f.holds(t, "while it waits", 1)
				var s *execution.State
				if wait {
					w := <-answer
					s = w.s
					if w.err != nil || !w.done {
						t.Fatal(w.done, w.err)
					}
				} else {
					var err error
					if s, err = f.runner.Wait(t.Context(), job.State.ID); err != nil {
						t.Fatal(err)
					}
				}
				if took := time.Since(began); took != time.Minute || ended != 1 || words(s.History) != ran {
					t.Errorf("after %v it had ended %d times: %s", took, ended, words(s.History))
				}
				want := []string{"a: " + ran + " / " + ran + `; {"slept":true}`, "b: " + ran + " / " + ran + `; {"value":"true 7 8"}`}
				if diff := cmp.Diff(want, describe(s)); diff != "" {
					t.Errorf("task runs (-want +got):\n%s", diff)
				}
				synctest.Wait()
				f.holds(t, "afterwards", 0)
			})
		})
	}
}

// holds checks that nothing is under way, and how many executions are parked.
func (f *fixture) holds(t *testing.T, when string, parked int) {
	t.Helper()
	f.runner.mu.Lock()
	defer f.runner.mu.Unlock()
	if memory, places := f.admission.Used(); memory != 0 || places != 0 || len(f.runner.runs) != 0 || len(f.runner.parked) != parked {
		t.Errorf("%s there are %d bytes, %d places and %d actors taken, and %d parked", when, memory, places, len(f.runner.runs), len(f.runner.parked))
	}
}

// TestTimesBesideTasks checks that a task run which waits for a time goes on then, while another one runs.
func TestTimesBesideTasks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, Options{})
		job := f.job(f.plan(together), "{}")
		if err := f.runner.Start(t.Context(), job); err != nil {
			t.Fatal(err)
		}
		g := <-f.gates
		<-time.After(2 * time.Minute)
		synctest.Wait()
		s, err := f.store.Load(t.Context(), job.State.ID)
		if err != nil {
			t.Fatal(err)
		}
		want := []string{"p: CREATED RUNNING / CREATED RUNNING", "a: " + ran + " / " + ran + `; {"slept":true}`, "g: CREATED RUNNING / CREATED RUNNING"}
		if diff := cmp.Diff(want, describe(s)); diff != "" {
			t.Errorf("after two minutes (-want +got):\n%s", diff)
		}
		g.open <- nil
		if s, err := f.runner.Wait(t.Context(), job.State.ID); err != nil || words(s.History) != ran {
			t.Errorf("%s, %v", words(s.History), err)
		}
	})
}

// TestManyTimers parks executions that are due at different times and at once.
func TestManyTimers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, Options{})
		p := f.plan(sleeps)
		var jobs []*Job
		for i := range 300 {
			job := f.job(p, fmt.Sprintf(`{"n":%d}`, i))
			jobs = append(jobs, job)
			if err := f.runner.Start(t.Context(), job); err != nil {
				t.Fatal(err)
			}
			if i%100 == 99 {
				<-time.After(20 * time.Second)
			}
		}
		for _, job := range jobs {
			if s, err := f.runner.Wait(t.Context(), job.State.ID); err != nil {
				t.Error(err)
			} else if words(s.History) != ran {
				t.Error(words(s.History))
			}
		}
		synctest.Wait()
		f.holds(t, "at the end", 0)
	})
}

// TestSlowTasksKeepNobody checks that four executions which take ten seconds in a task delay neither each other nor a fifth, on
// two processors.
func TestSlowTasksKeepNobody(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, Options{})
		began := time.Now()
		var slow []*Job
		for range 4 {
			job := f.job(f.plan("tasks: [{id: a, type: test.Slow}]"), "{}")
			slow = append(slow, job)
			if err := f.runner.Start(t.Context(), job); err != nil {
				t.Fatal(err)
			}
		}
		synctest.Wait()
		for _, yaml := range []string{plain, "tasks: [{id: a, type: test.Open}]"} {
			f.wait(f.job(f.plan(yaml), "{}"))
			job := f.job(f.plan(yaml), "{}")
			if err := f.runner.Start(t.Context(), job); err != nil {
				t.Fatal(err)
			}
			if _, err := f.runner.Wait(t.Context(), job.State.ID); err != nil {
				t.Error(err)
			}
		}
		if took := time.Since(began); took != 0 {
			t.Errorf("beside slow executions others took %v", took)
		}
		for _, job := range slow {
			if s, err := f.runner.Wait(t.Context(), job.State.ID); err != nil || words(s.History) != ran {
				t.Errorf("a slow execution: %v, %v", s, err)
			}
		}
		if took := time.Since(began); took != 10*time.Second {
			t.Errorf("the slow executions took %v together", took)
		}
	})
}

// exits is a flow of which one task ends the execution while another one runs.
const exits = "tasks: [{id: p, type: test.Parallel, tasks: [{id: g, type: test.Gate}, {id: e, type: test.Exit}]}]"

// TestCancel checks that a task is cancelled when the execution ends without it, and that no other task is.
func TestCancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, Options{})
		other := f.job(f.plan(gated), "{}")
		if err := f.runner.Start(t.Context(), other); err != nil {
			t.Fatal(err)
		}
		g := <-f.gates
		s := f.wait(f.job(f.plan(exits), "{}"))
		const warned = "CREATED RUNNING WARNING"
		want := []string{"p: " + warned + " / " + warned, "g: CREATED RUNNING KILLED / CREATED RUNNING KILLED; {}", "e: " + warned + " / " + warned + "; {}"}
		if diff := cmp.Diff(want, describe(s)); diff != "" || words(s.History) != "CREATED RUNNING WARNING" {
			t.Errorf("%s; task runs (-want +got):\n%s", words(s.History), diff)
		}
		synctest.Wait() // the cancelled task has ended, or goleak finds it
		g.open <- nil
		if s, err := f.runner.Wait(t.Context(), other.State.ID); err != nil || words(s.History) != ran {
			t.Errorf("the other execution: %v, %v", s, err)
		}
		synctest.Wait() // Wait may read in the store that the execution has ended before its place is given back
		if memory, places := f.admission.Used(); memory != 0 || places != 0 {
			t.Errorf("%d bytes and %d places are left", memory, places)
		}
	})
}

// TestParkedAtExit checks that the log counts executions that wait for a time.
func TestParkedAtExit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, Options{})
		if err := f.runner.Start(t.Context(), f.job(f.plan(sleeps), "{}")); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		f.runner.Close()
		if logs := f.logs.FilterMessageSnippet("are lost").All(); len(logs) != 1 || logs[0].ContextMap()["executions"] != int64(1) {
			t.Errorf("the log says %v", logs)
		}
	})
}

// TestManyWake lets many executions be due at once while all drivers are busy: no more of them are in memory than drivers are about to
// look at, and all go on. What runs after the wait is pure, so that a driver that looks at an execution is busy with it from then on.
func TestManyWake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const many = 10 * claims
		f := newFixture(t, Options{})
		plan := f.plan("tasks: [{id: a, type: test.PureSleep}, {id: g, type: test.PureGate}]")
		jobs := make([]*Job, many)
		for i := range jobs {
			jobs[i] = f.job(plan, `{}`)
			if err := f.runner.Start(t.Context(), jobs[i]); err != nil {
				t.Fatal(err)
			}
		}
		synctest.Wait()
		f.holds(t, "while they wait", many)
		<-time.After(2 * time.Minute)
		synctest.Wait()
		if u := f.runner.Usage(); u.Pending > 2*claims || u.Parked < many-2*claims-maxDrivers() {
			t.Errorf("%d of %d are in memory, and %d are parked", u.Pending, many, u.Parked)
		}
		stop := f.openGates()
		for _, job := range jobs {
			if s, err := f.runner.Wait(t.Context(), job.State.ID); err != nil || s.Status() != execution.Success {
				t.Fatal(s, err)
			}
		}
		stop()
		if f.runner.woken != 0 || f.runner.late {
			t.Errorf("%d were not looked at", f.runner.woken)
		}
	})
}
