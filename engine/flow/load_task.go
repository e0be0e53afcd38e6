package flow

import (
	"fmt"

	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/yaml"
)

// MaxTask is the longest text of a single task that loads while flows run, in bytes.
const MaxTask = 64 << 10

// TaskLoader loads a task from YAML while a flow runs, as strictly as flows are loaded. Memory that this takes comes from the
// account, if there is one; its error then is that of the account.
type TaskLoader func(text string, account pebble.Memory) (*Component, error)

// TaskLoader returns what loads tasks that stand for this one: with its id, whatever theirs is, and with the types and the
// language that its flow was loaded with. It may be called by Compile alone.
func (c *Component) TaskLoader() TaskLoader {
	catalog, language, refuse, id, path := c.loader.catalog, c.loader.pebble, c.loader.refuse, c.ID, c.Path
	return func(text string, account pebble.Memory) (*Component, error) {
		if len(text) > MaxTask {
			return nil, fmt.Errorf("the text of a task may have %d bytes at most, this has %d", MaxTask, len(text))
		}
		if account != nil {
			if err := account.Take(int64(len(text)) * yaml.BytesPerByte); err != nil {
				return nil, err
			}
		}
		l := &loader{
			collector: &collector{source: &Source{Name: "task", YAML: []byte(text)}}, catalog: catalog, pebble: language, refuse: refuse,
			flow: &Flow{members: map[string]Position{}}, taskIDs: map[string]Position{},
		}
		root := l.parseDocument()
		if root == nil {
			return nil, l.found.Err()
		}
		task := l.component(KindTask, withID(root, id), path)
		if err := l.found.Err(); err != nil {
			return nil, err
		}
		return task, nil
	}
}

// withID returns a mapping with this member id in place of its own. Other nodes stay as they are.
func withID(n *yaml.Node, id string) *yaml.Node {
	if n.Kind != yaml.MappingNode {
		return n
	}
	node := func(text string) *yaml.Node {
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text, Line: n.Line, Column: n.Column}
	}
	out := *n
	out.Content = []*yaml.Node{node("id"), node(id)}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value != "id" {
			out.Content = append(out.Content, n.Content[i], n.Content[i+1])
		}
	}
	return &out
}
