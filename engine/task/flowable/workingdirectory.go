package flowable

import (
	"errors"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

func workingDirectorySpec() flow.Spec {
	return flow.Spec{
		Kind:    flow.KindTask,
		Type:    "io.kestra.plugin.core.flow.WorkingDirectory",
		Aliases: []string{"io.kestra.core.tasks.flows.WorkingDirectory", "io.kestra.core.tasks.flows.Worker"},
		Summary: "Run tasks one after the other in one directory for files.",
		Properties: withEnds(
			flow.Property{Name: "tasks", Type: flow.Tasks, Required: true, Summary: "The tasks, none of which has tasks inside or changes the execution."},
			flow.Property{Name: "inputFiles", Type: flow.Any, NotYet: true, Summary: "Files to be put into the directory before."},
			flow.Property{Name: "outputFiles", Type: flow.StringList, NotYet: true, Summary: "Files to be kept afterwards."},
			flow.Property{Name: "namespaceFiles", Type: flow.Any, NotYet: true, Summary: "Files of the namespace to be put into the directory before."},
			flow.Property{Name: "cache", Type: flow.Any, NotYet: true, Summary: "Files to be kept for the next execution."},
		),
		Example: `id: in_one_place
type: io.kestra.plugin.core.flow.WorkingDirectory
tasks:
  - id: first
    type: io.kestra.plugin.core.debug.Return
    format: "{{ trigger.body.name }}"
  - id: second
    type: io.kestra.plugin.core.log.Log
    message: "Hello {{ outputs.first.value }}"
`,
		Shape:    flow.ShapeSequence,
		Branches: func(c *flow.Component) flow.Branches { return branches(c, c.Children("tasks")) },
		Compile: func(c *flow.Component) (any, error) {
			var wrong []error
			for _, child := range c.Children("tasks") {
				if !child.Spec.Runnable() {
					wrong = append(wrong, child.Errorf("", "Only runnable tasks are allowed as children of a WorkingDirectory task"))
				}
			}
			return nil, errors.Join(wrong...)
		},
	}
}
