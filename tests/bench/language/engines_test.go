package language

import (
	"testing"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/vm"
	"github.com/flosch/pongo2/v6"
	"github.com/nikolalohinski/gonja/v2"
	"github.com/nikolalohinski/gonja/v2/exec"

	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// variables are what expressions see of a request.
const variables = `{
	"trigger": {
		"body": {"hello": "world", "n": 1, "list": [1, 2, 3], "user": {"name": "Alice", "admin": false}},
		"headers": {"Content-Type": ["application/json"], "X-Event": ["deploy", "b"]},
		"parameters": {"name": ["Alice"]}
	},
	"flow": {"id": "f", "namespace": "company.team"}
}`

// engine is one implementation of a language. A nil part is what it does not do.
type engine struct {
	name string
	// compile returns an evaluation to text.
	compile func(text string) (func() (string, error), error)
	// condition returns an evaluation to a boolean.
	condition func(text string) (func() (bool, error), error)
}

// engines returns all of them, ours first, with the variables set up in the form that each works on.
func engines(tb testing.TB) []engine {
	tb.Helper()
	vars, err := value.DecodeJSON([]byte(variables))
	if err != nil {
		tb.Fatal(err)
	}
	goVars, ok := goValue(vars).(map[string]any)
	if !ok {
		tb.Fatalf("the variables are a %s", vars.Kind())
	}
	return []engine{ours(&pebble.Context{Vars: vars.Map()}), exprEngine(goVars), pongo2Engine(goVars), gonjaEngine(goVars)}
}

// goValue returns a value of the variables as the other engines want it.
func goValue(v value.Value) any {
	switch v.Kind() {
	case value.KindBool:
		return v.Bool()
	case value.KindInt:
		return v.Int()
	case value.KindList:
		items := make([]any, v.List().Len())
		for i, item := range v.List().All() {
			items[i] = goValue(item)
		}
		return items
	case value.KindMap:
		m := make(map[string]any, v.Map().Len())
		for key, member := range v.Map().All() {
			m[key] = goValue(member)
		}
		return m
	default:
		return v.Str()
	}
}

func ours(c *pebble.Context) engine {
	e := pebble.New(pebble.Options{})
	return engine{
		name: "pebble",
		compile: func(text string) (func() (string, error), error) {
			t, err := e.Compile(text)
			return func() (string, error) { return t.Render(c) }, err
		},
		condition: func(text string) (func() (bool, error), error) {
			t, err := e.Compile(text)
			return func() (bool, error) { return t.Test(c) }, err
		},
	}
}

func exprEngine(env map[string]any) engine {
	return engine{
		name: "expr",
		condition: func(text string) (func() (bool, error), error) {
			program, err := expr.Compile(text, expr.Env(env), expr.AsBool())
			machine := new(vm.VM)
			return func() (bool, error) {
				result, err := machine.Run(program, env)
				if err != nil {
					return false, err
				}
				return result.(bool), nil //nolint:forcetypeassert // AsBool makes sure
			}, err
		},
	}
}

func pongo2Engine(context pongo2.Context) engine {
	pongo2.SetAutoescape(false) // ours has none
	compile := func(text string) (func() (string, error), error) {
		t, err := pongo2.FromString(text)
		return func() (string, error) { return t.Execute(context) }, err
	}
	return engine{name: "pongo2", compile: compile, condition: rendered(compile)}
}

func gonjaEngine(vars map[string]any) engine {
	context := exec.NewContext(vars)
	compile := func(text string) (func() (string, error), error) {
		t, err := gonja.FromString(text)
		return func() (string, error) { return t.ExecuteToString(context) }, err
	}
	return engine{name: "gonja", compile: compile, condition: rendered(compile)}
}

// rendered returns conditions for an engine that can only render texts.
func rendered(compile func(string) (func() (string, error), error)) func(string) (func() (bool, error), error) {
	return func(text string) (func() (bool, error), error) {
		render, err := compile(text)
		return func() (bool, error) {
			text, err := render()
			return text == "True", err
		}, err
	}
}
