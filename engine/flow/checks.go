package flow

import "github.com/caddy-kestra/kestra-webhook/engine/yaml"

// askedProperties are the members of `checks`, which Kestra asks where an execution is started by hand.
var askedProperties = []Property{
	{Name: "condition", Type: String, Dynamic: true, Condition: true, Summary: "Met, or the check fails."},
	{Name: "when", Type: String, Dynamic: true, Condition: true, Summary: "The newer name of condition."},
	{Name: "message", Type: String, Dynamic: true, Required: true, Summary: "What a failed check says."},
	{Name: "style", Type: String, Values: []string{"ERROR", "SUCCESS", "WARNING", "INFO"}, Default: "INFO", Summary: "How Kestra shows it."},
	{Name: "behavior", Type: String, Values: []string{"BLOCK_EXECUTION", "FAIL_EXECUTION", "CREATE_EXECUTION"}, Default: "BLOCK_EXECUTION", Summary: "What a failed check does."},
}

// checks reads the member `checks` of a flow. Nothing asks them here: a webhook does not, in Kestra neither.
func (l *loader) checks(n *yaml.Node, path string) {
	items, _ := l.list(n, path)
	for i, item := range items {
		m := l.noMembers(item, index(path, i))
		l.readMembers(&m, askedProperties, nil, item, nil)
		if !m.Has("condition") && !m.Has("when") {
			l.report(SeverityError, m.Pos, m.Path+".condition", "is missing")
		}
	}
	if len(items) > 0 {
		l.report(SeverityWarning, l.pos(n), path, "are not asked: an execution that a webhook starts bypasses them, as in Kestra")
	}
}
