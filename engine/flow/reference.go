package flow

import (
	"strings"
	"unicode/utf8"

	"github.com/caddy-kestra/kestra-webhook/engine/yaml"
)

// expressionText is a compiled text and where it stands.
type expressionText struct {
	node  *yaml.Node
	text  string
	path  string
	early bool   // evaluated before the flow runs
	items bool   // it sees taskrun.items
	of    *Input // evaluated when this input is resolved, and sees those it depends on; may be nil

	variables []string // that it sees beside the others
	zeroMet   bool     // of a condition: 0 is met
}

// noteText remembers a text that checkReferences and checkExpressions have to look at.
func (l *loader) noteText(n *yaml.Node, text, path string) {
	if hasExpression(text) && (l.early || !l.handedOn) { // what is rendered at the end, the Kestra behind renders
		l.texts = append(l.texts, expressionText{node: n, text: text, path: path, early: l.early, items: l.items, of: l.reading, variables: l.variables})
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

// checkReferences refuses inputs.a-b and outputs.a-b where a-b is an id, as Kestra does: in expressions a-b is a minus b, so
// the reference would not mean the id.
func (l *loader) checkReferences() {
	inputs := make(map[string]bool, len(l.flow.Inputs))
	for _, in := range l.flow.Inputs {
		inputs[in.ID] = true
	}
	isTask := func(id string) bool { _, ok := l.taskIDs[id]; return ok }
	isInput := func(id string) bool { return inputs[id] }
	for _, t := range l.texts {
		l.checkReference(t, "inputs", isInput)
		l.checkReference(t, "outputs", isTask)
	}
}

func (l *loader) checkReference(t expressionText, variable string, isID func(string) bool) {
	const most = 100 // of one text: looking around each costs its length
	for from, seen := 0, 0; seen < most; {
		at := strings.Index(t.text[from:], variable+".")
		if at < 0 {
			return
		}
		at += from
		name := at + len(variable) + 1
		from = name
		for from < len(t.text) && isNameByte(t.text[from]) {
			from++
		}
		id := dashedID(t.text[name:from], isID)
		if id == "" {
			continue
		}
		seen++
		if at > 0 && isNameByte(t.text[at-1]) || !insideExpression(t.text[:at]) {
			continue
		}
		line := strings.Count(t.text[:at], "\n") + 1
		column := utf8.RuneCountInString(t.text[strings.LastIndexByte(t.text[:at], '\n')+1:at]) + 1
		l.add(&Diagnostic{
			Pos: l.source.within(t.node, line, column), Path: t.path,
			Message: "`" + variable + "." + id + "` is read as a difference: write `" + variable + "['" + id + "']`",
		})
	}
}

// dashedID returns the first beginning of a dotted name that is an id with a dash in it; "" when there is none.
func dashedID(name string, isID func(string) bool) string {
	for end := range len(name) + 1 {
		if end < len(name) && name[end] != '.' {
			continue
		}
		if id := name[:end]; strings.Contains(id, "-") && isID(id) {
			return id
		}
	}
	return ""
}

// insideExpression reports whether a text ends inside of {{ or {% and outside of a string there.
func insideExpression(before string) bool {
	open := max(strings.LastIndex(before, "{{"), strings.LastIndex(before, "{%"))
	if open < 0 || max(strings.LastIndex(before, "}}"), strings.LastIndex(before, "%}")) > open {
		return false
	}
	code := before[open:]
	return strings.Count(code, "'")%2 == 0 && strings.Count(code, `"`)%2 == 0
}

func isNameByte(c byte) bool {
	return c == '_' || c == '-' || c == '.' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}
