package cel

import (
	"errors"
	"fmt"
	"regexp/syntax"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/overloads"

	"github.com/caddy-kestra/kestra-webhook/engine/nearest"
)

// compileError returns an error for the first issue; the others mostly follow from it.
func compileError(env *cel.Env, expression string, issues *cel.Issues) error {
	all := issues.Errors()
	if len(all) == 0 {
		return &CompileError{Message: issues.Err().Error()}
	}
	first := all[0]
	e := &CompileError{}
	if first.Location != nil && first.Location.Line() > 0 {
		e.Line, e.Column = first.Location.Line(), first.Location.Column()+1
	}
	message, syntaxError := strings.CutPrefix(first.Message, "Syntax error: ")
	message = strings.TrimSpace(message)
	if syntaxError {
		e.Message = syntaxHint(expression, e, message)
	} else {
		e.Message = checkHint(env, expression, message)
		e.toName(expression, message)
	}
	if e.Message == "" {
		message, _, _ = strings.Cut(message, " expecting {")
		if what, ok := strings.CutPrefix(message, "found no matching overload for '"); ok {
			name, args, _ := strings.Cut(what, "' applied to '")
			message = strings.Trim(name, "_@") + " cannot be applied to " + strings.TrimSuffix(args, "'")
		}
		if e.Message = message; len(all) > 1 {
			e.Message += fmt.Sprintf(" (and %d more)", len(all)-1)
		}
	}
	return e
}

// toName moves the place of an unknown function from its parenthesis, where CEL puts it, to its name.
func (e *CompileError) toName(expression, message string) {
	undeclared, ok := strings.CutPrefix(message, "undeclared reference to '")
	if !ok || e.Line == 0 {
		return
	}
	name, _, _ := strings.Cut(undeclared, "'")
	lines := strings.Split(expression, "\n")
	line := []rune(lines[min(e.Line, len(lines))-1])
	begin := e.Column - 1 - len([]rune(name))
	if begin >= 0 && e.Column-1 <= len(line) && string(line[begin:e.Column-1]) == name {
		e.Column = begin + 1
	}
}

// words has the hints for words and operators of other languages.
var words = map[string]string{
	"and": "write && for and",
	"or":  "write || for or",
	"not": "write ! for not",
	"is":  "CEL has no `is`: has(body.x) says whether there is a member, body.x == null whether it is null",
	"<>":  "write != for <>",
	"??":  "CEL has no ??: write body.?x.orValue('…') for a member that may be missing",
	"&":   "write && for and",
	"|":   "CEL has no filters: functions follow a dot, as in body.x.size(); or is ||",
	"=":   "write == to compare",
	";":   "an expression does not end with ;",
	"~":   "write + to put texts together",
}

// syntaxHint says what is wrong in plain words where it is known; "" otherwise.
func syntaxHint(expression string, at *CompileError, message string) string {
	if strings.HasPrefix(strings.TrimSpace(expression), "{{") {
		return "a CEL expression stands without {{ }}"
	}
	if strings.ContainsAny(message, "“”‘’„") {
		return `write straight quotes, ' or ", for typographic ones`
	}
	if strings.Contains(message, "'<EOF>' expecting") {
		return "the expression ends where something is missing"
	}
	if strings.Contains(message, `\`) {
		return `in quotes a backslash is written twice, as in '\\d'; r'\d' takes it as it is`
	}
	line := strings.Split(expression, "\n")[min(at.Line-1, strings.Count(expression, "\n"))]
	runes := []rune(line)
	column := min(max(at.Column-1, 0), len(runes))
	before, after := strings.Fields(string(runes[:column])), strings.Fields(string(runes[column:]))
	if len(after) > 0 {
		for _, length := range []int{len(after[0]), 2, 1} {
			if hint := words[after[0][:min(length, len(after[0]))]]; hint != "" {
				return hint
			}
		}
	}
	if len(before) > 0 {
		last := before[len(before)-1]
		for _, length := range []int{len(last), 1} {
			switch last[len(last)-min(length, len(last)):] {
			case "not":
				return words["not"]
			case "?":
				return words["??"]
			case "<":
				return words["<>"]
			}
		}
	}
	return ""
}

// synonyms has CEL's names for functions and variables that other languages call otherwise.
var synonyms = map[string]string{
	"len": "size", "length": "size", "count": "size",
	"toLowerCase": "lowerAscii", "lower": "lowerAscii", "toUpperCase": "upperAscii", "upper": "upperAscii",
	"includes": "contains", "indexof": "indexOf", "substr": "substring", "fromJson": "parseJSON", "json": "parseJSON",
	"regexMatch": "matches", "match": "matches", "test": "matches", "any": "exists", "some": "exists", "every": "all",
	"get": "header", "getHeader": "header", "toString": "string", "str": "string", "float": "double",
	"b64decode": "base64.decode", "base64decode": "base64.decode", "base64encode": "base64.encode", "keys": "map",
	"request": "headers", "query": "parameters", "params": "parameters", "form": "formFields", "payload": "body", "event": "body",
}

// checkHint is like syntaxHint for the messages of the type check.
func checkHint(env *cel.Env, expression, message string) string {
	parsed, issues := env.Parse(expression)
	if issues.Err() != nil {
		return ""
	}
	undeclared, isName := strings.CutPrefix(message, "undeclared reference to '")
	if isName || strings.HasPrefix(message, "found no matching overload") {
		if found := listFindings(parsed.NativeRep().Expr(), mayBeText); len(found) > 0 {
			return found[len(found)-1]
		}
	}
	if !isName {
		return ""
	}
	name, _, _ := strings.Cut(undeclared, "'")
	if own := synonyms[name]; own != "" {
		return message + ": CEL says " + own
	}
	functions, seen := functionNames(env), variableNames()
	called := calledName(parsed.NativeRep().Expr(), name, functions)
	if called == "" {
		if near := nearest.Name(name, seen); near != "" {
			return message + didYouMean(near)
		}
		last := len(seen) - 1
		return message + ": conditions see " + strings.Join(seen[:last], ", ") + " and " + seen[last]
	}
	if near := nearest.Name(called, functions); near != "" {
		return message + didYouMean(near)
	}
	return message + ": `caddy kestra functions --cel` lists the functions"
}

func didYouMean(name string) string { return "; did you mean `" + name + "`?" }

// functionNames returns the names of all functions and macros that expressions can write, in order.
func functionNames(env *cel.Env) []string {
	var all []string
	for name, function := range env.Functions() {
		if !strings.ContainsAny(name, "@_") && !function.IsDeclarationDisabled() {
			all = append(all, name)
		}
	}
	for _, m := range env.Macros() {
		all = append(all, m.Function())
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// mayBeText: before types are known, whatever stands beside a list of values and is no list itself counts as a text.
func mayBeText(e ast.Expr) bool {
	_, isList := asValues(e)
	return !isList && e.Kind() != ast.ListKind
}

// calledName returns the name of the function that is called where a name is not declared, such as base64.encod for base64;
// "" when it is no part of one.
func calledName(root ast.Expr, name string, functions []string) string {
	var spaces []string // what stands before the dot in the names of functions
	for _, function := range functions {
		if space, _, ok := strings.Cut(function, "."); ok {
			spaces = append(spaces, space)
		}
	}
	called := ""
	ast.PostOrderVisit(root, ast.NewExprVisitor(func(e ast.Expr) {
		if e.Kind() != ast.CallKind || called != "" {
			return
		}
		call := e.AsCall()
		switch {
		case call.FunctionName() == name:
			called = name
		case call.IsMemberFunction() && call.Target().Kind() == ast.IdentKind && call.Target().AsIdent() == name && nearest.Name(name, spaces) != "":
			called = name + "." + call.FunctionName()
		}
	}))
	return called
}

// checkPatterns refuses regular expressions that cannot be compiled, where they are literals.
func checkPatterns(checked *ast.AST) error {
	var found error
	ast.PostOrderVisit(checked.Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		if e.Kind() != ast.CallKind || found != nil {
			return
		}
		call := e.AsCall()
		args := call.Args()
		switch call.FunctionName() {
		case overloads.Matches:
		case "regex.extract", "regex.extractAll", "regex.replace":
			args = args[1:2]
		case "translate":
			args = args[:1]
		default:
			return
		}
		arg := args[len(args)-1]
		pattern, ok := literalText(arg)
		if !ok {
			return
		}
		if _, err := sizeOfPattern(pattern); err != nil {
			found = errorAt(checked, arg, patternHint(pattern, err))
		}
	}))
	return found
}

// errorAt returns an error with the place of a part of the expression.
func errorAt(checked *ast.AST, e ast.Expr, message string) error {
	place := checked.SourceInfo().GetStartLocation(e.ID())
	return &CompileError{Line: place.Line(), Column: place.Column() + 1, Message: message}
}

// patternHint says what RE2 does not have, which CEL uses.
func patternHint(pattern string, err error) string {
	const re2 = "; CEL's expressions are RE2's, which "
	message, other := err.Error(), ""
	if at, ok := errors.AsType[*syntax.Error](err); ok {
		message = "the regular expression is invalid: " + at.Code.String() + ": `" + at.Expr + "`"
		switch {
		case at.Code == syntax.ErrInvalidRepeatSize:
			other = re2 + "repeat at most 1000 times"
		case at.Code == syntax.ErrInvalidEscape, at.Code == syntax.ErrInvalidPerlOp, strings.HasPrefix(at.Expr, `\p`), strings.HasPrefix(at.Expr, `\P`):
			other = re2 + "do not know this"
		}
	}
	for _, look := range []string{"(?=", "(?!", "(?<=", "(?<!"} {
		if strings.Contains(pattern, look) {
			return message + re2 + "have no look-around, so that every search ends soon"
		}
	}
	for i := range len(pattern) - 1 {
		switch {
		case pattern[i] == '\\' && strings.IndexByte("123456789k", pattern[i+1]) >= 0:
			return message + re2 + "have no back-references"
		case pattern[i+1] == '+' && strings.IndexByte("*+?}", pattern[i]) >= 0, strings.HasPrefix(pattern[i:], "(?>"):
			return message + re2 + "have no possessive quantifiers"
		}
	}
	return message + other
}
