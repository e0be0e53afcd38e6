package pebble

import (
	"slices"
	"strings"
	"unicode"
)

// Inspection is what the text of a template says about itself, found without evaluating it. It is made for findings when
// flows are loaded: templates that are evaluated do not carry it.
type Inspection struct {
	// Uses are the places where variables are read, in the order of the text. Names that the template itself makes are left
	// out, as in [Template.Variables].
	Uses []Use

	// Extensions are the functions that it calls and Kestra does not have, sorted.
	Extensions []string

	// Printed is text that is printed whatever the variables are, so that as a condition the template is always met; empty
	// when there is none. PrintedAt is its byte offset.
	Printed   string
	PrintedAt int

	// Number says that the template is one expression that gives a number, which as text is neither blank nor `false`.
	Number bool

	text string
}

// Use is one place where a template reads a variable.
type Use struct {
	Path     []string // the variable and the members that are written out behind it
	At       []int    // the byte offset of each
	Rescued  bool     // `??`, `default` or `is defined` stands around it: it may be missing
	Compared string   // the operator `==`, `!=` or `isIn` when it is compared with texts, else empty
	Dashed   string   // the last name of Path with the dashes and names that follow at once, as in x-github-event; or empty
}

// Place returns line and column of a byte offset, as an [Error] gives them.
func (i *Inspection) Place(at int) (line, column int) { return lineColumn(i.text, at) }

// Inspect returns what a template says about itself. The error is that of [Engine.Compile], as far as the text can be
// parsed.
func (e *Engine) Inspect(text string) (*Inspection, error) {
	parsed, err := parse(text, e.precedence, e.limits.Depth)
	if err != nil {
		return nil, publish(err, text)
	}
	c := e.collectReferences(parsed, true)
	i := &Inspection{Uses: c.uses, Extensions: c.extensions, text: text}
	slices.SortStableFunc(i.Uses, func(a, b Use) int { return a.At[0] - b.At[0] })
	for n := range i.Uses {
		i.Uses[n].Dashed = dashed(text, &i.Uses[n])
	}
	if len(parsed.body) == 1 {
		if p, ok := parsed.body[0].(*printNode); ok {
			i.Number = isNumber(p.value)
		}
	}
	if at, printed := always(parsed.body); printed != "" {
		i.Printed, _, _ = strings.Cut(strings.TrimFunc(printed, isBlank), "\n")
		i.PrintedAt = at + len(text[at:]) - len(strings.TrimLeftFunc(text[at:], isBlank))
	}
	return i, nil
}

// dashed returns the last name of a use as it goes on in the text when a dash follows it at once: the language reads a
// difference there.
func dashed(text string, u *Use) string {
	from := u.At[len(u.At)-1]
	name := u.Path[len(u.Path)-1]
	if from == 0 || text[from-1] != '.' || !strings.HasPrefix(text[from:], name+"-") {
		return ""
	}
	rest := text[from:]
	end := strings.IndexFunc(rest, func(r rune) bool { return r != '-' && r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if end < 0 {
		end = len(rest)
	}
	if rest = strings.TrimRight(rest[:end], "-"); rest == name {
		return ""
	}
	return rest
}

// always returns what a statement prints in every case such that the whole is neither blank nor `false`, and its offset;
// "" when there is none.
func always(b body) (at int, printed string) {
	booleans := 0 // of two that are printed one behind the other, the text is not `false`
	for _, s := range b {
		switch s := s.(type) {
		case *textNode:
			printed = s.text
		case *printNode:
			if printed = surely(s.value); strings.TrimFunc(printed, isBlank) == "true" {
				printed = ""
			}
			if isBoolean(s.value) {
				booleans++
			}
			if booleans == 2 {
				printed = "truefalse"
			}
		case *ifTag:
			if !s.hasElse {
				continue
			}
			for _, b := range append([]body{s.otherwise}, s.bodies...) {
				if at, printed = always(b); printed == "" {
					break
				}
			}
		case *blockTag:
			at, printed = always(s.body)
		}
		if meets(printed) {
			if at == 0 {
				at = s.offset()
			}
			return at, printed
		}
		at, printed = 0, ""
	}
	return 0, ""
}

// surely returns a text that an expression prints whatever the variables are; "" when there is none.
func surely(e expression) string {
	switch e := e.(type) {
	case *literalExpr:
		return e.value.Str()
	case *listExpr, *mapExpr:
		return "[]"
	case *filterExpr:
		switch e.name {
		case "jq", "keys", "values", "split": // give lists, and an empty one prints as []
			return "[]"
		}
	case *ternaryExpr:
		if no := surely(e.no); meets(no) {
			return surely(e.yes)
		}
	case *binaryExpr:
		left, right := surely(e.left), surely(e.right)
		switch {
		case e.op == "~" && meets(left):
			return left
		case e.op == "~":
			return right
		case (e.op == "??" || e.op == "???") && meets(left):
			return right
		}
	case *quoteExpr:
		for _, part := range e.parts {
			if text := surely(part); meets(text) {
				return text
			}
		}
	}
	return ""
}

// isBoolean reports whether an expression gives true or false whatever the variables are.
func isBoolean(e expression) bool {
	switch e := e.(type) {
	case *testExpr:
		return true
	case *unaryExpr:
		return e.op == "not"
	case *binaryExpr:
		switch e.op {
		case "==", "equals", "!=", "<", ">", "<=", ">=", "and", "or", "contains", "isIn":
			return true
		}
	}
	return false
}

// isNumber reports whether an expression gives a number, or fails, whatever the variables are.
func isNumber(e expression) bool {
	switch e := e.(type) {
	case *literalExpr:
		return e.value.IsNumber()
	case *filterExpr:
		return e.name == "length" || e.name == "number"
	case *binaryExpr:
		switch e.op {
		case "*", "/", "%":
			return true
		case "-", "??":
			return isNumber(e.left) || e.op == "-" && isNumber(e.right)
		}
	}
	return false
}

// meets reports whether a text makes a condition met wherever it stands in what is printed: not if it is blank or could be
// a part of `false`, or of the zeros that count as false in Kestra 2.0.
func meets(text string) bool {
	text = strings.TrimFunc(text, isBlank)
	const unmet = "false -0"
	return text != "" && !strings.Contains(unmet, text)
}

// compared notes an operator between two expressions on the uses that they are, if the other side is text.
func (c *collector) compared(e *binaryExpr) {
	op := e.op
	switch op {
	case "equals":
		op = "=="
	case "==", "!=", "isIn":
	default:
		return
	}
	texts := isText(e.right)
	if list, ok := e.right.(*listExpr); ok && op == "isIn" {
		texts = len(list.items) > 0 && !slices.ContainsFunc(list.items, func(e expression) bool { return !isText(e) })
	}
	if texts {
		c.mark(e.left, op)
	}
	if op != "isIn" && isText(e.left) {
		c.mark(e.right, op)
	}
}

// mark notes an operator on the use that an expression is, which is the last one of its offset.
func (c *collector) mark(e expression, op string) {
	access, ok := e.(*attributeExpr)
	if !ok {
		return
	}
	if _, static := staticStep(access); !static {
		return
	}
	for i := len(c.uses) - 1; i >= 0; i-- {
		if u := &c.uses[i]; u.At[len(u.At)-1] == e.offset() {
			u.Compared = op
			return
		}
	}
}

// isText reports whether an expression is a text, number or boolean whatever the variables are.
func isText(e expression) bool {
	switch e := e.(type) {
	case *literalExpr:
		return !e.value.IsNull()
	case *quoteExpr:
		return true
	case *callExpr:
		return e.name == "secret"
	case *binaryExpr:
		return e.op == "~"
	}
	return false
}
