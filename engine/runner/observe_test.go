package runner

import (
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// diary is an [Observer] that writes down what it is told.
type diary struct {
	mu    sync.Mutex
	lines []string
}

func (d *diary) add(line string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lines = append(d.lines, line)
}

func (d *diary) ExecutionCreated(namespace, flowID string) {
	d.add("created " + namespace + "/" + flowID)
}

func (d *diary) ExecutionEnded(namespace, flowID, state string, took time.Duration) {
	d.add(state + " " + namespace + "/" + flowID + " after " + took.String())
}

// TestEndIsTold checks that whoever counts hears of every execution once, at its beginning and its end, and with which line and level
// the log of the server tells of the end.
func TestEndIsTold(t *testing.T) {
	tests := []struct {
		name, flow string
		told       []string
		level      string
	}{
		{"well", "tasks: [{id: a, type: test.Open}]", []string{"SUCCESS company.team/hello after 0s"}, "debug"},
		{"after a while", "tasks: [{id: a, type: test.Sleep}]", []string{"SUCCESS company.team/hello after 1m0s"}, "debug"},
		{"with a warning", "tasks: [{id: a, type: test.Exit}]", []string{"WARNING company.team/hello after 0s"}, "warn"},
		{"badly", "tasks: [{id: a, type: io.kestra.plugin.core.execution.Fail}]", []string{"FAILED company.team/hello after 0s"}, "error"},
		{"for want of a place", "concurrency: {limit: 1, behavior: FAIL}\ntasks: [{id: a, type: test.Sleep}]", []string{"FAILED company.team/hello after 0s", "SUCCESS company.team/hello after 1m0s"}, "error"},
		{"for want of a place, calmly", "concurrency: {limit: 1, behavior: CANCEL}\ntasks: [{id: a, type: test.Sleep}]", []string{"CANCELLED company.team/hello after 0s", "SUCCESS company.team/hello after 1m0s"}, "warn"},
		{"by a kill", "tasks: [{id: a, type: test.Gate}]", []string{"KILLED company.team/hello after 0s"}, "info"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := new(diary)
				f := newFixture(t, Options{Observer: d})
				plan := f.plan(test.flow)
				created := []string{}
				for range test.told {
					job := f.job(plan, "{}")
					if err := f.runner.Start(t.Context(), job); err != nil {
						t.Fatal(err)
					}
					created = append(created, "created company.team/hello")
					if test.level == "info" {
						synctest.Wait()
						<-f.gates
						if err := f.runner.Kill(t.Context(), job.State.ID); err != nil {
							t.Error(err)
						}
					}
				}
				<-time.After(2 * time.Minute)
				synctest.Wait()
				slices.Sort(d.lines)
				if diff := cmp.Diff(slices.Concat(test.told, created), d.lines); diff != "" {
					t.Errorf("told (-want +got):\n%s", diff)
				}
				lines := f.logs.FilterMessage(endLine).All()
				if len(lines) != len(test.told) || lines[0].Level.String() != test.level || lines[0].ContextMap()["state"] == "" {
					t.Errorf("the log says %v", lines)
				}
			})
		})
	}
}
