package engine

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

// What becomes of a delivery that comes again after something else has changed: its execution is gone, its flow was edited, the process
// has ended.

// TestDeduplicateForgotten checks that a delivery counts for its whole window, also when its execution is not kept any more.
func TestDeduplicateForgotten(t *testing.T) {
	eachStore(t, func(t *testing.T, e *Engine, _ func(*Engine) *Engine) {
		site := newSite(t, e, SiteOptions{}, webhookFlow("f", byID), webhookFlow("waits", byID+"wait: true"),
			webhookFlow("anew", "deduplicate: {key: \"{{ trigger.parameters.id | first }}\", onFailed: run}"))
		for _, id := range []string{"f", "waits", "anew"} {
			first := send(site, id, "{}", delivery("1"))
			waitFor(t, e, first.ExecutionID)
			if n, err := e.store.Delete(t.Context(), []string{first.ExecutionID}); n != 1 || err != nil {
				t.Fatal(n, err)
			}
			want := webhook.Forgotten(first.ExecutionID)
			want.Namespace, want.FlowID = "company.team", id
			if diff := cmp.Diff(want, send(site, id, "{}", delivery("1"))); diff != "" || want.Status != 200 || !want.Replayed {
				t.Errorf("%s (-want +got):\n%s", id, diff)
			}
			if n := number(t, e, id); n != 0 {
				t.Errorf("%d executions", n)
			}
		}
	})
}

// TestDeduplicateAfterEdits checks that a delivery gets the first answer also when its flow is another one by then, and its trigger
// answers in another way.
func TestDeduplicateAfterEdits(t *testing.T) {
	const ret = "- {id: ret, type: io.kestra.plugin.core.debug.Return, format: one}"
	const output = "outputs: [{id: o, type: STRING, value: \"{{ outputs.ret.value }}\"}]"
	versions := map[string]string{
		"at once": webhookFlow("f", byID+"labels: {a: b}"),
		"waits":   taskFlow("f", ret, byID+"wait: true"),
		"outputs": taskFlow("f", ret, byID+"wait: true\nreturnOutputs: true\nresponseCode: \"{{ outputs.ret.value == 'one' ? 201 : 599 }}\"", output),
		"text":    taskFlow("f", ret, byID+"wait: true\nreturnOutputs: true\nresponseContentType: text/plain", output),
		"other":   taskFlow("f", "- {id: other, type: io.kestra.plugin.core.execution.Fail}", byID+"wait: true\nresponseCode: 418"),
	}
	eachStore(t, func(t *testing.T, e *Engine, again func(*Engine) *Engine) {
		first := map[string]webhook.Response{}
		for name, text := range versions {
			first[name] = send(newSite(t, e, SiteOptions{}, text), "f", "{}", delivery(name))
			waitFor(t, e, first[name].ExecutionID)
		}
		check := func() {
			for name, text := range versions {
				site := newSite(t, e, SiteOptions{}, text+"\n# edited\n")
				for then, r := range first {
					if now := send(site, "f", "{}", delivery(then)); now.Status != r.Status {
						t.Errorf("%s, then %s: %d, want %d", then, name, now.Status, r.Status)
					} else {
						checkAgain(t, r, now)
					}
				}
			}
		}
		check()
		if again != nil {
			e = again(e)
			check()
		}
		if n := number(t, e, "f"); n != len(versions) {
			t.Errorf("%d executions", n)
		}
	})
}

// TestDeduplicateTakenOver delivers again what was under way when the process ended: it goes on after the start, and the caller gets its end.
func TestDeduplicateTakenOver(t *testing.T) { //nolint:tparallel // its subtests do
	t.Parallel() // most of it is waiting
	eachStore(t, func(t *testing.T, e *Engine, again func(*Engine) *Engine) {
		t.Parallel()
		if again == nil {
			return
		}
		g := newGate(t, t.Name())
		text := gateFlow(t, byID+"wait: true\nreturnOutputs: true\nresponseCode: '{{ outputs.gate is defined ? 201 : 599 }}'")
		answer := make(chan webhook.Response)
		site := newSite(t, e, SiteOptions{}, text)
		go func() { answer <- send(site, "f", "{}", delivery("1")) }()
		<-g.entered
		e.Exit()
		e = again(e)
		first := <-answer
		if first.Status != 202 {
			t.Fatalf("answered with %d when the server ended", first.Status)
		}
		site = newSite(t, e, SiteOptions{}, text)
		go func() { answer <- send(site, "f", "{}", delivery("1")) }()
		<-g.entered
		close(g.open)
		if r := <-answer; r.Status != 201 || string(r.Body) != "{}" || !r.Replayed || r.ExecutionID != first.ExecutionID {
			t.Errorf("delivered again, answered with %d %s, replayed %v", r.Status, r.Body, r.Replayed)
		}
		if n := number(t, e, "f"); n != 1 {
			t.Errorf("%d executions", n)
		}
	})
}

// TestDeduplicateStopping checks how a delivery is answered again whose execution has not ended when the server goes down.
func TestDeduplicateStopping(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := openEngine(t)
		site := newSite(t, e, SiteOptions{}, taskFlow("f", "- {id: s, type: io.kestra.plugin.core.flow.Sleep, duration: PT1M}", byID+"wait: true"))
		for range 2 {
			go func() {
				if r := send(site, "f", "{}", delivery("1")); r.Status != 503 || r.Outcome != webhook.OutcomeStopping || r.Replayed {
					t.Errorf("answered with %d, %s", r.Status, r.Outcome)
				}
			}()
			synctest.Wait()
		}
		e.Exit()
		<-time.After(e.Drain())
		synctest.Wait()
	})
}

// TestDeliveryKeysAreNotReadable looks for the key of a delivery in the file of the store.
func TestDeliveryKeysAreNotReadable(t *testing.T) {
	dir := t.TempDir()
	e, err := Open(t.Context(), StoreOptions{Kind: StoreSQLite, Path: filepath.Join(dir, "kestra.db")})
	if err != nil {
		t.Fatal(err)
	}
	const secret = "c2VjcmV0IG9mIGtleXM=" // "secret of keys"
	site := newSite(t, e, SiteOptions{Environ: []string{"SECRET_SALT=" + secret}}, webhookFlow("f", "deduplicate: {key: \"{{ secret('SALT') }}\"}"))
	first := send(site, "f", "{}")
	checkAgain(t, first, send(site, "f", "{}"))
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	found := false
	for _, f := range files {
		data, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		found = found || bytes.Contains(data, []byte(first.ExecutionID))
		if bytes.Contains(data, []byte("secret of keys")) {
			t.Errorf("%s has the key", f.Name())
		}
	}
	if !found {
		t.Error("no file has the execution")
	}
}
