package engine

import (
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/runner"
)

// tally is an [Observer] that writes down what it is told of executions.
type tally struct {
	mu    sync.Mutex
	lines []string
}

func (c *tally) add(line string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lines = append(c.lines, line)
}

func (c *tally) ExecutionCreated(_, flowID string) { c.add(flowID + " created") }

func (c *tally) ExecutionEnded(_, flowID, state string, _ time.Duration) { c.add(flowID + " " + state) }

func (c *tally) Committed(int, time.Duration) { c.add("committed") }

// TestObserver checks what is told of an execution that starts another one and of that, and what is at hand meanwhile.
func TestObserver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		told := new(tally)
		e, err := Open(t.Context(), StoreOptions{Kind: StoreMemory, Observer: told})
		if err != nil {
			t.Fatal(err)
		}
		e.Configure(Options{Workers: 1})
		gate := newGate(t, t.Name())
		site := newSite(t, e, SiteOptions{}, gateFlow(t, ""),
			taskFlow("caller", "- {id: call, type: io.kestra.plugin.core.flow.Subflow, namespace: company.team, flowId: f}", ""))
		for range 2 {
			if r := send(site, "caller", "{}"); r.Status != 200 {
				t.Fatal(r.Status)
			}
		}
		<-gate.entered
		synctest.Wait()
		want := Usage{Usage: runner.Usage{Parked: 2, Running: 1, Waiting: 1}, UnderWay: 2}
		got := e.Usage()
		if got.Memory <= 0 {
			t.Error("executions take no memory")
		}
		got.Memory = 0
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("at hand (-want +got):\n%s", diff)
		}
		close(gate.open)
		synctest.Wait()
		if diff := cmp.Diff(Usage{}, e.Usage()); diff != "" {
			t.Errorf("at the end (-want +got):\n%s", diff)
		}
		slices.Sort(told.lines)
		twice := []string{"caller SUCCESS", "caller SUCCESS", "caller created", "caller created", "f SUCCESS", "f SUCCESS", "f created", "f created"}
		if diff := cmp.Diff(twice, told.lines); diff != "" {
			t.Errorf("told (-want +got):\n%s", diff)
		}
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
}
