package runner

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/value/valuetest"
)

// chains are flows of many tasks, by what each of the tasks is.
var chains = []struct{ name, task string }{
	{"pure", "{id: t%d, type: io.kestra.plugin.core.debug.Return, format: v}"},
	{"a commit for each", "{id: t%d, type: test.Open}"},
	{"reading the outputs of an earlier one", "{id: t%d, type: io.kestra.plugin.core.debug.Return, format: '{{ outputs.t0.value ?? 1 }}'}"},
}

// chain returns the plan of a flow with n such tasks.
func (f *fixture) chain(task string, n int) *execution.Plan {
	var yaml strings.Builder
	yaml.WriteString("tasks:\n")
	for i := range n {
		fmt.Fprintf(&yaml, "- "+task+"\n", i)
	}
	return f.plan(yaml.String())
}

// newGrowthFixture returns a fixture that keeps no log, which grows.
func newGrowthFixture(t testing.TB) *fixture {
	f := newFixture(t, Options{})
	f.runner.Configure(Options{})
	return f
}

// TestGrowth drives executions of many tasks: what a task costs must not grow with the number of tasks. It counts allocated
// bytes, and the task runs that are written; [BenchmarkGrowth] measures time.
func TestGrowth(t *testing.T) {
	for _, c := range chains {
		t.Run(c.name, func(t *testing.T) {
			f := newGrowthFixture(t)
			each := func(n int) (bytes, rows float64) {
				job := f.job(f.chain(c.task, n), "{}")
				f.store.rows = 0
				allocated := valuetest.Allocated(func() { f.wait(job) })
				return float64(allocated) / float64(n), float64(f.store.rows) / float64(n)
			}
			each(10)
			few, fewRows := each(100)
			for _, n := range []int{1000, 10_000} {
				many, manyRows := each(n)
				t.Logf("%.0f bytes and %.1f rows for each of 100 tasks, %.0f and %.1f of %d", few, fewRows, many, manyRows, n)
				if many > 1.5*few || manyRows > 1.5*fewRows {
					t.Errorf("a task of %d allocates %.2f times as much as one of 100, and writes %.2f times the rows", n, many/few, manyRows/fewRows)
				}
			}
		})
	}
}

// BenchmarkGrowth reports what a task costs in executions of few and of many tasks.
func BenchmarkGrowth(b *testing.B) {
	for _, c := range chains {
		for _, n := range []int{10, 100, 1000, 10_000} {
			b.Run(fmt.Sprintf("%s/%d", c.name, n), func(b *testing.B) {
				f := newGrowthFixture(b)
				p := f.chain(c.task, n)
				scope := f.job(p, "{}").Flow
				for b.Loop() {
					job := f.job(p, "{}")
					job.Flow = scope
					f.wait(job)
				}
				b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/float64(n), "µs/task")
			})
		}
	}
}

// TestParkedCostLittle bounds what the runner keeps of executions that are parked, beside what the store holds of them.
func TestParkedCostLittle(t *testing.T) {
	ofRunner, ofStore := parkMany(t, 5_000)
	t.Logf("an execution that is parked costs the runner %d bytes, and the store %d", ofRunner, ofStore)
	if ofRunner > 1024 {
		t.Errorf("the runner keeps %d bytes of each", ofRunner)
	}
}

// BenchmarkParked parks 100,000 executions.
func BenchmarkParked(b *testing.B) {
	const n = 100_000
	for b.Loop() {
		ofRunner, ofStore := parkMany(b, n)
		b.ReportMetric(float64(ofRunner), "B/execution")
		b.ReportMetric(float64(ofStore), "B/execution-in-store")
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/n, "µs/execution")
}

// parkMany parks n executions, and returns the bytes that the runner and the store keep of each.
func parkMany(t testing.TB, n int) (ofRunner, ofStore int64) {
	f := newGrowthFixture(t)
	p := f.plan(sleeps)
	scope := f.job(p, "{}").Flow
	before := valuetest.Heap()
	for range n {
		job := f.job(p, "{}")
		job.Flow = scope
		if _, _, _, err := f.runner.RunAndWait(context.Background(), job, time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	for all := 0; all < n; runtime.Gosched() {
		f.runner.mu.Lock()
		all = len(f.runner.parked)
		f.runner.mu.Unlock()
	}
	with := valuetest.Heap()
	f.runner.mu.Lock()
	f.runner.parked = map[string]*parked{}
	f.runner.mu.Unlock()
	without := valuetest.Heap()
	return (with - without) / int64(n), (without - before) / int64(n)
}
