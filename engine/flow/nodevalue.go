package flow

import (
	"github.com/caddy-kestra/kestra-webhook/engine/value"
	"github.com/caddy-kestra/kestra-webhook/engine/yaml"
)

// nodeScalar returns the value of a scalar; null for a list or mapping.
func nodeScalar(n *yaml.Node) value.Value {
	if n.Kind != yaml.ScalarNode {
		return value.Null
	}
	v, _ := yaml.Scalar(n)
	return v
}

// nodeValue returns the value of a checked node. Nodes that several aliases name are converted each time; their number
// is bounded by maxExpansion. A member that nothing is written for is the empty text, as in Kestra's flows.
func nodeValue(n *yaml.Node) value.Value {
	c := yaml.Converter{Unwritten: value.String("")}
	v, err := c.Value(n)
	if err != nil {
		panic("flow: a checked node has no value: " + err.Error())
	}
	return v
}
