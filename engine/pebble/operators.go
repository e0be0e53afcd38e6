package pebble

// The precedences of the language; a higher one binds tighter.
const (
	precedenceOr       = 10
	precedenceAnd      = 15
	precedenceTest     = 20
	precedenceCompare  = 30
	precedenceAdd      = 40
	precedenceMultiply = 60
	precedenceFilter   = 100
	precedenceConcat   = 110
	precedenceTop      = 120
	precedenceUnary    = 500
)

// binaryOperators returns the precedence of every binary operator in a dialect; all are left associative.
func binaryOperators(d Dialect) map[string]int {
	table := map[string]int{
		"or": precedenceOr, "and": precedenceAnd,
		"is": precedenceTest, "is not": precedenceTest, "contains": precedenceTest,
		"==": precedenceCompare, "equals": precedenceCompare, "!=": precedenceCompare,
		"<": precedenceCompare, ">": precedenceCompare, "<=": precedenceCompare, ">=": precedenceCompare,
		"+": precedenceAdd, "-": precedenceAdd,
		"*": precedenceMultiply, "/": precedenceMultiply, "%": precedenceMultiply,
		"|": precedenceFilter, "~": precedenceConcat, "..": precedenceTop,
		"??": precedenceTop, "???": precedenceTop, "isIn": precedenceTop,
	}
	if d == Dialect2 {
		table["??"], table["???"], table["isIn"] = precedenceCompare, precedenceCompare, precedenceCompare
	}
	return table
}

// symbolOperators are the operators made of signs, longest first.
var symbolOperators = [...]string{"???", "??", "..", "==", "!=", "<=", ">=", "<", ">", "+", "-", "*", "/", "%", "~", "|"}

// isWordOperator reports whether a word is always an operator and never a name.
func isWordOperator(word string) bool {
	switch word {
	case "or", "and", "is", "not", "contains", "equals", "isIn":
		return true
	}
	return false
}
