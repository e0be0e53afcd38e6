package engine

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/admission"
	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/files"
	"github.com/caddy-kestra/kestra-webhook/engine/store/memory"
	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

// TestTriggersOutliveTheEngine switches triggers off, by stopAfter and by a task, and opens the store again.
func TestTriggersOutliveTheEngine(t *testing.T) {
	const stops = "- {id: fail, type: io.kestra.plugin.core.execution.Fail, condition: \"{{ trigger.body.fail }}\"}"
	stopped := taskFlow("stopped", stops, "wait: true\nstopAfter: [FAILED]") +
		"  - {id: second, type: " + webhook.Type + ", key: second, wait: true}\n"
	second := func(r *webhook.Request) { r.Target.Key = "second" }
	toggle := func(id, on string) string {
		return taskFlow(id, "- {id: a, type: io.kestra.plugin.core.trigger.Toggle, trigger: hook, flowId: toggled, enabled: "+on+"}", "wait: true")
	}
	dir := t.TempDir()
	var e *Engine
	var site *Site
	open := func(stopped string) {
		e = openLasting(t, dir)
		site = newSite(t, e, SiteOptions{}, stopped, webhookFlow("toggled", "wait: true"), toggle("shuts", "false"), toggle("opens", "true"))
	}
	want := func(what, id, body string, status int, change ...func(*webhook.Request)) {
		t.Helper()
		if r := send(site, id, body, change...); r.Status != status {
			t.Errorf("%s: %s answers %d %s, want %d", what, id, r.Status, r.Body, status)
		}
	}
	open(stopped)
	want("at first", "stopped", `{"fail":true}`, 500)
	want("at first", "shuts", "{}", 200)
	for range 2 {
		mustClose(t, e)
		open(stopped)
		want("after a restart", "stopped", `{"fail":false}`, 409)
		want("after a restart, the other trigger", "stopped", `{"fail":false}`, 200, second)
		want("after a restart", "toggled", "{}", 409)
	}
	want("after a restart", "opens", "{}", 200)
	mustClose(t, e)

	open(stopped + "# changed\n")
	want("switched on, after a restart", "toggled", "{}", 200)
	want("when the flow has changed", "stopped", `{"fail":true}`, 500)
	want("when the flow has changed, and failed again", "stopped", `{"fail":false}`, 409)
	mustClose(t, e)
	open(stopped)
	want("when the change is taken back", "stopped", `{"fail":false}`, 409)
	mustClose(t, e)
}

// batches is a store that notes what is committed together.
type batches struct {
	execution.Store

	mu    sync.Mutex
	notes []string
}

func (b *batches) Commit(ctx context.Context, batch *execution.Batch) error {
	err := b.Store.Commit(ctx, batch)
	b.mu.Lock()
	defer b.mu.Unlock()
	note := func(head *execution.Head) {
		if head != nil && head.Over() {
			b.notes = append(b.notes, fmt.Sprintf("%s with %d triggers", head.History.Current(), len(batch.Triggers)))
		}
	}
	for i := range batch.Accept {
		note(&batch.Accept[i].State.Head)
	}
	for i := range batch.Write {
		note(batch.Write[i].Changes.Head)
	}
	if len(batch.Accept)+len(batch.Write) == 0 && len(batch.Triggers) > 0 {
		b.notes = append(b.notes, "triggers alone")
	}
	return err
}

// TestStopAfterWithTheEnd checks that the commit which ends an execution stops its trigger: nothing can come between.
func TestStopAfterWithTheEnd(t *testing.T) {
	g := newGate(t, t.Name())
	close(g.open)
	b := &batches{Store: memory.New(memory.Options{})}
	e, err := newEngine(t.Context(), StoreOptions{}, admission.New(admission.Limits{}), files.New(""), b)
	if err != nil {
		t.Fatal(err)
	}
	defer mustClose(t, e)
	const fails = "- {id: fail, type: io.kestra.plugin.core.execution.Fail}"
	gate := "- {id: gate, type: test.Gate, gate: " + t.Name() + "}\n"
	site := newSite(t, e, SiteOptions{},
		taskFlow("pure", fails, "stopAfter: [FAILED]"), taskFlow("gated", gate+fails, "stopAfter: [FAILED]"), taskFlow("limited", gate+fails, "stopAfter: [FAILED]", "concurrency: {limit: 1}"),
		taskFlow("other", fails, "stopAfter: [SUCCESS]"))
	for _, id := range []string{"pure", "gated", "limited", "other"} {
		waitFor(t, e, send(site, id, "{}").ExecutionID)
	}
	want := []string{"FAILED with 1 triggers", "FAILED with 1 triggers", "FAILED with 1 triggers", "FAILED with 0 triggers"}
	if diff := cmp.Diff(want, b.notes); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
