package flowable

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/task/debug"
	"github.com/caddy-kestra/kestra-webhook/engine/task/executions"
	"github.com/caddy-kestra/kestra-webhook/engine/task/logs"
	"github.com/caddy-kestra/kestra-webhook/engine/task/tasktest"
)

func TestExamples(t *testing.T) {
	tasktest.Examples(t, Specs(), slices.Concat(logs.Specs(), debug.Specs())...)
}

// withLeaves returns the specs of this package, and of the tasks that these tests put into flowables.
func withLeaves() []flow.Spec { return slices.Concat(Specs(), debug.Specs(), executions.Specs()) }

// with replaces $ and a letter in a YAML text by a task.
func with(yaml string) string {
	for id := 'a'; id <= 'f'; id++ {
		yaml = strings.ReplaceAll(yaml, "$"+string(id), fmt.Sprintf("{id: t%c, type: io.kestra.plugin.core.debug.Return, format: %c}", id, id))
	}
	return strings.ReplaceAll(yaml, "core.flow.", "io.kestra.plugin.core.flow.")
}

func TestLoad(t *testing.T) {
	for _, tt := range []struct {
		name, yaml string
		want       string // what is found, as text
	}{
		{"sequential", `{type: core.flow.Sequential, tasks: [$a], errors: [$b], finally: [$c]}`, ""},
		{"sequential, old name", `{type: io.kestra.core.tasks.flows.Sequential, tasks: [$a]}`, ""},
		{"sequential without tasks", `{type: core.flow.Sequential}`, "flow.yml:4:3: tasks[0].tasks: The 'tasks' property cannot be empty"},
		{"sequential with empty tasks", `{type: core.flow.Sequential, tasks: []}`, "flow.yml:4:63: tasks[0].tasks: The 'tasks' property cannot be empty"},
		{"sequential with null tasks", `{type: core.flow.Sequential, tasks: null}`, "flow.yml:4:3: tasks[0].tasks: The 'tasks' property cannot be empty"},
		{"sequential, unknown member", `{type: core.flow.Sequential, tasks: [$a], error: [$b]}`, "flow.yml:4:128: tasks[0]: unknown member `error`; did you mean `errors`?"},
		{"empty errors and finally", `{type: core.flow.Sequential, tasks: [$a], errors: [], finally: []}`, ""},

		{"parallel", `{type: core.flow.Parallel, concurrent: 2, tasks: [$a], errors: [$b], finally: [$c]}`, ""},
		{"parallel, old name", `{type: io.kestra.core.tasks.flows.Parallel, tasks: [$a]}`, ""},
		{"parallel without tasks", `{type: core.flow.Parallel}`, "flow.yml:4:3: tasks[0].tasks: The 'tasks' property cannot be empty"},
		{"parallel, concurrent as text", `{type: core.flow.Parallel, concurrent: "2", tasks: [$a]}`, ""},
		{"parallel, concurrent 0", `{type: core.flow.Parallel, concurrent: 0, tasks: [$a]}`, ""},
		{"parallel, concurrent negative", `{type: core.flow.Parallel, concurrent: -1, tasks: [$a]}`, "flow.yml:4:66: tasks[0].concurrent: must be between 0 and 2147483647"},
		{"parallel, concurrent too large", `{type: core.flow.Parallel, concurrent: 2147483648, tasks: [$a]}`, "flow.yml:4:66: tasks[0].concurrent: must be between 0 and 2147483647"},
		{"parallel, concurrent as expression", `{type: core.flow.Parallel, concurrent: "{{ 1 }}", tasks: [$a]}`, "flow.yml:4:66: tasks[0].concurrent: must be a whole number"},

		{"for each", `{type: core.flow.ForEach, values: [1, "{{ x }}"], concurrencyLimit: 2, tasks: [$a], errors: [$b], finally: [$c]}`, ""},
		{"for each without values", `{type: core.flow.ForEach, tasks: [$a]}`, "flow.yml:4:3: tasks[0].values: is missing"},
		{"for each without tasks", `{type: core.flow.ForEach, values: [1]}`, "flow.yml:4:3: tasks[0].tasks: The 'tasks' property cannot be empty"},
		{"for each, negative limit", `{type: core.flow.ForEach, values: [1], concurrencyLimit: -1, tasks: [$a]}`, "flow.yml:4:84: tasks[0].concurrencyLimit: must be between 0 and 2147483647"},
		{"for each, values that are no expression", `{type: core.flow.ForEach, values: ["{{ x"], tasks: [$a]}`, "flow.yml:4:63: tasks[0].values[0]: unclosed \"{{\": there is no \"}}\""},
		{"each, old names", `{type: core.flow.Sequential, tasks: [{id: s, type: io.kestra.core.tasks.flows.EachSequential, value: [1], tasks: [$a]}, {id: p, type: io.kestra.core.tasks.flows.EachParallel, value: "[1]", concurrent: 2, tasks: [$b]}]}`, ""},

		{"dag", `{type: core.flow.Dag, concurrent: 2, tasks: [{task: $a}, {task: $b, dependsOn: [ta]}], errors: [$c], finally: [$d]}`, ""},
		{"dag, old name", `{type: io.kestra.core.tasks.flows.Dag, tasks: [{task: $a}]}`, ""},
		{"dag without tasks", `{type: core.flow.Dag}`, "flow.yml:4:3: tasks[0].tasks: is missing"},
		{"dag, dependency that is not there", `{type: core.flow.Dag, tasks: [{task: $a, dependsOn: [zz]}]}`, "flow.yml:4:138: tasks[0].tasks[0].dependsOn: Not existing task id in dependency: zz"},
		{"dag in a circle", `{type: core.flow.Dag, tasks: [{task: $a}, {task: $b, dependsOn: [tc, ta]}, {task: $c, dependsOn: [tb]}]}`, "flow.yml:4:56: tasks[0].tasks: Cyclic dependency detected: tb, tc"},
		{"dag, task that waits for itself", `{type: core.flow.Dag, tasks: [{task: $a, dependsOn: [ta]}]}`, "flow.yml:4:56: tasks[0].tasks: Cyclic dependency detected: ta"},
		{"dag, negative concurrent", `{type: core.flow.Dag, concurrent: -1, tasks: [{task: $a}]}`, "flow.yml:4:61: tasks[0].concurrent: must be between 0 and 2147483647"},

		{"loop until", `{type: core.flow.LoopUntil, condition: "{{ x }}", failOnMaxReached: true, checkFrequency: {interval: PT1S, maxIterations: 3, maxDuration: PT1H}, tasks: [$a], errors: [$b], finally: [$c]}`, ""},
		{"loop until, expressions", `{type: core.flow.WaitFor, condition: "{{ x }}", failOnMaxReached: "{{ x }}", checkFrequency: {interval: "{{ x }}", maxIterations: "{{ x }}", maxDuration: "{{ x }}"}, tasks: [$a]}`, ""},
		{"loop until without condition", `{type: core.flow.LoopUntil, tasks: [$a]}`, "flow.yml:4:3: tasks[0].condition: is missing"},
		{"loop until without tasks", `{type: core.flow.LoopUntil, condition: "{{ x }}"}`, "flow.yml:4:3: tasks[0].tasks: The 'tasks' property cannot be empty"},
		{"loop until, no round", `{type: core.flow.LoopUntil, condition: "{{ x }}", checkFrequency: {maxIterations: 0}, tasks: [$a]}`, "flow.yml:4:109: tasks[0].checkFrequency.maxIterations: must be greater than or equal to 1"},
		{"loop until, interval that is none", `{type: core.flow.LoopUntil, condition: "{{ x }}", checkFrequency: {interval: often}, tasks: [$a]}`, "flow.yml:4:104: tasks[0].checkFrequency.interval: must be a duration, as in PT30S or 30s"},
		{"loop until, unknown member", `{type: core.flow.LoopUntil, condition: "{{ x }}", checkFrequency: {maxIteration: 3}, tasks: [$a]}`, "flow.yml:4:94: tasks[0].checkFrequency: unknown member `maxIteration`; did you mean `maxIterations`?"},

		{"pause", `{type: core.flow.Pause, pauseDuration: PT1H, behavior: WARN, onPause: $a, onResume: [{id: n, type: INT}], tasks: [$b], errors: [$c], finally: [$d]}`, ""},
		{"pause, old name and duration", `{type: io.kestra.core.tasks.flows.Pause, delay: "{{ x }}", timeout: PT1H}`, ""},
		{"pause with nothing", `{type: core.flow.Pause}`, ""},
		{"pause, unknown behavior", `{type: core.flow.Pause, behavior: STOP}`, "flow.yml:4:61: tasks[0].behavior: must be one of RESUME, WARN, FAIL, CANCEL"},
		{"pause, duration that is none", `{type: core.flow.Pause, pauseDuration: soon}`, "flow.yml:4:66: tasks[0].pauseDuration: must be a duration, as in PT30S or 30s"},
		{"pause, both durations", `{type: core.flow.Pause, pauseDuration: PT1S, delay: PT1S}`, "flow.yml:4:79: tasks[0].delay: is the older name of `pauseDuration`, which is written too"},
		{"pause, input that is wrong", `{type: core.flow.Pause, onResume: [{id: s, type: NOPE}]}`, "flow.yml:4:76: tasks[0].onResume[0].type: unknown type `NOPE`"},

		{"allow failure", `{type: core.flow.AllowFailure, tasks: [$a], errors: [$b], finally: [$c]}`, ""},
		{"allow failure, old name", `{type: io.kestra.core.tasks.flows.AllowFailure, tasks: [$a]}`, ""},

		{"working directory", `{type: core.flow.WorkingDirectory, tasks: [$a, $b], errors: [{id: s, type: core.flow.Sequential, tasks: [$c]}], finally: [$d]}`, ""},
		{"working directory, old names", `{type: core.flow.Sequential, tasks: [{id: v, type: io.kestra.core.tasks.flows.Worker, tasks: [$a]}, {id: w, type: io.kestra.core.tasks.flows.WorkingDirectory, tasks: [$b]}]}`, ""},
		{"working directory without tasks", `{type: core.flow.WorkingDirectory, tasks: []}`, "flow.yml:4:69: tasks[0].tasks: The 'tasks' property cannot be empty"},
		{"working directory, flowable inside", `{type: core.flow.WorkingDirectory, tasks: [$a, {id: s, type: core.flow.Sequential, tasks: [$b]}]}`, "flow.yml:4:133: tasks[0].tasks[1]: Only runnable tasks are allowed as children of a WorkingDirectory task"},
		{"working directory, task of the executor inside", `{type: core.flow.WorkingDirectory, tasks: [{id: x, type: io.kestra.plugin.core.execution.Exit}, $a]}`, "flow.yml:4:70: tasks[0].tasks[0]: Only runnable tasks are allowed as children of a WorkingDirectory task"},
		{"working directory, files", `{type: core.flow.WorkingDirectory, tasks: [$a], inputFiles: {a: b, "{{ x }}.txt": "{{ x }}"}, outputFiles: ["*.txt"], cache: {patterns: [a/**], ttl: PT1H}}`, ""},
		{"working directory, files by expressions", `{type: core.flow.WorkingDirectory, tasks: [$a], inputFiles: "{{ x }}", outputFiles: "{{ x }}"}`, ""},
		{"working directory, file that is a list", `{type: core.flow.WorkingDirectory, tasks: [$a], inputFiles: {a: [b]}}`, "flow.yml:4:150: tasks[0].inputFiles.a: must be text, is a list"},
		{"working directory, pattern that is none", `{type: core.flow.WorkingDirectory, tasks: [$a], outputFiles: ["[a"]}`, `flow.yml:4:147: tasks[0].outputFiles: "[a" is no pattern: missing ']'`},
		{"working directory, files of namespaces", `{type: core.flow.WorkingDirectory, tasks: [$a], namespaceFiles: {enabled: true, include: ["*.py"], exclude: [x], namespaces: [a, b], ifExists: WARN, folderPerNamespace: "{{ x }}"}}`, ""},
		{"working directory, unknown member of the files", `{type: core.flow.WorkingDirectory, tasks: [$a], namespaceFiles: {includes: ["*.py"]}}`, "flow.yml:4:151: tasks[0].namespaceFiles: unknown member `includes`; did you mean `include`?"},
		{"working directory, cache of nothing", `{type: core.flow.WorkingDirectory, tasks: [$a], cache: {ttl: PT1H}}`, "flow.yml:4:141: tasks[0].cache.patterns: is missing"},
		{"working directory, cache with a pattern that is none", `{type: core.flow.WorkingDirectory, tasks: [$a], cache: {patterns: ["{"]}}`, `flow.yml:4:152: tasks[0].cache.patterns: "{" is no pattern: missing '}'`},

		{"if", `{type: core.flow.If, condition: "{{ x }}", then: [$a], else: [$b], errors: [$c], finally: [$d]}`, ""},
		{"if, old name", `{type: io.kestra.core.tasks.flows.If, condition: "{{ x }}", then: [$a]}`, ""},
		{"if without condition", `{type: core.flow.If, then: [$a]}`, ""},
		{"if without then", `{type: core.flow.If, condition: "{{ x }}", else: [$a]}`, "flow.yml:4:3: tasks[0].then: The 'then' property cannot be empty"},
		{"if with empty then", `{type: core.flow.If, condition: "{{ x }}", then: []}`, "flow.yml:4:76: tasks[0].then: The 'then' property cannot be empty"},
		{"if, condition that is no expression", `{type: core.flow.If, condition: "{{ x", then: [$a]}`, "flow.yml:4:60: tasks[0].condition: unclosed \"{{\": there is no \"}}\""},

		{"switch", `{type: core.flow.Switch, value: x, cases: {x: [$a], y: [$b, $c]}, defaults: [$d], errors: [$e], finally: [$f]}`, ""},
		{"switch, old name", `{type: io.kestra.core.tasks.flows.Switch, value: x, cases: {x: [$a]}}`, ""},
		{"switch with defaults alone", `{type: core.flow.Switch, value: x, defaults: [$a]}`, ""},
		{"switch with an empty case", `{type: core.flow.Switch, value: x, cases: {x: []}}`, ""},
		{"switch without cases", `{type: core.flow.Switch, value: x}`, "flow.yml:4:3: tasks[0]: No task defined, neither cases or default have any tasks"},
		{"switch with no cases", `{type: core.flow.Switch, value: x, cases: {}, defaults: []}`, "flow.yml:4:3: tasks[0]: No task defined, neither cases or default have any tasks"},
		{"switch without value", `{type: core.flow.Switch, cases: {x: [$a]}}`, "flow.yml:4:3: tasks[0].value: is missing"},
		{"switch on nothing", `{type: core.flow.Switch, value: "", cases: {"": [$a]}}`, ""},
		{"switch with a case twice", `{type: core.flow.Switch, value: x, cases: {x: [$a], x: [$b]}}`, "flow.yml:4:138: duplicate key `x`, first at line 4, column 70"},
		{"switch with an id twice", `{type: core.flow.Switch, value: x, cases: {x: [$a]}, defaults: [$a]}`, "flow.yml:4:155: tasks[0].defaults[0].id: duplicate task id `ta`, first at line 4"},
		{"switch, case that is no list", `{type: core.flow.Switch, value: x, cases: {x: $a}}`, "flow.yml:4:73: tasks[0].cases.x: must be a list, is a mapping"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, found := tasktest.Load(t, withLeaves(), with(tt.yaml))
			got := ""
			if err := found.Err(); err != nil {
				got = err.Error()
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestBranches(t *testing.T) {
	for _, tt := range []struct{ yaml, want string }{
		{`{type: core.flow.Sequential, finally: [$d], tasks: [$a, $b], errors: [$c]}`, "sequence [ta tb] errors [tc] finally [td] limit 0"},
		{`{type: core.flow.Sequential, tasks: [$a]}`, "sequence [ta] errors [] finally [] limit 0"},
		{`{type: core.flow.Parallel, finally: [$d], tasks: [$a, $b], errors: [$c]}`, "parallel [ta tb] errors [tc] finally [td] limit 0"},
		{`{type: core.flow.Parallel, concurrent: 3, tasks: [$a]}`, "parallel [ta] errors [] finally [] limit 3"},
		{`{type: core.flow.If, finally: [$d], else: [$b], then: [$a], errors: [$c]}`, "choice [ta] [tb] errors [tc] finally [td] limit 0"},
		{`{type: core.flow.If, then: [$a]}`, "choice [ta] [] errors [] finally [] limit 0"},
		{`{type: core.flow.Switch, value: x, defaults: [$d], cases: {z: [$b, $c], a: [$a]}, errors: [$e], finally: [$f]}`, "choice [tb tc] [ta] [td] errors [te] finally [tf] limit 0"},
		{`{type: core.flow.Switch, value: x, cases: {z: [$b]}}`, "choice [tb] [] errors [] finally [] limit 0"},
		{`{type: core.flow.ForEach, values: [1], finally: [$d], tasks: [$a, $b], errors: [$c]}`, "each [ta tb] errors [tc] finally [td] limit 1"},
		{`{type: core.flow.ForEach, values: [1], concurrencyLimit: 0, tasks: [$a]}`, "each [ta] errors [] finally [] limit 0"},
		{`{type: core.flow.EachSequential, value: [1], tasks: [$a]}`, "each [ta] errors [] finally [] limit 1"},
		{`{type: core.flow.EachParallel, value: [1], tasks: [$a]}`, "each [ta] errors [] finally [] limit 0 apart"},
		{`{type: core.flow.EachParallel, value: [1], concurrent: 3, tasks: [$a]}`, "each [ta] errors [] finally [] limit 3 apart"},
		{`{type: core.flow.Dag, concurrent: 3, tasks: [{task: $a}, {task: $b, dependsOn: [ta]}, {task: $c, dependsOn: [tb, ta]}]}`, "dag [ta tb tc] errors [] finally [] limit 3 after [[] [0] [1 0]]"},
		{`{type: core.flow.WorkingDirectory, finally: [$d], tasks: [$a, $b], errors: [$c]}`, "sequence [ta tb] errors [tc] finally [td] limit 0"},
		{`{type: core.flow.AllowFailure, tasks: [$a]}`, "sequence [ta] errors [] finally [] limit 0 forgive"},
	} {
		c, found := tasktest.Load(t, withLeaves(), with(tt.yaml))
		if err := found.Err(); err != nil {
			t.Fatal(err)
		}
		b := c.Spec.Branches(c)
		got := map[flow.Shape]string{flow.ShapeSequence: "sequence", flow.ShapeParallel: "parallel", flow.ShapeChoice: "choice", flow.ShapeEach: "each", flow.ShapeDag: "dag"}[c.Spec.Shape]
		for _, list := range b.Main {
			got += " " + ids(list)
		}
		got += " errors " + ids(b.Errors) + " finally " + ids(b.Finally) + fmt.Sprint(" limit ", b.Limit)
		if b.Apart {
			got += " apart"
		}
		if b.After != nil {
			got += fmt.Sprint(" after ", b.After)
		}
		if b.Forgive {
			got += " forgive"
		}
		if got != tt.want {
			t.Errorf("%s\ngot  %s\nwant %s", tt.yaml, got, tt.want)
		}
	}
}

func ids(tasks []*flow.Component) string {
	list := make([]string, len(tasks))
	for i, c := range tasks {
		list[i] = c.ID
	}
	return fmt.Sprint(list)
}
