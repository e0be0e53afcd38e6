package upkeep

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

func countSpec() flow.Spec {
	return flow.Spec{
		Kind:    flow.KindTask,
		Type:    "io.kestra.plugin.core.execution.Count",
		Aliases: []string{"io.kestra.core.tasks.executions.Counts", "io.kestra.core.tasks.executions.Count"},
		Summary: "Count the executions that are kept, flow by flow.",
		Properties: []flow.Property{
			{Name: "flows", Type: flow.Objects, Summary: "The flows; one of these and `namespaces` is needed.", Properties: []flow.Property{
				{Name: "namespace", Type: flow.String, Required: true, Summary: "The namespace of the flow."},
				{Name: "flowId", Type: flow.String, Required: true, Summary: "Its id."},
			}},
			{Name: "namespaces", Type: flow.StringList, Dynamic: true, JSONText: true, Summary: "Namespaces, of which flows count that have executions, those below included."},
			statesProperty,
			{Name: "startDate", Type: flow.String, Required: true, Dynamic: true, Summary: "Only executions created from then on: a date-time."},
			{Name: "endDate", Type: flow.String, Dynamic: true, Summary: "Only executions created until then: a date-time."},
			{Name: "expression", Type: flow.String, Required: true, Dynamic: true, Variables: []string{"count"}, Summary: "Which flows are in the output: those for which it renders to `true`. In it, `count` is the number of executions."},
		},
		Outputs: []flow.TaskOutput{
			{Name: "results", Type: flow.TypeArray, Summary: "The flows with their counts, as a list of {namespace, flowId, count}."},
			{Name: "total", Type: flow.TypeInt, Summary: "The sum of their counts."},
		},
		Example: `id: quiet
type: io.kestra.plugin.core.execution.Count
flows:
  - {namespace: company.team, flowId: orders}
startDate: "{{ now() | dateAdd(-1, 'DAYS') }}"
expression: "{{ count == 0 }}"
`,
		Compile: func(c *flow.Component) (any, error) {
			if !c.Has("flows") && !c.Has("namespaces") {
				return nil, errors.New("one of `flows` and `namespaces` is needed")
			}
			s, err := newSelection(c)
			if err != nil {
				return nil, err
			}
			t := &count{selection: s, namespaces: c.Structure("namespaces"), expression: c.Template("expression")}
			for _, f := range c.Objects("flows") {
				t.flows = append(t.flows, task.FlowName{Namespace: f.Text("namespace"), ID: f.Text("flowId")})
			}
			return t, nil
		},
	}
}

// count is io.kestra.plugin.core.execution.Count.
type count struct {
	selection  selection
	flows      []task.FlowName
	namespaces *pebble.Structure // may be nil
	expression *pebble.Template
}

func (t *count) Run(ctx context.Context, c *task.Context) (task.Result, error) {
	f, err := t.selection.render(c)
	if err != nil {
		return task.Result{}, err
	}
	namespaces, err := words(t.namespaces, "namespaces", nil, c)
	if err != nil {
		return task.Result{}, err
	}
	of := make([]task.FlowName, 0, len(t.flows)+len(namespaces))
	counts := map[task.FlowName]int{}
	for _, name := range t.flows {
		counts[name] = 0 // it counts without executions too
		of = append(of, name)
	}
	for _, namespace := range namespaces {
		of = append(of, task.FlowName{Namespace: namespace})
	}
	for _, f.Flow = range of {
		found, err := c.Executions.Count(ctx, f)
		if err != nil {
			return task.Result{}, err
		}
		maps.Copy(counts, found)
	}
	return t.result(c, counts)
}

func (t *count) result(c *task.Context, counts map[task.FlowName]int) (task.Result, error) {
	names := slices.SortedFunc(maps.Keys(counts), func(a, b task.FlowName) int {
		return cmp.Or(strings.Compare(a.Namespace, b.Namespace), strings.Compare(a.ID, b.ID))
	})
	var results []value.Value
	total := 0
	for _, name := range names {
		n := counts[name]
		seen := *c.Pebble
		seen.Vars = value.NewMap(c.Pebble.Vars.Len() + 1)
		for key, v := range c.Pebble.Vars.All() {
			seen.Vars.Set(key, v)
		}
		seen.Vars.Set("count", value.Int(int64(n)))
		text, err := t.expression.Render(&seen)
		if err != nil {
			return task.Result{}, err
		}
		if strings.TrimSpace(text) != "true" {
			continue
		}
		total += n
		results = append(results, value.MapOf("namespace", value.String(name.Namespace), "flowId", value.String(name.ID), "count", value.Int(int64(n))))
	}
	return task.Result{Outputs: value.MapOf("results", value.ListOf(results...), "total", value.Int(int64(total)))}, nil
}
