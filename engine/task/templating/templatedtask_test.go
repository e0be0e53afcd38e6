package templating

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/task/debug"
	"github.com/caddy-kestra/kestra-webhook/engine/task/executions"
	"github.com/caddy-kestra/kestra-webhook/engine/task/flowable"
	"github.com/caddy-kestra/kestra-webhook/engine/task/logs"
	"github.com/caddy-kestra/kestra-webhook/engine/task/tasktest"
	"github.com/caddy-kestra/kestra-webhook/engine/task/timing"
)

// specs are those of this package, and of the tasks that specs give.
func specs() []flow.Spec {
	return slices.Concat(Specs(), debug.Specs(), executions.Specs(), flowable.Specs(), logs.Specs(), timing.Specs())
}

func TestExamples(t *testing.T) { tasktest.Examples(t, Specs()) }

func TestTemplatedTask(t *testing.T) {
	const body = `{"n":1,"class":"debug.Return","nested":"type: io.kestra.plugin.core.templating.TemplatedTask\nspec: \"{{ trigger.body.nested }}\""}`
	for _, tt := range []struct {
		name, spec string
		want       tasktest.Result
	}{
		{"task", `"type: io.kestra.plugin.core.debug.Return\nformat: in {{ trigger.body.n }}"`, tasktest.Result{Outputs: `{"value":"in 1"}`, Log: []string{"debug in 1"}}},
		{"type by an expression", `"type: io.kestra.plugin.core.{{ trigger.body.class }}\nformat: x"`, tasktest.Result{Outputs: `{"value":"x"}`, Log: []string{"debug x"}}},
		{"rendered twice", `"type: io.kestra.plugin.core.debug.Return\nformat: '{% raw %}{{ trigger.body.n + 1 }}{% endraw %}'"`, tasktest.Result{Outputs: `{"value":"2"}`, Log: []string{"debug 2"}}},
		{"id of its own", `"{id: No Good, type: io.kestra.plugin.core.debug.Return, format: x}"`, tasktest.Result{Outputs: `{"value":"x"}`, Log: []string{"debug x"}}},
		{"JSON", `'{"type":"io.kestra.plugin.core.debug.Return","format":"j"}'`, tasktest.Result{Outputs: `{"value":"j"}`, Log: []string{"debug j"}}},
		{"failure inside", `"type: io.kestra.plugin.core.execution.Fail\nerrorMessage: boom"`, tasktest.Result{Err: "boom"}},
		{"sleep", `"type: io.kestra.plugin.core.flow.Sleep\nduration: PT5S"`, tasktest.Result{Wait: 5 * time.Second, Log: []string{"info Waiting for PT5S"}}},
		{"expression that fails", `"{{ nope }}"`, tasktest.Result{Err: "unable to find `nope` used in the expression `{{ nope }}` at line 1:4"}},
		{"no YAML", `'{{ "[" }}'`, tasktest.Result{Err: "task:1: YAML syntax: a value is due here"}},
		{"no mapping", `text`, tasktest.Result{Err: "task:1:1: tasks[0]: a task is a mapping with a type, this is a string"}},
		{"no type", `"format: x"`, tasktest.Result{Err: "task:1:1: tasks[0].type: is missing"}},
		{"unknown type", `"type: io.kestra.nope.X"`, tasktest.Result{Err: "task:1:7: tasks[0].type: unknown task type `io.kestra.nope.X`"}},
		{"unknown member", `"type: io.kestra.plugin.core.debug.Return\nforms: x"`, tasktest.Result{Err: "task:2:1: tasks[0]: unknown member `forms`"}},
		{"expression inside that does not parse", `"type: io.kestra.plugin.core.debug.Return\nformat: '{% raw %}{{ x{% endraw %}'"`, tasktest.Result{Err: `task:2:10: tasks[0].format: unclosed "{{": there is no "}}"`}},
		{"flowable", `"type: io.kestra.plugin.core.flow.Sequential\ntasks: [{id: b, type: io.kestra.plugin.core.debug.Return}]"`, tasktest.Result{Err: "The templated task must be a runnable task"}},
		{"task of the executor", `"type: io.kestra.plugin.core.execution.Exit"`, tasktest.Result{Err: "The templated task must be a runnable task"}},
		{"itself", `"{{ trigger.body.nested }}"`, tasktest.Result{Err: "The templated task cannot be of type 'io.kestra.plugin.core.templating.TemplatedTask'"}},
		{"too long", `"type: io.kestra.plugin.core.debug.Return # {% for i in range(1, 8000) %}123456789{% endfor %}"`, tasktest.Result{Err: "the text of a task may have 65536 bytes at most, this has 72043"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.want.Outputs == "" {
				tt.want.Outputs = "null"
			}
			got := tasktest.Run(t, specs(), `{type: io.kestra.core.tasks.templating.TemplatedTask, spec: `+tt.spec+`}`, body)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	woken := tasktest.Wake(t, specs(), `{type: io.kestra.plugin.core.templating.TemplatedTask, spec: "type: io.kestra.plugin.core.flow.Sleep\nduration: PT5S"}`, body)
	if diff := cmp.Diff(tasktest.Result{Outputs: "null"}, woken); diff != "" {
		t.Errorf("when it wakes (-want +got):\n%s", diff)
	}
}

// TestLoaderTakesMemory checks that memory is asked for before a task is read, and that being refused it is told as such.
func TestLoaderTakesMemory(t *testing.T) {
	c, found := tasktest.Load(t, specs(), `{type: io.kestra.plugin.core.templating.TemplatedTask, spec: x}`)
	if err := found.Err(); err != nil {
		t.Fatal(err)
	}
	load := c.Compiled.(*templated).load
	text := "type: io.kestra.plugin.core.debug.Return #" + strings.Repeat("x", 1000)
	var enough account = 1 << 20
	if _, err := load(text, &enough); err != nil || enough > 1<<20-1000 {
		t.Errorf("%d bytes are left, %v", enough, err)
	}
	var little account = 1000
	if _, err := load(text, &little); !errors.Is(err, errShort) {
		t.Errorf("with little memory: %v", err)
	}
}

var errShort = errors.New("memory is short")

// account is memory of which so many bytes are left.
type account int64

func (a *account) Take(bytes int64) error {
	if account(bytes) > *a {
		return errShort
	}
	*a -= account(bytes)
	return nil
}
