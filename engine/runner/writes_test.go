package runner

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/outside"
	"github.com/caddy-kestra/kestra-webhook/engine/store/memory"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// pair returns the JSON text that is kept under a key; "-" if there is none.
func (f *fixture) pair(key string) string {
	f.t.Helper()
	p, err := f.store.Pair(context.Background(), "company.team", key, f.runner.now())
	switch {
	case errors.Is(err, execution.ErrNotFound):
		return "-"
	case err != nil:
		f.t.Fatal(err)
	}
	return string(p.Value)
}

// counts is a task that counts the key n up by one.
const counts = `type: io.kestra.plugin.core.kv.Set, key: n, value: "{{ (kv('n', errorOnMissing=false) ?? 0) + 1 }}"`

// TestWrites checks when what tasks write is kept, and that the next task sees it.
func TestWrites(t *testing.T) {
	for _, tt := range []struct{ name, tasks, calls, kept, log string }{
		{
			"the end of the execution", "[{id: a, " + counts + "}]",
			"accept", "1", "",
		},
		{
			"the next task sees it", "[{id: a, " + counts + "}, {id: b, " + counts + "}, {id: c, type: io.kestra.plugin.core.log.Log, message: \"{{ kv('n') }}\"}]",
			"accept commit commit", "2", "info c: 2",
		},
		{
			"beside a task that blocks", "[{id: p, type: test.Parallel, tasks: [{id: o, type: test.Open}, {id: a, " + counts + "}]}]",
			"accept commit|accept commit commit", "1", "", // the ends of the two share a commit or do not
		},
		{
			"a task that has failed writes nothing", "[{id: a, type: io.kestra.plugin.core.kv.Set, key: n, value: '{{ kv(''m'') }}'}]",
			"accept", "-", "error a: The key 'm' does not exist in the namespace 'company.team' at line 1:4",
		},
		{
			"only the try that succeeds writes", `[{id: a, type: io.kestra.plugin.core.kv.Set, key: n, value: "{{ taskrun.attemptsCount }}", kvType: "{{ taskrun.attemptsCount == 2 ? 'NUMBER' : 'NONE' }}", retry: {type: constant, interval: PT1S, maxAttempts: 5}}]`,
			"accept commit commit commit commit", "2", `error a: kvType "NONE" is none of STRING, NUMBER, BOOLEAN, DATETIME, DATE, DURATION, JSON|error a: kvType "NONE" is none of STRING, NUMBER, BOOLEAN, DATETIME, DATE, DURATION, JSON`,
		},
		{
			"deleted", "[{id: a, " + counts + "}, {id: d, type: io.kestra.plugin.core.kv.Delete, key: n}]",
			"accept commit", "-", "",
		},
		{
			"too long", `[{id: a, type: io.kestra.plugin.core.kv.Set, key: n, value: "{{ trigger.body }}{{ trigger.body }}"}]`,
			"", "-", "error a: the value of the key 'n' takes 1048578 bytes; 1048576 are the most",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFixture(t, Options{})
				body := "{}"
				if tt.name == "too long" {
					body = `"` + strings.Repeat("x", 1<<19) + `"`
				}
				f.wait(f.job(f.plan("tasks: "+tt.tasks), body))
				if got := f.store.log(); !slices.Contains(strings.Split(tt.calls, "|"), got) && tt.calls != "" {
					t.Errorf("%s, want %s", got, tt.calls)
				}
				if got := f.pair("n"); got != tt.kept {
					t.Errorf("kept %s, want %s", got, tt.kept)
				}
				if got := strings.Join(f.lines(), "|"); got != tt.log {
					t.Errorf("log %s, want %s", got, tt.log)
				}
			})
		})
	}
}

// TestWriteOnceAfterACut ends the process at each commit of an execution that counts, and goes on in another one: it counts as if it
// had not been ended.
func TestWriteOnceAfterACut(t *testing.T) {
	flows := map[string]string{"f0": "tasks:\n" +
		"- {id: a, " + counts + "}\n- {id: s, type: test.Sleep}\n- {id: b, " + counts + "}\n- {id: o, type: test.Open}\n- {id: c, " + counts + "}\n" +
		"- {id: e, type: test.Each, values: [x, y], tasks: [{id: d, " + counts + "}]}\n"}
	whole := false
	for cut := 0; !whole; cut++ {
		synctest.Test(t, func(t *testing.T) {
			f := newFixture(t, Options{})
			jobs, callee := f.load(flows)
			start, last := jobs("f0", "{}"), f.runner
			first := start.State.Share()
			store := &cutStore{Store: f.store.Store, left: cut, cut: make(chan struct{})}
			f.runner = New(store, f.admission, *f.runner.options.Load())
			err := f.runner.Start(t.Context(), start)
			store.settle()
			f.runner.Close()
			f.runner = last
			whole = store.left > 0
			if err != nil {
				start.State = first
				if err := f.runner.Start(t.Context(), start); err != nil {
					t.Error(err)
				}
			} else {
				f.recover(t, callee)
			}
			settle()
			f.allEnded(t)
			if got := f.pair("n"); got != "5" {
				t.Errorf("cut at commit %d: counted to %s", cut, got)
			}
		})
	}
}

// gatedStore is a store whose commits with pairs wait.
type gatedStore struct {
	execution.Store
	gate chan error // what a commit fails with; nil: it is made
}

// Commit implements [execution.Store].
func (s *gatedStore) Commit(ctx context.Context, b *execution.Batch) error {
	if len(b.Pairs) > 0 {
		if err := <-s.gate; err != nil {
			return err
		}
	}
	return s.Store.Commit(ctx, b)
}

// rivals starts executions that write at once into a store in which there is room for so many bytes of pairs, lets the first commit
// end with err, and returns how they ended.
func rivals(t *testing.T, room int, err error, tasks ...string) (f *fixture, ended string) {
	f = newFixture(t, Options{})
	f.store.Store = memory.New(memory.Options{EndedBytes: 2 * room})
	store := &gatedStore{f.store, make(chan error)}
	f.runner = New(store, f.admission, *f.runner.options.Load())
	t.Cleanup(f.runner.Close)
	f.runner.Configure(Options{
		Logger: f.runner.options.Load().Logger, Services: &task.Services{Pairs: outside.Pairs{Store: f.store.Store, Known: new(outside.Namespaces)}},
	})
	var answers []<-chan waited
	body := `"` + strings.Repeat("x", room/2) + `"`
	for _, text := range tasks {
		answers = append(answers, f.waiting(t.Context(), f.job(f.plan("tasks: [{id: a, type: io.kestra.plugin.core.kv.Set, "+text+"}]"), body), time.Now().Add(time.Hour)))
		synctest.Wait()
	}
	store.gate <- err
	go func() {
		for {
			select {
			case store.gate <- nil:
			case <-t.Context().Done():
				return
			}
		}
	}()
	for _, answer := range answers {
		got := <-answer
		if got.err != nil {
			ended += fmt.Sprint(got.err, " ")
		} else {
			ended += fmt.Sprint(got.s.Status(), " ")
		}
	}
	return f, strings.TrimSpace(ended)
}

// TestRivals checks what becomes of executions that write before the first one's commit is made.
func TestRivals(t *testing.T) {
	const room = 1 << 20
	half := "value: '{{ trigger.body }}'"
	for _, tt := range []struct {
		name  string
		tasks []string
		ended string
		log   []string
	}{
		{
			"of those that must be the first one is",
			[]string{"key: n, value: 1, overwrite: false", "key: n, value: 2, overwrite: false", "key: m, value: 2, overwrite: false"},
			"SUCCESS FAILED SUCCESS",
			[]string{"error a: Cannot set value for key 'n'. Key already exists and `overwrite` is set to `false`"},
		},
		{
			"who comes too late for the commit sees it",
			[]string{"key: n, value: 1", "key: n, value: 2"},
			"SUCCESS SUCCESS", nil,
		},
		{
			"two that take the last room",
			[]string{"key: n, " + half, "key: m, " + half},
			"SUCCESS FAILED",
			[]string{"error a: the key-value store is full: 523953 bytes are left, and 524623 are needed; see memory_limit"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f, ended := rivals(t, room, nil, tt.tasks...)
				if ended != tt.ended {
					t.Errorf("ended %s, want %s", ended, tt.ended)
				}
				if diff := cmp.Diff(tt.log, f.lines()); diff != "" {
					t.Errorf("log (-want +got):\n%s", diff)
				}
				if f.runner.pending.grow != 0 || len(f.runner.pending.keys) > 0 {
					t.Errorf("%d bytes and %d keys are reserved at the end", f.runner.pending.grow, len(f.runner.pending.keys))
				}
			})
		})
	}
}

// TestRivalOfAFailure checks that a write that is not kept stands in nobody's way.
func TestRivalOfAFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, ended := rivals(t, 1<<20, errors.New("disk full"), "key: n, value: 1, overwrite: false")
		if ended != "disk full" {
			t.Errorf("ended %s", ended)
		}
		s := f.wait(f.job(f.plan("tasks: [{id: a, type: io.kestra.plugin.core.kv.Set, key: n, value: 2, overwrite: false}]"), "{}"))
		if s.Status() != execution.Success || f.pair("n") != `"2"` {
			t.Errorf("%s with %s", s.Status(), f.pair("n"))
		}
	})
}

// TestRoomAgain checks that a full store takes what it has room for again.
func TestRoomAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, Options{})
		f.store.Store = memory.New(memory.Options{EndedBytes: 4000})
		var got []string
		long := "value: " + strings.Repeat("x", 1000) + "}"
		for _, text := range []string{"Set, key: n, ttl: PT1M, " + long, "Set, key: m, " + long, "Delete, key: n}", "Set, key: m, ttl: PT1M, " + long, "Set, key: n, " + long} {
			s := f.wait(f.job(f.plan("tasks: [{id: a, type: io.kestra.plugin.core.kv."+text+"]"), "{}"))
			got = append(got, string(s.Status()))
		}
		<-time.After(time.Minute)
		s := f.wait(f.job(f.plan("tasks: [{id: a, type: io.kestra.plugin.core.kv.Set, key: n, "+long+"]"), "{}"))
		if diff := cmp.Diff([]string{"SUCCESS", "FAILED", "SUCCESS", "SUCCESS", "FAILED", "SUCCESS"}, append(got, string(s.Status()))); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}
