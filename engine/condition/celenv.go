package condition

import (
	"fmt"
	"slices"
	"sync"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/decls"
	celenv "cel.dev/cel-go/common/env"
	"cel.dev/cel-go/common/functions"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/overloads"
	"cel.dev/cel-go/common/stdlib"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
	"cel.dev/cel-go/ext"
	"cel.dev/cel-go/interpreter"
)

// maxExpression bounds the length of a CEL expression, in characters.
const maxExpression = 64 << 10

// celEnvironment is the one environment of all CEL conditions. The versions of the libraries are named, so that an update of
// the module brings no function without a guard.
var celEnvironment = sync.OnceValues(func() (*cel.Env, error) {
	options := slices.Concat([]cel.EnvOption{
		cel.StdLib(cel.StdLibSubset(&celenv.LibrarySubset{ExcludeFunctions: []*celenv.Function{
			{Name: operators.Add}, {Name: operators.In}, {Name: overloads.Matches},
		}})),
		cel.EagerlyValidateDeclarations(true),
		cel.CrossTypeNumericComparisons(true),
		cel.DefaultUTCTimeZone(true),
		cel.ParserExpressionSizeLimit(maxExpression),
		cel.OptionalTypes(cel.OptionalTypesVersion(2)),
		ext.Strings(ext.StringsVersion(5)),
		ext.Encoders(ext.EncodersVersion(0)), // later ones have json.encode, whose cost has no bound
		ext.Lists(ext.ListsVersion(4)),       // later ones have the functions of the sets library
		ext.Math(ext.MathVersion(2)),
		ext.Bindings(ext.BindingsVersion(0)),
		ext.Regex(ext.RegexVersion(0)),
		cel.ASTValidators(cel.ValidateDurationLiterals(), cel.ValidateTimestampLiterals(), cel.ValidateRegexLiterals()),
	}, celVariables(), celFunctions(), redeclared())
	env, err := cel.NewCustomEnv(options...)
	if err != nil {
		return nil, err
	}
	return guarded(env)
})

// redeclared are the functions of the standard library that have one binding for all overloads, which cannot be
// replaced: they were left out of the library and are declared again, with the same overloads and a guard.
func redeclared() []cel.EnvOption {
	bindings := map[string]decls.FunctionOpt{
		operators.Add: decls.SingletonBinaryBinding(func(l, r ref.Val) ref.Val {
			if err := addGuard([]ref.Val{l, r}); err != nil {
				return types.WrapErr(err)
			}
			return l.(traits.Adder).Add(r)
		}, traits.AdderType),
		operators.In: decls.SingletonBinaryBinding(func(l, r ref.Val) ref.Val {
			container, ok := r.(traits.Container)
			if !ok {
				return noOverload("in")
			}
			if err := inGuard([]ref.Val{l, r}); err != nil {
				return types.WrapErr(err)
			}
			return container.Contains(l)
		}),
		overloads.Matches: decls.SingletonBinaryBinding(func(l, r ref.Val) ref.Val {
			if _, ok := r.(types.String); !ok {
				return noOverload("matches")
			}
			return matches(l, r)
		}, traits.MatcherType),
	}
	var options []cel.EnvOption
	for _, f := range stdlib.Functions() {
		binding, ok := bindings[f.Name()]
		if !ok {
			continue
		}
		declaration := []cel.FunctionOpt{cel.FunctionDocs(f.Description()), binding}
		for _, o := range f.OverloadDecls() {
			declare := cel.Overload
			if o.IsMemberFunction() {
				declare = cel.MemberOverload
			}
			declaration = append(declaration, declare(o.ID(), o.ArgTypes(), o.ResultType()))
		}
		options = append(options, cel.Function(f.Name(), declaration...))
	}
	return options
}

// decorate guards what the environment cannot: equality, which the interpreter plans itself, and sorting, whose one
// binding the library does not let go of. It also compiles constant patterns, once.
func decorate(env *cel.Env, checked *ast.AST) interpreter.InterpretableDecoratorV2 {
	return func(i interpreter.InterpretableV2) (interpreter.InterpretableV2, error) {
		call, ok := i.(interpreter.InterpretableCall)
		if !ok {
			return i, nil
		}
		args := call.Args()
		replace := func(check guard, impl functions.FunctionOp) (interpreter.InterpretableV2, error) {
			// The name keeps the library's own optimizations from replacing the call once more.
			return interpreter.NewCall(call.ID(), "guarded "+call.Function(), call.OverloadID(), args, func(values ...ref.Val) ref.Val {
				if err := check(values); err != nil {
					return types.WrapErr(err)
				}
				return impl(values...)
			}), nil
		}
		switch call.Function() {
		case operators.Equals, operators.NotEquals:
			if !isAggregate(checked.GetType(args[0].ID())) || !isAggregate(checked.GetType(args[1].ID())) {
				return i, nil
			}
			want := types.Bool(call.Function() == operators.Equals)
			return replace(equalGuard, func(values ...ref.Val) ref.Val {
				return types.Bool((types.Equal(values[0], values[1]) == types.True) == bool(want))
			})
		case "sort", "@sortByAssociatedKeys":
			bindings, err := env.Functions()[call.Function()].Bindings()
			if err != nil || len(bindings) != 1 {
				return nil, fmt.Errorf("function %s has no single binding: %w", call.Function(), err)
			}
			return replace(sortGuard, func(values ...ref.Val) ref.Val {
				for _, v := range values {
					if _, ok := v.(traits.Lister); !ok {
						return noOverload("sort")
					}
				}
				if len(values) == 1 {
					return bindings[0].Unary(values[0])
				}
				return bindings[0].Binary(values[0], values[1])
			})
		case overloads.Matches:
			constant, ok := args[1].(interpreter.InterpretableConst)
			if !ok {
				return i, nil
			}
			text, ok := constant.Value().(types.String)
			if !ok {
				return i, nil
			}
			p, err := compilePattern(string(text))
			if err != nil {
				return nil, err
			}
			return replace(func([]ref.Val) error { return nil }, func(values ...ref.Val) ref.Val { return p.matches(values[0]) })
		default:
			return i, nil
		}
	}
}

// isAggregate reports whether values of a type may be lists or maps.
func isAggregate(t *types.Type) bool {
	if t == nil {
		return true
	}
	switch t.Kind() {
	case types.DynKind, types.AnyKind, types.ListKind, types.MapKind, types.OpaqueKind, types.TypeParamKind, types.UnknownKind:
		return true
	default:
		return false
	}
}
