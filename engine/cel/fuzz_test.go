package cel

import (
	"errors"
	"strings"
	"testing"

	"cel.dev/cel-go/cel"

	"github.com/caddy-kestra/kestra-webhook/engine/value/valuetest"
)

// FuzzEval: any expression over any body gives an answer or an error. No panic reaches the guard of the interpreter, which
// would call it an internal error; no evaluation passes its limits; and the same request gets the same answer.
func FuzzEval(f *testing.F) {
	bodies := []string{
		`{"action":"opened","l":[1,2.5,"x",null,[],{}],"n":-1,"s":"aé\u0001","big":1e300,"max":9223372036854775807,"m":{"":0}}`,
		`[[[]],{"a":[{}]}]`, `text`, ``, `{"s":"` + strings.Repeat("ab", 5_000) + `","l":[` + strings.Repeat("1,", 2_000) + `1]}`,
	}
	expressions := []string{
		`body.action == 'opened'`, `headers.header('x') == "y"`, `body.l.all(x, x > 1.5e3)`, `body.?a.b[?0].orValue(null) == null`,
		`cel.bind(x, [1, 2u, b'\xff', r'\d'], x.size() == 4)`, `{'a': {1: true}}.a[1] ? now > timestamp(0) : !false`, "\"\"\"\n\"\"\" == ''",
		`body.l.sortBy(x, -x) == body.l.map(x, x % 2 == 0, x)`, `((((`, `body.`, `'\u00e9'.matches('(?i)É')`,
		`body.s.substring(body.n) == body.s.charAt(body.n)`, `body.l.slice(body.n, body.max) == body.l.flatten(body.max)`,
		`body.s.split('', body.n).join(body.s) == body.s.replace('', body.s, body.n)`, `'%.*d %s %x %e'.format([body.l, body, body.s, body.big]) == ''`,
		`lists.range(body.max) == [] || lists.range(body.n) == []`, `body.l[body.big] == body.l[body.n] || body.l[?body.max].hasValue()`,
		`int(body.big) + body.max > 0 || -body.max - 2 < 0 || body.max * 2 == 0 || body.n % 0 == 0`, `uint(body.n) == 1u || body.n / 0 == 1`,
		`timestamp(body.max) == now || duration(body.s) > now - now || now.getHours(body.s) == 1`, `math.bitShiftLeft(1, body.n) == 0 || math.round(body.big) > 1.0`,
		`base64.decode(body.s) == bytes(body.s) && string(b'\xff') == ''`, `regex.replace(body.s, '(a)', '\\9') == '' || regex.extractAll(body.s, '(a)(b)') == []`,
		`body.s.parseJSON() == body || body.s.parseURL() == {}`, `body[body.s][''].x == {body.s: 1, body.n: 2}`, `optional.of(body) == body.?x && optional.none() == optional.of(1)`,
		`'x'.compareSecret(body.s)`, `headers[body.s] == [] || trigger.headers.x-y == 1`, `[body.l, body.l].flatten().distinct().reverse().sort() == []`,
		`body.l.exists(a, body.l.exists_one(b, body.l.filter(c, c == a + b) == body.l))`, `math.greatest(body.l) > math.least(1, body.n)`,
		`body.l.all(i, x, i >= 0 && x != body) || body.m.existsOne(k, v, k == v)`, `body.l.transformMap(i, x, body.l.transformList(j, y, i == j, y)) == {0: []}`,
		`body.transformMapEntry(k, v, {v: k}) == body.l.transformMapEntry(i, x, i > 0, body)`, `ip(body.s).family() == cidr(body.s).ip().family() || isIP(body.s)`,
		`cidr('::/0').containsIP(body.s) || cidr('10.0.0.0/8').containsCIDR(body.s) || type(ip('::1')) == net.IP`, `sets.contains(body.l, [body, body.l]) || sets.equivalent(body.l, body.m)`,
		`hmac(body.s, body.s, bytes(body.s), body.s) == secret(body.s) || constantTimeEquals(body.s, body.s)`, `hmac('md5', b'\xff', body.s, 'base64') == ''`,
		`body.marshalJSON().parseJSON() == body || {body.n: [b'x', now, duration('1s'), optional.none(), ip('::1'), 1u]}.marshalJSON() == ''`,
		`body.s.parseYAML() == 1 || 'a: &a [*a]'.parseYAML() == 1 || '{<<: [{a: 1}, x]}'.parseYAML() == body`, `body.s.translate('(a)|(?P<n>b)', '$1${n}$$${') == body.s.translate(body.s, body.s)`,
		`body.l.firstItem() == body.l.lastItem() || requestURL.parseURL().query == {}`,
	}
	for _, expression := range expressions {
		for _, body := range bodies {
			f.Add(expression, body)
		}
	}
	f.Fuzz(func(t *testing.T, expression, body string) {
		c, err := Compile(expression)
		if err != nil {
			if known, ok := errors.AsType[*CompileError](err); !ok || known.Message == "" {
				t.Fatalf("Compile(%q) = %v, want a *CompileError with a message", expression, err)
			}
			return
		}
		e := newRequest(t, request{body: body}, nil)
		(*activation)(e).ResolveName("body")
		vars := cel.Activation((*activation)(e))
		if c.limited {
			vars = &counted{(*activation)(e), newMeter(e)}
		}
		allocated := valuetest.Allocated(func() { _, _, err = c.program.Eval(vars) })
		if err != nil && strings.HasPrefix(err.Error(), "internal error") {
			t.Fatalf("%q over %q: %v", expression, body, err)
		}
		if allocated > 3*maxBytes {
			t.Fatalf("%q over %q: allocates %d MiB", expression, body, allocated>>20)
		}
		met, err := c.Eval(newRequest(t, request{body: body}, nil))
		if _, ok := errors.AsType[*Error](err); err != nil && (met || !ok) {
			t.Fatalf("Eval(%q) over %q = %v, %v", expression, body, met, err)
		}
		again, errAgain := c.Eval(newRequest(t, request{body: body}, nil))
		if met != again || (err == nil) != (errAgain == nil) || err != nil && err.Error() != errAgain.Error() {
			t.Fatalf("Eval(%q) over %q = %v, %v and then %v, %v", expression, body, met, err, again, errAgain)
		}
	})
}
