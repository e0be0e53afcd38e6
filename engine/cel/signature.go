package cel

import (
	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/decls"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/caddy-kestra/kestra-webhook/engine/signature"
)

// What signing takes: hashedPerUnit bytes a unit, signWork units the texts aside, and signBytes bytes for the result.
const (
	hashedPerUnit = 32
	signWork      = 40
	signBytes     = 512
)

// signatureFunctions declares what checks a signature by hand. A text and bytes will do wherever bytes are meant.
func signatureFunctions() []cel.EnvOption {
	str, raw := cel.StringType, cel.BytesType
	var signs []cel.FunctionOpt
	for _, secret := range []*cel.Type{str, raw} {
		for _, text := range []*cel.Type{str, raw} {
			id := "hmac_string_" + secret.TypeName() + "_" + text.TypeName()
			signs = append(signs, cel.Overload(id, []*cel.Type{str, secret, text}, str),
				cel.Overload(id+"_string", []*cel.Type{str, secret, text, str}, str))
		}
	}
	return []cel.EnvOption{
		cel.Function("hmac", append(signs, cel.SingletonFunctionBinding(sign), decls.DisableTypeGuards(true))...),
		cel.Function("constantTimeEquals",
			cel.Overload("constant_time_equals_string", []*cel.Type{str, str}, cel.BoolType),
			cel.Overload("constant_time_equals_bytes", []*cel.Type{raw, raw}, cel.BoolType),
			cel.SingletonBinaryBinding(constantTimeEquals), decls.DisableTypeGuards(true)),
	}
}

// sign is hmac(algorithm, secret, text) or hmac(algorithm, secret, text, encoding).
func sign(args ...ref.Val) ref.Val {
	name, ok1 := args[0].(types.String)
	secret, ok2 := bytesOf(args[1])
	text, ok3 := bytesOf(args[2])
	encoding := types.String("hex")
	if len(args) == 4 {
		given, ok := args[3].(types.String)
		if !ok {
			return noOverload("hmac")
		}
		encoding = given
	}
	if !ok1 || !ok2 || !ok3 {
		return noOverload("hmac")
	}
	signed, err := signature.HMAC(string(name), secret, text, string(encoding))
	if err != nil {
		return types.NewErr("hmac: %w", err)
	}
	return types.String(signed)
}

// constantTimeEquals compares in a time that depends on the lengths only.
func constantTimeEquals(a, b ref.Val) ref.Val {
	x, ok1 := bytesOf(a)
	y, ok2 := bytesOf(b)
	if !ok1 || !ok2 || a.Type() != b.Type() {
		return noOverload("constantTimeEquals")
	}
	return types.Bool(signature.Equal(string(x), string(y)))
}

func bytesOf(v ref.Val) ([]byte, bool) {
	switch v := v.(type) {
	case types.String:
		return []byte(v), true
	case types.Bytes:
		return v, true
	default:
		return nil, false
	}
}

// signPrice is the price of hmac, which copies its texts.
func signPrice(a *arguments) (cost, error) {
	return hashPrice(length(a[1]) + length(a[2]))
}

func constantTimePrice(a *arguments) (cost, error) {
	return hashPrice(length(a[0]) + length(a[1]))
}

func hashPrice(n int) (cost, error) {
	if err := checkText(n, maxResult); err != nil {
		return cost{work: 1}, err
	}
	return cost{2*signWork + n/hashedPerUnit, signBytes + n}, nil
}

// checkAlgorithms refuses algorithms and encodings of hmac that there are not, where they are literals.
func checkAlgorithms(checked *ast.AST) error {
	var found error
	ast.PostOrderVisit(checked.Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		if e.Kind() != ast.CallKind || found != nil || e.AsCall().FunctionName() != "hmac" {
			return
		}
		args := e.AsCall().Args()
		check := func(arg int, check func(string) error) {
			if arg < len(args) && found == nil {
				name, ok := literalText(args[arg])
				if err := check(name); ok && err != nil {
					found = errorAt(checked, args[arg], "hmac: "+err.Error())
				}
			}
		}
		check(0, signature.CheckAlgorithm)
		check(3, signature.CheckEncoding)
	}))
	return found
}
