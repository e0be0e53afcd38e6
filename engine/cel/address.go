package cel

import (
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/interpreter"
)

// addressPrice is the price of a function that reads an address or a range of them from its argument with index arg.
func addressPrice(arg int) price { return textPrice(arg, 8, 8, maxNumber) }

// knownAddress returns the address or range that the expression itself has as a text, so that it is read once and not for every
// request; nil for anything else, and for a text that is none, whose error belongs to the evaluation.
func knownAddress(node interpreter.InterpretableCall, read operation) ref.Val {
	if name := node.Function(); name != "ip" && name != "cidr" {
		return nil
	}
	if _, ok := constantText(node.Args()[0]); !ok {
		return nil
	}
	known := read(nil, &arguments{node.Args()[0].(interpreter.InterpretableConst).Value()})
	if types.IsError(known) {
		return nil
	}
	return known
}
