package pebble

import (
	"fmt"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
)

// tokenKind is what a token is to the parser.
type tokenKind uint8

const (
	tokenEnd         tokenKind = iota // the end of the template
	tokenText                         // text outside delimiters
	tokenPrintOpen                    // {{
	tokenPrintClose                   // }}
	tokenTagOpen                      // {%
	tokenTagClose                     // %}
	tokenName                         // an identifier
	tokenInteger                      // digits, without the suffix L
	tokenDecimal                      // digits.digits
	tokenString                       // a string, unescaped
	tokenQuoteOpen                    // a string with interpolations begins
	tokenQuoteClose                   // and ends
	tokenInterpOpen                   // #{
	tokenInterpClose                  // } of an interpolation
	tokenOperator                     // an operator, words included
	tokenPunct                        // one of ( ) [ ] { } ? : . , =
)

// String returns how an error message names the kind.
func (k tokenKind) String() string {
	switch k {
	case tokenEnd:
		return "the end of the template"
	case tokenText:
		return "text"
	case tokenPrintOpen:
		return "{{"
	case tokenPrintClose:
		return "}}"
	case tokenTagOpen:
		return "{%"
	case tokenTagClose:
		return "%}"
	case tokenName:
		return "name"
	case tokenInteger, tokenDecimal:
		return "number"
	case tokenString, tokenQuoteOpen, tokenQuoteClose:
		return "string"
	case tokenInterpOpen:
		return "#{"
	case tokenInterpClose:
		return "}"
	case tokenOperator:
		return "operator"
	default:
		return "punctuation"
	}
}

// token is one lexical element; at is the byte offset of its first character.
type token struct {
	kind tokenKind
	at   int
	text string
}

// String returns how an error message names the token.
func (t token) String() string {
	switch t.kind {
	case tokenName, tokenInteger, tokenDecimal, tokenOperator, tokenPunct:
		return fmt.Sprintf("%q", meter.Cut(t.text, 40))
	case tokenString:
		return fmt.Sprintf("the string '%s'", meter.Cut(t.text, 40))
	default:
		return t.kind.String()
	}
}

func (t token) is(kind tokenKind, text string) bool { return t.kind == kind && t.text == text }
