package flow

import (
	"errors"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// hasExpression reports whether a text may hold an expression, a tag or a comment.
func hasExpression(text string) bool {
	return strings.Contains(text, "{{") || strings.Contains(text, "{%") || strings.Contains(text, "{#")
}

// expressionText is a compiled text and where it stands, for checkReferences.
type expressionText struct {
	node *yaml.Node
	text string
	path string
}

// template compiles the text of a scalar; nil after an error.
func (l *loader) template(n *yaml.Node, text, path string) *pebble.Template {
	t, err := l.pebble.Compile(text)
	if err != nil {
		l.expressionError(n, path, err)
		return nil
	}
	l.noteText(n, text, path)
	return t
}

// structure compiles the texts inside the value v of node n; nil after an error.
func (l *loader) structure(n *yaml.Node, v value.Value, path string) *pebble.Structure {
	s, err := l.pebble.CompileValue(v)
	if err != nil {
		var at *pebble.PathError
		if errors.As(err, &at) {
			n, path = follow(n, at, path)
		}
		l.expressionError(n, path, err)
		return nil
	}
	l.noteTexts(n, path)
	return s
}

// expressionError places an error of the expression language in the file. The message leaves out the excerpt that the
// language's own text has: it could show a key.
func (l *loader) expressionError(n *yaml.Node, path string, err error) {
	d := &Diagnostic{Pos: l.pos(n), Path: path, Message: err.Error(), Err: err}
	var fault *pebble.Error
	if errors.As(err, &fault) {
		d.Message = fault.Msg
		d.Pos = l.source.within(n, fault.Line, fault.Column)
	}
	l.add(d)
}

// follow returns the node that a path of the language names, and its path in the flow.
func follow(n *yaml.Node, at *pebble.PathError, path string) (*yaml.Node, string) {
	var fault *pebble.Error
	errors.As(at.Err, &fault)
	for depth, step := range at.Path {
		switch step := step.(type) {
		case int:
			if n.Kind != yaml.SequenceNode || step >= len(n.Content) {
				return n, path
			}
			n, path = n.Content[step], index(path, step)
		case string:
			key, val := memberNode(n, step)
			if val == nil {
				return n, path
			}
			n, path = val, path+"."+step
			if last := depth == len(at.Path)-1; last && fault != nil && fault.Template == key.Value && val.Value != key.Value {
				n = key
			}
		}
	}
	return n, path
}

// memberNode returns the key and value nodes of a member; in a list of {key, value} those of the pair. The nodes are nil
// when there is none.
func memberNode(n *yaml.Node, name string) (key, val *yaml.Node) {
	if n.Kind == yaml.SequenceNode {
		for _, item := range n.Content {
			if k, v := memberNode(item, "key"); k != nil && v.Value == name {
				_, val = memberNode(item, "value")
				key = v
			}
		}
		return key, val
	}
	if n.Kind != yaml.MappingNode {
		return nil, nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == name {
			return n.Content[i], n.Content[i+1]
		}
	}
	return nil, nil
}

func (l *loader) noteText(n *yaml.Node, text, path string) {
	if hasExpression(text) && (strings.Contains(text, "inputs.") || strings.Contains(text, "outputs.")) {
		l.texts = append(l.texts, expressionText{n, text, path})
	}
}

func (l *loader) noteTexts(n *yaml.Node, path string) {
	if n.Kind == yaml.ScalarNode {
		l.noteText(n, n.Value, path)
		return
	}
	for i, child := range n.Content {
		inner := path
		if n.Kind == yaml.SequenceNode {
			inner = index(path, i)
		} else if i%2 == 1 {
			inner = path + "." + n.Content[i-1].Value
		}
		l.noteTexts(child, inner)
	}
}

// checkReferences refuses inputs.a-b and outputs.a-b where a-b is an id: the language reads a difference there
// (spec/kestra-webhook.md §7.2).
func (l *loader) checkReferences() {
	for _, t := range l.texts {
		for _, input := range l.flow.Inputs {
			l.checkReference(t, "inputs", input.ID)
		}
		for id := range l.taskIDs {
			l.checkReference(t, "outputs", id)
		}
	}
}

func (l *loader) checkReference(t expressionText, variable, id string) {
	if !strings.Contains(id, "-") {
		return
	}
	name := variable + "." + id
	at := strings.Index(t.text, name)
	if at < 0 || at > 0 && isNameByte(t.text[at-1]) || at+len(name) < len(t.text) && isNameByte(t.text[at+len(name)]) && t.text[at+len(name)] != '.' {
		return
	}
	line := strings.Count(t.text[:at], "\n") + 1
	column := len([]rune(t.text[strings.LastIndexByte(t.text[:at], '\n')+1:at])) + 1
	l.add(&Diagnostic{
		Pos: l.source.within(t.node, line, column), Path: t.path,
		Message: "`" + name + "` is read as a difference: write `" + variable + "['" + id + "']`",
	})
}

func isNameByte(c byte) bool {
	return c == '_' || c == '-' || c == '.' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}
