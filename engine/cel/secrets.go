package cel

import (
	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/functions"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/caddy-kestra/kestra-webhook/engine/signature"
)

const (
	maxSecretText = 64 << 10 // bytes of the text that is compared with a secret; secrets are much shorter
	maxSecretName = 1 << 10
	secretWork    = 30 // units of looking one up or comparing it, the text aside
)

// secretFunctions declares the functions that need the secrets of the request's flow, and so are bound when an expression is
// evaluated.
func secretFunctions() []cel.EnvOption {
	str := cel.StringType
	return []cel.EnvOption{
		cel.Function("secret", cel.Overload("secret_string", []*cel.Type{str}, str, cel.LateFunctionBinding())),
		cel.Function("compareSecret",
			cel.MemberOverload("string_compare_secret_string", []*cel.Type{str, str}, cel.BoolType, cel.LateFunctionBinding())),
	}
}

// secretFunction returns the function with a name, which charges m.
func (a *activation) secretFunction(name string, m *meter) (functions.LateBoundOp, bool) {
	switch name {
	case "secret":
		return func(_ string, args ...ref.Val) ref.Val { return a.secret(m, args) }, true
	case "compareSecret":
		return func(_ string, args ...ref.Val) ref.Val { return a.compareSecret(m, args) }, true
	default:
		return nil, false
	}
}

// secret returns the text of a secret, as secret() of Kestra's expressions does.
func (a *activation) secret(m *meter, args []ref.Val) ref.Val {
	if len(args) != 1 {
		return noOverload("secret")
	}
	m.spend(secretWork)
	text, failed := a.lookUp("secret", args[0])
	if failed != nil {
		return failed
	}
	return types.String(text)
}

// compareSecret compares in a time that depends on the lengths only.
func (a *activation) compareSecret(m *meter, args []ref.Val) ref.Val {
	if len(args) != 2 {
		return noOverload("compareSecret")
	}
	given, ok := args[0].(types.String)
	if !ok {
		return noOverload("compareSecret")
	}
	if len(given) > maxSecretText {
		return refuse("compareSecret: the text is longer than 64 KiB")
	}
	m.spend(secretWork + len(given)/hashedPerUnit)
	secret, failed := a.lookUp("compareSecret", args[1])
	if failed != nil {
		return failed
	}
	return types.Bool(signature.Equal(string(given), secret))
}

// lookUp returns a secret of the flow's namespace, or the error of the function that asks for it.
func (a *activation) lookUp(function string, name ref.Val) (string, ref.Val) {
	text, ok := name.(types.String)
	if !ok {
		return "", noOverload(function)
	}
	if a.Secrets == nil {
		return "", types.NewErr("%s: there is no source of secrets", function)
	}
	if len(text) > maxSecretName {
		return "", types.NewErr("%s: there is no such secret", function)
	}
	secret, found, err := a.Secrets.Secret(a.Namespace, string(text))
	if err != nil {
		return "", types.NewErr("%s: the secret cannot be read", function)
	}
	if !found {
		return "", types.NewErr("%s: there is no such secret", function)
	}
	return secret, nil
}
