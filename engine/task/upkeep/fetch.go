package upkeep

import (
	"context"
	"io"
	"slices"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/ion"
	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

func fetchSpec() flow.Spec {
	return flow.Spec{
		Kind:    flow.KindTask,
		Type:    "io.kestra.plugin.core.log.Fetch",
		Aliases: []string{"io.kestra.core.tasks.log.Fetch"},
		Summary: "Write the lines of an execution's log into a file, as Ion, one row each.",
		Properties: append([]flow.Property{
			{Name: "level", Type: flow.String, Dynamic: true, Default: "INFO", Values: flow.LogLevels, Summary: "The lowest level of the lines."},
			{Name: "tasksId", Type: flow.StringList, Dynamic: true, JSONText: true, Summary: "The ids of the tasks whose lines are written; without it, all lines."},
		}, executionProperties...),
		Outputs: []flow.TaskOutput{
			{Name: "uri", Type: flow.TypeURI, Summary: "The URI of the file."},
			{Name: "size", Type: flow.TypeInt, Summary: "How many lines it has."},
		},
		Example: `id: errors
type: io.kestra.plugin.core.log.Fetch
level: ERROR
`,
		Compile: func(c *flow.Component) (any, error) {
			of, err := newTarget(c)
			return &fetch{of, c.Template("level"), c.Structure("tasksId")}, err
		},
	}
}

// fetch is io.kestra.plugin.core.log.Fetch.
type fetch struct {
	target target
	level  *pebble.Template  // nil: INFO
	tasks  *pebble.Structure // may be nil
}

func (f *fetch) Run(ctx context.Context, c *task.Context) (task.Result, error) {
	id, err := f.target.render(ctx, c)
	if err != nil {
		return task.Result{}, err
	}
	level := task.Info
	if f.level != nil {
		name, err := f.level.Render(c.Pebble)
		if err != nil {
			return task.Result{}, err
		}
		if level, err = task.ParseLevel(name); err != nil {
			return task.Result{}, err
		}
	}
	tasks, err := words(f.tasks, "tasksId", nil, c)
	if err != nil {
		return task.Result{}, err
	}
	of, err := c.Executions.FlowOf(ctx, id)
	if err != nil {
		return task.Result{}, err
	}
	file, err := c.Files.Create(ctx, c.Origin, task.FileName(c.Origin, 0, ".ion"))
	if err != nil {
		return task.Result{}, err
	}
	defer file.Close()
	size := 0
	err = c.Executions.Logs(ctx, id, func(l task.Line) error {
		if l.Level < level || len(tasks) > 0 && !slices.Contains(tasks, l.Task) {
			return nil
		}
		size++
		return writeLine(file, id, of, l)
	})
	if err != nil {
		return task.Result{}, err
	}
	uri, err := file.Commit()
	return task.Result{Outputs: value.MapOf("uri", value.String(uri), "size", value.Int(int64(size)))}, err
}

// lineLimits are more than any line of a log needs.
var lineLimits = meter.Limits{Steps: 1 << 20, OutputBytes: 1 << 20, Depth: 8, RangeItems: 100, Memory: 1 << 20}

// writeLine writes a line with Kestra's members, but for the name of a thread.
func writeLine(to io.Writer, id string, of task.FlowName, l task.Line) error {
	row := value.NewMap(10)
	for _, m := range [][2]string{
		{"tenantId", flow.Tenant}, {"namespace", of.Namespace}, {"flowId", of.ID}, {"taskId", l.Task}, {"executionId", id}, {"taskRunId", l.Run},
	} {
		if m[1] != "" {
			row.Set(m[0], value.String(m[1]))
		}
	}
	row.Set("attemptNumber", value.Int(int64(l.Attempt)))
	row.Set("timestamp", value.Time(l.At))
	row.Set("level", value.String(l.Level.String()))
	row.Set("message", value.String(l.Message))
	var budget meter.Meter
	budget.Reset(&lineLimits, nil)
	text, err := ion.Text(&budget, value.FromMap(row))
	if err == nil {
		_, err = io.WriteString(to, text+"\n")
	}
	return err
}
