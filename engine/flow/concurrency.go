package flow

import (
	"math"

	"github.com/caddy-kestra/kestra-webhook/engine/yaml"
)

// Concurrency says how many executions of a flow may run at once, and what becomes of one that is too many. One that is paused,
// or waits for a retry, counts as running.
type Concurrency struct {
	Limit    int
	Behavior ConcurrencyBehavior
}

// ConcurrencyBehavior is what becomes of an execution for which there is no place.
type ConcurrencyBehavior string

// The behaviors.
const (
	QueueExecution  ConcurrencyBehavior = "QUEUE" // it waits: first in, first out
	CancelExecution ConcurrencyBehavior = "CANCEL"
	FailExecution   ConcurrencyBehavior = "FAIL"
)

var concurrencyProperties = []Property{
	{Name: "limit", Type: Integer, Required: true},
	{Name: "behavior", Type: String, Values: []string{string(QueueExecution), string(CancelExecution), string(FailExecution)}},
}

// concurrency reads the member `concurrency` of a flow; nil when it has errors.
func (l *loader) concurrency(n *yaml.Node, path string) *Concurrency {
	before := l.errors
	m := l.noMembers(n, path)
	l.readMembers(&m, concurrencyProperties, nil, n, nil)
	c := &Concurrency{Limit: int(min(m.Int("limit"), math.MaxInt32)), Behavior: QueueExecution}
	if m.Has("limit") && c.Limit < 1 {
		l.add(m.Errorf("limit", "must be greater than or equal to 1"))
	}
	if m.Has("behavior") {
		c.Behavior = ConcurrencyBehavior(m.Text("behavior"))
	}
	if l.errors > before {
		return nil
	}
	return c
}
