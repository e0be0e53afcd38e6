package cel

import (
	"slices"
	"sync"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/ext"
)

// maxExpression bounds the length of a CEL expression, in characters.
const maxExpression = 64 << 10

// environment is the one environment of all CEL conditions. The versions of the libraries are named, so that an update of
// the module brings no function without a price.
var environment = sync.OnceValues(func() (*cel.Env, error) {
	options := slices.Concat([]cel.EnvOption{
		cel.StdLib(),
		cel.VariableDecls(variables()...),
		cel.EagerlyValidateDeclarations(true),
		cel.CrossTypeNumericComparisons(true),
		cel.DefaultUTCTimeZone(true),
		cel.ParserExpressionSizeLimit(maxExpression),
		cel.OptionalTypes(cel.OptionalTypesVersion(2)),
		ext.Strings(ext.StringsVersion(5)),
		ext.Encoders(ext.EncodersVersion(0)), // later ones have json.encode, whose cost has no bound
		ext.Lists(ext.ListsVersion(4)),       // later ones have more of the sets library
		ext.Math(ext.MathVersion(2)),
		ext.Bindings(ext.BindingsVersion(0)),
		ext.Regex(ext.RegexVersion(0)),
		ext.Sets(ext.SetsVersion(0)),
		network,
		ext.TwoVarComprehensions(ext.TwoVarComprehensionsVersion(0)),
		cel.ASTValidators(cel.ValidateDurationLiterals(), cel.ValidateTimestampLiterals()),
	}, ownFunctions(), secretFunctions(), signatureFunctions(), markDeclarations())
	return cel.NewCustomEnv(options...)
})

// network adds the functions of addresses without the library's adapter of Go's types, which nothing here needs and every look at
// a variable would pass.
func network(env *cel.Env) (*cel.Env, error) {
	before := env.CELTypeAdapter()
	env, err := ext.Network(ext.NetworkVersion(ext.Version1))(env)
	if err != nil {
		return nil, err
	}
	return cel.CustomTypeAdapter(before)(env)
}
