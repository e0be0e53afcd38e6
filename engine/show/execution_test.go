package show

import (
	"bytes"
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/mask"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// history is entered a millisecond after the other.
func history(statuses ...flow.Status) execution.History {
	var h execution.History
	for i, s := range statuses {
		h = append(h, execution.Transition{Status: s, At: time.Date(2026, 11, 23, 1, 2, 3, i*int(time.Millisecond), time.UTC)})
	}
	return h
}

func text(json string) execution.Datum { return execution.Datum{JSON: []byte(json)} }

// pause is a Pause that asks for inputs.
type pause []*flow.Input

func (p pause) Inputs() []*flow.Input { return p }

func (pause) Until(context.Context, *task.Context) (time.Time, error) { return time.Time{}, nil }

func secret(id string) *flow.Input {
	return &flow.Input{ID: id, Type: flow.Type{Name: flow.TypeSecret}}
}

// example returns an execution with a loop and a Pause, and its plan.
func example() (*execution.State, *execution.Plan) {
	inside := &flow.Component{ID: "r", Spec: &flow.Spec{}}
	each := &flow.Spec{Shape: flow.ShapeEach, Branches: func(*flow.Component) flow.Branches {
		return flow.Branches{Main: [][]*flow.Component{{inside}}}
	}}
	p := execution.NewPlan(&flow.Flow{
		Namespace: "company.team", ID: "f",
		Variables: value.NewMap(0),
		Inputs:    []*flow.Input{secret("pin"), {ID: "n", Type: flow.Type{Name: flow.TypeInt}}},
		Tasks: []*flow.Component{
			{ID: "e", Spec: each},
			{ID: "p", Spec: &flow.Spec{}, Compiled: pause{secret("code")}},
		},
	}, 3)
	ended := history("CREATED", "RUNNING", "SUCCESS")
	return &execution.State{
		Start: execution.Start{
			ID: "x1", Namespace: "company.team", FlowID: "f", Revision: 3,
			Trigger: execution.Trigger{ID: "hook", Type: "Webhook", Variables: text(`{"body":{"z":1.10,"a":"1234 hunter22"},"headers":{"X":["hunter22"]}}`)},
			Origin:  execution.Origin{ID: "x0", Before: "x0", Created: time.Date(2026, 11, 23, 1, 2, 0, 0, time.UTC), Tries: 1},
			Inputs:  text(`{"pin":"1234","n":1}`),
		},
		Head: execution.Head{
			Labels: []flow.Label{{Key: "team", Value: "hunter22"}}, History: ended, Outputs: text(`{"o":"<&>","hunter22":[1234567,null]}`),
		},
		Runs: []execution.Run{
			{ID: "r1", TaskID: "e", Node: 1, Parent: execution.RootRow, History: ended, Attempts: []execution.Attempt{{History: ended}}, Outputs: text(`{}`)},
			{ID: "r2", TaskID: "r", Node: 2, Parent: 0, Value: "v", Iteration: 0, History: history("CREATED", "RUNNING"), Attempts: []execution.Attempt{{History: history("CREATED", "RUNNING")}}},
			{ID: "r3", TaskID: "p", Node: 3, Parent: execution.RootRow, History: ended, Outputs: text(`{"onResume":{"code":"9876"}}`)},
		},
	}, p
}

const endedJSON = `{"current":"SUCCESS","histories":[{"state":"CREATED","date":"2026-11-23T01:02:03Z"},{"state":"RUNNING","date":"2026-11-23T01:02:03.001Z"},` +
	`{"state":"SUCCESS","date":"2026-11-23T01:02:03.002Z"}],"duration":"PT0.002S","endDate":"2026-11-23T01:02:03.002Z","startDate":"2026-11-23T01:02:03Z"}`

const runningJSON = `{"current":"RUNNING","histories":[{"state":"CREATED","date":"2026-11-23T01:02:03Z"},{"state":"RUNNING","date":"2026-11-23T01:02:03.001Z"}],` +
	`"startDate":"2026-11-23T01:02:03Z"}`

// TestExecution compares the JSON of an execution, member by member in their order, with what Kestra's API would say of it, and with
// secrets hidden.
func TestExecution(t *testing.T) {
	const of = `"executionId":"x1","namespace":"company.team","flowId":"f",`
	const stars = `"******"`
	want := func(inputs, body, code string) string {
		return `{"id":"x1","namespace":"company.team","flowId":"f","flowRevision":3,"taskRunList":[` +
			`{"id":"r1",` + of + `"taskId":"e","attempts":[{"state":` + endedJSON + `}],"outputs":{},"state":` + endedJSON + `},` +
			`{"id":"r2",` + of + `"taskId":"r","parentTaskRunId":"r1","value":"v","attempts":[{"state":` + runningJSON + `}],"state":` + runningJSON + `,"iteration":0},` +
			`{"id":"r3",` + of + `"taskId":"p","outputs":{"onResume":` + code + `},"state":` + endedJSON + `}],` +
			`"inputs":` + inputs + `,"outputs":{"o":"<&>","******":[1234567,null]},"labels":[{"key":"team","value":"******"}],"state":` + endedJSON + `,` +
			`"parentId":"x0","originalId":"x0","trigger":{"id":"hook","type":"Webhook","variables":` +
			`{"body":{"z":1.1,"a":` + body + `},"headers":{"X":["******"]}}},"deleted":false,"metadata":{"attemptNumber":2,"originalCreatedDate":"2026-11-23T01:02:00Z"}}`
	}
	s, p := example()
	m := mask.New([]string{"hunter22"})
	if diff := cmp.Diff(want(`{"pin":"******","n":1}`, `"1234 ******"`, `{"code":"******"}`), encode(t, Of(s, p, m))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	t.Run("long secrets", func(t *testing.T) {
		s, p := example()
		s.Inputs = text(`{"pin":"1234 hun","n":123456789}`)
		s.Outputs = text(`{"n":123456789,"x":"1234 hunter22"}`)
		s.Runs[2].Outputs = text(`{"onResume":{"code":"123456789"}}`)
		x := Of(s, p, nil)
		for name, got := range map[string]string{
			string(x.Inputs):                 `{"pin":"******","n":"******"}`,
			string(x.Outputs):                `{"n":"******","x":"******ter22"}`,
			string(x.TaskRunList[2].Outputs): `{"onResume":{"code":"******"}}`,
		} {
			if name != got {
				t.Errorf("got %s, want %s", name, got)
			}
		}
	})
	t.Run("without the flow", func(t *testing.T) {
		s, _ := example()
		x := Of(s, nil, m)
		if string(x.Inputs) != `{"pin":`+stars+`,"n":`+stars+`}` || string(x.TaskRunList[2].Outputs) != `{"onResume":`+stars+`}` {
			t.Errorf("inputs %s, Pause %s", x.Inputs, x.TaskRunList[2].Outputs)
		}
		if got := string(x.TaskRunList[0].Outputs); got != "{}" {
			t.Errorf("outputs %s", got)
		}
	})
	t.Run("at the beginning", func(t *testing.T) {
		_, p := example()
		s := execution.New(p, time.Date(2026, 11, 23, 1, 2, 3, 0, time.UTC), nil, execution.Trigger{ID: "hook"})
		got := encode(t, Of(s, p, nil))
		want := `{"id":"` + s.ID + `","namespace":"company.team","flowId":"f","flowRevision":3,"taskRunList":[],"labels":[],` +
			`"state":{"current":"CREATED","histories":[{"state":"CREATED","date":"2026-11-23T01:02:03Z"}],"startDate":"2026-11-23T01:02:03Z"},` +
			`"originalId":"` + s.ID + `","trigger":{"id":"hook","type":""},"deleted":false,"metadata":{"attemptNumber":1,"originalCreatedDate":"2026-11-23T01:02:03Z"}}`
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

// TestVariables shows those of the flow unless a task has set some.
func TestVariables(t *testing.T) {
	f := &flow.Flow{Variables: value.MapOf("v", value.String("{{ x }} hunter22")).Map()}
	s := &execution.State{Start: execution.Start{Revision: 1}}
	m := mask.New([]string{"hunter22"})
	if got := string(Of(s, execution.NewPlan(f, 1), m).Variables); got != `{"v":"{{ x }} ******"}` {
		t.Errorf("of the flow: %s", got)
	}
	s.Variables = text(`{"v":1}`)
	if got := string(Of(s, execution.NewPlan(f, 1), m).Variables); got != `{"v":1}` {
		t.Errorf("as set: %s", got)
	}
}

func TestSummaries(t *testing.T) {
	s := func(statuses ...flow.Status) execution.Summary {
		return execution.Summary{
			Seq: 7, ID: "x", Namespace: "a.b", FlowID: "f", Revision: 2, TriggerID: "hook",
			Head: execution.Head{History: history(statuses...), Labels: []flow.Label{{Key: "k", Value: "hunter22"}}},
		}
	}
	got := encode(t, Summaries([]execution.Summary{s("CREATED"), s("CREATED", "FAILED")}, mask.New([]string{"hunter22"})))
	const start = `{"seq":7,"id":"x","namespace":"a.b","flowId":"f","flowRevision":2,"triggerId":"hook",`
	const labels = `"labels":[{"key":"k","value":"******"}]}`
	want := `[` + start + `"state":"CREATED","startDate":"2026-11-23T01:02:03Z",` + labels + `,` +
		start + `"state":"FAILED","startDate":"2026-11-23T01:02:03Z","endDate":"2026-11-23T01:02:03.001Z","duration":"PT0.001S",` + labels + `]`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestLine(t *testing.T) {
	at := time.Date(2026, 11, 23, 1, 2, 3, 0, time.FixedZone("", 3600))
	got := encode(t, []Line{
		LineOf(&execution.LogLine{Execution: "x", Seq: 5, Run: "r1", Task: "a", Attempt: 1, Level: "WARN", At: at, Message: "<b>"}),
		LineOf(&execution.LogLine{Execution: "x", Seq: 6, Level: "INFO", At: at}),
	})
	want := `[{"seq":5,"timestamp":"2026-11-23T00:02:03Z","level":"WARN","taskId":"a","taskRunId":"r1","attemptNumber":1,"message":"<b>"},` +
		`{"seq":6,"timestamp":"2026-11-23T00:02:03Z","level":"INFO","attemptNumber":0,"message":""}]`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// encode encodes as the API does.
func encode(t *testing.T, v any) string {
	t.Helper()
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		t.Fatal(err)
	}
	return string(bytes.TrimSuffix(b.Bytes(), []byte("\n")))
}
