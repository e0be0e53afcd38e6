package flow

import (
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/yaml"
)

// SLA is what must hold while an execution runs, and what becomes of one that violates it.
type SLA struct {
	ID       string
	Kind     SLAKind
	Duration time.Duration    // of MaxDuration: since the execution was created
	Assert   *pebble.Template // of ExecutionAssertion: true by [pebble.Truthy]
	Text     string           // of Assert
	Behavior SLABehavior
	Labels   []Label // that a violation gives the execution, as written
}

// SLAKind is what an [SLA] looks at.
type SLAKind string

// The kinds of SLA.
const (
	MaxDuration        SLAKind = "MAX_DURATION"
	ExecutionAssertion SLAKind = "EXECUTION_ASSERTION"
)

// SLABehavior is what becomes of an execution that violates an [SLA].
type SLABehavior string

// The behaviors.
const (
	FailBySLA   SLABehavior = "FAIL"
	CancelBySLA SLABehavior = "CANCEL"
	NoneBySLA   SLABehavior = "NONE" // it is labelled and goes on
)

// slaProperties are the members of an SLA, but for its labels.
var slaProperties = []Property{
	{Name: "id", Type: String, Required: true, Summary: "Its name."},
	{Name: "type", Type: String, Required: true, Values: []string{string(MaxDuration), string(ExecutionAssertion)}, Summary: "What it looks at."},
	{Name: "behavior", Type: String, Required: true, Values: []string{string(FailBySLA), string(CancelBySLA), string(NoneBySLA)}, Summary: "What becomes of an execution that violates it."},
	{Name: "duration", Type: Duration, Summary: "Of MAX_DURATION: the longest time."},
	{Name: "assert", Type: String, Dynamic: true, Condition: true, Summary: "Of EXECUTION_ASSERTION: violated when this renders to false, 0, -0 or nothing."},
}

var slaLabels = Property{Name: "labels", Type: MapOrList, Summary: "Labels that a violation gives the execution."}

// slaMembers are the members that each kind has for itself alone.
var slaMembers = map[SLAKind]string{MaxDuration: "duration", ExecutionAssertion: "assert"}

// slas reads the member `sla` of a flow.
func (l *loader) slas(n *yaml.Node, path string) []*SLA {
	items, _ := l.list(n, path)
	slas := make([]*SLA, 0, len(items))
	for i, item := range items {
		slas = append(slas, l.sla(item, index(path, i)))
	}
	return slas
}

func (l *loader) sla(n *yaml.Node, path string) *SLA {
	m := l.noMembers(n, path)
	s := &SLA{}
	l.readMembers(&m, slaProperties, map[string]memberState{slaLabels.Name: supported}, n, func(_ string, val *yaml.Node, path string) {
		s.Labels = l.labels(val, path, checkLabel)
	})
	s.ID, s.Kind, s.Behavior = m.Text("id"), SLAKind(m.Text("type")), SLABehavior(m.Text("behavior"))
	s.Duration, s.Assert, s.Text = m.Duration("duration"), m.Template("assert"), m.Text("assert")
	for kind, name := range slaMembers {
		switch key, _ := memberNode(n, name); {
		case s.Kind == kind && key == nil:
			l.report(SeverityError, m.Pos, path+"."+name, "is missing")
		case s.Kind != kind && slaMembers[s.Kind] != "" && m.Has(name):
			l.add(m.Errorf(name, "is no member of %s", s.Kind))
		}
	}
	return s
}
