package scope

import (
	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// Request is what conditions see: a request that may become an execution. Its fields give what costs something; each is
// called at most once for each time that it is read.
type Request struct {
	Flow    *Flow
	Trigger *value.Map
	State   func() *execution.State // the execution that it may become
	Labels  func() []flow.Label
	Inputs  func() value.Value // null: none
}

// Vars returns the variables.
func (r *Request) Vars() *value.Map { return value.DrawMap(r) }

var requestNames = []string{"trigger", "execution", "labels", "inputs"}

// Get implements [value.Source].
func (r *Request) Get(name string) (value.Value, bool) {
	switch name {
	case "trigger":
		return value.FromMap(r.Trigger), true
	case "execution":
		return executionVariable(r.State()), true
	case "labels":
		return value.FromMap(flow.NestLabels(r.Labels())), true
	case "inputs":
		v := r.Inputs()
		return v, !v.IsNull()
	default:
		return r.Flow.constants.Get(name)
	}
}

// Has implements [value.Source].
func (r *Request) Has(name string) bool {
	if name == "trigger" || name == "execution" || name == "labels" {
		return true
	}
	_, ok := r.Get(name)
	return ok
}

// Map implements [value.Source].
func (r *Request) Map() *value.Map { return r.Flow.join(requestNames, r.Get) }

// executionVariable returns the variable `execution`.
func executionVariable(s *execution.State) value.Value {
	v := value.NewMap(4)
	v.Set("id", value.String(s.ID))
	v.Set("startDate", value.Time(s.History.Start()))
	v.Set("originalId", value.String(s.ID))
	v.Set("state", value.String(string(s.Status())))
	return value.FromMap(v)
}
