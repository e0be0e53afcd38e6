package jq

import (
	"strings"

	"github.com/itchyny/gojq"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
)

// The syntax of jackson-jq is jq's but for two things: `try` takes all that follows it up to its `catch`, and operators bind
// otherwise. gojq reads jq's; what it reads is put right here.

// precedence is how operators bind in jackson-jq, the strongest first. Assignments group from the right.
var precedence = map[gojq.Operator]int{
	gojq.OpMul: 1, gojq.OpDiv: 1, gojq.OpMod: 1,
	gojq.OpAdd: 2, gojq.OpSub: 2,
	gojq.OpEq: 3, gojq.OpNe: 3, gojq.OpLt: 3, gojq.OpLe: 3, gojq.OpGt: 3, gojq.OpGe: 3,
	gojq.OpAnd: 4, gojq.OpOr: 4,
	gojq.OpAlt:    5,
	gojq.OpAssign: assignments, gojq.OpModify: assignments, gojq.OpUpdateAdd: assignments, gojq.OpUpdateSub: assignments,
	gojq.OpUpdateMul: assignments, gojq.OpUpdateDiv: assignments, gojq.OpUpdateMod: assignments, gojq.OpUpdateAlt: assignments,
}

const assignments = 6

// regroup returns a query with its operators, outside of parentheses, grouped as jackson-jq does. `as` takes all operands
// on its left, not only the nearest.
func (c *compiler) regroup(q *gojq.Query) *gojq.Query {
	if c.grouped[q] || precedence[q.Op] == 0 && q.Op != gojq.OpComma {
		return q
	}
	var operands []*gojq.Query
	var operators []gojq.Operator
	var flat func(q *gojq.Query)
	flat = func(q *gojq.Query) {
		if q.Term != nil || len(q.FuncDefs) > 0 || precedence[q.Op] == 0 {
			operands = append(operands, q)
			return
		}
		flat(q.Left)
		operators = append(operators, q.Op)
		flat(q.Right)
	}
	if q.Op == gojq.OpComma {
		operands, operators = []*gojq.Query{q.Left, c.regroup(q.Right)}, []gojq.Operator{q.Op}
	} else {
		flat(&gojq.Query{Left: q.Left, Op: q.Op, Right: q.Right})
	}
	last := len(operands) - 1
	bind := operands[last]
	bound := bind.Op == gojq.OpPipe && len(bind.Patterns) > 0 && len(bind.FuncDefs) == 0
	if bound {
		operands[last] = bind.Left
	}
	out := c.group(operands, operators)
	if bound {
		out = &gojq.Query{Left: out, Op: gojq.OpPipe, Patterns: bind.Patterns, Right: bind.Right}
	}
	return out
}

// group builds the tree of operands and the operators between them.
func (c *compiler) group(operands []*gojq.Query, operators []gojq.Operator) *gojq.Query {
	if c.grouped == nil {
		c.grouped = make(map[*gojq.Query]bool)
	}
	stack, waiting := operands[:1:1], make([]gojq.Operator, 0, len(operators))
	reduce := func() {
		n, op := len(stack), waiting[len(waiting)-1]
		waiting = waiting[:len(waiting)-1]
		joined := &gojq.Query{Left: stack[n-2], Op: op, Right: stack[n-1]}
		c.grouped[joined] = true
		stack = append(stack[:n-2], joined)
	}
	for i, op := range operators {
		for len(waiting) > 0 {
			before, now := precedence[waiting[len(waiting)-1]], precedence[op]
			if before > now || before == now && now == assignments {
				break
			}
			reduce()
		}
		waiting, stack = append(waiting, op), append(stack, operands[i+1])
	}
	for len(waiting) > 0 {
		reduce()
	}
	return stack[0]
}

// tries writes the parentheses that `try` has in jackson-jq.
type tries struct {
	in  string
	at  int
	out strings.Builder
}

// closeTries returns a program in which what `try` takes stands in parentheses. What is no program stays as wrong as it
// was.
func closeTries(program string) string {
	if !strings.Contains(program, "try") {
		return program
	}
	t := &tries{in: program}
	for t.at < len(t.in) {
		t.level("", 0)
	}
	return t.out.String()
}

// level copies up to the end of a level, which is a closing bracket, the `end` of an `if` or the semicolon of a `def`.
func (t *tries) level(end string, depth int) {
	open, before := 0, "" // tries, and the word before
	key := end == "}"     // the next word is a key
	shut := func() {      // on a new line: there may be a comment
		t.out.WriteString(strings.Repeat("\n)", open))
		open = 0
	}
	defer shut()
	inside := func(end string) {
		if depth < meter.MaxNesting {
			t.level(end, depth+1)
		}
	}
	for t.at < len(t.in) {
		c := t.in[t.at]
		switch {
		case strings.IndexByte(")]};", c) >= 0 && end == string(c):
			shut()
			t.copy(1)
			return
		case c == ';' || c == ',' && end == "}":
			shut()
			t.copy(1)
			key = end == "}"
			continue
		case c == '(' || c == '[' || c == '{':
			t.copy(1)
			inside(map[byte]string{'(': ")", '[': "]", '{': "}"}[c])
		case c == '"':
			t.text(inside)
		case c == '#':
			line, _, _ := strings.Cut(t.in[t.at:], "\n")
			t.copy(len(line))
		case isLetter(c) || c == '_' || c == '$' || c == '@' || c == '.':
			word := t.word()
			switch word {
			case "try":
				t.copy(len(word))
				if !key && before != "reduce" && before != "foreach" {
					t.out.WriteString(" (")
					open++
				}
			case "catch":
				if open > 0 {
					open--
					t.out.WriteString("\n) ")
				}
				t.copy(len(word))
			case "if":
				t.copy(len(word))
				inside("end")
			case "def":
				t.copy(len(word))
				inside(";")
			case "then", "elif", "else", "end":
				shut()
				t.copy(len(word))
				if word == end {
					return
				}
			default:
				t.copy(len(word))
			}
			before = word
		default:
			t.copy(1)
		}
		key = key && strings.IndexByte(" \t\r\n", c) >= 0
	}
}

func (t *tries) copy(n int) {
	t.out.WriteString(t.in[t.at : t.at+n])
	t.at += n
}

// word returns the name that comes next, with what makes it no keyword: a dot, a dollar or an @ before it, or a colon behind.
func (t *tries) word() string {
	end := t.at + 1
	for end < len(t.in) && (isLetter(t.in[end]) || isDigit(t.in[end]) || t.in[end] == '_') {
		end++
	}
	if rest := strings.TrimLeft(t.in[end:], " \t\r\n"); strings.HasPrefix(rest, ":") && t.in[t.at] != '.' {
		end = len(t.in) - len(rest) + 1
	}
	return t.in[t.at:end]
}

// text copies a string, in which \( ) is a level of its own.
func (t *tries) text(inside func(end string)) {
	t.copy(1)
	for t.at < len(t.in) {
		switch {
		case t.in[t.at] == '"':
			t.copy(1)
			return
		case strings.HasPrefix(t.in[t.at:], `\(`):
			t.copy(2)
			inside(")")
		case t.in[t.at] == '\\' && t.at+1 < len(t.in):
			t.copy(2)
		default:
			t.copy(1)
		}
	}
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
