package execution

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

func TestDatumJSON(t *testing.T) {
	for _, d := range []Datum{{}, {JSON: []byte("{\n \"a\": \"<&>\u2028\" }")}, {Ref: "r"}} {
		data, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		var back Datum
		if err := json.Unmarshal(data, &back); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(d, back); diff != "" {
			t.Errorf("%s (-want +got):\n%s", data, diff)
		}
	}
	data, err := json.Marshal(Datum{JSON: []byte("1"), Ref: "r"})
	if err != nil || string(data) != `{"ref":"r"}` {
		t.Errorf("a resolved datum is kept as %s, %v", data, err)
	}
	if err := new(Datum).UnmarshalJSON([]byte(`[]`)); err == nil {
		t.Error("a list was read as a datum")
	}
}

func TestClone(t *testing.T) {
	s, _ := play(t, planOf(true, "a", "b runIf"), "SUCCESS", "false", "")
	s.Labels = []flow.Label{{Key: "k", Value: "v"}}
	s.Trigger.Variables = Datum{JSON: []byte(`{}`), Ref: "r"}
	c := s.Clone()
	want := s.Clone()

	s.Labels[0].Value, s.History[0].Status, s.Outputs.JSON[0] = "x", "x", 'x'
	s.TaskRuns[0].History[0].Status, s.TaskRuns[0].Attempts[0].History[0].Status, s.TaskRuns[0].Outputs.JSON[0] = "x", "x", 'x'
	s.TaskRuns[1] = TaskRun{}
	if diff := cmp.Diff(want, c); diff != "" {
		t.Errorf("the clone changed (-want +got):\n%s", diff)
	}
	if c.Trigger.Variables.JSON != nil || c.Trigger.Variables.Ref != "r" {
		t.Errorf("the clone keeps %+v", c.Trigger.Variables)
	}
}

func TestHistory(t *testing.T) {
	var none History
	if none.Current() != "" || !none.Start().IsZero() || !none.End().IsZero() || none.Duration() != 0 {
		t.Error("an empty history has a status or a time")
	}
	running := History{{Created, epoch}, {Running, epoch.Add(time.Second)}}
	if !running.End().IsZero() || running.Duration() != 0 {
		t.Error("a running history has an end")
	}
	for status, want := range map[Status]bool{
		Created: false, Running: false, "PAUSED": false, Success: true, Warning: true,
		Failed: true, Skipped: true, "KILLED": true, "CANCELLED": true, "RETRIED": true, "RESUBMITTED": true,
	} {
		if status.Terminated() != want {
			t.Errorf("%s: terminated %v", status, !want)
		}
	}
}

func TestMerge(t *testing.T) {
	row := func(i int, task string) Change {
		return Change{TaskRun: &TaskRunRow{Ordinal: i, TaskRun: TaskRun{TaskID: task}}}
	}
	header := func(status Status) Change { return Change{Header: &Header{History: History{{Status: status}}}} }
	got := Merge([]Change{header(Created), row(0, "a"), row(1, "b")}, []Change{row(0, "c"), header(Running), row(2, "d"), row(2, "e")})
	want := []Change{row(1, "b"), row(0, "c"), header(Running), row(2, "e")}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestQuery(t *testing.T) {
	s := &State{Namespace: "n", FlowID: "f", History: History{{Status: Running}}}
	for _, tt := range []struct {
		q    Query
		want bool
	}{
		{Query{}, true},
		{Query{Namespace: "n", FlowID: "f", Statuses: []Status{Failed, Running}}, true},
		{Query{Namespace: "m"}, false},
		{Query{FlowID: "g"}, false},
		{Query{Statuses: []Status{Failed}}, false},
	} {
		if got := tt.q.Matches(s); got != tt.want {
			t.Errorf("%+v: %v", tt.q, got)
		}
	}
	for limit, want := range map[int]int{-1: DefaultListLimit, 0: DefaultListLimit, 7: 7, MaxListLimit + 1: MaxListLimit} {
		if got := (Query{Limit: limit}).Bound(); got != want {
			t.Errorf("limit %d gives %d", limit, got)
		}
	}
}
