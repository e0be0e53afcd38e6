package flow

import (
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// Flow is one flow definition, complete and compiled. It does not change after it was loaded.
type Flow struct {
	Namespace   string
	ID          string
	Description string
	Labels      []Label    // in declared order; of a key given twice the last value stands at the first place
	Variables   *value.Map // as written, not rendered
	Inputs      []*Input
	Outputs     []*Output
	Tasks       []*Component
	Triggers    []*Component
	Disabled    bool
	Source      *Source
	Pos         Position
	Hash        [32]byte // SHA-256 of the source text; another hash is another revision
}

// Label is one label of a flow or an execution. Keys that begin with "system." are the engine's.
type Label struct{ Key, Value string }

// Input is one declared input of a flow.
type Type struct{}

type Input struct {
	ID       string // may contain dots: a.b is seen as inputs.a.b
	Type     Type
	Required bool              // true unless the flow says otherwise
	Defaults *pebble.Structure // nil when there are none
	Pos      Position
}

// Output is one declared output of a flow.
type Output struct {
	ID       string
	Type     Type
	Required bool
	Value    *pebble.Structure
	Pos      Position
}
