package upkeep

import (
	"context"
	"fmt"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

func purgeExecutionsSpec() flow.Spec {
	return flow.Spec{
		Kind:    flow.KindTask,
		Type:    "io.kestra.plugin.core.execution.PurgeExecutions",
		Aliases: []string{"io.kestra.core.tasks.executions.PurgeExecutions", "io.kestra.core.tasks.storages.Purge", "io.kestra.plugin.core.storage.Purge"},
		Summary: "Remove executions that have ended, with their logs and files. Others are never touched.",
		Properties: []flow.Property{
			namespaceProperty, flowProperty,
			{Name: "startDate", Type: flow.String, Dynamic: true, Summary: "Only executions created from then on: a date-time."},
			{Name: "endDate", Type: flow.String, Required: true, Dynamic: true, Summary: "Only executions created until then: a date-time."},
			statesProperty,
			{Name: "purgeExecution", Type: flow.Boolean, Default: "true", Summary: "Whether to remove executions. Without them, logs and files are removed alone."},
			{Name: "purgeLog", Type: flow.Boolean, Default: "true", Summary: "Whether to remove logs. They cannot stay when executions go."},
			{Name: "purgeStorage", Type: flow.Boolean, Default: "true", Summary: "Whether to remove files. They cannot stay when executions go."},
			{Name: "purgeMetric", Type: flow.Boolean, Default: "true", Summary: "Without effect: metrics are lines of logs."},
			{Name: "batchSize", Type: flow.Integer, Dynamic: true, Default: "100", Summary: "Without effect."},
		},
		Outputs: []flow.TaskOutput{
			{Name: "executionsCount", Type: flow.TypeInt, Summary: "How many executions were removed."},
			{Name: "taskOutputsCount", Type: flow.TypeInt, Summary: "How many task runs they had."},
			{Name: "logsCount", Type: flow.TypeInt, Summary: "How many log lines were removed."},
			{Name: "storagesCount", Type: flow.TypeInt, Summary: "How many files were removed."},
			{Name: "metricsCount", Type: flow.TypeInt, Summary: "0."},
		},
		Example: `id: purge
type: io.kestra.plugin.core.execution.PurgeExecutions
namespace: company
endDate: "{{ now() | dateAdd(-1, 'MONTHS') }}"
states: [SUCCESS, WARNING]
`,
		Compile: func(c *flow.Component) (any, error) {
			s, err := newSelection(c)
			if err != nil {
				return nil, err
			}
			on := func(name string) bool { return !c.Has(name) || c.Bool(name) }
			p := &purgeExecutions{selection: s, executions: on("purgeExecution"), logs: on("purgeLog"), files: on("purgeStorage")}
			for _, name := range []string{"purgeLog", "purgeStorage"} {
				if p.executions && !on(name) {
					return nil, c.Errorf(name, "cannot be false unless `purgeExecution` is: logs and files go with their execution")
				}
			}
			return p, nil
		},
	}
}

// purgeExecutions is io.kestra.plugin.core.execution.PurgeExecutions.
type purgeExecutions struct {
	selection               selection
	executions, logs, files bool
}

func (p *purgeExecutions) Run(ctx context.Context, c *task.Context) (task.Result, error) {
	f, err := p.selection.render(c)
	if err != nil {
		return task.Result{}, err
	}
	var gone task.Purged
	switch {
	case p.executions:
		gone, err = c.Executions.Purge(ctx, f)
	default:
		if p.logs {
			gone.Lines, err = c.Executions.PurgeLogs(ctx, f, task.LineFilter{})
		}
		if err == nil && p.files {
			gone.Files, err = c.Executions.PurgeFiles(ctx, f)
		}
	}
	n := func(n int) value.Value { return value.Int(int64(n)) }
	return task.Result{Outputs: value.MapOf(
		"executionsCount", n(gone.Executions), "taskOutputsCount", n(gone.TaskRuns), "logsCount", n(gone.Lines), "storagesCount", n(gone.Files), "metricsCount", n(0),
	)}, err
}

func purgeLogsSpec() flow.Spec {
	return flow.Spec{
		Kind:    flow.KindTask,
		Type:    "io.kestra.plugin.core.log.PurgeLogs",
		Aliases: []string{"io.kestra.core.tasks.log.PurgeLogs"},
		Summary: "Remove lines of the logs that executions keep.",
		Properties: []flow.Property{
			namespaceProperty, flowProperty,
			{Name: "executionId", Type: flow.String, Dynamic: true, Summary: "Only lines of this execution."},
			{Name: "logLevels", Type: flow.StringList, Dynamic: true, JSONText: true, Values: flow.LogLevels, Summary: "Only lines of these levels."},
			{Name: "startDate", Type: flow.String, Dynamic: true, Summary: "Only lines written from then on: a date-time."},
			{Name: "endDate", Type: flow.String, Required: true, Dynamic: true, Summary: "Only lines written until then: a date-time."},
		},
		Outputs: []flow.TaskOutput{
			{Name: "count", Type: flow.TypeInt, Summary: "How many lines were removed."},
		},
		Example: `id: purge
type: io.kestra.plugin.core.log.PurgeLogs
endDate: "{{ now() | dateAdd(-1, 'MONTHS') }}"
logLevels: [TRACE, DEBUG, INFO]
`,
		Compile: func(c *flow.Component) (any, error) {
			s, err := newSelection(c)
			return &purgeLogs{s, c.Template("executionId"), c.Structure("logLevels")}, err
		},
	}
}

// purgeLogs is io.kestra.plugin.core.log.PurgeLogs.
type purgeLogs struct {
	selection selection
	execution *pebble.Template  // may be nil
	levels    *pebble.Structure // may be nil
}

func (p *purgeLogs) Run(ctx context.Context, c *task.Context) (task.Result, error) {
	f, err := p.selection.render(c)
	if err != nil {
		return task.Result{}, err
	}
	if f.Execution, err = text(p.execution, c); err != nil {
		return task.Result{}, err
	}
	levels, err := words(p.levels, "logLevels", flow.LogLevels, c)
	if err != nil {
		return task.Result{}, err
	}
	lines := task.LineFilter{Levels: levels, From: f.From, To: f.To}
	f.From = time.Time{} // an execution that was created before may have lines from then on
	n, err := c.Executions.PurgeLogs(ctx, f, lines)
	if err != nil {
		return task.Result{}, err
	}
	c.Log.Log(task.Info, fmt.Sprintf("purged %d log lines", n))
	return task.Result{Outputs: value.MapOf("count", value.Int(int64(n)))}, nil
}
