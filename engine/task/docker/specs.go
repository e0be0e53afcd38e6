package docker

import (
	"errors"
	"slices"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/task/container"
	"github.com/caddy-kestra/kestra-webhook/engine/task/script"
)

// prefix is that of the types; since 1.6 of the plugin they have a `cli` as well.
const prefix, newer = "io.kestra.plugin.docker.", "io.kestra.plugin.docker.cli."

// Specs returns the specs of this package's tasks. Without a daemon, which is nil, every one of them is an error of its flow.
func Specs(d *Docker) []flow.Spec {
	specs := []flow.Spec{runSpec(d), buildSpec(d), pushSpec(d), pullSpec(d), tagSpec(d)}
	for i := range specs {
		specs[i].Kind = flow.KindTask
		specs[i].Aliases = []string{newer + strings.TrimPrefix(specs[i].Type, prefix)}
		compile := specs[i].Compile
		specs[i].Compile = func(c *flow.Component) (any, error) {
			if d == nil {
				return nil, c.NotHere("type", "`%s` needs Docker, which is off: write `docker <host>` in the global kestra block to allow it to all flows", c.Type)
			}
			return compile(c)
		}
	}
	return specs
}

func runSpec(d *Docker) flow.Spec {
	return flow.Spec{
		Type:       prefix + "Run",
		Summary:    "Run a program in a container.",
		Directory:  true,
		Properties: slices.Concat(script.PlainProperties(), container.Properties("workingDir", "outputDir")),
		Outputs:    script.Outputs(),
		Example: "id: convert\ntype: " + prefix + "Run\ncontainerImage: alpine:3\ninputFiles:\n  order.json: \"{{ trigger.body | toJson }}\"\n" +
			"commands: [cp, order.json, copy.json]\noutputFiles: [copy.json]\n",
		Compile: func(c *flow.Component) (any, error) { return script.NewPlain(c, d) },
		Check:   script.CheckPlain,
	}
}

// withRegistry returns properties with those that say who asks a registry.
func withRegistry(own ...flow.Property) []flow.Property {
	return slices.Concat(own, container.RegistryProperties())
}

func tags(summary string) flow.Property {
	return flow.Property{Name: "tags", Type: flow.StringList, Required: true, Dynamic: true, JSONText: true, Summary: summary}
}

var errNoTag = errors.New("there is no tag")

// withoutScheme returns an image as Kestra takes it: https://ghcr.io/a/b is ghcr.io/a/b.
func withoutScheme(image string) string {
	if _, rest, found := strings.Cut(image, "://"); found {
		return rest
	}
	return image
}
