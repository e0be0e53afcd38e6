package execution

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// TestChildren runs a Children and checks what it ends with, and its outputs.
func TestChildren(t *testing.T) {
	for _, test := range []struct {
		script  string
		change  func(*flow.Component)
		status  Status
		outputs string
	}{
		{"3 SUCCESS", nil, Success, `"iterations":{"CREATED":0,"RUNNING":0,"SUCCESS":3},"numberOfBatches":3`},
		{"5 SUCCESS FAILED", nil, Failed, `"iterations":{"CREATED":0,"RUNNING":0,"FAILED":2,"SUCCESS":3},"numberOfBatches":5`},
		{"5 SUCCESS FAILED", careless, Success, `"iterations":{"CREATED":0,"RUNNING":0,"FAILED":2,"SUCCESS":3},"numberOfBatches":5`},
		{"5 SUCCESS FAILED", allowFail, Warning, `"iterations":{"CREATED":0,"RUNNING":0,"FAILED":2,"SUCCESS":3},"numberOfBatches":5`},
		{"3 KILLED WARNING FAILED", nil, Failed, `"iterations":{"CREATED":0,"RUNNING":0,"FAILED":1,"KILLED":1,"WARNING":1},"numberOfBatches":3`},
		{"3 KILLED WARNING", nil, Killed, `"iterations":{"CREATED":0,"RUNNING":0,"KILLED":2,"WARNING":1},"numberOfBatches":3`},
		{"3 CANCELLED WARNING", nil, Warning, `"iterations":{"CREATED":0,"RUNNING":0,"CANCELLED":2,"WARNING":1},"numberOfBatches":3`},
		{"3 CANCELLED", nil, Success, `"iterations":{"CREATED":0,"RUNNING":0,"CANCELLED":3},"numberOfBatches":3`},
		{"5 alone", nil, Success, `"iterations":{"RUNNING":0,"SUCCESS":5},"numberOfBatches":5`},
		{"0", nil, Success, `"iterations":{"CREATED":0,"RUNNING":0},"numberOfBatches":0`},
		{"6 SUCCESS later", nil, Failed, `"iterations":{"CREATED":4,"RUNNING":0,"SUCCESS":2},"numberOfBatches":6`},
		{"6 SUCCESS later", careless, Failed, `"iterations":{"CREATED":4,"RUNNING":0,"SUCCESS":2},"numberOfBatches":6`},
		{"fail", nil, Failed, ""},
	} {
		t.Run(test.script, func(t *testing.T) {
			c := children("s", 2)
			if test.change != nil {
				test.change(c)
			}
			a := newActor(t, newFlow(c), map[string]string{"s": test.script}).run()
			if got := a.state.Runs[0].Status(); got != test.status {
				t.Errorf("%s, want %s", got, test.status)
			}
			want := ""
			if test.outputs != "" {
				want = `{"uri":"u",` + test.outputs + "}"
			}
			if diff := cmp.Diff(want, string(a.state.Runs[0].Outputs.JSON)); diff != "" {
				t.Errorf("outputs (-want +got):\n%s", diff)
			}
		})
	}
}

// TestChildrenIDs checks that each execution of a Children, in each attempt, has an id and a seed of its own, which follow from its
// number alone.
func TestChildrenIDs(t *testing.T) {
	callee := NewPlan(newFlow(leaf("x")), 3)
	a := newActor(t, newFlow(children("s", 2, retry(2))), map[string]string{"s": "4 FAILED"})
	a.begin()
	seen := map[string]bool{}
	for more := true; more; more = a.next() {
		for _, e := range a.pending {
			for i := range int32(4) {
				child := NewChild(callee, a.state, e.OneOf(i), true, Trigger{ID: "s"})
				if diff := cmp.Diff(Parent{a.state.ID, e.Run, e.Attempt, i}, child.Parent); diff != "" {
					t.Errorf("parent (-want +got):\n%s", diff)
				}
				seen[child.ID], seen[fmt.Sprint(child.Seed)] = true, true
			}
		}
	}
	if len(seen) != 2*2*4 {
		t.Errorf("%d ids and seeds: %v", len(seen), seen)
	}
}

// TestChildrenDoNotGrow checks that the state of a Children is not larger when it has more executions.
func TestChildrenDoNotGrow(t *testing.T) {
	most := 0
	a := newActor(t, newFlow(children("s", 10)), map[string]string{"s": "1000 SUCCESS FAILED"})
	a.begin()
	calls := 0
	for more := true; more; more = a.next() {
		calls += len(a.pending)
		if v := a.state.Runs[0].Several; v != nil {
			most = max(most, len(v.Open)+len(v.Ended))
		}
	}
	if most > 12 || calls > 1000/5 {
		t.Errorf("at most %d executions and counts, asked for %d times", most, calls)
	}
}

// children is a task whose attempts are several executions each, so many at once.
func children(id string, limit int, change ...func(*flow.Component)) *flow.Component {
	return task(id, flow.Spec{Shape: flow.ShapeChildren, Branches: func(*flow.Component) flow.Branches {
		return flow.Branches{Transmit: true, Limit: limit}
	}}, change)
}

// several returns the answer to an effect that asks for executions of a Children, of which the script says this.
func (a *actor) several(e Effect, word string) Event {
	v := a.state.Runs[e.Run].Several
	if word == "fail" || strings.Contains(word, "later") && v.Next > 0 {
		return Event{Kind: Evaluated, Run: e.Run, Failed: true}
	}
	event := Event{Kind: Evaluated, Run: e.Run, True: !strings.Contains(word, "alone"), Outputs: Datum{JSON: []byte(`{"uri":"u"}`)}}
	if count, _, _ := strings.Cut(word, " "); count != "" {
		if _, err := fmt.Sscan(count, &event.Total); err != nil {
			a.t.Fatal(err)
		}
	}
	event.Begun = min(a.plan.Room(a.state, e.Run), event.Total-v.Next)
	return event
}

// recalled returns the answer to an effect that asks what becomes of executions of a Children: those that have failed go on, unless the
// script says something else of all. At most three are looked at by one effect.
func (a *actor) recalled(e Effect) Event {
	r := &a.state.Runs[e.Run]
	v, word, statuses := r.Several, a.script["recall "+r.TaskID], strings.Fields(strings.TrimSuffix(a.script[r.TaskID], " later"))[1:]
	event := Event{Kind: Evaluated, Run: e.Run, Failed: word == "fail"}
	over := new(Several)
	for place := v.Next; place < v.Total && event.Begun < 3 && !event.Failed; place++ {
		status, now := Success, Status(strings.Trim(word, "new"))
		if len(statuses) > 0 {
			status = Status(statuses[int(place)%len(statuses)])
		}
		if now != "" {
			status = now
		}
		if status != Failed && word != "new" {
			over.Count(status, 1)
			event.Begun++
			continue
		}
		if int32(len(event.Open)) == a.plan.Room(a.state, e.Run) {
			break
		}
		number := place
		if word == "new" {
			number, _ = a.state.NextNumber(e.Run, place)
		}
		event.Open = append(event.Open, number)
		event.Begun++
	}
	event.Over = over.Ended
	return event
}

// endsOfSeveral returns the ends of the executions of a Children that are under way.
func (a *actor) endsOfSeveral(row int32) []Event {
	r := &a.state.Runs[row]
	statuses := strings.Fields(strings.TrimSuffix(a.script[r.TaskID], " later"))[1:]
	if again := a.script["again "+r.TaskID]; r.Several.Again && again != "" {
		statuses = strings.Fields(again)
	}
	attempt := int32(len(r.Attempts) - 1)
	var ends []Event
	for _, i := range r.Several.Open {
		ends = append(ends, Event{
			Kind: ChildEnded, ID: a.state.ChildID(row, attempt, i), Run: row, Attempt: attempt, Iteration: i, Status: Status(statuses[int(i)%len(statuses)]),
		})
	}
	return ends
}
