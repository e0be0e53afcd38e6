package runner

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// limited returns a plan with the task g, a gate, of which so many executions may run at once.
func (f *fixture) limited(limit int, behavior string) *execution.Plan {
	f.t.Helper()
	return f.plan(fmt.Sprintf("concurrency: {limit: %d, behavior: %s}\ntasks: [{id: g, type: test.Gate}, {id: r, type: io.kestra.plugin.core.debug.Return, format: '{{ trigger.body.n }}'}]", limit, behavior))
}

// started starts executions whose bodies number them.
func (f *fixture) started(p *execution.Plan, n int) []*Job {
	f.t.Helper()
	jobs := make([]*Job, n)
	for i := range jobs {
		jobs[i] = f.start(p, i)
	}
	return jobs
}

// start starts an execution whose body has a number.
func (f *fixture) start(p *execution.Plan, n int) *Job {
	f.t.Helper()
	job := f.job(p, fmt.Sprintf(`{"n":%d}`, n))
	if err := f.runner.Start(f.t.Context(), job); err != nil {
		f.t.Fatal(err)
	}
	return job
}

// histories prints those of executions as they are kept.
func (f *fixture) histories(jobs []*Job) []string {
	f.t.Helper()
	texts := make([]string, len(jobs))
	for i, job := range jobs {
		s, err := f.store.Load(f.t.Context(), job.State.ID)
		if err != nil {
			f.t.Fatal(err)
		}
		texts[i] = words(s.History)
	}
	return texts
}

// placesLeft checks that so many places of a limit are free.
func (f *fixture) placesLeft(t *testing.T, limit, want int) {
	t.Helper()
	place := execution.Place{Key: "company.team/hello", Limit: limit}
	free := 0
	for free < limit {
		b := &execution.Batch{Take: []execution.Place{place}, Else: &execution.Batch{}}
		if err := f.store.Store.Commit(t.Context(), b); err != nil {
			t.Fatal(err)
		}
		if b.Instead {
			break
		}
		free++
	}
	for range free {
		if err := f.store.Store.Commit(t.Context(), &execution.Batch{Give: []execution.Place{place}}); err != nil {
			t.Fatal(err)
		}
	}
	if free != want {
		t.Errorf("%d places are free, want %d", free, want)
	}
}

// TestQueue lets executions share two places: they begin in the order in which they came.
func TestQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, Options{})
		p := f.limited(2, "QUEUE")
		jobs := make([]*Job, 5)
		for i := range jobs { // the second comes to its gate after the first
			jobs[i] = f.start(p, i)
			synctest.Wait()
		}
		gates := []gate{<-f.gates, <-f.gates}
		synctest.Wait()
		running, queued := "CREATED RUNNING", "CREATED QUEUED"
		if diff := cmp.Diff([]string{running, running, queued, queued, queued}, f.histories(jobs)); diff != "" {
			t.Errorf("at first (-want +got):\n%s", diff)
		}
		f.placesLeft(t, 2, 0)
		f.runner.mu.Lock()
		parked := len(f.runner.parked)
		f.runner.mu.Unlock()
		if parked != 3 || f.inFlight() != 2 {
			t.Errorf("%d are parked, and %d places of the process are taken", parked, f.inFlight())
		}
		for n := 2; n < 5; n++ {
			gates[0].open <- nil
			gates = append(gates[1:], <-f.gates)
			synctest.Wait()
			ended := 0
			for i, got := range f.histories(jobs) {
				if waits := got == queued; waits != (i > n) {
					t.Errorf("when %d have begun, %d is %s", n+1, i, got)
				}
				if strings.HasSuffix(got, " SUCCESS") {
					ended++
				}
			}
			if ended != n-1 {
				t.Errorf("when %d have begun, %d have ended", n+1, ended)
			}
		}
		gates[0].open <- nil
		gates[1].open <- nil
		for i, job := range jobs {
			s, err := f.runner.Wait(t.Context(), job.State.ID)
			if err != nil {
				t.Fatal(err)
			}
			if got, want := string(s.Runs[1].Outputs.JSON), fmt.Sprintf(`{"value":"%d"}`, i); got != want {
				t.Errorf("execution %d has outputs %s", i, got)
			}
			if queues := strings.HasPrefix(words(s.History), "CREATED QUEUED RUNNING"); queues != (i >= 2) {
				t.Errorf("execution %d went %s", i, words(s.History))
			}
		}
		synctest.Wait()
		f.holds(t, "afterwards", 0)
		f.placesLeft(t, 2, 2)
		f.runner.mu.Lock()
		defer f.runner.mu.Unlock()
		if len(f.runner.lines) > 0 {
			t.Errorf("lines are left: %v", f.runner.lines)
		}
	})
}

// TestQueueNewcomer checks that an execution queues behind others even when a place is free.
func TestQueueNewcomer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, Options{})
		p := f.limited(1, "QUEUE")
		jobs := f.started(p, 2)
		g := <-f.gates
		synctest.Wait()
		f.runner.claiming.Lock() // the second one is due, and does not begin
		g.open <- nil
		if _, err := f.runner.Wait(t.Context(), jobs[0].State.ID); err != nil {
			t.Fatal(err)
		}
		f.placesLeft(t, 1, 1)
		jobs = append(jobs, f.started(p, 1)...)
		if diff := cmp.Diff("CREATED QUEUED", f.histories(jobs)[2]); diff != "" {
			t.Error(diff)
		}
		f.runner.claiming.Unlock()
		(<-f.gates).open <- nil
		if _, err := f.runner.Wait(t.Context(), jobs[1].State.ID); err != nil {
			t.Fatal(err)
		}
		(<-f.gates).open <- nil
		if _, err := f.runner.Wait(t.Context(), jobs[2].State.ID); err != nil {
			t.Fatal(err)
		}
		f.placesLeft(t, 1, 1)
	})
}

// TestQueueKilled kills an execution that has just been woken for a place: the next one gets it.
func TestQueueKilled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, Options{})
		jobs := f.started(f.limited(1, "QUEUE"), 3)
		g := <-f.gates
		synctest.Wait()
		f.runner.claiming.Lock() // the second one is due, and does not begin
		g.open <- nil
		if _, err := f.runner.Wait(t.Context(), jobs[0].State.ID); err != nil {
			t.Fatal(err)
		}
		if err := f.runner.Kill(t.Context(), jobs[1].State.ID); err != nil {
			t.Fatal(err)
		}
		f.runner.claiming.Unlock()
		(<-f.gates).open <- nil
		for i, want := range []string{ran, "CREATED QUEUED KILLING KILLED", "CREATED QUEUED RUNNING SUCCESS"} {
			if s, err := f.runner.Wait(t.Context(), jobs[i].State.ID); err != nil || words(s.History) != want {
				t.Errorf("execution %d: %s, %v", i, words(s.History), err)
			}
		}
		f.placesLeft(t, 1, 1)
	})
}

// TestQueueWait checks what a caller who waits gets when its execution queues: its end, or how it stands when it is too late.
func TestQueueWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, Options{})
		p := f.limited(1, "QUEUE")
		f.started(p, 1)
		g := <-f.gates
		began := time.Now()
		early := f.waiting(t.Context(), f.job(p, `{"n":1}`), began.Add(time.Minute))
		late := f.waiting(t.Context(), f.job(p, `{"n":2}`), began.Add(time.Hour))
		if w := <-early; w.err != nil || w.done || words(w.s.History) != "CREATED QUEUED" || time.Since(began) != time.Minute {
			t.Errorf("after %v: %s, %v, %v", time.Since(began), words(w.s.History), w.done, w.err)
		}
		g.open <- nil
		stop := f.openGates()
		defer stop()
		if w := <-late; w.err != nil || !w.done || words(w.s.History) != "CREATED QUEUED RUNNING SUCCESS" {
			t.Errorf("%s, %v, %v", words(w.s.History), w.done, w.err)
		}
	})
}

// TestNoPlace checks executions that end at once for want of a place.
func TestNoPlace(t *testing.T) {
	for _, test := range []struct {
		behavior, history string
		lines             []string
	}{
		{"CANCEL", "CREATED CANCELLED", nil},
		{"FAIL", "CREATED FAILED", []string{"error -: " + noPlaceLeft}},
	} {
		t.Run(test.behavior, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFixture(t, Options{})
				p := f.limited(1, test.behavior)
				first := f.started(p, 1)
				g := <-f.gates
				f.store.log()
				var ended []execution.Status
				for range 2 {
					job := f.job(p, `{"n":1}`)
					job.Ended = func(s execution.Status) { ended = append(ended, s) }
					job.Stop = func(s execution.Status) *execution.TriggerState {
						return &execution.TriggerState{TriggerID: string(s), Disabled: true}
					}
					if len(ended) == 0 {
						if s := f.wait(job); words(s.History) != test.history || len(s.Runs) > 0 {
							t.Errorf("%s, %v", words(s.History), describe(s))
						}
					} else if err := f.runner.Start(t.Context(), job); err != nil {
						t.Fatal(err)
					}
					if lines, err := f.store.Logs(t.Context(), job.State.ID, 0, 9); err != nil || len(lines) != len(test.lines) || len(lines) > 0 && lines[0].Message != noPlaceLeft {
						t.Errorf("lines that are kept: %v, %v", lines, err)
					}
					if diff := cmp.Diff([]string{test.history}, f.histories([]*Job{job})); diff != "" {
						t.Errorf("what is kept (-want +got):\n%s", diff)
					}
				}
				if log := f.store.log(); log != "accept accept" || len(ended) != 2 {
					t.Errorf("commits: %s; ended: %v", log, ended)
				}
				if kept, err := f.store.Triggers(t.Context()); err != nil || len(kept) != 1 || !strings.HasSuffix(test.history, kept[0].TriggerID) {
					t.Errorf("states of triggers: %+v, %v", kept, err)
				}
				if diff := cmp.Diff(append(test.lines, test.lines...), f.lines()); diff != "" {
					t.Errorf("log (-want +got):\n%s", diff)
				}
				g.open <- nil
				if s, err := f.runner.Wait(t.Context(), first[0].State.ID); err != nil || words(s.History) != ran {
					t.Error(err)
				}
				f.placesLeft(t, 1, 1)
			})
		})
	}
}

// TestPlaceOfNothing checks a flow that ends when it begins, and so gives its place back at once.
func TestPlaceOfNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, Options{})
		nothing := f.plan("concurrency: {limit: 1}\ntasks: [{id: g, type: test.Gate, disabled: true}]")
		jobs := f.started(f.limited(1, "QUEUE"), 1)
		jobs = append(jobs, f.started(nothing, 2)...)
		if diff := cmp.Diff([]string{"CREATED QUEUED", "CREATED QUEUED"}, f.histories(jobs)[1:]); diff != "" {
			t.Error(diff)
		}
		(<-f.gates).open <- nil
		for _, job := range jobs[1:] {
			if s, err := f.runner.Wait(t.Context(), job.State.ID); err != nil || words(s.History) != "CREATED QUEUED SUCCESS" {
				t.Error(words(s.History), err)
			}
		}
		if s := f.wait(f.job(nothing, "{}")); words(s.History) != "CREATED SUCCESS" {
			t.Error(words(s.History))
		}
		f.placesLeft(t, 1, 1)
	})
}

// TestPlaceTooLong checks that a trigger body which is kept apart is there again after the queue.
func TestPlaceTooLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, Options{})
		p := f.limited(1, "QUEUE")
		text := strings.Repeat("x", execution.InlineLimit)
		first := f.started(p, 1)[0]
		second := f.job(p, `{"n":"`+text+`"}`)
		if err := f.runner.Start(t.Context(), second); err != nil {
			t.Fatal(err)
		}
		(<-f.gates).open <- nil
		(<-f.gates).open <- nil
		for _, job := range []*Job{first, second} {
			if _, err := f.runner.Wait(t.Context(), job.State.ID); err != nil {
				t.Fatal(err)
			}
		}
		s, err := f.runner.Wait(t.Context(), second.State.ID)
		if err != nil || len(s.Runs[1].Outputs.JSON) < len(text) {
			t.Error(len(s.Runs[1].Outputs.JSON), err)
		}
	})
}

// TestPlacesRace starts executions of a limited flow from many goroutines, some of whose callers wait.
func TestPlacesRace(t *testing.T) {
	const callers, each, limit = 8, 6, 3
	f := newFixture(t, Options{})
	p := f.plan(fmt.Sprintf("concurrency: {limit: %d}\ntasks: [{id: g, type: test.Gate}]", limit))
	var mu sync.Mutex
	running, most := 0, 0
	count := func(n int) {
		mu.Lock()
		defer mu.Unlock()
		running += n
		most = max(most, running)
	}
	end := make(chan struct{})
	var opener sync.WaitGroup
	for range callers {
		opener.Go(func() {
			for {
				select {
				case g := <-f.gates:
					count(1)
					runtime.Gosched()
					count(-1)
					g.open <- nil
				case <-end:
					return
				}
			}
		})
	}
	var wg sync.WaitGroup
	for c := range callers {
		wg.Go(func() {
			for i := range each {
				job := f.job(p, "{}")
				if (c+i)%2 == 0 {
					if s := f.wait(job); s.Status() != execution.Success {
						t.Error(words(s.History))
					}
				} else if err := f.runner.Start(t.Context(), job); err != nil {
					t.Error(err)
				} else if s, err := f.runner.Wait(t.Context(), job.State.ID); err != nil || s.Status() != execution.Success {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	close(end)
	opener.Wait()
	if most > limit {
		t.Errorf("%d ran at once", most)
	}
	f.placesLeft(t, limit, limit)
	f.runner.mu.Lock()
	defer f.runner.mu.Unlock()
	if len(f.runner.lines) > 0 || len(f.runner.parked) > 0 {
		t.Errorf("left are lines %v and %d that are parked", f.runner.lines, len(f.runner.parked))
	}
}
