package condition

import "github.com/caddy-kestra/kestra-webhook/engine/flow"

// kestraSpec returns the spec of a condition class of Kestra's, which two aliases name too: its older name in the present package and
// the one in the package before.
func kestraSpec(class, summary string) flow.Spec {
	const present, before = "io.kestra.plugin.core.condition.", "io.kestra.core.models.conditions.types."
	return flow.Spec{
		Kind: flow.KindCondition, Type: present + class, Summary: summary,
		Aliases: []string{present + class + "Condition", before + class + "Condition"},
	}
}

// deprecatedSpec is kestraSpec for a class that Kestra keeps for flows of long ago: its name ends in Condition, and it has one alias.
func deprecatedSpec(class, summary string) flow.Spec {
	spec := kestraSpec(class, summary)
	spec.Aliases = []string{"io.kestra.core.models.conditions.types." + class}
	return spec
}
