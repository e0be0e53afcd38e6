package flow

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// mustQuote is the message about an expression without quotes; open is its delimiter.
func mustQuote(open string) string {
	return "a text that begins with " + open + " must stand in quotes"
}

// unquotedExpression is the beginning of a value that is an expression without quotes. YAML reads a mapping there.
var unquotedExpression = regexp.MustCompile(`(?:^\s*|[:,-]\s+|[\[{]\s*)(\{[{%#])`)

// findUnquoted returns the column of an expression without quotes in a line, and its delimiter; 0 when there is none.
func findUnquoted(line string) (column int, open string) {
	for _, m := range unquotedExpression.FindAllStringSubmatchIndex(line, -1) {
		before := line[:m[2]]
		if strings.Count(before, `"`)%2 == 0 && strings.Count(before, "'")%2 == 0 && !strings.Contains(before, "#") {
			return utf8.RuneCountInString(before) + 1, line[m[2]:m[3]]
		}
	}
	return 0, ""
}

// syntaxMessages say in other words what the YAML library says of a syntax error. Nothing of the text is quoted: it may be
// a key.
var syntaxMessages = map[string]string{
	"mapping values are not allowed in this context":               "a colon followed by a blank cannot stand here: put a text that has one into quotes, or check the indentation",
	"too many texts begin with a tab":                              "too many texts begin with a tab",
	"did not find expected key":                                    "a member, as in name: value, is due here: check the indentation, and the quotes before",
	"did not find expected '-' indicator":                          "an item of the list, with a dash, is due here: check the indentation",
	"did not find expected ',' or '}'":                             "a comma or } is due here: put a text with , { } [ ] or quotes into quotes",
	"did not find expected ',' or ']'":                             "a comma or ] is due here: put a text with , { } [ ] or quotes into quotes",
	"did not find expected node content":                           "a value is due here",
	"found character that cannot start any token":                  "a text cannot begin with this character: put it into quotes",
	"found unexpected end of stream":                               "a text in quotes does not end",
	"could not find expected ':'":                                  "a colon is due behind the name: check the indentation, and the quotes before",
	"found unknown escape character":                               "a backslash in double quotes begins an escape, and there is none of this letter: use single quotes, or two backslashes",
	"did not find expected hexdecimal number":                      "an escape in double quotes lacks its hexadecimal digits",
	"found invalid Unicode character escape code":                  "an escape in double quotes names no character",
	"block sequence entries are not allowed in this context":       "a list cannot begin here: begin it in a line of its own",
	"block mapping keys are not allowed in this context":           "a mapping cannot begin here: begin it in a line of its own",
	"mapping keys are not allowed in this context":                 "a mapping cannot begin here: begin it in a line of its own",
	"did not find expected comment or line break":                  "nothing but a comment can follow in this line",
	"did not find expected whitespace or line break":               "a blank is due here",
	"did not find expected alphabetic or numeric character":        "a name is due behind & or *: put a text that begins with one into quotes",
	"found unexpected document indicator":                          "a document ends inside of a text in quotes",
	"found a tab character that violates indentation":              "a tab cannot indent in YAML: use blanks",
	"found a tab character where an indentation space is expected": "a tab cannot indent in YAML: use blanks",
	"control characters are not allowed":                           "a control character cannot stand here",
	"did not find expected <document start>":                       "a value ends above, and nothing but a new document can follow: check the indentation",
}

// plainSyntax returns the words for a message of the YAML library.
func plainSyntax(message string) string {
	if plain := syntaxMessages[message]; plain != "" {
		return plain
	}
	return "this is no YAML: check the indentation and the quotes"
}
