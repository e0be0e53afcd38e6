package flowable

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"

	"github.com/caddy-kestra/kestra-webhook/engine/files"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/tasktest"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// bench is a ForEachItem, and files for it.
type bench struct {
	t     *testing.T
	store *files.Store
	parts []*flow.Component
}

func newBench(t *testing.T, yaml string) *bench {
	t.Helper()
	c, found := tasktest.Load(t, Specs(), with(yaml))
	if err := found.Err(); err != nil {
		t.Fatal(err)
	}
	b := &bench{t: t, store: files.New(t.TempDir()), parts: c.Children("tasks")}
	t.Cleanup(func() { _ = b.store.Close() })
	return b
}

// context is what a part sees with these variables.
func (b *bench) context(part int, variables value.Value) *task.Context {
	c := b.parts[part]
	return &task.Context{
		Pebble:   &pebble.Context{Vars: variables.Map()},
		Log:      task.Logger{To: zap.NewNop()},
		Origin:   task.Origin{Namespace: "company.team", Flow: "hello", Execution: "1Execution", Task: c.ID, Run: "2" + c.ID[len("a_"):]},
		Services: &task.Services{Files: b.store},
	}
}

func (b *bench) write(text string) (uri string) {
	b.t.Helper()
	o := b.context(0, value.MapOf()).Origin
	o.Task = "before"
	f, err := b.store.Create(b.t.Context(), o, "in.csv")
	if err == nil {
		_, err = io.WriteString(f, text)
	}
	if err == nil {
		uri, err = f.Commit()
	}
	if err != nil {
		b.t.Fatal(err)
	}
	return uri
}

func (b *bench) read(uri string) string {
	b.t.Helper()
	f, err := b.store.Open(b.t.Context(), task.Origin{}, uri)
	if err != nil {
		b.t.Fatal(err)
	}
	defer f.Close()
	text, err := io.ReadAll(f)
	if err != nil {
		b.t.Fatal(err)
	}
	return string(text)
}

// run runs a part that is no call.
func (b *bench) run(part int, variables value.Value) (task.Result, error) {
	return b.parts[part].Compiled.(task.Task).Run(b.t.Context(), b.context(part, variables))
}

// outputs are the variables after a part has run.
func outputs(id string, of value.Value) value.Value {
	return value.MapOf("outputs", value.MapOf(id, of), "taskrun", value.MapOf("id", value.String("run")))
}

// TestForEachItem divides files, and checks which executions are started for the batches, and what becomes of their outputs.
func TestForEachItem(t *testing.T) {
	for _, tt := range []struct {
		batch, text string
		want        string // the batches, with " | " between them
	}{
		{"{}", "a\nb\nc\n", "a\n | b\n | c\n"},
		{"{rows: 2}", "a\nb\nc", "a\nb\n | c\n"},
		{"{rows: '{{ 1 + 1 }}'}", "a\nb\nc", "a\nb\n | c\n"},
		{"{partitions: 2}", "a\nb\nc\n", "a\nc\n | b\n"},
		{"{bytes: 4}", "a\nb\nc\n", "a\nb\n | c\n"},
		{"{regexPattern: '^(.)'}", "a1\nb1\na2\n\n", "a1\na2\n | b1\n"},
		{"{separator: ';', rows: 3}", "a\nb\nc\n", "a;b;c;"},
		{"{rows: 2}", "", ""},
	} {
		t.Run(tt.batch, func(t *testing.T) {
			b := newBench(t, `{type: core.flow.ForEachItem, items: "{{ file }}", batch: `+tt.batch+`, namespace: n, flowId: f, inputs: {f: "{{ taskrun.items }}", n: "{{ taskrun.iteration }} {{ taskrun.id }}"}, labels: {l: "{{ taskrun.iteration }}"}}`)
			split, err := b.run(0, value.MapOf("file", value.String(b.write(tt.text))))
			if err != nil {
				t.Fatal(err)
			}
			calls := b.parts[1].Compiled.(task.Children)
			c := b.context(1, outputs("a_split", split.Outputs))
			several, err := calls.Several(t.Context(), c)
			if err != nil || !several.Wait || several.Number != strings.Count(tt.want, "|")+min(1, len(tt.want)) {
				t.Errorf("%+v, %v", several, err)
			}
			if got, want := value.JSON(several.Outputs), `{"subflowOutputsBaseUri":"/company/team/hello/executions/1Execution/tasks/a-items/2items"}`; got != want {
				t.Errorf("outputs %s, want %s", got, want)
			}
			var batches, list, merged []string
			for i := range several.Number {
				call, err := calls.Call(t.Context(), c, i)
				if err != nil {
					t.Fatal(err)
				}
				uri, _ := call.Inputs.Get("f")
				list, batches = append(list, uri.Str()), append(batches, b.read(uri.Str()))
				if n, _ := call.Inputs.Get("n"); n.Str() != fmt.Sprint(i, " run") || call.Labels[0].Value != fmt.Sprint(i) || !call.Wait {
					t.Errorf("call %d: %+v", i, call)
				}
				if i == 1 { // it has none
					continue
				}
				for range 2 { // a crash may come between
					if err := calls.Ended(t.Context(), c, i, value.MapOf("o", value.Int(int64(i)), "p", value.String("é\n")).Map()); err != nil {
						t.Fatal(err)
					}
				}
				merged = append(merged, fmt.Sprintf("{o:%d,p:\"é\\n\"}\n", i))
			}
			if diff := cmp.Diff(tt.want, strings.Join(batches, " | ")); diff != "" {
				t.Errorf("batches (-want +got):\n%s", diff)
			}
			splits, _ := split.Outputs.Map().Get("splits")
			if diff := cmp.Diff(strings.Join(list, "\n"), b.read(splits.Str())); diff != "" {
				t.Errorf("the list of them (-want +got):\n%s", diff)
			}
			base, _ := several.Outputs.Map().Get("subflowOutputsBaseUri")
			merge, err := b.run(2, outputs("a_items", value.MapOf("subflowOutputsBaseUri", base, "numberOfBatches", value.Int(int64(several.Number)))))
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			if uri, ok := merge.Outputs.Map().Get("subflowOutputs"); ok {
				got = b.read(uri.Str())
			}
			if diff := cmp.Diff(strings.Join(merged, ""), got); diff != "" {
				t.Errorf("outputs in one file (-want +got):\n%s", diff)
			}
		})
	}
}

// TestForEachItemInLoops checks that the parts find the outputs of those before them that are in the same rounds.
func TestForEachItemInLoops(t *testing.T) {
	b := newBench(t, `{type: core.flow.ForEachItem, items: "{{ file }}", namespace: n, flowId: f}`)
	split, err := b.run(0, value.MapOf("file", value.String(b.write("a\nb\n"))))
	if err != nil {
		t.Fatal(err)
	}
	round := func(text string) value.Value {
		return value.MapOf("taskrun", value.MapOf("value", value.String(text)))
	}
	variables := value.MapOf(
		"outputs", value.MapOf("a_split", value.MapOf("outer", value.MapOf("inner", split.Outputs))),
		"parents", value.ListOf(round("inner"), round("outer")),
	)
	several, err := b.parts[1].Compiled.(task.Children).Several(t.Context(), b.context(1, variables))
	if err != nil || several.Number != 2 {
		t.Errorf("%+v, %v", several, err)
	}
}

// TestForEachItemFails checks what the parts fail with.
func TestForEachItemFails(t *testing.T) {
	const gone = "kestra:///company/team/hello/executions/1Execution/tasks/before/2split/gone.txt"
	b := newBench(t, `{type: core.flow.ForEachItem, items: "{{ file }}", batch: {regexPattern: "{{ pattern }}"}, namespace: n, flowId: f}`)
	stopped, stop := context.WithCancel(t.Context())
	stop()
	for _, tt := range []struct {
		file, pattern string
		want          string
	}{
		{"abc", "(.)", "Unable to split the items from abc, this is not an internal storage URI!"},
		{"nsfile:///a", "(.)", "Unable to split the items from nsfile:///a, this is not an internal storage URI!"},
		{gone, "(.)", gone + ": file does not exist"},
		{b.write("a\n"), "(", "regexPattern: "},
	} {
		_, err := b.run(0, value.MapOf("file", value.String(tt.file), "pattern", value.String(tt.pattern)))
		if err == nil || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("%s: %v", tt.file, err)
		}
	}
	if _, err := b.parts[0].Compiled.(task.Task).Run(stopped, b.context(0, value.MapOf("file", value.String(b.write("a\n")), "pattern", value.String("(.)")))); err == nil {
		t.Error("it runs although it is interrupted")
	}
	splits := outputs("a_split", value.MapOf("splits", value.String(gone)))
	if _, err := b.parts[1].Compiled.(task.Children).Several(t.Context(), b.context(1, splits)); err == nil || !strings.Contains(err.Error(), "file does not exist") {
		t.Errorf("a list that is gone: %v", err)
	}
}
