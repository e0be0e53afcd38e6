package flow

import (
	"strings"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
)

// TestWaiting checks where expressions may wait for another server: in properties of tasks that a worker runs, which are not pure
// by it, and nowhere else.
func TestWaiting(t *testing.T) {
	language := pebble.New(pebble.Options{Outside: []string{"http"}})
	spec := func(kind Kind, typ string, change func(*Spec)) Spec {
		s := Spec{
			Kind: kind, Type: "test." + typ,
			Properties: []Property{
				{Name: "text", Type: String, Dynamic: true},
				{Name: "map", Type: Map, Dynamic: true},
				{Name: "secret", Type: String, Dynamic: true, Secret: true},
				{Name: "object", Type: Object, Properties: []Property{{Name: "n", Type: Integer, Dynamic: true}}},
			},
			Compile: func(*Component) (any, error) { return nil, nil }, //nolint:nilnil // nothing runs
		}
		if change != nil {
			change(&s)
		}
		return s
	}
	catalog, err := NewCatalog(
		spec(KindTask, "Pure", func(s *Spec) { s.Pure = true }), spec(KindTask, "Worker", nil), spec(KindTrigger, "Trigger", nil),
		spec(KindTask, "Executor", func(s *Spec) { s.Pure, s.Executor = true, true }), spec(KindTask, "Flowable", func(s *Spec) {
			s.Shape = ShapeSequence
			s.Branches = func(*Component) Branches { return Branches{Main: [][]*Component{nil}} }
		}),
	)
	if err != nil {
		t.Fatal(err)
	}
	const call = `"{{ http('http://h') }}"`
	for _, tt := range []struct {
		task    string
		refused bool
		waits   bool
		beside  string // other members of the flow
	}{
		{task: "type: test.Pure, text: " + call, waits: true},
		{task: "type: test.Pure, map: {a: [" + call + "]}", waits: true},
		{task: "type: test.Pure, secret: " + call, waits: true},
		{task: "type: test.Pure, object: {n: " + call + "}", waits: true},
		{task: "type: test.Pure, text: 'no {{ 1 }}'"},
		{task: "type: test.Pure, text: '{{ render(vars.x) }}'", beside: "variables: {x: " + call + "}\n"},
		{task: "type: test.Worker, text: " + call},
		{task: "type: test.Pure, runIf: " + call, refused: true},
		{task: "type: test.Worker, timeout: " + call, refused: true},
		{task: "type: test.Executor, text: " + call, refused: true},
		{task: "type: test.Flowable, text: " + call, refused: true},
		{task: "type: test.Pure", beside: "outputs: [{id: o, type: STRING, value: " + call + "}]\n", refused: true},
		{task: "type: test.Pure", beside: "inputs: [{id: i, type: STRING, defaults: " + call + "}]\n", refused: true},
		{task: "type: test.Pure", beside: "triggers: [{id: t, type: test.Trigger, text: " + call + "}]\n", refused: true},
	} {
		text := "id: f\nnamespace: n\n" + tt.beside + "tasks: [{id: a, " + tt.task + "}]\n"
		set, found := Load(catalog, Options{Pebble: language}, []*Source{{Name: "f.yml", YAML: []byte(text)}})
		if err := found.Err(); err != nil {
			if !tt.refused || !strings.Contains(err.Error(), `function "http" cannot be called here`) {
				t.Errorf("%s: %v", text, err)
			}
			continue
		}
		if tt.refused {
			t.Errorf("%s: loads", text)
		} else if task := set.Flow("n", "f").Tasks[0]; task.Waits != tt.waits {
			t.Errorf("%s: Waits is %t", text, task.Waits)
		}
	}
}
