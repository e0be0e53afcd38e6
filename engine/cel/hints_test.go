package cel

import (
	"errors"
	"strings"
	"testing"
)

// TestHints: an error says how to write what was meant.
func TestHints(t *testing.T) {
	tests := []struct{ expression, want string }{
		{`headers['X-GitHub-Event'] == 'push'`, `headers["X-GitHub-Event"] is a list of values and never equal to a text: write headers.header("X-GitHub-Event") == "push", or "push" in headers["X-GitHub-Event"]`},
		{`headers['X-GitHub-Event'] == body.x.y + 'a'`, `write headers.header("X-GitHub-Event") == …`},
		{`parameters.x == '1'`, `parameters["x"] is a list of values and never equal to a text: write parameters.param("x") == "1", or "1" in parameters["x"]`},
		{`'1' != formFields.x`, `formFields["x"] is a list of values and differs from every text: write formFields["x"][0] != "1", or !("1" in formFields["x"])`},
		{`headers['x'] in ['a', 'b']`, `headers["x"] is a list of values and never one of these texts: write headers.header("x") in […]`},
		{`headers['x'].startsWith('a')`, `headers["x"] is a list of values and has no startsWith: write headers.header("x").startsWith(…)`},
		{`headers.x-github-event == 'push'`, `a name with - must stand in quotes: write headers.header("x-github-event"), or headers["x-github-event"][0]`},
		{`trigger.headers.x-github-event == 'push'`, `a name with - must stand in quotes: write headers.header("x-github-event")`},
		{`body.ref.matches('a(?=b)')`, "the regular expression is invalid: invalid or unsupported Perl syntax: `(?=`; CEL's expressions are RE2's, which have no look-around"},
		{`body.ref.matches('(?<!a)b')`, `no look-around`},
		{`body.ref.matches('(a)\\1')`, `no back-references`},
		{`body.ref.matches('a*+b')`, `no possessive quantifiers`},
		{`body.ref.matches(r'(?<n>a)\k<n>')`, `no back-references`},
		{`body.ref.matches('a{2000}')`, "invalid repeat count: `{2000}`; CEL's expressions are RE2's, which repeat at most 1000 times"},
		{`body.ref.matches(r'a\Z')`, "invalid escape sequence: `\\Z`; CEL's expressions are RE2's, which do not know this"},
		{`body.ref.matches(r'\p{Alpha}')`, `which do not know this`},
		{`body.ref.matches('(?#a)b')`, `which do not know this`},
		{`regex.replace(method, 'a(?!b)', '') == ''`, `no look-around`},
		{`body.x = 1`, `write == to compare`},
		{`headers.header('a') = 'b'`, `write == to compare`},
		{`body.x === 1`, `write == to compare`},
		{`body.x <> 1`, `write != for <>`},
		{`body.x == 'a' and body.y == 'b'`, `write && for and`},
		{`body.x == 'a' or body.y == 'b'`, `write || for or`},
		{`not body.x`, `write ! for not`},
		{`body.x is defined`, `has(body.x) says whether there is a member`},
		{`body.x ?? 'a' == 'b'`, `CEL has no ??`},
		{`body.x | length`, `CEL has no filters`},
		{`body.x == 1 & true`, `write && for and`},
		{`body.x == 1;`, `does not end with ;`},
		{`{{ trigger.body.x == 1 }}`, `a CEL expression stands without {{ }}`},
		{`body.x == “a”`, `write straight quotes`},
		{`body.s.matches('\d+')`, `r'\d' takes it as it is`},
		{`len(body.x) == 1`, `CEL says size`},
		{`body.x.length() == 1`, `CEL says size`},
		{`headers.get('x') == 'a'`, `CEL says header`},
		{`body.x.toLowerCase() == 'a'`, `CEL says lowerAscii`},
		{`inputs.x == 1`, `undeclared reference to 'inputs': conditions see body, rawBody, headers,`},
		{`body.frob() == 1`, "`caddy kestra functions --cel` lists the functions"},
		{`body.x + 'a' - 1 == 0`, `- cannot be applied to (string, int)`},
		{`body.x in 'a' + `, `the expression ends where something is missing`},
	}
	for _, test := range tests {
		_, err := Compile(test.expression)
		var failure *CompileError
		if !errors.As(err, &failure) || !strings.Contains(failure.Message, test.want) || failure.Line == 0 {
			t.Errorf("%s: %v\nwant     %s", test.expression, err, test.want)
		}
	}
}

// TestWarnings: an expression that is never met, or always, gets a warning.
func TestWarnings(t *testing.T) {
	tests := []struct{ expression, want string }{
		{`trigger.headers['a'] == 'b'`, `trigger.headers["a"] is a list of values and never equal to a text: write headers.header("a") == "b", or "b" in trigger.headers["a"]`},
		{`'b' == trigger.headers.a`, `trigger.headers["a"] is a list of values and never equal to a text`},
		{`trigger.headers[vars.name] == 'b'`, `trigger.headers[…] is a list of values and never equal to a text: write headers.header(…) == "b"`},
		{`trigger.headers.a == method`, `write headers.header("a") == …`},
		{`trigger.parameters.x != '1' && true`, `trigger.parameters["x"] is a list of values and differs from every text: write parameters.param("x") != "1"`},
		{`trigger.formFields.x in ['a', 'b']`, `write formFields["x"][0] in […]`},
		{`trigger.headers['a'].matches('b')`, `write headers.header("a").matches(…)`},
		{`trigger.headers['a'][0] == 'b' && 'b' in trigger.headers['a'] && trigger.headers.a == ['b']`, ``},
		{`trigger.headers['a'].exists(h, h == 'b') && has(trigger.headers.a) && trigger.headers.a == body.x`, ``},
		{`headers.header('a') == 'b' && body.headers.a == 'b' && trigger.body.a == 'b' && body.x - body.y == 1`, ``},
	}
	for _, test := range tests {
		got := strings.Join(compile(t, test.expression).Warnings(), "\n")
		if got != test.want && (test.want == "" || !strings.Contains(got, test.want)) {
			t.Errorf("%s: %q\nwant %q", test.expression, got, test.want)
		}
	}
}
