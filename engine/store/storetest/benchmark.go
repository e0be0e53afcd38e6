package storetest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// Benchmark measures what every store does.
func Benchmark(b *testing.B, h Harness) {
	b.Run("TwoTasks", func(b *testing.B) { benchmarkTwoTasks(b, h) })
	b.Run("TwoTasksDriven", func(b *testing.B) { benchmarkDriven(b, h) })
	for _, tasks := range []int{100, 1000, 10_000} {
		b.Run(fmt.Sprint("Tasks/", tasks), func(b *testing.B) { benchmarkTasks(b, h, tasks) })
	}
	b.Run("ParkClaim", func(b *testing.B) { benchmarkParkClaim(b, h) })
}

func must(b *testing.B, err error) {
	if err != nil {
		b.Fatal(err)
	}
}

func writeOf(w execution.Write) *execution.Batch {
	return &execution.Batch{Write: []execution.Write{w}}
}

func closeAfter(b *testing.B, s execution.Store) {
	b.Cleanup(func() {
		if err := s.Close(); err != nil {
			b.Error(err)
		}
	})
}

// TwoTasks returns a new execution with so many bytes of trigger variables, and what changes when it ends with two task runs.
func TwoTasks(bytes int) (*execution.State, execution.Changes) {
	st := hello()
	st.Trigger.Variables = execution.Datum{JSON: []byte(`{"body":{"text":"` + strings.Repeat("some text ", bytes/10) + `"}}`)}
	c := end()
	c.Rows = []execution.Row{row(st.ID, 0, execution.Success), row(st.ID, 1, execution.Success)}
	return st, c
}

// benchmarkTwoTasks accepts executions, and writes the end of each with its two task runs. It measures the store alone.
func benchmarkTwoTasks(b *testing.B, h Harness) {
	s := h.Open(b)
	closeAfter(b, s)
	st, c := TwoTasks(1000)
	ids := make([]string, 1<<16)
	for i := range ids {
		ids[i] = execution.NewID()
	}
	n, ctx := 0, b.Context()
	accepted := &execution.Batch{Accept: []execution.Accept{{State: st}}}
	written := &execution.Batch{Write: []execution.Write{{Version: 1, Changes: c}}}
	b.ReportAllocs()
	for b.Loop() {
		if n == len(ids) {
			b.StopTimer()
			for i := range ids {
				ids[i] = execution.NewID()
			}
			n = 0
			b.StartTimer()
		}
		st.ID = ids[n]
		n++
		must(b, s.Commit(ctx, accepted))
		written.Write[0].ID = st.ID
		must(b, s.Commit(ctx, written))
	}
}

// benchmarkDriven lets executions of two tasks run, with a commit for each task. It measures the core and the store.
func benchmarkDriven(b *testing.B, h Harness) {
	s := h.Open(b)
	closeAfter(b, s)
	p := twoTasks()
	labels := []flow.Label{{Key: "system.from", Value: "trigger"}}
	trigger := execution.Trigger{ID: "webhook", Variables: execution.Datum{JSON: make([]byte, 1000)}}
	ctx := b.Context()
	b.ReportAllocs()
	for b.Loop() {
		st := execution.New(p, epoch, labels, trigger)
		must(b, s.Commit(ctx, &execution.Batch{Accept: []execution.Accept{{State: st}}}))
		drive(b, p, st, func() {
			must(b, s.Commit(ctx, writeOf(execution.Write{ID: st.ID, Version: st.Version, Changes: st.Changes()})))
			st.Version++
		})
	}
}

// benchmarkTasks writes the task runs of one execution, one by one. The time for one must not grow with their number.
func benchmarkTasks(b *testing.B, h Harness, tasks int) {
	s := h.Open(b)
	closeAfter(b, s)
	ctx := b.Context()
	r := row("x", 0, execution.Success)
	for b.Loop() {
		st := hello()
		must(b, s.Commit(ctx, &execution.Batch{Accept: []execution.Accept{{State: st}}}))
		for i := range tasks {
			next := r
			next.Row = int32(i)
			c := execution.Changes{Rows: []execution.Row{next}}
			must(b, s.Commit(ctx, writeOf(execution.Write{ID: st.ID, Version: int64(i + 1), Changes: c})))
		}
		must(b, s.Commit(ctx, writeOf(execution.Write{ID: st.ID, Version: int64(tasks + 1), Changes: end()})))
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(tasks), "ns/task")
}

// benchmarkParkClaim claims the most overdue of many executions and parks it again.
func benchmarkParkClaim(b *testing.B, h Harness) {
	s := h.Open(b)
	closeAfter(b, s)
	const parked = 10_000
	accepted := &execution.Batch{}
	for i := range parked {
		accepted.Accept = append(accepted.Accept, execution.Accept{State: hello(), Park: &execution.Park{Wake: after(i)}})
	}
	must(b, s.Commit(b.Context(), accepted))
	n, ctx := 0, b.Context()
	b.ReportAllocs()
	for b.Loop() {
		due, _, err := s.Claim(ctx, 1, after(n))
		if err != nil || len(due) != 1 {
			b.Fatalf("claim: %d, %v", len(due), err)
		}
		p := &execution.Park{Wake: after(n + parked)}
		must(b, s.Commit(ctx, writeOf(execution.Write{ID: due[0].ID, Version: due[0].Version, Park: p})))
		n++
	}
}
