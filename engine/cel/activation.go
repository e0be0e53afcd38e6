package cel

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/functions"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// variables declares what every expression can name. A name that is not here is an error when an expression is compiled.
func variables() []cel.EnvOption {
	multimap := cel.MapType(cel.StringType, cel.ListType(cel.StringType))
	record := cel.MapType(cel.StringType, cel.DynType)
	return []cel.EnvOption{
		cel.Variable("body", cel.DynType),
		cel.Variable("rawBody", cel.StringType),
		cel.Variable("headers", multimap),
		cel.Variable("header", multimap), // Tekton's name for it
		cel.Variable("parameters", multimap),
		cel.Variable("formFields", multimap),
		cel.Variable("method", cel.StringType),
		cel.Variable("path", cel.StringType),
		cel.Variable("remoteAddr", cel.StringType),
		cel.Variable("flow", record),
		cel.Variable("trigger", record),
		cel.Variable("vars", record),
		cel.Variable("now", cel.TimestampType),
	}
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

// ResolveFunction implements [cel.FunctionActivation]. compareSecret is the one function that is bound late, because it
// needs the secrets of the request's flow.
func (a *activation) ResolveFunction(name string) (functions.LateBoundOp, bool) {
	if name != "compareSecret" {
		return nil, false
	}
	return func(_ string, args ...ref.Val) ref.Val { return a.compareSecret(nil, args) }, true
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
	if name != "compareSecret" {
		return nil, false
	}
	return func(_ string, args ...ref.Val) ref.Val { return c.compareSecret(&c.meter, args) }, true
}

func (a *activation) trigger(name string) (value.Value, bool) {
	trigger, _ := a.Vars.Get("trigger")
	return trigger.Map().Get(name)
}

func (a *activation) triggerMap(name string) ref.Val {
	v, _ := a.trigger(name)
	return object{v.Map()} // absent: an empty map
}

// compareKey is the random key of the hashes that compareSecret compares: without it, a hash that leaked would say nothing
// about the secret.
var compareKey = func() []byte {
	key := make([]byte, sha256.Size)
	rand.Read(key) // never fails: it ends the process instead
	return key
}()

const (
	maxSecretText = 64 << 10 // bytes of the text that is compared with a secret; secrets are much shorter
	maxSecretName = 1 << 10
	secretWork    = 30 // units of a comparison, the text aside
)

// compareSecret compares in a time that depends on the lengths only, by hashes of equal length.
func (a *activation) compareSecret(m *meter, args []ref.Val) ref.Val {
	if len(args) != 2 {
		return noOverload("compareSecret")
	}
	given, ok1 := args[0].(types.String)
	name, ok2 := args[1].(types.String)
	if !ok1 || !ok2 {
		return noOverload("compareSecret")
	}
	if len(given) > maxSecretText {
		return refuse("compareSecret: the text is longer than 64 KiB")
	}
	m.spend(secretWork + len(given)/32)
	if a.Secrets == nil {
		return types.NewErr("compareSecret: there is no source of secrets")
	}
	if len(name) > maxSecretName {
		return types.NewErr("compareSecret: there is no such secret")
	}
	secret, found, err := a.Secrets.Secret(a.Namespace, string(name))
	if err != nil {
		return types.NewErr("compareSecret: the secret cannot be read")
	}
	if !found {
		return types.NewErr("compareSecret: there is no such secret")
	}
	return types.Bool(hmac.Equal(digest(string(given)), digest(secret)))
}

func digest(s string) []byte {
	h := hmac.New(sha256.New, compareKey)
	h.Write([]byte(s))
	return h.Sum(nil)
}
