package runner

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// restartable lets executions go on after their end whose flows are these.
func (f *fixture) restartable(callee Flows) {
	o := *f.runner.options.Load()
	o.Find = func(_ context.Context, s *execution.State) (Setting, error) {
		return Setting{Flow: callee(s.Namespace, s.FlowID), Flows: callee}, nil
	}
	f.runner.Configure(o)
}

// next opens the gate that comes next.
func (f *fixture) next(err error) { (<-f.gates).open <- err }

// ended returns an execution when it has ended.
func (f *fixture) ended(t *testing.T, id string) *execution.State {
	t.Helper()
	s, err := f.runner.Wait(t.Context(), id)
	if err != nil {
		t.Fatalf("execution %s: %v", id, err)
	}
	return s
}

// children returns how the executions of the flow child have gone, the first one first.
func (f *fixture) children(t *testing.T) (ids, histories []string) {
	t.Helper()
	found, _, err := f.store.List(t.Context(), execution.Query{FlowID: "child"})
	if err != nil {
		t.Fatal(err)
	}
	for _, summary := range slices.Backward(found) {
		ids, histories = append(ids, summary.ID), append(histories, words(summary.Head.History))
	}
	return ids, histories
}

// failedChild starts a flow with a task whose execution fails in its only task, a gate, and waits for its end.
func failedChild(t *testing.T, task string) (f *fixture, callee Flows, parent, child string) {
	t.Helper()
	f = newFixture(t, Options{})
	jobs, callee := f.load(map[string]string{
		"child": "inputs: [{id: x, type: STRING, required: false}]\ntasks: [{id: a, type: test.Gate}, {id: b, type: test.Sleep}]", "parent": "tasks: [" + task + "]",
	})
	f.restartable(callee)
	job := jobs("parent", "{}")
	if err := f.runner.Start(t.Context(), job); err != nil {
		t.Fatal(err)
	}
	f.next(errTold)
	if s := f.ended(t, job.State.ID); s.Status() != execution.Failed {
		t.Fatalf("ended %s", s.Status())
	}
	ids, _ := f.children(t)
	return f, callee, job.State.ID, ids[0]
}

var errTold = errors.New("told to")

// TestRestartAtOnce changes an execution that has failed between the look of the one that has started it, which goes on, and the
// commit by which it goes on too.
func TestRestartAtOnce(t *testing.T) {
	const (
		failed = "CREATED RUNNING FAILED"
		again  = " RESTARTED RUNNING SUCCESS"
	)
	restart := func(t *testing.T, f *fixture, child string) {
		if err := f.runner.Restart(t.Context(), child); err != nil {
			t.Error(err)
		}
	}
	for _, test := range []struct {
		name      string
		meanwhile func(t *testing.T, f *fixture, child string)
		gates     int // that come afterwards, and are opened
		children  []string
	}{
		{"nothing", func(*testing.T, *fixture, string) {}, 1, []string{failed + again}},
		{"it is restarted", restart, 1, []string{failed + again}},
		{"it is restarted, and ends well", func(t *testing.T, f *fixture, child string) {
			restart(t, f, child)
			f.next(nil)
			f.ended(t, child)
		}, 0, []string{failed + again}},
		{"it is restarted, and fails", func(t *testing.T, f *fixture, child string) {
			restart(t, f, child)
			f.next(errTold)
			f.ended(t, child)
		}, 1, []string{failed + " RESTARTED RUNNING FAILED" + again}},
		{"it is restarted, and fails, twice", func(t *testing.T, f *fixture, child string) {
			for range 2 {
				restart(t, f, child)
				f.next(errTold)
				f.ended(t, child)
			}
		}, 1, []string{failed + " RESTARTED RUNNING FAILED RESTARTED RUNNING FAILED" + again}},
		{"it is restarted, fails, and is restarted", func(t *testing.T, f *fixture, child string) {
			restart(t, f, child)
			f.next(errTold)
			f.ended(t, child)
			restart(t, f, child)
		}, 1, []string{failed + " RESTARTED RUNNING FAILED" + again}},
		{"it is restarted, and killed", func(t *testing.T, f *fixture, child string) {
			restart(t, f, child)
			<-f.gates
			if err := f.runner.Kill(t.Context(), child); err != nil {
				t.Error(err)
			}
			f.ended(t, child)
		}, 1, []string{failed + " RESTARTED RUNNING KILLING KILLED", "CREATED RUNNING SUCCESS"}},
		{"it is dropped", func(t *testing.T, f *fixture, child string) {
			if n, err := f.store.Delete(t.Context(), []string{child}); n != 1 || err != nil {
				t.Error(n, err)
			}
		}, 1, []string{"CREATED RUNNING SUCCESS"}},
		{"it is labelled", func(t *testing.T, f *fixture, child string) {
			if err := f.runner.MarkReplayed(t.Context(), child); err != nil {
				t.Error(err)
			}
		}, 1, []string{failed + again}},
	} {
		for name, task := range map[string]string{"one": call("child", ""), "several": several("child", 1, 1, waits)} {
			t.Run(fmt.Sprint(test.name, ", ", name), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					f, _, parent, child := failedChild(t, task)
					done := make(chan struct{})
					f.store.onWrite(child, func() {
						test.meanwhile(t, f, child)
						close(done)
					})
					if err := f.runner.Restart(t.Context(), parent); err != nil {
						t.Fatal(err)
					}
					<-done
					for range test.gates {
						f.next(nil)
					}
					if s := f.ended(t, parent); s.Status() != execution.Success {
						t.Errorf("ended %s", s.Status())
					}
					if _, got := f.children(t); cmp.Diff(test.children, got) != "" {
						t.Errorf("(-want +got):\n%s", cmp.Diff(test.children, got))
					}
					synctest.Wait()
					f.holds(t, "afterwards", 0)
				})
			})
		}
	}
}

// TestRestartTooLate restarts an execution that has failed, when the one that has started it was restarted since it was looked at: the
// execution goes on once, whatever it is at when that turns out.
func TestRestartTooLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, _, parent, child := failedChild(t, call("child", ""))
		f.store.onWrite(child, func() {
			if err := f.runner.Restart(t.Context(), parent); err != nil {
				t.Error(err)
			}
			f.next(nil)
			synctest.Wait() // it is parked
		})
		if err := f.runner.Restart(t.Context(), child); !errors.Is(err, execution.ErrNotRestartable) {
			t.Errorf("restarted: %v", err)
		}
		for _, id := range []string{child, parent} {
			if s := f.ended(t, id); s.Status() != execution.Success || s.Restarts != 1 {
				t.Errorf("%s ended %s after %d restarts", id, s.Status(), s.Restarts)
			}
		}
		synctest.Wait()
		f.holds(t, "afterwards", 0)
	})
}

// TestOldEnd lets an execution that has failed go on, and fail once more, before the one that has started it goes on: that takes this end
// for no later one.
func TestOldEnd(t *testing.T) {
	for name, task := range map[string]string{"one": call("child", ""), "several": several("child", 1, 1, waits)} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f, _, parent, child := failedChild(t, task)
				restart := func(id string) {
					if err := f.runner.Restart(t.Context(), id); err != nil {
						t.Error(err)
					}
				}
				restart(child)
				g := <-f.gates
				f.store.onLoad(child, func() { // the look of the one that goes on
					g.open <- errTold
					f.ended(t, child)
				})
				restart(parent)
				f.next(nil)
				if s := f.ended(t, parent); s.Status() != execution.Success {
					t.Errorf("ended %s", s.Status())
				}
				if _, got := f.children(t); len(got) != 1 || got[0] != "CREATED RUNNING FAILED RESTARTED RUNNING FAILED RESTARTED RUNNING SUCCESS" {
					t.Errorf("the other went %q", got)
				}
			})
		})
	}
}

// TestRestartCut ends the process when an execution goes on, and before the one that has started it and goes on too has kept that it
// waits for it.
func TestRestartCut(t *testing.T) {
	for name, task := range map[string]string{"one": call("child", ""), "several": several("child", 1, 1, waits)} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f, callee, parent, child := failedChild(t, task)
				f.store.onWrite(child, func() {
					f.store.onWrite(parent, func() { f.runner.cancel() })
				})
				if err := f.runner.Restart(t.Context(), parent); err != nil {
					t.Fatal(err)
				}
				synctest.Wait()
				f.runner.Close()
				if s, err := f.store.Load(t.Context(), parent); err != nil || s.Status() != execution.Restarted {
					t.Fatalf("kept is %v, %v", s, err)
				}
				f.runner = New(f.store, f.admission, *f.runner.options.Load())
				defer f.runner.Close()
				f.recover(t, callee)
				f.next(nil)
				if s := f.ended(t, parent); s.Status() != execution.Success || s.Restarts != 1 {
					t.Errorf("ended %s after %d restarts", s.Status(), s.Restarts)
				}
				if s := f.ended(t, child); s.Status() != execution.Success || s.Restarts != 1 {
					t.Errorf("the other ended %s after %d restarts", s.Status(), s.Restarts)
				}
			})
		})
	}
}

// TestRestartAtTheEnd restarts an execution that waited for a place as soon as it has ended, before its actor has gone.
func TestRestartAtTheEnd(t *testing.T) {
	release := make(chan struct{})
	f := newFixture(t, Options{Clock: heldClock{release: release}})
	jobs, callee := f.load(map[string]string{"f": "concurrency: {limit: 1}\ntasks: [{id: a, type: test.Gate}]"})
	f.restartable(callee)
	job := jobs("f", "{}")
	job.Ended = func(status execution.Status) {
		if status == execution.Failed {
			if err := f.runner.Restart(t.Context(), job.State.ID); err != nil {
				t.Error(err)
			}
		}
	}
	id := job.State.ID
	if err := f.runner.Start(t.Context(), job); err != nil {
		t.Fatal(err)
	}
	g, first := <-f.gates, f.runner.handleOf(id)
	g.open <- errTold
	<-first.done // its actor knows nothing of it any more
	close(release)
	f.next(nil)
	if s := f.ended(t, id); s.Status() != execution.Success || s.Restarts != 1 {
		t.Errorf("ended %s after %d restarts", s.Status(), s.Restarts)
	}
}

// heldClock is the time of the machine, which calls nobody before it is released.
type heldClock struct {
	wallClock
	release chan struct{}
}

func (c heldClock) AfterFunc(d time.Duration, f func()) Timer {
	return time.AfterFunc(d, func() {
		<-c.release
		f()
	})
}
