package pebble

import (
	"math/big"
	"strconv"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// parseExpression parses a whole expression, a ternary included.
func (p *parser) parseExpression() (expression, error) {
	start := p.peek()
	if err := p.enter(start); err != nil {
		return nil, err
	}
	defer p.leave()
	condition, err := p.parseBinary(0)
	if err != nil || !p.peek().is(tokenPunct, "?") {
		return condition, err
	}
	mark := p.next()
	yes, err := p.parseExpression()
	if err != nil {
		return nil, err
	}
	if err := p.expect(tokenPunct, ":"); err != nil {
		return nil, err
	}
	no, err := p.parseExpression()
	if err != nil {
		return nil, err
	}
	return &ternaryExpr{at: at(mark.at), condition: condition, yes: yes, no: no}, nil
}

// parseBinary parses operators that bind at least as tight as lowest.
func (p *parser) parseBinary(lowest int) (expression, error) {
	left, err := p.parseUnary()
	if err != nil {
		return nil, err
	}
	for range maxChain {
		op := p.peek()
		if op.kind != tokenOperator {
			return left, nil
		}
		precedence, ok := p.precedence[op.text]
		if !ok || precedence < lowest {
			return left, nil
		}
		p.next()
		switch op.text {
		case "|":
			f, err := p.parseFilter(p.peek().at)
			if err != nil {
				return nil, err
			}
			f.input = left
			left = f
		case "is", "is not":
			t, err := p.parseTest(left, op.text == "is not")
			if err != nil {
				return nil, err
			}
			left = t
		default:
			right, err := p.parseBinary(precedence + 1)
			if err != nil {
				return nil, err
			}
			left = &binaryExpr{at: at(op.at), op: op.text, left: left, right: right}
		}
	}
	return nil, meter.NewFault(ClassLimit, p.peek().at, "expression has more than %d operators in a row", maxChain)
}

func (p *parser) parseUnary() (expression, error) {
	t := p.peek()
	if t.kind != tokenOperator {
		return p.parsePrimary()
	}
	switch t.text {
	case "not", "-", "+":
		p.next()
		if err := p.enter(t); err != nil {
			return nil, err
		}
		defer p.leave()
		operand, err := p.parseBinary(precedenceUnary)
		if err != nil {
			return nil, err
		}
		return &unaryExpr{at: at(t.at), op: t.text, operand: operand}, nil
	}
	return nil, p.unexpected(t, "an expression")
}

func (p *parser) parseFilter(start int) (*filterExpr, error) {
	name, args, err := p.parseNamedCall("the name of a filter")
	if err != nil {
		return nil, err
	}
	return &filterExpr{at: at(start), name: name, args: args}, nil
}

func (p *parser) parseTest(input expression, negated bool) (*testExpr, error) {
	start := p.peek().at
	name, args, err := p.parseNamedCall("the name of a test")
	if err != nil {
		return nil, err
	}
	return &testExpr{at: at(start), input: input, name: name, args: args, negated: negated}, nil
}

func (p *parser) parseNamedCall(want string) (string, arguments, error) {
	t := p.next()
	if t.kind != tokenName {
		return "", arguments{}, p.unexpected(t, want)
	}
	if !p.peek().is(tokenPunct, "(") {
		return t.text, arguments{}, nil
	}
	args, err := p.parseArguments()
	return t.text, args, err
}

func (p *parser) parsePrimary() (expression, error) {
	t := p.next()
	switch t.kind {
	case tokenPunct:
		switch t.text {
		case "(":
			inner, err := p.parseExpression()
			if err != nil {
				return nil, err
			}
			if err := p.expect(tokenPunct, ")"); err != nil {
				return nil, err
			}
			return p.parsePostfix(inner)
		case "[":
			return p.parseList(t)
		case "{":
			return p.parseMap(t)
		}
	case tokenInteger:
		return p.parsePostfix(&literalExpr{at: at(t.at), value: integer(t.text), source: t.text})
	case tokenDecimal:
		f, _ := strconv.ParseFloat(t.text, 64) // out of range: an infinity, as in Java
		return p.parsePostfix(&literalExpr{at: at(t.at), value: value.Float(f), source: t.text})
	case tokenString:
		return p.parsePostfix(textLiteral(t.at, t.text))
	case tokenQuoteOpen:
		return p.parseQuote(t)
	case tokenName:
		return p.parseName(t)
	default:
	}
	return nil, p.unexpected(t, "an expression")
}

func integer(digits string) value.Value {
	if n, err := strconv.ParseInt(digits, 10, 64); err == nil {
		return value.Int(n)
	}
	n, _ := new(big.Int).SetString(digits, 10)
	return value.BigInt(n)
}

func (p *parser) parseName(t token) (expression, error) {
	switch t.text {
	case "true", "TRUE":
		return p.parsePostfix(&literalExpr{at: at(t.at), value: value.Bool(true), source: "true"})
	case "false", "FALSE":
		return p.parsePostfix(&literalExpr{at: at(t.at), value: value.Bool(false), source: "false"})
	case "null", "NULL", "none", "NONE":
		return p.parsePostfix(&literalExpr{at: at(t.at), source: "null"})
	}
	if p.peek().is(tokenPunct, "(") {
		args, err := p.parseArguments()
		if err != nil {
			return nil, err
		}
		p.tree.calls[t.text] = true
		return p.parsePostfix(&callExpr{at: at(t.at), name: t.text, args: args})
	}
	p.tree.names[t.text] = true
	return p.parsePostfix(&nameExpr{at: at(t.at), name: t.text})
}

// parsePostfix parses the accesses that follow an expression.
func (p *parser) parsePostfix(target expression) (expression, error) {
	for range maxChain {
		switch {
		case p.skip(tokenPunct, "."):
			name := p.next()
			if name.kind == tokenOperator && isWordOperator(name.text) {
				return nil, meter.NewFault(ClassSyntax, name.at, "%q is an operator and cannot follow a dot; write ['%s']", name.text, name.text)
			}
			if name.kind != tokenName {
				return nil, p.unexpected(name, "a name")
			}
			if !p.peek().is(tokenPunct, "(") {
				target = &attributeExpr{at: at(name.at), target: target, name: name.text}
				continue
			}
			args, err := p.parseArguments()
			if err != nil {
				return nil, err
			}
			if len(args.named) > 0 {
				return nil, meter.NewFault(ClassSyntax, name.at, "method %q can not be called with named arguments", meter.Cut(name.text, 40))
			}
			target = &methodExpr{at: at(name.at), target: target, name: name.text, args: args.positional}
		case p.peek().is(tokenPunct, "["):
			p.next()
			start := p.peek().at
			subscript, err := p.parseExpression()
			if err != nil {
				return nil, err
			}
			if err := p.expect(tokenPunct, "]"); err != nil {
				return nil, err
			}
			target = &attributeExpr{at: at(start), target: target, subscript: subscript}
		default:
			return target, nil
		}
	}
	return nil, meter.NewFault(ClassLimit, p.peek().at, "expression has more than %d accesses in a row", maxChain)
}

func (p *parser) parseList(start token) (expression, error) {
	n := &listExpr{at: at(start.at)}
	if p.skip(tokenPunct, "]") {
		return n, nil
	}
	for {
		item, err := p.parseExpression()
		if err != nil {
			return nil, err
		}
		n.items = append(n.items, item)
		if p.skip(tokenPunct, "]") {
			return n, nil
		}
		if err := p.expect(tokenPunct, ","); err != nil {
			return nil, err
		}
	}
}

func (p *parser) parseMap(start token) (expression, error) {
	n := &mapExpr{at: at(start.at)}
	if p.skip(tokenPunct, "}") {
		return n, nil
	}
	for {
		key, err := p.parseExpression()
		if err != nil {
			return nil, err
		}
		if err := p.expect(tokenPunct, ":"); err != nil {
			return nil, err
		}
		item, err := p.parseExpression()
		if err != nil {
			return nil, err
		}
		n.keys, n.values = append(n.keys, key), append(n.values, item)
		if p.skip(tokenPunct, "}") {
			return n, nil
		}
		if err := p.expect(tokenPunct, ","); err != nil {
			return nil, err
		}
	}
}

func (p *parser) parseQuote(start token) (expression, error) {
	n := &quoteExpr{at: at(start.at)}
	for {
		t := p.next()
		switch t.kind {
		case tokenString:
			n.parts = append(n.parts, &literalExpr{at: at(t.at), value: value.String(t.text)})
		case tokenInterpOpen:
			part, err := p.parseExpression()
			if err != nil {
				return nil, err
			}
			if err := p.expect(tokenInterpClose, ""); err != nil {
				return nil, err
			}
			n.parts = append(n.parts, part)
		case tokenQuoteClose:
			return p.parsePostfix(n)
		default:
			return nil, p.unexpected(t, "text or an interpolation")
		}
	}
}

// parseArguments parses a list of arguments from its opening parenthesis on.
func (p *parser) parseArguments() (arguments, error) {
	args := arguments{given: true}
	if err := p.expect(tokenPunct, "("); err != nil {
		return args, err
	}
	for first := true; !p.skip(tokenPunct, ")"); first = false {
		if !first {
			if err := p.expect(tokenPunct, ","); err != nil {
				return args, err
			}
		}
		start, name := p.peek(), ""
		if start.kind == tokenName && p.ahead(1).is(tokenPunct, "=") {
			p.next()
			p.next()
			name = start.text
		} else if len(args.names) > 0 {
			return args, meter.NewFault(ClassSyntax, start.at, "positional arguments must be declared before any named arguments")
		}
		arg, err := p.parseExpression()
		if err != nil {
			return args, err
		}
		if name == "" {
			args.positional = append(args.positional, arg)
		} else {
			args.names, args.named = append(args.names, name), append(args.named, arg)
		}
	}
	return args, nil
}

// textLiteral returns a string literal; its source is quoted so that it parses to itself.
func textLiteral(start int, text string) *literalExpr {
	return &literalExpr{at: at(start), value: value.String(text), source: "'" + quoted(text) + "'"}
}

// quoted escapes the quotes of text for a string in single quotes, which knows no other escape.
func quoted(text string) string {
	out := make([]byte, 0, len(text))
	for i := range len(text) {
		if text[i] == '\'' {
			out = append(out, '\\')
		}
		out = append(out, text[i])
	}
	return string(out)
}
