package flow

import (
	"cmp"
	"errors"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
	"github.com/caddy-kestra/kestra-webhook/engine/yaml"
)

// hasExpression reports whether a text may hold an expression, a tag or a comment.
func hasExpression(text string) bool {
	return strings.Contains(text, "{{") || strings.Contains(text, "{%") || strings.Contains(text, "{#")
}

// compiled compiles with the language that there is where it is called: the quick one, or the whole one in properties of a task
// that a worker runs. A task that is pure, and so run at once, is no longer that if one of its expressions needs the whole one.
func compiled[T any](l *loader, compile func(*pebble.Engine) (T, error)) (T, error) {
	c := l.waiting
	if c == nil || c.Spec.Pure {
		t, err := compile(l.pebble.Quick())
		if c == nil || err == nil {
			return t, err
		}
	}
	t, err := compile(l.pebble)
	c.Waits = c.Waits || c.Spec.Pure && err == nil
	return t, err
}

// template compiles the text of a scalar; nil after an error.
func (l *loader) template(n *yaml.Node, text, path string) *pebble.Template {
	t := l.openTemplate(n, text, path)
	if t != nil {
		l.noteText(n, text, path)
	}
	return t
}

// openTemplate is template for a text whose variables are not known.
func (l *loader) openTemplate(n *yaml.Node, text, path string) *pebble.Template {
	t, err := compiled(l, func(e *pebble.Engine) (*pebble.Template, error) { return e.CompileAt(path, text) })
	if err != nil {
		l.expressionError(n, path, err)
		return nil
	}
	return t
}

// secretTemplate is template for a text that must not be quoted: an error says what kind it is of, and where, and names
// only words of the language.
func (l *loader) secretTemplate(n *yaml.Node, text, path string) *pebble.Template {
	t, err := compiled(l, func(e *pebble.Engine) (*pebble.Template, error) { return e.CompileAt(path, text) })
	if err == nil {
		return t
	}
	d := &Diagnostic{Pos: l.pos(n), Path: path, Message: "the expression cannot be used"}
	if fault, ok := errors.AsType[*pebble.Error](err); ok {
		d.Pos = l.source.within(n, fault.Line, fault.Column)
		d.Message = cmp.Or(secretProblems[fault.Class], d.Message)
		if fault.Public {
			d.Message = fault.Msg
		}
	}
	l.add(d)
	return nil
}

var secretProblems = map[pebble.Class]string{
	pebble.ClassSyntax:  "the expression has a syntax error here",
	pebble.ClassUnknown: "the filter, function or test here, or an argument of it, does not exist",
	// Of literal arguments, which alone are looked at when a template is compiled.
	pebble.ClassEvaluation: "the filter, function or test here does not take this argument",
	pebble.ClassRuntime:    "the filter, function or test here does not take this argument",
}

// structure compiles the texts inside the value v of node n; nil after an error.
func (l *loader) structure(n *yaml.Node, v value.Value, path string) *pebble.Structure {
	s, err := compiled(l, func(e *pebble.Engine) (*pebble.Structure, error) { return e.CompileValue(path, v) })
	if err != nil {
		if at, ok := errors.AsType[*pebble.PathError](err); ok {
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
	if fault, ok := errors.AsType[*pebble.Error](err); ok {
		d.Message = fault.Msg
		d.Pos = l.source.within(n, fault.Line, fault.Column)
	}
	l.add(d)
}

// follow returns the node that a path of the language names, and its path in the flow.
func follow(n *yaml.Node, at *pebble.PathError, path string) (*yaml.Node, string) {
	fault, _ := errors.AsType[*pebble.Error](at.Err)
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
