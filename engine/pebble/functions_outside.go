package pebble

import (
	"errors"
	"slices"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// Outside answers the functions that need something outside of the language, such as kv() and read().
type Outside interface {
	// Call returns the value of the function with this name. The arguments come in the order of its parameters, the default or
	// null where a call gives none. What the value takes is charged to m before it is made. An error that is no fault of m is one
	// of [ClassEvaluation]; its text is for the author of the template.
	Call(m *meter.Meter, name string, args []value.Value) (value.Value, error)
}

// functionsOutside are the functions of Kestra that need something outside of the language. A template that calls one that is
// not among answered is refused with the reason when it is compiled. Those without parameters here cannot be answered yet. The
// names of Kestra's Enterprise Edition are unknown names.
func functionsOutside(answered []string) []Function {
	const files = "the storage for files"
	path := []Parameter{{Name: "path", Required: true}, {Name: "namespace"}, {Name: "version"}}
	list := []struct {
		name, needs, summary string
		parameters           []Parameter
	}{
		{"kv", "the key-value store", "a value of the key-value store of a namespace", []Parameter{
			{Name: "key", Required: true}, {Name: "namespace"}, {Name: "errorOnMissing", Default: value.Bool(true)},
		}},
		{"read", files, "the content of a file", path},
		{"fileURI", files, "the URI of a file of the namespace", path},
		{"fileSize", files, "the size of a file in bytes", path},
		{"fileExists", files, "whether a file exists", path},
		{"isFileEmpty", files, "whether a file is empty", path},
		{"http", "requests from expressions", "the answer to an HTTP request", []Parameter{
			{Name: "uri", Required: true},
			{Name: "method"},
			{Name: "query"},
			{Name: "body"},
			{Name: "contentType"},
			{Name: "headers"},
			{Name: "options"},
			{Name: "accept"},
		}},
		{"isPublicHoliday", "a calendar of holidays", "whether a date is a public holiday of a country", []Parameter{
			{Name: "date", Required: true}, {Name: "countryCode"}, {Name: "subDivision"},
		}},
		{"subflow", "executions from expressions", "the outputs of another flow", nil},
		{"iterationOutput", "the loops of Kestra 2.0", "the output of a task in a round of a loop", nil},
		{"parentOutput", "the loops of Kestra 2.0", "the output of the task around the current one", nil},
		{"loopOutputs", "the loops of Kestra 2.0", "the outputs of a task in all rounds of a loop", nil},
		{"i18n", "bundles of translations", "a text of a bundle of translations", nil},
	}
	out := make([]Function, len(list))
	for i, f := range list {
		out[i].Entry = Entry{Name: f.name, Parameters: f.parameters, Loose: f.parameters == nil, Needs: f.needs, Summary: f.summary}
		if slices.Contains(answered, f.name) && f.parameters != nil {
			out[i].Needs, out[i].outside, out[i].waits = "", true, f.name == "http"
			out[i].call = callOutside(f.name)
		}
	}
	return out
}

func callOutside(name string) func(*state, []value.Value) (value.Value, error) {
	return func(st *state, args []value.Value) (value.Value, error) {
		if st.ctx.Outside == nil {
			return value.Null, evaluationError("function %s cannot be called here: it needs a server", name)
		}
		v, err := st.ctx.Outside.Call(st.budget(), name, slices.Clone(args))
		if fault, ok := errors.AsType[*meter.Fault](err); ok {
			return value.Null, fault
		}
		if err != nil {
			return value.Null, &meter.Fault{Class: ClassEvaluation, At: -1, Msg: meter.Cut(err.Error(), 200), Err: err}
		}
		return v, nil
	}
}
