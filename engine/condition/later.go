package condition

import "github.com/caddy-kestra/kestra-webhook/engine/flow"

// laterSpecs returns the condition types that Kestra has and this module does not run yet. Their specs have no Compile,
// so that using one is an error that says so.
func laterSpecs() []flow.Spec {
	types := []struct{ name, summary string }{
		{"DateTimeBetween", "Met when a date-time lies between two others."},
		{"DayWeek", "Met on one day of the week."},
		{"DayWeekInMonth", "Met on the first, second, … or last such weekday of a month."},
		{"ExecutionFlow", "Met for executions of one flow."},
		{"ExecutionLabels", "Met when the execution has all the labels."},
		{"ExecutionNamespace", "Met for executions of some namespaces."},
		{"ExecutionOutputs", "Met when an expression over the execution's outputs is true."},
		{"ExecutionStatus", "Met for executions in some states."},
		{"HasRetryAttempt", "Met when a task run was tried again."},
		{"PublicHoliday", "Met on public holidays of a country."},
		{"TimeBetween", "Met when a time of day lies between two others."},
		{"Weekend", "Met on Saturdays and Sundays."},
	}
	specs := make([]flow.Spec, 0, len(types)+2)
	for _, t := range types {
		specs = append(specs, flow.Spec{
			Kind: flow.KindCondition,
			Type: "io.kestra.plugin.core.condition." + t.name,
			Aliases: []string{
				"io.kestra.plugin.core.condition." + t.name + "Condition",
				"io.kestra.core.models.conditions.types." + t.name + "Condition",
			},
			Summary: t.summary,
		})
	}
	// The deprecated ones kept their names and have the old alias only.
	for _, name := range []string{"FlowCondition", "FlowNamespaceCondition"} {
		specs = append(specs, flow.Spec{
			Kind:    flow.KindCondition,
			Type:    "io.kestra.plugin.core.condition." + name,
			Aliases: []string{"io.kestra.core.models.conditions.types." + name},
			Summary: "Deprecated by Kestra for ExecutionFlow and ExecutionNamespace.",
		})
	}
	return specs
}
