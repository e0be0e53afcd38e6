package runner

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
)

// TestRenew changes the limit of a flow while executions of it run and wait, and starts others of the new flow: those that wait go by
// the new limit, and before the others.
func TestRenew(t *testing.T) {
	for _, tt := range []struct {
		name    string
		to      int // the new limit; 0: there is none any more
		begun   int // of the seven that came before, when the limit has changed
		newer   int // of the three that come then
		ends    int // how many of those under way then end
		further int // how many of the seven have begun when these have ended
	}{
		{"as it was", 2, 2, 0, 1, 3},
		{"raised", 5, 5, 0, 1, 6},
		{"beyond all", 20, 7, 3, 0, 7},
		{"lowered", 1, 2, 0, 1, 2},
		{"lowered, and all end", 1, 2, 0, 2, 3},
		{"taken away", 0, 7, 3, 0, 7},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFixture(t, Options{})
				before := f.limited(2, "QUEUE")
				if err := f.runner.Renew(t.Context(), before); err != nil {
					t.Fatal(err)
				}
				jobs := f.started(before, 7)
				after := f.plan("tasks: [{id: g, type: test.Gate}]")
				if tt.to > 0 {
					after = f.limited(tt.to, "QUEUE")
				}
				synctest.Wait()
				if err := f.runner.Renew(t.Context(), after); err != nil {
					t.Fatal(err)
				}
				newer := f.started(after, 3)
				synctest.Wait()
				begun := func(jobs []*Job) (n int) {
					for _, history := range f.histories(jobs) {
						if strings.Contains(history, "RUNNING") {
							n++
						}
					}
					return n
				}
				if got, want := fmt.Sprint(begun(jobs), begun(newer)), fmt.Sprint(tt.begun, tt.newer); got != want {
					t.Errorf("%s have begun, want %s", got, want)
				}
				for range tt.ends {
					(<-f.gates).open <- nil
					synctest.Wait()
				}
				if got := begun(jobs); got != tt.further {
					t.Errorf("%d have begun then, want %d", got, tt.further)
				}
				stop := f.openGates()
				defer stop()
				for _, job := range append(jobs, newer...) {
					if s, err := f.runner.Wait(t.Context(), job.State.ID); err != nil || !strings.HasSuffix(words(s.History), "RUNNING SUCCESS") {
						t.Errorf("%s, %v", words(s.History), err)
					}
				}
				synctest.Wait()
				f.holds(t, "afterwards", 0)
				f.runner.mu.Lock()
				defer f.runner.mu.Unlock()
				if n := len(f.runner.limits); n != min(1, tt.to) {
					t.Errorf("%d limits are kept", n)
				}
			})
		})
	}
}
