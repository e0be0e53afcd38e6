package flow

import (
	"errors"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/javaregex"
	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// Resolution is what inputs came to.
type Resolution struct {
	// Values are the values by id, nested at the dots of ids, in the order in which the inputs are declared. An input that
	// is not enabled is left out; one without a value that is not required is null.
	Values *value.Map

	// Warnings are what the log of the execution should say; they do not say which flow is meant.
	Warnings []error
}

// InputError says which input has no value that it may have.
type InputError struct {
	ID  string
	Err error // what is wrong; nil: a required input has no value. One that wraps several errors has a line for each

	rendering bool // Err is of an expression of the flow
}

// Error returns Kestra's message. It quotes the value that was given, but for a SECRET.
func (e *InputError) Error() string {
	if e.Err == nil {
		return "Missing required input:" + e.ID
	}
	causes := []error{e.Err}
	if several, ok := e.Err.(interface{ Unwrap() []error }); ok {
		causes = several.Unwrap()
	}
	lines := make([]string, len(causes))
	for i, cause := range causes {
		lines[i] = "Invalid value for input `" + e.ID + "`. Cause: " + cause.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap returns the cause.
func (e *InputError) Unwrap() error { return e.Err }

// Public returns the message for those who gave the values: it says nothing of the flow's expressions.
func (e *InputError) Public() string {
	if e.rendering {
		return "Invalid value for input `" + e.ID + "`. Cause: it cannot be rendered"
	}
	return e.Error()
}

// Busy reports whether the machine could not carry the work through now, which says nothing about the value.
func (e *InputError) Busy() bool {
	failed, evaluated := errors.AsType[*pebble.Error](e.Err)
	fault, converted := errors.AsType[*meter.Fault](e.Err)
	return evaluated && failed.Class == pebble.ClassBusy || converted && fault.Class == meter.ClassBusy || errors.Is(e.Err, javaregex.ErrBusy)
}

// RenderingError returns the error of an input whose value comes of an expression that cannot be rendered.
func RenderingError(id string, err error) *InputError {
	return &InputError{ID: id, Err: err, rendering: true}
}

// ResolveInputs returns the values of inputs, as an execution has them from its beginning: what is given by full id, else the
// default, converted and held against the constraints. What is null counts as not given, and what is given and not declared is
// a warning. An input is resolved after those that it depends on, and is enabled if they all have a value and its condition
// gives true; expressions see the inputs that dependsOn names, null for others that have defaults, as in Kestra, and then what
// the context has as `inputs`. The error is an [*InputError] about the first input, in the order in
// which they are resolved, that has no value it may have.
func ResolveInputs(inputs []*Input, given *value.Map, c *pebble.Context) (*Resolution, error) {
	r := newResolver(inputs, given, c)
	for i := range inputs {
		if err := r.resolve(i); err != nil {
			return nil, err
		}
	}
	r.warnOfUndeclared()
	return r.resolution(nil), nil
}

// UnresolvedInputs returns what expressions see of inputs that nobody has resolved: what is given as it is, and the defaults of
// the others, converted. Constraints and conditions of dependsOn do not count. An input whose default fails is left out, with a
// warning.
func (f *Flow) UnresolvedInputs(given *value.Map, c *pebble.Context) *Resolution {
	if f.defaults != nil && given.Len() == 0 {
		return &Resolution{Values: f.defaults}
	}
	r := newResolver(f.Inputs, given, c)
	for i := range f.Inputs {
		r.show(i)
	}
	return r.resolution(given) // also what no input is declared for
}

// HasInputDefaults reports whether an input has a default.
func (f *Flow) HasInputDefaults() bool {
	for _, in := range f.Inputs {
		if in.HasDefault() {
			return true
		}
	}
	return false
}

// SecretInputs returns the values of those of the flow's inputs that are of type SECRET.
func (f *Flow) SecretInputs(values *value.Map) []string { return SecretsOf(f.Inputs, values) }

// SecretsOf returns the values of those inputs that are of type SECRET.
func SecretsOf(inputs []*Input, values *value.Map) []string {
	var secrets []string
	for _, in := range inputs {
		if in.Type.Name != TypeSecret {
			continue
		}
		if v, _ := nested(values, in.ID); v.Str() != "" {
			secrets = append(secrets, v.Str())
		}
	}
	return secrets
}

// constantDefaults returns the defaults when none holds an expression, else nil. They were checked by the loader.
func (f *Flow) constantDefaults() *value.Map {
	root := newNest()
	for _, in := range f.Inputs {
		if in.HasDefault() && in.constant.IsNull() {
			return nil
		}
		if !in.constant.IsNull() {
			root.set(in.ID, in.constant)
		}
	}
	return root.value().Map()
}
