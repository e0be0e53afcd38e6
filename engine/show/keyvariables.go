package show

import (
	"unicode/utf8"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// tellingKey is from how many characters on a variable that a key reads is taken for the key, or a part of it, and not for a word.
const tellingKey = 16

// keyVariables returns the variables of a flow, as texts, that the keys of its triggers are made of.
func keyVariables(f *flow.Flow) (texts []string) {
	for _, t := range f.Triggers {
		key := t.Template("key")
		if key == nil {
			continue
		}
		for _, path := range key.Variables() {
			if path[0] != "vars" {
				continue
			}
			v := value.FromMap(f.Variables)
			for _, name := range path[1:] {
				v, _ = v.Map().Get(name)
			}
			if text := v.Str(); utf8.RuneCountInString(text) >= tellingKey {
				texts = append(texts, text)
			}
		}
	}
	return texts
}
