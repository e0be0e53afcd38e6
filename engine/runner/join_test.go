package runner

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// TestJoin checks for what a caller waits who joins an execution of another one, and for how long. Whoever drives it may have taken it over
// from a process that is gone, and then the store alone knows of it.
func TestJoin(t *testing.T) {
	for _, tt := range []struct {
		name   string
		driven bool                          // here
		after  func(f *fixture, ends func()) // what happens after a minute
		done   bool
		want   time.Duration // how long the caller waited
	}{
		{"it ends", true, func(_ *fixture, ends func()) { ends() }, true, time.Minute},
		{"it ends elsewhere", false, func(_ *fixture, ends func()) { ends() }, true, time.Minute},
		{"it ends too late", true, func(*fixture, func()) {}, false, 5 * time.Minute},
		{"it ends too late elsewhere", false, func(*fixture, func()) {}, false, 5 * time.Minute},
		{"exit", true, func(f *fixture, _ func()) { f.runner.Exit(2 * time.Second) }, false, time.Minute + 2*time.Second},
		{"exit elsewhere", false, func(f *fixture, _ func()) { f.runner.Exit(2 * time.Second) }, false, time.Minute + 2*time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFixture(t, Options{})
				job := f.job(f.plan(gated), "{}")
				id, ends := job.State.ID, func() {}
				if tt.driven {
					if err := f.runner.Start(t.Context(), job); err != nil {
						t.Fatal(err)
					}
					g := <-f.gates
					ends = func() { g.open <- nil }
				} else {
					s := job.State
					if err := f.store.Commit(t.Context(), &execution.Batch{Accept: []execution.Accept{{State: s}}}); err != nil {
						t.Fatal(err)
					}
					ends = func() {
						over := execution.Head{History: execution.History{s.History[0], {Status: execution.Success, At: time.Now().UTC()}}}
						over.Progress.Stage = execution.StageEnd
						w := execution.Write{ID: id, Version: 1, Changes: execution.Changes{Head: &over}}
						if err := f.store.Commit(context.Background(), &execution.Batch{Write: []execution.Write{w}}); err != nil {
							t.Error(err)
						}
					}
				}
				began := time.Now()
				time.AfterFunc(time.Minute, func() { tt.after(f, ends) })
				s, done, err := f.runner.Join(t.Context(), id, began.Add(5*time.Minute))
				if err != nil || done != tt.done || s.Over() != tt.done || s.ID != id || string(s.Trigger.Variables.JSON) != `{"body":{}}` {
					t.Errorf("joined %+v, %v, %v", s, done, err)
				}
				if took := time.Since(began); took < tt.want || took > tt.want+lookAgain {
					t.Errorf("waited %v, want %v", took, tt.want)
				}
				if tt.done {
					if _, done, err := f.runner.Join(t.Context(), id, began); !done || err != nil {
						t.Errorf("after the end: %v, %v", done, err)
					}
				} else if tt.driven {
					ends()
				}
				<-time.After(10 * time.Minute)
			})
		})
	}
}

// TestJoinNobody checks what is said of an execution that is not kept, and of a delivery that started none.
func TestJoinNobody(t *testing.T) {
	f := newFixture(t, Options{})
	_, _, err := f.runner.Join(t.Context(), "nobody", time.Now().Add(time.Hour))
	_, err2 := f.runner.Kept(t.Context(), "nobody")
	_, err3 := f.runner.HasFailed(t.Context(), "nobody")
	_, err4 := f.runner.Delivered(t.Context(), execution.DeliveryKey{}, time.Now())
	for _, err := range []error{err, err2, err3, err4} {
		if !errors.Is(err, execution.ErrNotFound) {
			t.Error(err)
		}
	}
}

// TestDeliveryIsAcceptedFirst checks that a delivery is kept before anything is done for it, and that nothing is done when it is kept
// for another execution.
func TestDeliveryIsAcceptedFirst(t *testing.T) {
	f := newFixture(t, Options{})
	deliver := func() (*Job, error) {
		job := f.job(f.plan("tasks: [{id: a, type: io.kestra.plugin.core.log.Log, message: started}]"), "{}")
		job.Delivery = &execution.Delivery{At: time.Unix(1, 0), Expires: time.Unix(2, 0)}
		_, _, _, err := f.runner.RunAndWait(t.Context(), job, time.Now().Add(time.Hour))
		return job, err
	}
	first, err := deliver()
	if err != nil {
		t.Fatal(err)
	}
	if calls := f.store.log(); calls != "accept commit" {
		t.Errorf("the store was called with %s", calls)
	}
	_, err = deliver()
	if before, ok := errors.AsType[*execution.Delivered](err); !ok || before.ID != first.State.ID {
		t.Errorf("again: %v", err)
	}
	if n := f.logs.FilterMessage("started").Len(); n != 1 {
		t.Errorf("the log shows %d", n)
	}
	if n := f.inFlight(); n != 0 {
		t.Errorf("%d are in flight", n)
	}
}
