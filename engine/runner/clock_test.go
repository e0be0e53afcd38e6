package runner

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// TestClockIsSet sets the clock while executions wait for a time: they go on when the clock says so, or when as much time has passed,
// whichever is later, and nothing is lost.
func TestClockIsSet(t *testing.T) {
	for _, tt := range []struct {
		name string
		by   time.Duration
		want time.Duration // that a wait of a minute takes, of which half has passed
	}{
		{"forward", time.Hour, time.Minute},
		{"back", -10 * time.Minute, 11 * time.Minute},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var offset atomic.Int64
				f := newFixture(t, Options{Clock: readClock{now: func() time.Time { return time.Now().Add(time.Duration(offset.Load())) }}})
				began := time.Now()
				var jobs []*Job
				for _, flow := range []string{sleeps, together} { // parked, and under way
					job := f.job(f.plan(flow), `{"n":7}`)
					if err := f.runner.Start(t.Context(), job); err != nil {
						t.Fatal(err)
					}
					jobs = append(jobs, job)
				}
				g := <-f.gates
				<-time.After(30 * time.Second)
				offset.Store(int64(tt.by))
				time.AfterFunc(20*time.Minute, func() { g.open <- nil })
				parked, err := f.runner.Wait(t.Context(), jobs[0].State.ID)
				if took := time.Since(began); err != nil || took != tt.want || parked.Status() != execution.Success {
					t.Errorf("after %v, want %v: %v, %v", took, tt.want, parked, err)
				}
				driven, err := f.runner.Wait(t.Context(), jobs[1].State.ID)
				if err != nil || driven.Status() != execution.Success {
					t.Errorf("%v, %v", driven, err)
				}
			})
		})
	}
}
