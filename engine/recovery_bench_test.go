package engine

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/store/sqlite"
)

// BenchmarkStart opens a store in which so many executions have not ended, and measures the time until the first webhook is answered.
func BenchmarkStart(b *testing.B) {
	for _, unfinished := range []int{0, 100_000} {
		b.Run(map[bool]string{true: "empty", false: "unfinished"}[unfinished == 0], func(b *testing.B) {
			text := taskFlow("f", "- {id: s, type: io.kestra.plugin.core.flow.Sleep, duration: PT24H}", "")
			path := filepath.Join(b.TempDir(), "kestra.db")
			fillStore(b, path, text, unfinished)
			for b.Loop() {
				e, err := Open(b.Context(), StoreOptions{Kind: StoreSQLite, Path: path})
				if err != nil {
					b.Fatal(err)
				}
				e.Configure(Options{Drain: -1})
				site := newSite(b, e, SiteOptions{}, text, webhookFlow("g", ""))
				if r := send(site, "g", "{}"); r.Status != 200 {
					b.Fatal(r.Status)
				}
				b.StopTimer()
				if err := e.Close(); err != nil {
					b.Fatal(err)
				}
				b.StartTimer()
			}
		})
	}
}

// fillStore makes a store with executions that are under way.
func fillStore(b *testing.B, path, text string, n int) {
	b.Helper()
	store, err := sqlite.Open(b.Context(), path, sqlite.Options{})
	if err != nil {
		b.Fatal(err)
	}
	var plan *execution.Plan
	for f := range loadFlows(b, text).All() {
		plan = execution.NewPlan(f, 1)
	}
	const together = 1000
	for n > 0 {
		var batch execution.Batch
		for range min(n, together) {
			s := execution.New(plan, time.Now(), nil, execution.Trigger{ID: "hook", Type: "io.kestra.plugin.core.trigger.Webhook", Variables: execution.Datum{JSON: []byte(`{"body":{},"headers":{},"parameters":{}}`)}})
			batch.Accept = append(batch.Accept, execution.Accept{State: s})
		}
		if err := store.Commit(context.Background(), &batch); err != nil {
			b.Fatal(err)
		}
		n -= together
	}
	if err := store.Close(); err != nil {
		b.Fatal(err)
	}
}
