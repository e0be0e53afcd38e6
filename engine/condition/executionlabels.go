package condition

import (
	"context"
	"slices"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

func executionLabelsSpec() flow.Spec {
	spec := kestraSpec("ExecutionLabels", "Met when the execution has all these labels. A webhook's has those of its flow by then.")
	spec.Properties = []flow.Property{{
		Name: "labels", Type: flow.MapOrList, Required: true, Summary: "Labels as a map, or a list of {key, value}; not those of the engine, as system.from.",
	}}
	spec.Example = `type: io.kestra.plugin.core.condition.ExecutionLabels
labels:
  team: red
`
	spec.Compile = func(c *flow.Component) (any, error) {
		var labels executionLabels
		for key, v := range c.Value("labels").Map().All() {
			if strings.HasPrefix(key, flow.SystemLabel) {
				return nil, c.Errorf("labels", "System labels can only be set by Kestra itself, offending label: %s", key)
			}
			labels = append(labels, flow.Label{Key: key, Value: v.Str()})
		}
		return labels, nil
	}
	spec.Check = func(f *flow.Flow, c *flow.Component, report flow.Report) {
		met := c.Compiled.(executionLabels).among(f.Labels)
		warnConstant(report, "labels", met, "by then an execution has the labels of its flow, and no others but the engine's")
	}
	return spec
}

// warnConstant warns that a condition is the same for every request, and why.
func warnConstant(report flow.Report, property string, met bool, why string) {
	if met {
		report(flow.SeverityWarning, property, "always met: "+why)
	} else {
		report(flow.SeverityWarning, property, "never met: "+why)
	}
}

// executionLabels is Kestra's ExecutionLabels.
type executionLabels []flow.Label

// Holds implements [Condition].
func (x executionLabels) Holds(ctx context.Context, e *Event) (bool, error) {
	if err := inTime(ctx, e); err != nil {
		return false, err
	}
	return x.among(e.Labels()), nil
}

func (x executionLabels) among(labels []flow.Label) bool {
	return !slices.ContainsFunc(x, func(l flow.Label) bool { return !slices.Contains(labels, l) })
}
