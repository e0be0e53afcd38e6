package condition

import (
	"errors"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

func multipleSpec() flow.Spec {
	return flow.Spec{
		Kind:    flow.KindCondition,
		Type:    "io.kestra.plugin.core.condition.MultipleCondition",
		Aliases: []string{"io.kestra.core.models.conditions.types.MultipleCondition"},
		Summary: "Kestra refuses it in webhook triggers, and so does this module.",
		Properties: []flow.Property{
			{Name: "id", Type: flow.String, Required: true},
			{Name: "conditions", Type: flow.Map, Required: true},
			{Name: "timeWindow", Type: flow.Any},
			{Name: "window", Type: flow.Duration},
			{Name: "windowAdvance", Type: flow.Duration},
			{Name: "resetOnSuccess", Type: flow.Boolean, Default: "true"},
		},
		Compile: func(*flow.Component) (any, error) { return nil, errMultiple },
	}
}

// errMultiple has Kestra's text (spec/kestra-webhook.md §6).
var errMultiple = errors.New("invalid webhook: conditions of type MultipleCondition are not supported")
