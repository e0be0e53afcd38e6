package pebble

import (
	"slices"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
)

// maxChain is how many operators, accesses or filters may follow one another in one expression without parentheses:
// trees grow to the left with each of them.
const maxChain = 500

// parser turns tokens into a tree. Errors are faults of [ClassSyntax].
type parser struct {
	tokens     []token
	pos        int
	precedence map[string]int
	maxDepth   int
	depth      int
	tree       *tree
}

// parse returns the tree of a template.
func parse(text string, precedence map[string]int, maxDepth int) (*tree, error) {
	tokens, err := lex(text)
	if err != nil {
		return nil, err
	}
	p := &parser{tokens: tokens, precedence: precedence, maxDepth: maxDepth, tree: &tree{
		tokens: len(tokens),
		macros: map[string]*macroTag{}, blocks: map[string]*blockTag{}, names: map[string]bool{}, calls: map[string]bool{},
	}}
	body, _, err := p.parseBody("")
	if err != nil {
		return nil, err
	}
	p.tree.body = body
	return p.tree, nil
}

func (p *parser) peek() token { return p.tokens[p.pos] }

func (p *parser) ahead(n int) token { return p.tokens[min(p.pos+n, len(p.tokens)-1)] }

func (p *parser) next() token {
	t := p.tokens[p.pos]
	if p.pos < len(p.tokens)-1 {
		p.pos++
	}
	return t
}

// skip takes the next token if it is this one.
func (p *parser) skip(kind tokenKind, text string) bool {
	if p.peek().is(kind, text) {
		p.next()
		return true
	}
	return false
}

func (p *parser) expect(kind tokenKind, text string) error {
	if t := p.peek(); t.kind != kind || (text != "" && t.text != text) {
		want := kind.String()
		if text != "" {
			want = `"` + text + `"`
		}
		return p.unexpected(t, want)
	}
	p.next()
	return nil
}

func (p *parser) unexpected(t token, want string) error {
	return meter.NewFault(ClassSyntax, t.at, "unexpected %s, expected %s%s", t, want, p.unexpectedHint(t))
}

func (p *parser) enter(t token) error {
	p.depth++
	if p.depth > p.maxDepth {
		return meter.NewFault(ClassLimit, t.at, "template is nested deeper than %d levels", p.maxDepth)
	}
	return nil
}

func (p *parser) leave() { p.depth-- }

// parseBody parses statements up to one of the tags in ends, of which it takes the opening delimiter and the name; for
// the tag named tag, which errors name. Without ends it parses to the end of the template.
func (p *parser) parseBody(tag string, ends ...string) (body, token, error) {
	if err := p.enter(p.peek()); err != nil {
		return nil, token{}, err
	}
	defer p.leave()
	var out body
	for {
		t := p.next()
		switch t.kind {
		case tokenEnd:
			if len(ends) > 0 {
				return nil, t, meter.NewFault(ClassSyntax, t.at, "unexpected end of template: looking for the %q tag", ends[len(ends)-1])
			}
			return out, t, nil
		case tokenText:
			out = append(out, &textNode{at: at(t.at), text: t.text})
		case tokenPrintOpen:
			value, err := p.parseExpression()
			if err != nil {
				return nil, t, err
			}
			if err := p.expect(tokenPrintClose, ""); err != nil {
				return nil, t, err
			}
			out = append(out, &printNode{at: at(t.at), value: value})
		case tokenTagOpen:
			name := p.peek()
			if name.kind != tokenName {
				return nil, t, meter.NewFault(ClassSyntax, name.at, "a tag must start with its name")
			}
			p.next()
			if slices.Contains(ends, name.text) {
				return out, name, nil
			}
			s, err := p.parseTag(name)
			if err != nil {
				return nil, t, err
			}
			out = append(out, s)
		default:
			return nil, t, p.unexpected(t, "text or a delimiter")
		}
	}
}

func (p *parser) closeTag() error { return p.expect(tokenTagClose, "") }
