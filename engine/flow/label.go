package flow

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
	"github.com/caddy-kestra/kestra-webhook/engine/yaml"
)

// Label is one label of a flow or an execution. Keys that begin with "system." are the engine's.
type Label struct{ Key, Value string }

// SystemLabel is what the keys of the engine's own labels begin with.
const SystemLabel = "system."

var labelKey = regexp.MustCompile(`^\p{Ll}[\p{L}0-9._-]*$`)

// checkLabel refuses labels that a flow may not set, as Kestra does: a key of another form, an empty value, and every label
// of the engine except system.readOnly.
func checkLabel(l Label) error {
	switch {
	case strings.HasPrefix(l.Key, SystemLabel) && l.Key != SystemLabel+"readOnly":
		return fmt.Errorf("system labels can only be set by the engine itself, offending label: %s", shorten(l.Key))
	case !labelKey.MatchString(l.Key):
		return fmt.Errorf("`%s` is no valid label key: it must begin with a lower-case letter and have only letters, digits, '.', '_' and '-'", shorten(l.Key))
	case l.Value == "":
		return fmt.Errorf("the label `%s` must not be empty", shorten(l.Key))
	}
	return nil
}

// labels reads a mapping, or a list of {key, value}. Values are scalars and become text. Of a key given twice in a list
// the last value stands at the first place. Check may be nil.
func (l *loader) labels(n *yaml.Node, path string, check func(Label) error) []Label {
	var labels []Label
	places := map[string]int{}
	set := func(key string, val *yaml.Node, path string) {
		if yaml.IsNull(val) {
			l.errorAt(val, path, "must not be null")
			return
		}
		text, ok := l.text(val, path)
		if !ok {
			return
		}
		if check != nil {
			if err := check(Label{key, text}); err != nil {
				l.errorAt(val, path, "%v", err)
				return
			}
		}
		if at, ok := places[key]; ok {
			labels[at].Value = text
			return
		}
		places[key] = len(labels)
		labels = append(labels, Label{key, text})
	}
	switch n.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			set(n.Content[i].Value, n.Content[i+1], path+"."+n.Content[i].Value)
		}
	case yaml.SequenceNode:
		for i, item := range n.Content {
			path := index(path, i)
			var key string
			var val *yaml.Node
			ok := l.members(item, path, labelMembers, func(name string, _, v *yaml.Node, path string) {
				if name == "key" {
					key, _ = l.text(v, path)
				} else {
					val = v
				}
			})
			switch {
			case !ok:
			case key == "" || val == nil:
				l.errorAt(item, path, "needs key and value")
			default:
				set(key, val, path+".value")
			}
		}
	default:
		l.errorAt(n, path, "must be a mapping or a list of {key, value}, is %s", kindName(n))
	}
	return labels
}

var labelMembers = map[string]memberState{"key": supported, "value": supported}

// NestLabels returns labels as the variable `labels` has them: nested at the dots of their keys. Where a key is also the
// beginning of others, those others win.
func NestLabels(labels []Label) *value.Map {
	root := newNest()
	for _, label := range labels {
		root.set(label.Key, value.String(label.Value))
	}
	return root.value().Map()
}
