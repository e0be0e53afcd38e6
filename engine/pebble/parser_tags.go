package pebble

import "github.com/caddy-kestra/kestra-webhook/engine/meter"

// parseTag parses a tag whose opening delimiter and name were taken.
func (p *parser) parseTag(name token) (statement, error) {
	switch name.text {
	case "if":
		return p.parseIf(name)
	case "for":
		return p.parseFor(name)
	case "set":
		return p.parseSet(name)
	case "macro":
		return p.parseMacro(name)
	case "block":
		return p.parseBlock(name)
	case "filter":
		return p.parseFilterTag(name)
	default:
		f := meter.NewFault(ClassSyntax, name.at, "unexpected tag name %q%s", meter.Cut(name.text, 40), tagHint(name.text))
		f.Name = name.text
		return nil, f
	}
}

func (p *parser) parseIf(name token) (statement, error) {
	n := &ifTag{at: at(name.at)}
	for end := name; end.text != "endif"; {
		if end.text == "else" {
			if err := p.closeTag(); err != nil {
				return nil, err
			}
			otherwise, _, err := p.parseBody("if", "endif")
			if err != nil {
				return nil, err
			}
			n.otherwise, n.hasElse = otherwise, true
			break
		}
		condition, err := p.parseExpression()
		if err != nil {
			return nil, err
		}
		if err := p.closeTag(); err != nil {
			return nil, err
		}
		var inner body
		inner, end, err = p.parseBody("if", "elseif", "else", "endif")
		if err != nil {
			return nil, err
		}
		n.conditions = append(n.conditions, condition)
		n.bodies = append(n.bodies, inner)
	}
	return n, p.closeTag()
}

func (p *parser) parseFor(name token) (statement, error) {
	n := &forTag{at: at(name.at)}
	var err error
	if n.name, err = p.parseNewName(); err != nil {
		return nil, err
	}
	if err := p.expect(tokenName, "in"); err != nil {
		return nil, err
	}
	if n.list, err = p.parseExpression(); err != nil {
		return nil, err
	}
	if err := p.closeTag(); err != nil {
		return nil, err
	}
	inner, end, err := p.parseBody("for", "else", "endfor")
	if err != nil {
		return nil, err
	}
	n.body = inner
	if end.text == "else" {
		if err := p.closeTag(); err != nil {
			return nil, err
		}
		if n.empty, _, err = p.parseBody("for", "endfor"); err != nil {
			return nil, err
		}
		n.hasEmpty = true
	}
	return n, p.closeTag()
}

// parseNewName parses a name that is given a value.
func (p *parser) parseNewName() (string, error) {
	t := p.peek()
	if err := p.expect(tokenName, ""); err != nil {
		return "", err
	}
	switch t.text {
	case "true", "false", "null", "none":
		return "", meter.NewFault(ClassSyntax, t.at, "can not assign a value to %s", t.text)
	}
	return t.text, nil
}

func (p *parser) parseSet(name token) (statement, error) {
	n := &setTag{at: at(name.at)}
	var err error
	if n.name, err = p.parseNewName(); err != nil {
		return nil, err
	}
	if err := p.expect(tokenPunct, "="); err != nil {
		return nil, err
	}
	if n.value, err = p.parseExpression(); err != nil {
		return nil, err
	}
	return n, p.closeTag()
}

func (p *parser) parseMacro(name token) (statement, error) {
	n := &macroTag{at: at(name.at)}
	title := p.peek()
	if err := p.expect(tokenName, ""); err != nil {
		return nil, err
	}
	n.name = title.text
	if p.tree.macros[n.name] != nil {
		return nil, meter.NewFault(ClassSyntax, title.at, "more than one macro is named %q", meter.Cut(n.name, 40))
	}
	p.tree.macros[n.name] = n
	if err := p.expect(tokenPunct, "("); err != nil {
		return nil, err
	}
	for !p.skip(tokenPunct, ")") {
		if len(n.params) > 0 {
			if err := p.expect(tokenPunct, ","); err != nil {
				return nil, err
			}
		}
		param, err := p.parseNewName()
		if err != nil {
			return nil, err
		}
		var value expression
		if p.skip(tokenPunct, "=") {
			if value, err = p.parseExpression(); err != nil {
				return nil, err
			}
		}
		n.params = append(n.params, param)
		n.defaults = append(n.defaults, value)
	}
	if err := p.closeTag(); err != nil {
		return nil, err
	}
	var err error
	if n.body, _, err = p.parseBody("macro", "endmacro"); err != nil {
		return nil, err
	}
	p.skip(tokenName, n.name)
	return n, p.closeTag()
}

func (p *parser) parseBlock(name token) (statement, error) {
	n := &blockTag{at: at(name.at)}
	title := p.next()
	if title.kind != tokenName && title.kind != tokenString {
		return nil, p.unexpected(title, "the name of a block")
	}
	n.name = title.text
	if p.tree.blocks[n.name] != nil {
		return nil, meter.NewFault(ClassSyntax, title.at, "more than one block is named %q", meter.Cut(n.name, 40))
	}
	p.tree.blocks[n.name] = n
	if err := p.closeTag(); err != nil {
		return nil, err
	}
	var err error
	if n.body, _, err = p.parseBody("block", "endblock"); err != nil {
		return nil, err
	}
	if t := p.peek(); t.text == n.name && (t.kind == tokenName || t.kind == tokenString) {
		p.next()
	}
	return n, p.closeTag()
}

func (p *parser) parseFilterTag(name token) (statement, error) {
	n := &filterTag{at: at(name.at)}
	for range maxChain {
		f, err := p.parseFilter(p.peek().at)
		if err != nil {
			return nil, err
		}
		if n.chain != nil {
			f.input = n.chain
		}
		n.chain = f
		if !p.skip(tokenOperator, "|") {
			if err := p.closeTag(); err != nil {
				return nil, err
			}
			n.body, _, err = p.parseBody("filter", "endfilter")
			if err != nil {
				return nil, err
			}
			return n, p.closeTag()
		}
	}
	return nil, meter.NewFault(ClassLimit, name.at, "filter tag has more than %d filters", maxChain)
}
