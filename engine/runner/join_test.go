package runner

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// TestJoin checks for what a caller waits who joins an execution of another one, and for how long; who drives it, and whether anybody
// does yet, makes no difference. Afterwards nothing is left of the wait.
func TestJoin(t *testing.T) {
	for _, tt := range []struct {
		name  string
		after func(f *fixture, ends, cancel func()) // what happens after a minute
		done  bool
		want  time.Duration // how long the caller waited
	}{
		{"it ends", func(_ *fixture, ends, _ func()) { ends() }, true, time.Minute},
		{"it ends too late", func(*fixture, func(), func()) {}, false, 5 * time.Minute},
		{"the caller goes", func(_ *fixture, _, cancel func()) { cancel() }, false, time.Minute},
		{"exit", func(f *fixture, _, _ func()) { f.runner.Exit(2 * time.Second) }, false, time.Minute + 2*time.Second},
	} {
		for name, begin := range joined {
			t.Run(tt.name+", "+name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					f := newFixture(t, Options{})
					id, ends := begin(t, f)
					ctx, cancel := context.WithCancel(t.Context())
					defer cancel()
					synctest.Wait()
					began := time.Now()
					time.AfterFunc(time.Minute, func() { tt.after(f, ends, cancel) })
					s, done, err := f.runner.Join(ctx, id, began.Add(5*time.Minute))
					if err != nil || done != tt.done || s.Over() != tt.done || s.ID != id || string(s.Trigger.Variables.JSON) != `{"body":{}}` {
						t.Errorf("joined %+v, %v, %v", s, done, err)
					}
					if took := time.Since(began); took != tt.want {
						t.Errorf("waited %v, want %v", took, tt.want)
					}
					if n := len(f.runner.awaited); n != 0 {
						t.Errorf("%d are waited for after the end", n)
					}
					if !tt.done {
						ends()
						synctest.Wait()
					}
					if _, done, err := f.runner.Join(t.Context(), id, began); err != nil || !done {
						t.Errorf("after the end: %v, %v", done, err)
					}
				})
			})
		}
	}
}

// joined are those who may drive an execution that others join: each begins one, and returns what ends it.
var joined = map[string]func(t *testing.T, f *fixture) (id string, ends func()){
	"driven": func(t *testing.T, f *fixture) (string, func()) {
		job := f.job(f.plan(gated), "{}")
		if err := f.runner.Start(t.Context(), job); err != nil {
			t.Fatal(err)
		}
		g := <-f.gates
		return job.State.ID, func() { g.open <- nil }
	},
	"driven by its caller": func(t *testing.T, f *fixture) (string, func()) {
		job := f.job(f.plan("tasks: [{id: g, type: test.PureGate}]"), "{}")
		job.Delivery = &execution.Delivery{At: time.Now(), Expires: time.Now().Add(time.Hour)} // so that it is accepted first
		f.waiting(t.Context(), job, time.Now().Add(time.Hour))
		g := <-f.gates
		return job.State.ID, func() { g.open <- nil }
	},
	"found": func(t *testing.T, f *fixture) (string, func()) {
		jobs, callee := f.load(map[string]string{"f": gated})
		job := jobs("f", "{}")
		if err := f.store.Commit(t.Context(), &execution.Batch{Accept: []execution.Accept{{State: job.State}}}); err != nil {
			t.Fatal(err)
		}
		return job.State.ID, func() {
			f.recover(t, callee)
			(<-f.gates).open <- nil
		}
	},
}

// TestJoinLate checks that nobody waits who has no time to.
func TestJoinLate(t *testing.T) {
	f := newFixture(t, Options{})
	id, ends := joined["driven"](t, f)
	if s, done, err := f.runner.Join(t.Context(), id, time.Now()); err != nil || done || words(s.History) != "CREATED RUNNING" {
		t.Errorf("%v, %v, %v", s, done, err)
	}
	ends()
	if _, err := f.runner.Wait(t.Context(), id); err != nil {
		t.Error(err)
	}
	if s, done, err := f.runner.Join(t.Context(), id, time.Now()); err != nil || !done || words(s.History) != ran {
		t.Errorf("after the end: %v, %v, %v", s, done, err)
	}
}

// TestJoinGivenUp checks that whoever waits beside an execution that is given up gets what was kept of it.
func TestJoinGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, Options{})
		id, ends := joined["driven by its caller"](t, f)
		time.AfterFunc(time.Minute, func() {
			f.store.fail("commit", errors.New("no"))
			ends()
		})
		began := time.Now()
		s, done, err := f.runner.Join(t.Context(), id, began.Add(time.Hour))
		if err != nil || done || s.Over() || time.Since(began) != time.Minute {
			t.Errorf("%v, %v, %v, after %v", s, done, err, time.Since(began))
		}
	})
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
