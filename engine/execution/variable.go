package execution

import "github.com/caddy-kestra/kestra-webhook/engine/value"

// Variable returns the variable `execution` of expressions (spec/expressions.md §3.1).
func (s *State) Variable() value.Value {
	v := value.NewMap(4)
	v.Set("id", value.String(s.ID))
	v.Set("startDate", value.Time(s.History.Start()))
	v.Set("originalId", value.String(s.ID))
	v.Set("state", value.String(string(s.Status())))
	return value.FromMap(v)
}
