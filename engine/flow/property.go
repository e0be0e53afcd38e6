package flow

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/nearest"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
	"github.com/caddy-kestra/kestra-webhook/engine/yaml"
)

// text returns a scalar as text: numbers and booleans as they print, so 1.50 is 1.5 and 0123 is 83.
func (l *loader) text(n *yaml.Node, path string) (string, bool) {
	if n.Kind != yaml.ScalarNode {
		l.errorAt(n, path, "must be text, is %s", kindName(n))
		return "", false
	}
	v, _ := yaml.Scalar(n)
	return value.Text(v), true
}

// boolean takes what Kestra does: true and false, also as text, and numbers.
func (l *loader) boolean(n *yaml.Node, path string) (b, ok bool) {
	v := nodeScalar(n)
	switch text := v.Str(); {
	case v.Kind() == value.KindBool:
		return v.Bool(), true
	case v.Kind() == value.KindInt:
		return v.Int() != 0, true
	case text == "true" || text == "True" || text == "TRUE":
		return true, true
	case text == "false" || text == "False" || text == "FALSE":
		return false, true
	}
	l.errorAt(n, path, "must be true or false")
	return false, false
}

func (l *loader) integer(n *yaml.Node, path string) (int64, bool) {
	v := nodeScalar(n)
	if v.Kind() == value.KindInt {
		return v.Int(), true
	}
	if i, err := strconv.ParseInt(v.Str(), 10, 64); err == nil {
		return i, true
	}
	l.errorAt(n, path, "must be a whole number")
	return 0, false
}

func (l *loader) duration(n *yaml.Node, path string) (time.Duration, bool) {
	text, ok := l.text(n, path)
	if !ok {
		return 0, false
	}
	d, err := ParseSeconds(text)
	if err == nil && d < 0 {
		err = errNegativeDuration
	}
	if err != nil {
		l.errorAt(n, path, "%v", err)
		return 0, false
	}
	return d, true
}

// oneOf returns a text that must be one of values.
func (l *loader) oneOf(n *yaml.Node, path string, values []string) (string, bool) {
	text, ok := l.text(n, path)
	if !ok {
		return "", false
	}
	if !slices.Contains(values, text) {
		hint := ""
		if strings.EqualFold(nearest.Name(text, values), text) {
			hint = didYouMean(nearest.Name(text, values))
		}
		l.errorAt(n, path, "must be one of %s%s", strings.Join(values, ", "), hint)
		return "", false
	}
	return text, true
}

// list returns the items of a list.
func (l *loader) list(n *yaml.Node, path string) ([]*yaml.Node, bool) {
	if n.Kind != yaml.SequenceNode {
		l.errorAt(n, path, "must be a list, is %s", kindName(n))
		return nil, false
	}
	return n.Content, true
}

func index(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }

// property checks and compiles the value of one property. The result is false after an error.
func (l *loader) property(p *Property, n *yaml.Node, path string) (property, bool) {
	before := l.errors
	out := property{pos: l.pos(n)}
	defer func(items, early bool, variables []string) { l.items, l.early, l.variables = items, early, variables }(l.items, l.early, l.variables)
	l.items, l.early, l.variables = p.Items, l.early && !p.AtEnd, p.Variables
	if p.JSONText && n.Kind == yaml.ScalarNode && nodeScalar(n).Kind() == value.KindString {
		out.value = nodeScalar(n)
		out.structure = l.structure(n, out.value, path)
		l.checkJSONText(p, out.structure, n, path)
		return out, l.errors == before
	}
	switch p.Type {
	case String:
		if text, ok := l.text(n, path); ok {
			out.node = n
			out.value = value.String(text)
			l.checkText(p, text, n, path)
			if p.Dynamic && p.Secret {
				out.template = l.secretTemplate(n, text, path)
			} else if p.OpenNames {
				out.template = l.openTemplate(n, text, path)
			} else if p.Dynamic {
				out.template = l.template(n, text, path)
			}
			if p.Condition {
				l.noteCondition(n, text, path, p.ZeroMet)
			}
		}
	case Integer, Boolean, Duration:
		l.scalarProperty(p, n, path, &out)
	case StringList, StringOrList:
		l.textsProperty(p, n, path, &out)
	case Map:
		if n.Kind != yaml.MappingNode {
			l.errorAt(n, path, "must be a mapping, is %s", kindName(n))
			break
		}
		if p.Texts {
			l.checkTexts(n, path)
		}
		out.value = nodeValue(n)
	case MapOrList:
		m := value.NewMap(0)
		for _, label := range l.labels(n, path, nil) {
			m.Set(label.Key, value.String(label.Value))
		}
		out.value = value.FromMap(m)
	case Any:
		out.value = nodeValue(n)
	case Conditions, Task, Tasks, TaskCases, Inputs, Object, Objects:
		out.inside = l.insideOf(p, n, path)
		return out, l.errors == before
	}
	if p.Dynamic && p.Type != String && !p.Secret && l.errors == before {
		out.structure = l.structure(n, out.value, path)
	}
	return out, l.errors == before
}

// scalarProperty reads an Integer, Boolean or Duration; a dynamic one may be an expression instead.
func (l *loader) scalarProperty(p *Property, n *yaml.Node, path string, out *property) {
	if p.Dynamic && n.Kind == yaml.ScalarNode {
		if v, _ := yaml.Scalar(n); v.Kind() == value.KindString && hasExpression(v.Str()) {
			out.value, out.template = v, l.template(n, v.Str(), path)
			return
		}
	}
	switch p.Type {
	case Integer:
		i, _ := l.integer(n, path)
		out.value = value.Int(i)
	case Boolean:
		b, _ := l.boolean(n, path)
		out.value = value.Bool(b)
	default:
		out.duration, _ = l.duration(n, path)
		out.value = nodeValue(n)
	}
}

func (l *loader) textsProperty(p *Property, n *yaml.Node, path string, out *property) {
	if p.Type == StringOrList && n.Kind != yaml.SequenceNode {
		if text, ok := l.text(n, path); ok {
			l.checkText(p, text, n, path)
			out.value = value.String(text)
		}
		return
	}
	items, _ := l.list(n, path)
	if p.Secret {
		out.inside = new(inside)
	}
	texts := make([]string, len(items))
	for i, item := range items {
		if yaml.IsNull(item) {
			l.errorAt(item, index(path, i), "must not be empty")
			continue
		}
		text, ok := l.text(item, index(path, i))
		if ok {
			l.checkText(p, text, item, index(path, i))
		}
		if ok && p.Secret {
			out.inside.secrets = append(out.inside.secrets, secretText{l.pos(item), text, l.secretTemplate(item, text, index(path, i))})
		}
		texts[i] = text
	}
	out.value = value.Strings(texts)
}

// checkText checks the values and the length of a text. The text itself is never quoted: it may be a key.
func (l *loader) checkText(p *Property, text string, n *yaml.Node, path string) {
	if p.MaxLength > 0 && utf16Length(text) > p.MaxLength {
		l.errorAt(n, path, "may have %d characters at most", p.MaxLength)
	}
	if len(p.Values) > 0 && !(p.Dynamic && hasExpression(text)) {
		l.oneOf(n, path, p.Values)
	}
}

// checkTexts checks that the members of a mapping are scalars.
func (l *loader) checkTexts(n *yaml.Node, path string) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if member := n.Content[i+1]; member.Kind != yaml.ScalarNode {
			l.errorAt(member, path+"."+n.Content[i].Value, "must be text, is %s", kindName(member))
		}
	}
}

func utf16Length(text string) int {
	length := 0
	for _, r := range text {
		length++
		if r > 0xFFFF {
			length++
		}
	}
	return length
}
