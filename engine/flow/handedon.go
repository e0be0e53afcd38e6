package flow

import (
	"fmt"
	"slices"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/yaml"
)

// A flow that is handed on is one that a Kestra behind this server runs. Its webhooks are taken here: of the file are read the triggers
// and what they see. In the place of its tasks is one, which sends the request to that Kestra.

// HandOnID is the id of the task of a flow that is handed on.
const HandOnID = "handOn"

// handedOnMembers are the members of a flow that are read when it is handed on. What else there is, the Kestra behind reads.
var handedOnMembers = []string{
	"id", "namespace", "description", "labels", "variables", "inputs", "triggers", "disabled", "deleted", "pluginDefaults", "taskDefaults",
	"handOn", "ordered",
}

// onlyKestra reports an error about what Kestra has and this module has not.
func (l *loader) onlyKestra(n *yaml.Node, path, format string, args ...any) {
	l.addKestras(&Diagnostic{Pos: l.pos(n), Path: path, Message: fmt.Sprintf(format, args...), kestras: true})
}

// addKestras adds an error that is none for a Kestra behind this server.
func (l *loader) addKestras(d *Diagnostic) {
	l.add(d)
	l.kestras++
	if l.errors <= maxDiagnostics && l.reason == nil {
		l.reason = d
	}
}

// handsOn decides what becomes of a flow that was read as one that runs here. It reports whether it is to be handed on. Mistakes
// are told before that; what only Kestra has is none then.
func (l *loader) handsOn() bool {
	asked := l.flow.HandedOn
	_, written := l.flow.members["handOn"]
	switch {
	case written && !asked:
		return false
	case l.handOn == nil:
		if asked {
			l.report(SeverityError, l.flow.memberPos("handOn"), "handOn", "there is no Kestra to hand the flow on to: the option `upstream` says where it is")
		}
		return false
	case l.errors > l.kestras:
		l.found = slices.DeleteFunc(l.found, func(d *Diagnostic) bool { return d.kestras })
		return false
	default:
		return asked || l.errors > 0
	}
}

// loadHandedOn reads the flow again, as one that is handed on.
func (l *loader) loadHandedOn(root *yaml.Node) *Flow {
	again := &loader{collector: &collector{source: l.source}, catalog: l.catalog, pebble: l.pebble, refuse: l.refuse, handOn: l.handOn, handedOn: true}
	f := again.loadRoot(only(root, handedOnMembers))
	reason := l.reason
	*l = *again
	if f == nil {
		return nil
	}
	if reason == nil {
		l.report(SeverityWarning, f.memberPos("handOn"), "handOn", "the flow is handed on to the Kestra behind this server: of the file, its triggers alone count here")
	} else {
		why, _, _ := strings.Cut(reason.Message, ": "+handItOn)
		l.report(SeverityWarning, reason.Pos, reason.Path, "%s, so the flow is handed on to the Kestra behind this server: of the file, its triggers alone count here", why)
	}
	if len(f.Triggers) == 0 {
		l.report(SeverityWarning, f.Pos, "triggers", "are none, so nothing of the flow is handed on")
	}
	return f
}

// addHandOn gives the flow its task.
func (l *loader) addHandOn() {
	f := l.flow
	f.HandedOn = true
	task := &Component{Spec: l.handOn, ID: HandOnID, Type: l.handOn.Type, Members: Members{Path: "handOn", Pos: f.Pos}}
	l.compile(task)
	f.Tasks = []*Component{task}
	if l.ordered {
		f.Concurrency = &Concurrency{Limit: 1, Behavior: QueueExecution}
	}
}

// only returns a mapping with those of its members that have these names. Its nodes stay as they are.
func only(n *yaml.Node, names []string) *yaml.Node {
	if n.Kind != yaml.MappingNode {
		return n
	}
	out := *n
	out.Content = nil
	for i := 0; i+1 < len(n.Content); i += 2 {
		if slices.Contains(names, n.Content[i].Value) {
			out.Content = append(out.Content, n.Content[i], n.Content[i+1])
		}
	}
	return &out
}
