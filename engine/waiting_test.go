package engine

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// TestWaitingTakesMemory checks that executions which only wait count in the account of memory, since the store has them in
// memory: requests of their flow are refused before they take more than the flow's share, those of others are not, and when
// they have ended all is as before.
func TestWaitingTakesMemory(t *testing.T) {
	const pause = "- {id: wait, type: io.kestra.plugin.core.flow.Pause}"
	tests := []struct{ name, flow string }{
		{"for somebody", taskFlow("waits", pause, "")},
		{"for a place", taskFlow("waits", pause, "", "concurrency: {limit: 1, behavior: QUEUE}")},
		{"with what they logged", taskFlow("waits", "- {id: log, type: io.kestra.plugin.core.log.Log, message: '{{ trigger.body }}'}\n"+pause, "")},
		{"with what they returned", taskFlow("waits", "- {id: log, type: io.kestra.plugin.core.debug.Return, format: '{{ trigger.body }}'}\n"+pause, "")},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := openEngine(t)
				e.Configure(Options{MemoryLimit: 64 << 20})
				site := newSite(t, e, SiteOptions{}, test.flow, webhookFlow("other", "wait: true"))
				text := strings.Repeat("x", 1<<20)
				var ids []string
				for {
					r := send(site, "waits", text)
					synctest.Wait()
					if r.Status == 503 {
						break
					}
					if ids = append(ids, r.ExecutionID); len(ids) > 64 {
						t.Fatal("64 MiB wait, and more are accepted")
					}
				}
				if len(ids) < 4 {
					t.Errorf("%d wait, and no more are accepted", len(ids))
				}
				if r := send(site, "other", "{}"); r.Status != 200 {
					t.Errorf("another flow is answered with %d %s", r.Status, r.Body)
				}
				for _, id := range ids {
					if err := e.Kill(context.Background(), id); err != nil {
						t.Error(err)
					}
				}
				synctest.Wait()
				for _, id := range ids {
					if s, err := e.Get(t.Context(), id); err == nil && s.Status() != execution.Killed { // else it is forgotten
						t.Errorf("one that was killed is %s", s.Status())
					}
				}
				if memory, places := e.admission.Used(); memory != 0 || places != 0 {
					t.Errorf("%d bytes and %d places are left", memory, places)
				}
			})
		})
	}
}

// TestExecutionsThatMultiply starts an execution of which each one starts two more. Those have the memory of their flow's share
// and no more, the tasks that want more fail, and it comes to an end; meanwhile another flow is answered.
func TestExecutionsThatMultiply(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := openEngine(t)
		e.Configure(Options{MemoryLimit: 64 << 20})
		const again = "type: io.kestra.plugin.core.flow.Subflow, namespace: company.team, flowId: \"{{ flow.id }}\", wait: false}"
		large := "inputs: [{id: text, type: STRING, defaults: " + strings.Repeat("x", 64<<10) + "}]" // so that few are many
		site := newSite(t, e, SiteOptions{}, webhookFlow("other", "wait: true"),
			taskFlow("bomb", "- {id: wait, type: io.kestra.plugin.core.flow.Sleep, duration: PT1S}\n- {id: a, "+again+"\n- {id: b, "+again, "", large))
		if r := send(site, "bomb", "{}"); r.Status != 200 {
			t.Fatal(r.Status)
		}
		most := int64(0)
		for range 12 {
			<-time.After(time.Second)
			synctest.Wait()
			used, _ := e.admission.Used()
			most = max(most, used)
		}
		if limit := e.admission.Limits().Memory / 4; most > limit+limit/2 || most < limit/2 { // without the share: 4,096 executions of 64 KiB and more
			t.Errorf("they take up to %d bytes, and their share is %d", most, limit)
		}
		if r := send(site, "other", "{}"); r.Status != 200 {
			t.Errorf("another flow is answered with %d", r.Status)
		}
	})
}
