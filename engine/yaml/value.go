package yaml

import (
	"fmt"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// Converter makes values of nodes.
type Converter struct {
	// Enter is asked before the members of a list or mapping are looked at, and before the maps that << merges are. An alias
	// counts as what it names, so that aliases of aliases end by its error. Nil asks nothing: for nodes without aliases.
	Enter func(members, depth int) error

	// Unwritten is the value of a member or item that nothing is written for; the zero value is null.
	Unwritten value.Value
}

// Value returns the value of a node. Of keys that stand there twice the last member counts.
func (c *Converter) Value(n *Node) (value.Value, error) { return c.value(n, 0) }

func (c *Converter) enter(members, depth int) error {
	if c.Enter == nil {
		return nil
	}
	return c.Enter(members, depth)
}

func (c *Converter) value(n *Node, depth int) (value.Value, error) {
	if err := c.enter(len(n.Content), depth); err != nil {
		return value.Null, err
	}
	switch n.Kind {
	case DocumentNode:
		if len(n.Content) == 0 {
			return value.Null, nil
		}
		return c.value(n.Content[0], depth)
	case AliasNode:
		return c.value(n.Alias, depth+1)
	case SequenceNode:
		items := make([]value.Value, len(n.Content))
		for i, item := range n.Content {
			v, err := c.value(item, depth+1)
			if err != nil {
				return value.Null, err
			}
			items[i] = v
		}
		return value.ListOf(items...), nil
	case MappingNode:
		return c.mapping(n, depth)
	case ScalarNode:
		if isUnwritten(n) {
			return c.Unwritten, nil
		}
		v, _ := Scalar(n)
		return v, nil
	default:
		return value.Null, fmt.Errorf("a value is missing at line %d", n.Line)
	}
}

// mapping returns a map, whose keys are texts as they are written. What << merges into it gives way to its own members.
func (c *Converter) mapping(n *Node, depth int) (value.Value, error) {
	out := value.NewMap(len(n.Content) / 2)
	var merged []value.Value
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		merge := key.Tag == MergeTag
		if key.Kind == AliasNode {
			key = key.Alias
		}
		if key.Kind != ScalarNode {
			return value.Null, fmt.Errorf("a key is no text at line %d", n.Content[i].Line)
		}
		member, err := c.value(n.Content[i+1], depth+1)
		if err != nil {
			return value.Null, err
		}
		if merge {
			merged = append(merged, member)
			continue
		}
		out.Set(key.Value, member)
	}
	for _, from := range merged {
		if err := c.merge(out, from, depth); err != nil {
			return value.Null, err
		}
	}
	return value.FromMap(out), nil
}

// merge adds the members of a map, or of the maps in a list, that are not there yet.
func (c *Converter) merge(out *value.Map, from value.Value, depth int) error {
	switch from.Kind() {
	case value.KindList:
		if err := c.enter(from.List().Len(), depth); err != nil {
			return err
		}
		for _, item := range from.List().Slice() {
			if err := c.merge(out, item, depth+1); err != nil {
				return err
			}
		}
	case value.KindMap:
		if err := c.enter(from.Map().Len(), depth); err != nil {
			return err
		}
		for key, member := range from.Map().All() {
			if !out.Has(key) {
				out.Set(key, member)
			}
		}
	default:
		return fmt.Errorf("<< needs a map or a list of maps, not %s", from.Kind())
	}
	return nil
}
