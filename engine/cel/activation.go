package cel

import (
	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/decls"
	"cel.dev/cel-go/common/functions"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// variables are what every expression can name. A name that is not here is an error when an expression is compiled.
func variables() []*decls.VariableDecl {
	multimap := cel.MapType(cel.StringType, cel.ListType(cel.StringType))
	record := cel.MapType(cel.StringType, cel.DynType)
	return []*decls.VariableDecl{
		decls.NewVariable("body", cel.DynType),
		decls.NewVariable("rawBody", cel.StringType),
		decls.NewVariable("headers", multimap),
		decls.NewVariable("header", multimap), // Tekton's name for it
		decls.NewVariable("parameters", multimap),
		decls.NewVariable("formFields", multimap),
		decls.NewVariable("method", cel.StringType),
		decls.NewVariable("path", cel.StringType),
		decls.NewVariable("requestURL", cel.StringType),
		decls.NewVariable("remoteAddr", cel.StringType),
		decls.NewVariable("flow", record),
		decls.NewVariable("trigger", record),
		decls.NewVariable("vars", record),
		decls.NewVariable("now", cel.TimestampType),
	}
}

func variableNames() []string {
	all := variables()
	seen := make([]string, len(all))
	for i, v := range all {
		seen[i] = v.Name()
	}
	return seen
}

// activation is a [Request] as CEL asks for it: each variable is looked up when an expression comes to it, so what no
// expression names is neither read nor built.
type activation Request

// ResolveName implements [cel.Activation].
func (a *activation) ResolveName(name string) (any, bool) {
	switch name {
	case "body":
		v, _ := a.trigger("body") // without a body: null
		return adapt(v), true
	case "headers", "header":
		return a.triggerMap("headers"), true
	case "parameters", "formFields":
		return a.triggerMap(name), true
	case "trigger", "flow", "vars":
		v, _ := a.Vars.Get(name)
		return object{v.Map()}, true
	case "method":
		return types.String(a.Method), true
	case "path":
		return made(a.Path), true
	case "requestURL":
		return made(a.URL), true
	case "remoteAddr":
		return types.String(a.RemoteAddr), true
	case "rawBody":
		return made(a.RawBody), true
	case "now":
		return types.Timestamp{Time: a.Now}, true
	case meterName:
		m := newMeter((*Request)(a)) // for the one call that asks
		return &m, true
	default:
		return nil, false
	}
}

// made returns a text that is only made when it is asked for.
func made(make func() string) types.String {
	if make == nil {
		return ""
	}
	return types.String(make())
}

// Parent implements [cel.Activation].
func (a *activation) Parent() cel.Activation { return nil }

// ResolveFunction implements [cel.FunctionActivation], for the functions that need the secrets of the request's flow.
func (a *activation) ResolveFunction(name string) (functions.LateBoundOp, bool) {
	return a.secretFunction(name, nil)
}

// counted is the activation of an expression that has one meter for all it does.
type counted struct {
	*activation
	meter meter
}

// ResolveName implements [cel.Activation].
func (c *counted) ResolveName(name string) (any, bool) {
	if name == meterName {
		return &c.meter, true
	}
	return c.activation.ResolveName(name)
}

// ResolveFunction implements [cel.FunctionActivation].
func (c *counted) ResolveFunction(name string) (functions.LateBoundOp, bool) {
	return c.secretFunction(name, &c.meter)
}

func (a *activation) trigger(name string) (value.Value, bool) {
	trigger, _ := a.Vars.Get("trigger")
	return trigger.Map().Get(name)
}

func (a *activation) triggerMap(name string) ref.Val {
	v, _ := a.trigger(name)
	return object{v.Map()} // absent: an empty map
}
