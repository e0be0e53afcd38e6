package engine_test

import (
	"strings"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// TestOutputsThatDoNotExist checks which outputs of tasks are named as such that there are not.
func TestOutputsThatDoNotExist(t *testing.T) {
	const before = `id: f
namespace: n
tasks:
  - {id: value, type: io.kestra.plugin.core.debug.Return, format: x}
  - {id: log, type: io.kestra.plugin.core.log.Log, message: x}
  - {id: map, type: io.kestra.plugin.core.output.OutputValues, values: {a: 1}}
  - {id: open, type: io.kestra.plugin.core.templating.TemplatedTask, spec: x}
  - {id: loop, type: io.kestra.plugin.core.flow.ForEach, values: [a], tasks: [{id: looped, type: io.kestra.plugin.core.debug.Return, format: x}]}
  - id: all
    type: io.kestra.plugin.core.flow.Sequential
    tasks: [{id: inner, type: io.kestra.plugin.core.debug.Return, format: x}]
  - id: last
    type: io.kestra.plugin.core.debug.Return
    format: "{{ % }}"
`
	tests := []struct{ expression, want string }{
		{"outputs.value.value", ""},
		{"outputs.inner.value", ""},
		{"outputs.map.values.a", ""},
		{"outputs.value", ""},
		{"outputs.open.whatever", ""},
		{"outputs.looped.a.value", ""},
		{"outputs.value.valeu", "flow.yml:14:31: tasks[6].format: there is no `outputs.value.valeu`: tasks of type io.kestra.plugin.core.debug.Return have no output of this name; did you mean `outputs.value.value`?"},
		{"outputs['value']['code']", "there is no `outputs.value.code`: tasks of type io.kestra.plugin.core.debug.Return have no output of this name"},
		{"outputs.inner.stdout", "there is no `outputs.inner.stdout`"},
		{"outputs.map.a", "there is no `outputs.map.a`: tasks of type io.kestra.plugin.core.output.OutputValues have no output of this name"},
		{"outputs.log.value", "there is no `outputs.log.value`: tasks of type io.kestra.plugin.core.log.Log have no outputs"},
		{"outputs.log.value ?? 'none'", ""},
		{"outputs.value.valeu ?? 'none'", "did you mean `outputs.value.value`?"},
	}
	for _, tt := range tests {
		_, found := engine.Core().Load([]*flow.Source{{Name: "flow.yml", YAML: []byte(strings.Replace(before, "%", tt.expression, 1))}})
		var lines []string
		for _, d := range found {
			lines = append(lines, d.Error())
		}
		if got := strings.Join(lines, "\n"); tt.want == "" && got != "" || !strings.Contains(got, tt.want) {
			t.Errorf("%s: found %q, want %q", tt.expression, got, tt.want)
		}
	}
}
