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
		Properties: []flow.Property{ // whatever they hold, the refusal is the one error
			{Name: "id", Type: flow.Any, Summary: "Its id."},
			{Name: "conditions", Type: flow.Any, Summary: "Conditions by name."},
			{Name: "timeWindow", Type: flow.Any, Summary: "When the conditions must have been met."},
			{Name: "window", Type: flow.Any, Summary: "Deprecated by Kestra for timeWindow."},
			{Name: "windowAdvance", Type: flow.Any, Summary: "Deprecated by Kestra for timeWindow."},
			{Name: "resetOnSuccess", Type: flow.Any, Summary: "Whether it begins anew after it was met."},
		},
		Refused: true,
		Compile: func(*flow.Component) (any, error) { return nil, errMultiple },
	}
}

// errMultiple has the text of Kestra's error.
var errMultiple = errors.New("invalid webhook: conditions of type MultipleCondition are not supported")
