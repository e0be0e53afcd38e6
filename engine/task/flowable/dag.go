package flowable

import (
	"slices"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

func dagSpec() flow.Spec {
	return flow.Spec{
		Kind:    flow.KindTask,
		Type:    "io.kestra.plugin.core.flow.Dag",
		Aliases: []string{"io.kestra.core.tasks.flows.Dag"},
		Summary: "Run each task as soon as those have ended that it depends on.",
		Properties: withEnds(
			flow.Property{Name: "tasks", Type: flow.Objects, Required: true, Summary: "The tasks, each with the ids of those it comes after.", Properties: []flow.Property{
				{Name: "task", Type: flow.Task, Required: true, Summary: "The task."},
				{Name: "dependsOn", Type: flow.StringList, Summary: "Ids of tasks of this list that must have ended before, however they ended. A disabled one counts as absent."},
			}},
			flow.Property{Name: "concurrent", Type: flow.Integer, Default: "0", Summary: "How many of them run at once at most; 0: all."},
		),
		Example: `id: diamond
type: io.kestra.plugin.core.flow.Dag
tasks:
  - task:
      id: top
      type: io.kestra.plugin.core.log.Log
      message: Top
  - task:
      id: left
      type: io.kestra.plugin.core.log.Log
      message: Left
    dependsOn: [top]
  - task:
      id: right
      type: io.kestra.plugin.core.log.Log
      message: Right
    dependsOn: [top]
`,
		Shape: flow.ShapeDag,
		Branches: func(c *flow.Component) flow.Branches {
			d := c.Compiled.(*dag)
			b := branches(c, d.tasks)
			b.Limit, b.After = int(c.Int("concurrent")), d.after
			return b
		},
		Compile: compileDag,
	}
}

// dag is io.kestra.plugin.core.flow.Dag.
type dag struct {
	tasks []*flow.Component
	after [][]int // for each of them, the indexes of those it depends on
}

func compileDag(c *flow.Component) (any, error) {
	if n := c.Int("concurrent"); n < 0 || n > mostConcurrent {
		return nil, c.Errorf("concurrent", "must be between 0 and %d", mostConcurrent)
	}
	d := new(dag)
	ids := make(map[string]int)
	for i, item := range c.Objects("tasks") {
		t := item.Children("task")[0]
		d.tasks = append(d.tasks, t)
		ids[t.ID] = i
	}
	for _, item := range c.Objects("tasks") {
		var after []int
		for _, id := range item.Value("dependsOn").List().Slice() {
			i, ok := ids[id.Str()]
			if !ok {
				return nil, item.Errorf("dependsOn", "Not existing task id in dependency: %s", id.Str())
			}
			after = append(after, i)
		}
		d.after = append(d.after, after)
	}
	if circle := d.circle(); circle != nil {
		return nil, c.Errorf("tasks", "Cyclic dependency detected: %s", strings.Join(circle, ", "))
	}
	return d, nil
}

// circle returns the ids of tasks that wait for each other; nil when there are none.
func (d *dag) circle() []string {
	left := make([]int, len(d.tasks)) // dependencies that do not end
	waiting := make([][]int, len(d.tasks))
	var ends []int
	for i, after := range d.after {
		left[i] = len(after)
		for _, j := range after {
			waiting[j] = append(waiting[j], i)
		}
		if len(after) == 0 {
			ends = append(ends, i)
		}
	}
	for len(ends) > 0 {
		i := ends[len(ends)-1]
		ends = ends[:len(ends)-1]
		for _, j := range waiting[i] {
			if left[j]--; left[j] == 0 {
				ends = append(ends, j)
			}
		}
	}
	var circle []string
	for i, t := range d.tasks {
		if left[i] > 0 {
			circle = append(circle, t.ID)
		}
	}
	return slices.Clip(circle)
}
