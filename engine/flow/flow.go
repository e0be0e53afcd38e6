package flow

import (
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// Flow is one flow definition, complete and compiled. It does not change after it was loaded.
type Flow struct {
	Namespace      string
	ID             string
	Description    string
	Labels         []Label    // in declared order; of a key given twice the last value stands at the first place
	Variables      *value.Map // as written, not rendered
	Inputs         []*Input
	Outputs        []*Output
	Tasks          []*Component
	Errors         []*Component // run when Tasks have failed
	Finally        []*Component // run at the end in any case
	AfterExecution []*Component // run when the execution has its last status
	Triggers       []*Component // also those of types that never fire here: their Spec has no Compile
	Retry          *Retry       // of tasks that have none, and that are in no flowable that has one; nil: they have none
	Concurrency    *Concurrency // nil: any number of executions may run at once
	SLAs           []*SLA       // in declared order
	Disabled       bool
	HandedOn       bool // a Kestra behind this server runs it: Tasks are the one that hands a request on
	Source         *Source
	Pos            Position
	Hash           [32]byte // SHA-256 of the source text; another hash is another revision

	members    map[string]Position
	extensions Diagnostics // a warning for every use of a property or type that Kestra does not have, in the order of the file
	defaults   *value.Map  // of the inputs whose defaults hold no expression; nil when one does
}

// memberPos returns where the value of a member, such as outputs, was written; the flow's place when it was not.
func (f *Flow) memberPos(member string) Position {
	if pos, ok := f.members[member]; ok {
		return pos
	}
	return f.Pos
}

// components iterates over the flow's tasks and triggers and everything inside of them, parents before children.
func (f *Flow) components(yield func(*Component) bool) {
	for _, list := range [][]*Component{f.Tasks, f.Errors, f.Finally, f.AfterExecution, f.Triggers} {
		if !walk(list, yield) {
			return
		}
	}
}

func walk(list []*Component, yield func(*Component) bool) bool {
	for _, c := range list {
		if !yield(c) || !c.isPart && !c.components(yield) {
			return false
		}
	}
	return true
}

// Input is one declared input of a flow.
type Input struct {
	ID          string // may contain dots: a.b is seen as inputs.a.b, and so is b in the FORM a
	Type        Type
	Description string
	Required    bool              // true unless the flow says otherwise
	Defaults    *pebble.Structure // nil when none is written
	DependsOn   []string          // ids of other inputs
	Pos         Position

	needs       []int            // the places of the inputs of DependsOn in the list
	condition   *pebble.Template // of dependsOn; may be nil
	expression  *pebble.Template // gives the values of SELECT and MULTISELECT; may be nil
	selectFirst bool             // the first of the values is the default
	constant    value.Value      // the converted default when it holds no expression, else null
}

// HasDefault reports whether the input has a value when none is given.
func (in *Input) HasDefault() bool { return in.Defaults != nil || in.selectFirst }

// Output is one declared output of a flow.
type Output struct {
	ID          string // dots in it mean nothing
	Type        Type
	Description string
	Required    bool // true unless the flow says otherwise
	Value       *pebble.Structure
	Pos         Position
}
