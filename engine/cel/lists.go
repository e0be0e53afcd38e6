package cel

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
)

// values is a place in an expression that holds a list of texts, as the values of a header are.
type values struct {
	root string // headers, parameters or formFields
	name string // "" when it is computed
	text string // as a message shows it
}

// asValues returns the place that an expression names if it is headers["x"], trigger.parameters.x or the like.
func asValues(e ast.Expr) (values, bool) {
	root, name, ok := member(e)
	if !ok {
		return values{}, false
	}
	v := values{name: name, text: "…"}
	if name != "" {
		v.text = strconv.Quote(name)
	}
	if root.Kind() == ast.IdentKind {
		v.root = root.AsIdent()
		v.text = v.root + "[" + v.text + "]"
	} else if trigger, list, ok := member(root); ok && trigger.Kind() == ast.IdentKind && trigger.AsIdent() == "trigger" {
		v.root = list
		v.text = "trigger." + list + "[" + v.text + "]"
	}
	if v.root == "header" {
		v.root = "headers"
	}
	return v, v.root == "headers" || v.root == "parameters" || v.root == "formFields"
}

// member splits x.name and x["name"] into x and the name, which is "" when it is computed.
func member(e ast.Expr) (of ast.Expr, name string, ok bool) {
	switch e.Kind() {
	case ast.SelectKind:
		s := e.AsSelect()
		return s.Operand(), s.FieldName(), !s.IsTestOnly()
	case ast.CallKind:
		c := e.AsCall()
		if c.FunctionName() != operators.Index {
			return nil, "", false
		}
		name, _ := literalText(c.Args()[1])
		return c.Args()[0], name, true
	default:
		return nil, "", false
	}
}

func literalText(e ast.Expr) (string, bool) {
	if e.Kind() != ast.LiteralKind {
		return "", false
	}
	text, ok := e.AsLiteral().(types.String)
	return string(text), ok
}

// first returns the expression to write for the first of the values.
func (v values) first() string {
	name := "…"
	if v.name != "" {
		name = strconv.Quote(v.name)
	}
	switch v.root {
	case "headers":
		return "headers.header(" + name + ")"
	case "parameters":
		return "parameters.param(" + name + ")"
	default:
		return v.root + "[" + name + "][0]"
	}
}

// listFindings returns a message for every place where an expression compares a list of values with one text, which is always
// false or always true. isText reports whether an operand is known to be a text.
func listFindings(root ast.Expr, isText func(ast.Expr) bool) []string {
	var found []string
	ast.PostOrderVisit(root, ast.NewExprVisitor(func(e ast.Expr) {
		if e.Kind() != ast.CallKind {
			return
		}
		call := e.AsCall()
		name, args := call.FunctionName(), call.Args()
		switch name {
		case operators.Equals, operators.NotEquals:
			for i, arg := range args {
				if v, ok := asValues(arg); ok && isText(args[1-i]) {
					found = append(found, comparison(v, name, args[1-i]))
				}
			}
		case operators.In:
			if v, ok := asValues(args[0]); ok && args[1].Kind() == ast.ListKind && slices.ContainsFunc(args[1].AsList().Elements(), isText) {
				found = append(found, fmt.Sprintf("%s is a list of values and never one of these texts: write %s in […]", v.text, v.first()))
			}
		case "startsWith", "endsWith", "contains", "matches":
			if !call.IsMemberFunction() {
				return
			}
			if v, ok := asValues(call.Target()); ok {
				found = append(found, fmt.Sprintf("%s is a list of values and has no %s: write %s.%s(…)", v.text, name, v.first(), name))
			}
		case operators.Subtract:
			if v, ok := hyphened(e); ok {
				found = append(found, fmt.Sprintf("a name with - must stand in quotes: write %s, or %s[%q][0]", v.first(), v.root, v.name))
			}
		}
	}))
	if n := len(found); n > 1 && strings.HasPrefix(found[n-1], "a name with -") {
		return found[n-1:] // x-a-b is found as x-a as well
	}
	return found
}

func comparison(v values, operator string, other ast.Expr) string {
	text := "…"
	if literal, ok := literalText(other); ok {
		text = strconv.Quote(literal)
	}
	if operator == operators.NotEquals {
		return fmt.Sprintf("%s is a list of values and differs from every text: write %s != %s, or !(%s in %s)",
			v.text, v.first(), text, text, v.text)
	}
	return fmt.Sprintf("%s is a list of values and never equal to a text: write %s == %s, or %s in %s",
		v.text, v.first(), text, text, v.text)
}

// hyphened returns the place that was meant by headers.x-github-event, which CEL reads as a subtraction.
func hyphened(e ast.Expr) (values, bool) {
	if e.Kind() == ast.SelectKind {
		return asValues(e)
	}
	if e.Kind() != ast.CallKind || e.AsCall().FunctionName() != operators.Subtract || e.AsCall().Args()[1].Kind() != ast.IdentKind {
		return values{}, false
	}
	v, ok := hyphened(e.AsCall().Args()[0])
	v.name += "-" + e.AsCall().Args()[1].AsIdent()
	return v, ok
}
