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
		cel.ASTValidators(cel.ValidateDurationLiterals(), cel.ValidateTimestampLiterals()),
	}, variables(), ownFunctions(), markDeclarations())
	return cel.NewCustomEnv(options...)
})
