package cel

import (
	"errors"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestCompileErrors: mistakes that show when a flow is loaded are errors with their place.
func TestCompileErrors(t *testing.T) {
	tests := []struct {
		name, expression string
		want             CompileError
	}{
		{"empty", " ", CompileError{0, 0, "it must not be empty"}},
		{"syntax", "body.x ==", CompileError{1, 10, "the expression ends where something is missing"}},
		{"second line", "body.x == 1 &&\n  nope == 2", CompileError{2, 3, "undeclared reference to 'nope'"}},
		{"unknown function", "body.x.frob()", CompileError{1, 8, "undeclared reference to 'frob'"}},
		{"misspelt variable", "true && bdoy.x == 1", CompileError{1, 9, "undeclared reference to 'bdoy'; did you mean `body`?"}},
		{"misspelt variable in any case", "requesturl == ''", CompileError{1, 1, "undeclared reference to 'requesturl'; did you mean `requestURL`?"}},
		{"misspelt function", "body.x.startWith('a')", CompileError{1, 8, "undeclared reference to 'startWith'; did you mean `startsWith`?"}},
		{"misspelt function in the second line", "true &&\n  constantTimeEqual(method, '')", CompileError{2, 3, "undeclared reference to 'constantTimeEqual'; did you mean `constantTimeEquals`?"}},
		{"misspelt macro", "body.x.transformlist(i, x, x).size() == 1", CompileError{1, 8, "did you mean `transformList`?"}},
		{"misspelt namespace", "bas64.decode(method) == b''", CompileError{1, 1, "did you mean `base64.decode`?"}},
		{"misspelt function of a namespace", "sets.contain([1], [1])", CompileError{1, 1, "did you mean `sets.contains`?"}},
		{"wrong argument", "method.startsWith(5)", CompileError{1, 18, "startsWith cannot be applied to string.(int)"}},
		{"text", "method", CompileError{0, 0, "its result must be true or false, not string"}},
		{"number", "1 + 1", CompileError{0, 0, "its result must be true or false, not int"}},
		{"dyn", "body.flag", CompileError{0, 0, "write a comparison, as in body.x == true, or bool(body.x)"}},
		{"dyn by a ternary", "body.x == 1 ? body.flag : true", CompileError{0, 0, "write a comparison"}},
		{"pattern", "method.matches('(')", CompileError{1, 16, "the regular expression is invalid: missing closing ): `(`"}},
		{"large pattern", "method.matches('((a{30}){30}b{1000}c{1000}d{1000}e{1000}f{1000}){1}')", CompileError{1, 16, "the pattern is too large"}},
		{"duration", "now - now > duration('5 days')", CompileError{1, 22, "invalid duration argument"}},
		{"json.encode is left out", "json.encode(body) == ''", CompileError{1, 1, "undeclared reference to 'json'"}},
		{"an algorithm", "hmac('sha3', 'k', method) == ''", CompileError{1, 6, "hmac: the algorithm is none of md5, sha1, sha256, sha384 and sha512"}},
		{"an encoding", "hmac('SHA-256', 'k', method, 'Base64') == ''", CompileError{1, 30, "hmac: the encoding is neither hex nor base64"}},
		{"pattern of translate", "method.translate('a(', '') == ''", CompileError{1, 18, "missing closing )"}},
		{"an address", "ip('1.2.3') == ip(remoteAddr)", CompileError{1, 4, "invalid ip argument"}},
		{"a range", "cidr('10.0.0.0').containsIP(remoteAddr)", CompileError{1, 6, "invalid cidr argument"}},
		{"too long", "method == '" + strings.Repeat("x", maxExpression) + "'", CompileError{0, 0, "expression code point size exceeds limit"}},
		{"too deep", strings.Repeat("(", 1000) + "true" + strings.Repeat(")", 1000), CompileError{0, 0, "expression recursion limit exceeded"}},
		{"several", "body.x + 'a' - 1 && nix == 2", CompileError{1, 14, "(and 1 more)"}},
		{"pattern of another function", "regex.extract(body.x, 'a(') == optional.of('x')", CompileError{1, 23, "missing closing )"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := Compile(test.expression)
			var got *CompileError
			if !errors.As(err, &got) {
				t.Fatalf("Compile = %v, want a *CompileError", err)
			}
			if got.Line != test.want.Line || got.Column != test.want.Column || !strings.Contains(got.Message, test.want.Message) {
				t.Errorf("error = %+v\nwant    %+v", *got, test.want)
			}
		})
	}
}

// TestLazy: a condition reads what it names and nothing else.
func TestLazy(t *testing.T) {
	tests := []struct {
		expression string
		reads      int
	}{
		{`headers['X-GitHub-Event'][0] == 'pull_request'`, 0},
		{`headers.header('x-github-event') == 'pull_request' && 'x-token' in headers`, 0},
		{`trigger.headers['x-github-event'][?0].orValue('') == 'pull_request'`, 0},
		{`headers.exists(h, h == 'X-Token') && parameters.param('env') == 'prod'`, 0},
		{`method == 'POST' && has(trigger.body) && vars.branch == 'main'`, 1},
		{`method == 'GET' || headers.match('x-github-event', 'push') ? body.action == 'x' : true`, 0},
		{`body.action == 'opened' && body.number == 42`, 1},
		{`rawBody != '' && body.action == 'opened'`, 2},
	}
	for _, test := range tests {
		t.Run(test.expression, func(t *testing.T) {
			reads := 0
			if met, err := compile(t, test.expression).Eval(newRequest(t, github, &reads)); !met || err != nil {
				t.Errorf("Eval = %v, %v", met, err)
			}
			if reads != test.reads {
				t.Errorf("the body was read %d times, want %d", reads, test.reads)
			}
		})
	}
}

// TestPlain: the work of expressions that only look at values is not counted; that of all others is.
func TestPlain(t *testing.T) {
	tests := []struct {
		expression string
		limited    bool
	}{
		{`body.action == 'opened'`, false},
		{`headers.header('x') == 'y' && body.ref in ['a', 'b'] && has(body.x)`, false},
		{`body.?x.?y.orValue('z') == 'z' ? true : body.n > 5`, false},
		{`'x'.compareSecret('TOKEN')`, false},
		{`body.l.exists(x, x == 1)`, true},
		{`cel.bind(x, body.a, x == 1)`, true},
		{`body.s.matches('x')`, true},
		{`body.s.parseJSON().x == 1`, true},
		{strings.Repeat(`body.s.contains(body.t) || `, 9) + `true`, true},
		{strings.Repeat(`body.s == 'x' || `, 250) + `true`, true},
	}
	for _, test := range tests {
		if got := compile(t, test.expression).limited; got != test.limited {
			t.Errorf("%.60s: limited = %v, want %v", test.expression, got, test.limited)
		}
	}
}

// TestErrorsCarryNoRequest: no error text holds anything that a caller sent.
func TestErrorsCarryNoRequest(t *testing.T) {
	const secret = "hunter2hunter2"
	e := newRequest(t, request{body: `{"s":"` + secret + `","l":["` + secret + `"],"m":{"` + secret + `":1}}`}, nil)
	for _, expression := range []string{
		`int(body.s) == 1`, `double(body.s) == 1.0`, `bool(body.s)`, `timestamp(body.s) == now`, `duration(body.s) == now - now`,
		`body[body.s] == 1`, `body.m[body.s].x == 1`, `body.l[body.s] == 1`, `body.s.parseJSON() == 1`, `('http://' + body.s + ':x/').parseURL() == {}`,
		`'x'.matches(body.s + '(')`, `regex.replace('x', 'x', body.s + '\\')== ''`, `now.getHours(body.s) == 1`, `base64.decode(body.s + '!') == b''`,
		`'x'.compareSecret(body.s)`, `body.l.join() == body.l[0] && [body.m].map(x, x.join()).size() == 1`, `'%d'.format([body.s]) == ''`,
		`body.s + 1 == 2`, `body.l.map(x, int(x)) == []`, `body.m.map(k, int(k)) == []`, `{body.s: 1}['x'] == 1`, `headers[body.s][0] == ''`,
		`body.s.substring(int(body.m[body.s]) + 100) == ''`,
		`ip(body.s) == ip('::1')`, `cidr(body.s).isMask()`, `cidr('::/0').containsIP(body.s + '%z')`, `cidr('::/0').containsCIDR(body.s)`, `ip.isCanonical(body.s)`,
		`secret(body.s) == ''`, `hmac(body.s, 'k', body.s) == ''`, `hmac('md5', 'k', '', body.s) == ''`, `('[' + body.s).parseYAML() == 1`,
		`[1, 2].transformMapEntry(i, x, {body.s: 1}) == {}`, `'x'.translate('(' + body.s, '') == ''`,
	} {
		met, err := compile(t, expression).Eval(e)
		if met || err == nil {
			t.Errorf("%s: Eval = %v, %v; want an error", expression, met, err)
			continue
		}
		if strings.Contains(err.Error(), secret) {
			t.Errorf("%s: the error tells %q", expression, err)
		}
	}
}

// TestVersion: before 0.33.2, cost tracking takes time in proportion to the square of a list's length.
func TestVersion(t *testing.T) {
	mod, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	match := regexp.MustCompile(`(?m)^\s*cel\.dev/cel-go v(\d+)\.(\d+)\.(\d+)`).FindSubmatch(mod)
	if match == nil {
		t.Fatal("go.mod does not require cel.dev/cel-go")
	}
	var version int
	for _, part := range match[1:] {
		n, _ := strconv.Atoi(string(part))
		version = version*1000 + n
	}
	if version < 33_002 {
		t.Errorf("go.mod requires cel-go %s, which is older than v0.33.2", match[0])
	}
}
