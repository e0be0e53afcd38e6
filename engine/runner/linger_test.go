package runner

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

// TestLargeLinger checks that a large execution is parked when it has waited for a second, and goes on then as any other.
func TestLargeLinger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, Options{})
		job := f.job(f.plan(fmt.Sprintf("tasks: [{id: l, type: test.Each, count: %d, tasks: [{id: r, type: io.kestra.plugin.core.debug.Return}]}, {id: s, type: test.Sleep}, {id: u, type: test.Sleep}]", largeRuns)), "{}")
		answer := f.waiting(t.Context(), job, time.Now().Add(time.Hour))
		for range 2 { // sleeps of a minute
			<-time.After(lingering / 2)
			synctest.Wait()
			f.runner.mu.Lock()
			if len(f.runner.runs) != 1 || len(f.runner.parked) != 0 {
				t.Errorf("%d run, and %d are parked", len(f.runner.runs), len(f.runner.parked))
			}
			f.runner.mu.Unlock()
			<-time.After(lingering)
			synctest.Wait()
			f.holds(t, "while it waits", 1)
			<-time.After(time.Minute - lingering - lingering/2)
		}
		if w := <-answer; w.err != nil || !w.done || words(w.s.History) != ran {
			t.Error(words(w.s.History), w.done, w.err)
		}
		synctest.Wait()
		f.holds(t, "afterwards", 0)
	})
}

// TestLongLoopOfChildren checks that an execution is not loaded again for each of many others that it waits for, one after the
// other: each loading counts up its version, beside the two commits for each.
func TestLongLoopOfChildren(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const rounds = 300
		f := newFixture(t, Options{})
		jobs, _ := f.load(map[string]string{
			"parent": fmt.Sprintf("tasks: [{id: l, type: test.Each, count: 0, values: [%s], tasks: [", numbers(rounds)) + call("child", "") + "]}]",
			"child":  "tasks: [{id: a" + says + "a}]",
		})
		s := f.toEnd(t, jobs("parent", "{}"), false)
		if loads := s.Version - 2*rounds; words(s.History) != ran || loads > largeRuns+rounds/10 {
			t.Errorf("%s, and was loaded %d times", words(s.History), loads)
		}
	})
}

// numbers returns a list of so many numbers in YAML.
func numbers(n int) string {
	text := "0"
	for i := 1; i < n; i++ {
		text += fmt.Sprint(", ", i)
	}
	return text
}
