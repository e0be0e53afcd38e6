package cel

import (
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/caddy-kestra/kestra-webhook/engine/yaml"
)

// maxYAML bounds the depth of what parseYAML reads, and the length of its text in bytes; the work that it takes ends it before
// for most texts.
const (
	maxYAML      = 1 << 20
	maxYAMLDepth = 1000
)

// What parseYAML takes: yamlWork units once, and memberWork units and memberBytes bytes for each item or member. A text that
// names the same list many times, by aliases, is charged for each of them.
const (
	yamlWork    = 100
	memberWork  = 4
	memberBytes = 4 * itemBytes
)

// parseYAML reads the first document of a YAML text, as yaml() of Kestra's expressions does.
func parseYAML(m *meter, a *arguments) ref.Val {
	text, ok := a[0].(types.String)
	if !ok {
		return noOverload("parseYAML")
	}
	if err := checkText(len(text), maxYAML); err != nil {
		return types.WrapErr(err)
	}
	docs, err := yaml.Parse([]byte(text), 1, func(bytes int) error {
		m.spend(yamlWork + yaml.StepsPerByte*bytes)
		m.take(yaml.BytesPerByte * bytes)
		return nil
	})
	if err != nil {
		return types.NewErr("parseYAML: the text is no YAML")
	}
	if len(docs) == 0 {
		return types.NewErr("parseYAML: the text holds no value")
	}
	c := yaml.Converter{Enter: func(members, depth int) error {
		m.spend(1 + memberWork*members)
		m.take(memberBytes * members)
		if depth > maxYAMLDepth {
			return &guardError{"the YAML is nested too deep"}
		}
		return nil
	}}
	v, err := c.Value(docs[0])
	if refused, ok := err.(*guardError); ok { //nolint:errorlint // Enter's own, not wrapped
		return types.WrapErr(refused)
	}
	if err != nil {
		return types.NewErr("parseYAML: the text is no YAML")
	}
	return adapt(v)
}
