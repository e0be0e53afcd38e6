package runner

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// family draws flows that start each other: f0 starts later ones, those still later ones, and so on.
type family struct {
	rt    *rapid.T
	flows map[string]string
	tasks int
}

func drawFamily(rt *rapid.T) map[string]string {
	f := &family{rt: rt, flows: map[string]string{}}
	const flows = 4
	for i := range flows {
		text := ""
		if rapid.IntRange(0, 2).Draw(rt, "concurrency") == 0 {
			text = "concurrency: {limit: 1}\n"
		}
		text += "tasks:\n"
		for range rapid.IntRange(1, 3).Draw(rt, "tasks") {
			text += "  - " + f.task(i, flows, 1) + "\n"
		}
		if rapid.Bool().Draw(rt, "outputs") {
			text += "outputs: [{id: o, type: JSON, value: '{{ outputs | toJson }}'}]\n"
		}
		f.flows[fmt.Sprint("f", i)] = text
	}
	return f.flows
}

// task draws a task of the flow with a number. What runs beside others does not fail: which of those had begun would depend on who
// was faster.
func (f *family) task(flow, flows, depth int) string {
	f.tasks++
	id := fmt.Sprintf("{id: t%d, type: ", f.tasks)
	kinds := []string{"return", "open", "sleep", "fail", "allowed"}
	if flow+1 < flows {
		kinds = append(kinds, "call", "call", "call", "many")
	}
	if flow == 0 { // else most flows would start no other
		kinds = []string{"call", "call", "open"}
	}
	if depth > 0 {
		kinds = append(kinds, "parallel", "each", "shared")
	} else {
		kinds = slices.DeleteFunc(kinds, func(kind string) bool { return kind == "fail" })
	}
	switch kind := rapid.SampledFrom(kinds).Draw(f.rt, "kind"); kind {
	case "open":
		return id + "test.Open}"
	case "sleep":
		return id + "test.Sleep}"
	case "fail":
		return id + "io.kestra.plugin.core.execution.Fail}"
	case "allowed":
		return id + "io.kestra.plugin.core.execution.Fail, allowFailure: true}"
	case "call":
		text := id + "io.kestra.plugin.core.flow.Subflow, namespace: company.team, flowId: f" + fmt.Sprint(rapid.IntRange(flow+1, flows-1).Draw(f.rt, "callee"))
		if depth == 0 || rapid.Bool().Draw(f.rt, "careless") {
			text += ", transmitFailed: false"
		}
		if rapid.IntRange(0, 3).Draw(f.rt, "alone") == 0 {
			text += ", wait: false"
		}
		if rapid.IntRange(0, 3).Draw(f.rt, "retry") == 0 {
			text += ", retry: {type: constant, interval: PT1M, maxAttempts: 2}"
		}
		return text + "}"
	case "many":
		return fmt.Sprintf("%stest.Several, flowId: f%d, number: %d, atOnce: %d, wait: %v}", id, rapid.IntRange(flow+1, flows-1).Draw(f.rt, "callee"),
			rapid.IntRange(0, 4).Draw(f.rt, "number"), rapid.IntRange(1, 3).Draw(f.rt, "at once"), rapid.IntRange(0, 3).Draw(f.rt, "alone") > 0)
	case "parallel", "each", "shared":
		var tasks []string
		for range 2 {
			tasks = append(tasks, f.task(flow, flows, 0))
		}
		list := "tasks: [" + strings.Join(tasks, ", ") + "]}"
		if kind == "parallel" {
			return id + "test.Parallel, " + list
		}
		if kind == "shared" {
			return id + "test.Shared, " + list
		}
		return id + "test.Each, values: [x, y], " + list
	default:
		return id + "io.kestra.plugin.core.debug.Return, format: '{{ trigger.flowId ?? \"-\" }}'}"
	}
}

var errCut = errors.New("the process has ended")

// cutStore is a store of a process that ends before one of its commits.
type cutStore struct {
	execution.Store
	mu   sync.Mutex
	left int           // commits before that
	cut  chan struct{} // closed at the first that is refused
}

// Commit implements [execution.Store].
func (s *cutStore) Commit(ctx context.Context, b *execution.Batch) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.left == 0 {
		s.stop()
		return errCut
	}
	s.left--
	return s.Store.Commit(ctx, b)
}

// Claim implements [execution.Store].
func (s *cutStore) Claim(ctx context.Context, n int, now time.Time) ([]*execution.State, time.Time, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.left == 0 {
		s.stop()
		return nil, time.Time{}, errCut
	}
	return s.Store.Claim(ctx, n, now)
}

// stop says that a call was refused, with the lock held.
func (s *cutStore) stop() {
	select {
	case <-s.cut:
	default:
		close(s.cut)
	}
}

// settle lets time pass until nothing can be left to do, or for some attempts more after the cut.
func (s *cutStore) settle() {
	select {
	case <-s.cut:
		<-time.After(time.Minute)
		synctest.Wait()
	case <-time.After(48 * time.Hour):
		synctest.Wait()
	}
}

// settle lets time pass until nothing can be left to do.
func settle() {
	<-time.After(48 * time.Hour)
	synctest.Wait()
}

// recover goes on with what another process has left, as one does that opens the store.
func (f *fixture) recover(t *testing.T, callee Flows) {
	t.Helper()
	left, _, err := f.store.List(t.Context(), execution.Query{Unfinished: true, Limit: execution.MaxListLimit})
	if err != nil {
		t.Fatal(err)
	}
	for _, summary := range left {
		s, err := f.store.Load(t.Context(), summary.ID)
		if err != nil {
			t.Fatal(err)
		}
		free := execution.Write{ID: s.ID, Version: s.Version, Park: &execution.Park{Wake: f.runner.now()}}
		if err := f.store.Store.Commit(t.Context(), &execution.Batch{Write: []execution.Write{free}}); err != nil {
			t.Fatal(err)
		}
	}
	o := *f.runner.options.Load()
	o.Recover = func(_ context.Context, s *execution.State) (Setting, error) {
		return Setting{Flow: callee(s.Namespace, s.FlowID), Flows: callee}, nil
	}
	f.runner.Configure(o)
	f.runner.TakeUp()
}

// attempts counts those of a task run that were not interrupted.
func attempts(r *execution.Run) (n int) {
	for i := range r.Attempts {
		if r.Attempts[i].History.Current() != execution.Resubmitted {
			n++
		}
	}
	return n
}

// outcomes returns what became of all executions, by their ids, without times.
func (f *fixture) outcomes(t *testing.T) map[string][]string {
	t.Helper()
	all, _, err := f.store.List(t.Context(), execution.Query{Limit: execution.MaxListLimit})
	if err != nil {
		t.Fatal(err)
	}
	outcomes := map[string][]string{}
	for _, summary := range all {
		s, err := f.store.Load(t.Context(), summary.ID)
		if err != nil {
			t.Fatal(err)
		}
		lines := []string{fmt.Sprint(s.FlowID, " ", s.Status(), " ", string(s.Outputs.JSON))}
		for i := range s.Runs {
			r := &s.Runs[i]
			lines = append(lines, fmt.Sprint(r.TaskID, "=", r.Value, " ", r.Status(), " ", attempts(r), " ", string(r.Outputs.JSON)))
		}
		slices.Sort(lines[1:])
		outcomes[s.ID] = lines
	}
	return outcomes
}

// TestGoOnAfterACut ends the process at any commit of executions that start each other, and goes on in another one: all of them, and
// no others, end as those of a process that was not ended.
func TestGoOnAfterACut(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		flows := drawFamily(rt)
		cut := rapid.IntRange(0, 60).Draw(rt, "cut")
		var first *execution.State
		run := func(cut int) (outcomes map[string][]string) {
			synctest.Test(t, func(t *testing.T) {
				f := newFixture(t, Options{})
				jobs, callee := f.load(flows)
				job := jobs("f0", "{}")
				if first == nil {
					first = job.State.Share()
				}
				job.State = first.Share()
				whole := f.runner
				cut := &cutStore{Store: f.store.Store, left: cut, cut: make(chan struct{})}
				f.runner = New(cut, f.admission, Options{})
				err := f.runner.Start(t.Context(), job)
				cut.settle()
				f.runner.Close()
				f.runner = whole
				if err != nil {
					if !errors.Is(err, errCut) {
						t.Error(err)
					}
					job.State = first.Share()
					if err := f.runner.Start(t.Context(), job); err != nil {
						t.Error(err)
					}
				} else {
					f.recover(t, callee)
				}
				settle()
				f.allEnded(t)
				outcomes = f.outcomes(t)
			})
			return outcomes
		}
		const never = 1 << 20
		want, got := run(never), run(cut)
		if diff := cmp.Diff(want, got); diff != "" {
			rt.Fatalf("cut at commit %d of\n%s\n(-whole +cut):\n%s", cut, slices.Sorted(maps.Values(flows)), diff)
		}
	})
}
