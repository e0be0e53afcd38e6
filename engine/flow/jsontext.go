package flow

import (
	"regexp"
	"slices"

	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
	"github.com/caddy-kestra/kestra-webhook/engine/yaml"
)

// member is a text that was meant to be a member of a mapping.
var member = regexp.MustCompile(`^[\w.-]+:[^\s"]`)

// checkJSONText checks a text that stands for a map or a list, if no expression decides what it is. Who names the values that a list may have
// says himself what is wrong with it.
func (l *loader) checkJSONText(p *Property, s *pebble.Structure, n *yaml.Node, path string) {
	if s == nil || len(p.Values) > 0 {
		return
	}
	text, constant := s.Constant()
	if !constant {
		return
	}
	v, err := value.DecodeJSONText(text.Str())
	is := func(kinds ...value.Kind) bool {
		return err == nil && (v.IsNull() || slices.Contains(kinds, v.Kind()))
	}
	hint := ""
	if member.MatchString(text.Str()) {
		hint = "; a blank is missing behind the colon"
	}
	switch {
	case p.Type == Map && !is(value.KindMap), p.Type == MapOrList && !is(value.KindMap, value.KindList):
		l.errorAt(n, path, "must be a mapping, or text that is JSON of one%s", hint)
	case p.Type == StringList && !is(value.KindList):
		l.errorAt(n, path, "must be a list, or text that is JSON of one")
	}
}
