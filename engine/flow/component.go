package flow

import "github.com/caddy-kestra/kestra-webhook/engine/pebble"

// Component is one task, trigger or condition of a flow, checked against its [Spec] and compiled.
//
// The fields from Description on are the members that every task or trigger may have. The members version, logToFile,
// failOnTriggerError and allowConcurrent are accepted and have no effect: the first selects a plugin's version, the second
// writes logs to a file of Kestra's storage, the others concern polling triggers.
type Component struct {
	Spec     *Spec  // without Compile for a trigger that never fires here
	ID       string // empty for conditions, which have none
	Type     string // as written, an alias stays an alias
	Compiled any    // what Spec.Compile returned
	Members         // the properties of its type

	Description  string
	Disabled     bool
	LogLevel     string           // TRACE, DEBUG, INFO, WARN, ERROR; empty when not written
	RunIf        *pebble.Template // tasks; nil when not written
	Retry        *Retry           // tasks; nil when not written. That of a flowable is for the tasks inside of it
	Timeout      *Timeout         // tasks; nil when not written
	AllowFailure bool             // tasks
	Waits        bool             // tasks whose spec is pure: an expression waits for another server, and so the task is not pure
	AllowWarning bool             // tasks
	isPart       bool             // tasks: what is in its properties is in another component, see [Component.Part]
	StopAfter    []string         // triggers: states of execution

	loader *loader // of its flow, while it is compiled
}

// Part returns a task that c is made of, whose id is that of c with a suffix. Its properties, and so the places of what is found, are
// those of c.
func (c *Component) Part(suffix string, spec *Spec, compiled any) *Component {
	return &Component{Spec: spec, ID: c.ID + suffix, Type: spec.Type, Compiled: compiled, Members: c.Members, LogLevel: c.LogLevel, isPart: true}
}
