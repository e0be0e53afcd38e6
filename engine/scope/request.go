package scope

import (
	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// Request is what conditions see: a request that may become an execution.
type Request struct {
	Flow      *Flow
	Trigger   *value.Map
	Candidate Candidate

	drawn value.Drawn
}

// Candidate gives what costs something. Each method is called once for each time that its variable is read.
type Candidate interface {
	Execution() *execution.State // that the request may become
	Labels() []flow.Label
	Inputs() value.Value // null: none
}

// Vars returns the variables. It is called once.
func (r *Request) Vars() *value.Map { return r.drawn.From(r) }

var requestNames = []string{"trigger", "execution", "labels", "inputs"}

// Get implements [value.Source].
func (r *Request) Get(name string) (value.Value, bool) {
	switch name {
	case "trigger":
		return value.FromMap(r.Trigger), true
	case "execution":
		return executionVariable(r.Candidate.Execution()), true
	case "labels":
		return value.FromMap(flow.NestLabels(r.Candidate.Labels())), true
	case "inputs":
		v := r.Candidate.Inputs()
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
	v.Set("originalId", value.String(s.OriginalID()))
	v.Set("state", value.String(string(s.Status())))
	return value.FromMap(v)
}
