package cel

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/value/valuetest"
)

// hostile is a body that makes loops long and texts large.
func hostile() request {
	list := strings.Repeat("1,", 9_999) + "1"
	texts := strings.Repeat(`"abcdefgh",`, 9_999) + `"x"`
	return request{body: `{"l":[` + list + `],"m":[` + strings.Repeat(list+",", 20) + `1],"t":[` + texts +
		`],"s":"` + strings.Repeat("ab", 100_000) + `","e":"` + strings.Repeat(`é\u0001`, 20_000) + `"}`}
}

// hostileExpressions would not end over hostile.
var hostileExpressions = []struct{ name, expression string }{
	{"nested loops", `body.l.all(a, body.l.all(b, a == b))`},
	{"three nested loops", `lists.range(1000).all(a, lists.range(1000).all(b, lists.range(1000).all(c, a + b + c >= 0)))`},
	{"a long loop", `body.m.all(a, a == 1)`},
	{"a loop of errors", `body.m.exists(a, a.x == 1)`},
	{"a loop behind ||", `body.m.all(a, body.m.all(b, true)) || true`},
	{"loops that build", `body.l.map(a, body.l.map(b, [a, b])).size() > 0`},
	{"loops that build maps", `body.l.map(a, body.l.map(b, {'x': a, 'y': b})).size() > 0`},
	{"loops in deep loops", `body.m.all(a, [1].all(b, [1].all(c, [1].all(d, [1].all(e, [1].all(f, a + b + c + d + e + f > 0))))))`},
	{"filtering", `body.l.all(a, body.l.filter(b, true).size() > 0)`},
	{"counting", `body.l.exists_one(a, body.l.exists_one(b, a == b))`},
	{"comparing in a loop", `body.l.exists(a, body.l == body.l.map(x, x + 1))`},
	{"comparing nested lists", `body.l.all(a, [[body.m]] == [[body.m]])`},
	{"comparing maps", `body.l.all(a, body == body)`},
	{"comparing texts", `body.l.all(a, [body.s] == [body.s])`},
	{"searching numbers", `body.l.all(a, !(5 in body.l))`},
	{"searching texts", `body.m.all(a, !('zz' in body.t))`},
	{"searching lists", `body.l.all(a, !([1] in body.l))`},
	{"long keys", `body.m.all(a, !(body.s in body))`},
	{"long keys of a map that is written out", `body.m.all(a, {body.s: 1} != {})`},
	{"texts in a loop", `body.l.all(a, !body.s.contains("b" + body.s))`},
	{"searching texts for texts", `body.l.all(a, body.s.indexOf('abababababababac') == -1)`},
	{"sizes of texts", `body.l.all(a, size(body.s) > 0)`},
	{"case of texts", `body.l.all(a, body.s.lowerAscii() != '')`},
	{"parts of texts", `body.l.all(a, body.s.substring(5) != '' && body.s.charAt(5) != '')`},
	{"quoting", `body.l.all(a, strings.quote(body.e) != '')`},
	{"base64", `body.l.all(a, base64.encode(bytes(body.e)) != '')`},
	{"patterns in a loop", `body.l.all(a, body.s.matches("(a|b)*c") == false)`},
	{"patterns of the request", `body.l.all(a, !'x'.matches(body.s.substring(0, 1000)))`},
	{"replacing by patterns", `body.l.all(a, regex.replace(body.s, 'a', 'b') != '')`},
	{"sorting", `body.l.all(a, body.t.sort() != [])`},
	{"sorting by", `body.l.all(a, body.t.sortBy(x, x) != [])`},
	{"distinct", `lists.range(1000).all(a, lists.range(1000).distinct().size() > 0)`},
	{"flattening", `body.l.all(a, [body.l].flatten().size() > 0)`},
	{"reversing", `body.l.all(a, body.l.reverse().size() > 0)`},
	{"printing", `body.l.all(a, '%s'.format([body.s.substring(0, 100)]) != '')`},
	{"joining", `body.l.all(a, body.t.join(',') != '')`},
	{"replacing", `body.l.all(a, body.s.replace('', '') != '')`},
	{"splitting in a loop", `body.l.all(a, body.s.split("b").size() > 0)`},
	{"zones", `body.m.all(a, now.getHours('Europe/Berlin') > 0)`},
	{"secrets in a loop", `body.m.all(a, ''.compareSecret('TOKEN') == false)`},
	{"parsing in a loop", `body.l.all(a, ('"' + body.s + '"').parseJSON() == body.s)`},
	{"parsing lists", `body.l.all(a, ('[' + body.t.map(x, '[]').join(',') + ']').parseJSON() != 0)`},
	{"two names", `body.l.all(i, a, body.l.all(j, b, i + j >= 0))`},
	{"two names over a map", `body.m.all(a, body.exists(k, v, k == 'nope') == false)`},
	{"lists by two names", `body.l.all(a, body.l.transformList(i, x, [i, x]).size() > 0)`},
	{"maps by two names", `body.l.all(a, body.l.transformMap(i, x, x).size() > 0)`},
	{"maps of entries", `body.l.all(a, body.l.transformMapEntry(i, x, {i: x}).size() > 0)`},
	{"maps of maps", `body.l.all(a, body.l.transformMapEntry(i, x, i == 0, body.l.transformMap(j, y, y)).size() > 0)`},
	{"maps in maps", `body.l.transformMap(i, x, body.l.transformMap(j, y, y)).size() > 0`},
	{"long keys by two names", `body.m.all(a, {body.s: 1}.transformMap(k, v, v) != {})`},
	{"translating", `body.l.all(a, body.s.translate('a', 'b') != '')`},
	{"translating to long texts", `body.l.all(a, body.s.translate('^a', body.s.substring(0, 70)) != '')`},
	{"translating by patterns of the request", `body.l.all(a, 'x'.translate(body.s.substring(0, 1000), '') != '')`},
	{"YAML in a loop", `body.l.all(a, ('[' + body.t.map(x, '[]').join(',') + ']').parseYAML() != 0)`},
	{"a large YAML", `('[' + body.s + ']').parseYAML() != 0`},
	{"a YAML of aliases", `'a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: [*e,*e,*e,*e,*e,*e,*e,*e,*e]'.parseYAML() != 0`},
	{"a YAML of merges", `('a: &a {' + body.l.transformList(i, x, i < 1000, 'k' + string(i) + ': 1').join(', ') + '}\nb: [' + body.l.transformList(i, x, i < 1000, '{<<: *a}').join(', ') + ']').parseYAML() != 0`},
	{"JSON in a loop", `body.l.all(a, body.marshalJSON() != '')`},
	{"JSON of what is made in a loop", `body.l.all(a, body.l.map(x, {x: x}).marshalJSON() != '')`},
	{"JSON that is escaped", `body.l.all(a, [body.e].marshalJSON() != '')`},
	{"sets", `sets.contains(body.l.transformList(i, x, i), body.l.transformList(i, x, i))`},
	{"sets of texts", `sets.equivalent(body.t.transformList(i, x, x + string(i)), body.t.transformList(i, x, x + string(i)))`},
	{"sets in a loop", `body.m.all(a, !sets.intersects(body.l, [[body.l]]))`},
	{"signing", `body.l.all(a, hmac('sha512', 'k', body.s) != '')`},
	{"signing little", `body.m.all(a, hmac('md5', 'k', '') != '')`},
	{"signing by long secrets", `body.l.all(a, hmac('sha1', body.s, '') != '')`},
	{"comparing in constant time", `body.l.all(a, constantTimeEquals(body.s, body.s))`},
	{"reading secrets", `body.m.all(a, secret('TOKEN') != '')`},
	{"addresses", `body.m.all(a, cidr('10.0.0.0/8').containsIP('10.0.0.' + string(a)))`},
	{"no addresses", `body.m.all(a, !isIP('1.2.3.4' + body.e.substring(0, 100)))`},
	{"parsing URLs", `body.m.all(a, 'http://a/b?c=d'.parseURL().host == 'a')`},
}

// TestHostileExpressions: expressions that would not end are stopped and not met. Their work decides, not the time they take. All but the first few
// find that conditions before them have left a fifth of their work, which ends them sooner.
func TestHostileExpressions(t *testing.T) {
	large := hostile()
	for i, test := range hostileExpressions {
		t.Run(test.name, func(t *testing.T) {
			e := newRequest(t, large, nil)
			if i >= 5 {
				e.Work.Take(requestWork - MaxWork/5)
			}
			(*activation)(e).ResolveName("body") // reading the body is not the expression's work
			c := compile(t, test.expression)
			var met bool
			var err error
			allocated := valuetest.Allocated(func() { met, err = c.Eval(e) })
			var failure *Error
			if met || !errors.As(err, &failure) || failure.Reason != ReasonCost {
				t.Errorf("Eval = %v, %v; want reason cost", met, err)
			}
			if allocated > 2*maxBytes && !valuetest.Race {
				t.Errorf("allocated %d MiB", allocated>>20)
			}
		})
	}
}

// TestLarge: ordinary questions about a large request are answered.
func TestLarge(t *testing.T) {
	text := strings.Repeat("ab", 500_000)
	numbers := strings.Repeat("1,", 59_999) + "1"
	e := newRequest(t, request{body: `{"s":"` + text + `","long":"` + strings.Repeat(text, 8) + `","json":"[` + numbers + `]","l":[` + numbers +
		`],"sort":[` + strings.Repeat("3,1,", 9_900) + `2]}`}, nil)
	for _, expression := range []string{
		`body.l.all(x, x == 1)`,
		`body.l.filter(x, x > 0).size() == 60000`,
		`body.sort.sort()[0] == 1`,
		`body.json.parseJSON().size() == 60000`,
		`('"' + body.s + '"').parseJSON() == body.s`,
		`size(body.long) == 8000000 && body.long.startsWith('abab') && !body.long.contains('ba' + 'c')`,
		`body.s.lowerAscii() == body.s && body.s.substring(999999) == 'b'`,
		`base64.encode(bytes(body.s)).size() == 1333336`,
		`body.s.substring(0, 100000).matches('^(ab|cd)+$')`,
		`body.s.split('b', 10).size() == 10 && body.s.replace('b', 'c').endsWith('ac')`,
	} {
		e.Work = new(work)
		if met, err := compile(t, expression).Eval(e); !met {
			t.Errorf("%s: Eval = %v, %v", expression, met, err)
		}
	}
}

// TestCounts: the same expression over the same request does the same work.
func TestCounts(t *testing.T) {
	tests := []struct {
		expression string
		work       int
	}{
		{`lists.range(100).all(x, x >= 0)`, 507},
		{`body.l.all(a, a == 1)`, 50_000},
		{`body.s.contains('c')`, 6_252},
		{`base64.encode(bytes(body.s)) != ''`, 7_816},
		{`size(body.s) == 200000`, 3_127},
	}
	for _, test := range tests {
		e := newRequest(t, hostile(), nil)
		for range 2 {
			vars := &counted{(*activation)(e), newMeter(e)}
			compile(t, test.expression).evaluate(vars)
			if got := MaxWork - vars.meter.work - vars.meter.workLeft; got != test.work {
				t.Errorf("%s: %d units, want %d", test.expression, got, test.work)
			}
		}
	}
}

// TestOrder: a loop over a map that the expression itself writes has always the same order.
func TestOrder(t *testing.T) {
	for _, expression := range []string{
		`{'c': 1, 'a': 2, 'd': 3, 'b': 4}.map(k, k).join() == 'abcd'`,
		`{7: 'c', 1: 'a', 5: 'b'}.map(k, k) == [1, 5, 7]`,
		`cel.bind(m, {body.action: 1, 'a': 2}, m.map(k, m[k])) == [2, 1]`,
		`{2: 0, 'x': 0, true: 0, 1: 0, 'b': 0}.map(k, type(k) == string ? k : string(k)).join(',') == 'true,1,2,b,x'`,
		`{'b': 1, 'a': 2}.exists(k, k == 'b') && {'b': 1, 'a': 2}.filter(k, true) == ['a', 'b']`,
	} {
		for range 20 {
			if met, err := compile(t, expression).Eval(newRequest(t, github, nil)); !met {
				t.Fatalf("%s: Eval = %v, %v", expression, met, err)
			}
		}
	}
}

// TestWork: the conditions of one request have a budget together, and each request has its own.
func TestWork(t *testing.T) {
	large := hostile()
	c := compile(t, `body.l.all(a, a == 1) && body.t.all(a, a != '') && body.l.filter(a, a == 1).size() > 0`)
	e := newRequest(t, large, nil)
	met := 0
	var last error
	for range 50 {
		ok, err := c.Eval(e)
		if ok {
			met++
		}
		last = err
	}
	var failure *Error
	if met < 5 || met > 20 || !errors.As(last, &failure) || failure.Reason != ReasonCost || !strings.Contains(failure.Message, "together") {
		t.Errorf("%d of 50 conditions were met, the last has %v; want some, and reason cost", met, last)
	}
	if ok, err := c.Eval(newRequest(t, large, nil)); !ok {
		t.Errorf("the next request: Eval = %v, %v", ok, err)
	}
	if ok, err := compile(t, `method == 'POST'`).Eval(e); !ok {
		t.Errorf("a condition that takes no work: Eval = %v, %v", ok, err)
	}
}

// TestDeadline: a condition that a busy machine could not answer in time says so, and does not count as not met.
func TestDeadline(t *testing.T) {
	past := time.Now().Add(-time.Millisecond)
	tests := []struct {
		name       string
		expression string
		want       string
	}{
		{"a long evaluation", `body.l.all(a, a == 1)`, "condition could not be answered in time: the server is too busy"},
		{"a long call", `body.s == body.s + ''`, "condition could not be answered in time: the server is too busy"},
		{"a short evaluation", `[1].all(x, x == 1)`, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			e := newRequest(t, hostile(), nil)
			e.Deadline = past
			_, err := compile(t, test.expression).evaluate(&counted{(*activation)(e), newMeter(e)})
			if got := fmt.Sprint(err); err != nil && (got != test.want || !isBusy(err)) || err == nil && test.want != "" {
				t.Errorf("error = %v, want %q", err, test.want)
			}
		})
	}
}

// TestMemory: what an evaluation makes is taken before it is made, from its own budget and from the process's account.
func TestMemory(t *testing.T) {
	commits := request{body: `{"repo":"` + strings.Repeat("r", 10_000) + `","commits":[` + strings.Repeat(`{"id":1},`, 300) +
		`{"id":2}],"l":[` + strings.Repeat("1,", 1000) + `1]}`}
	tests := []struct {
		name, expression string
		limit            int64 // of the account
		atLeast, atMost  int64 // bytes taken
		reason           Reason
	}{
		{"sums of texts", `body.commits.map(c, body.repo + string(c.id)).size() == 301`, valuetest.All, 301 * 10_000, 2 * 301 * 10_000, ""},
		{"many sums of texts", `body.commits.all(c, body.commits.map(d, body.repo + string(c.id)).size() > 0)`, valuetest.All, maxBytes / 2, maxBytes, ReasonCost},
		{"sums of lists", `body.commits.all(c, body.commits.map(d, body.l + [d]).size() > 0)`, valuetest.All, maxBytes / 4, maxBytes, ReasonCost},
		{"lists", `body.commits.map(c, body.l.map(x, x)).size() > 0`, valuetest.All, 10 << 20, maxBytes, ReasonCost},
		{"an empty account", `body.commits.map(c, body.repo + string(c.id)).size() == 301`, 1 << 20, 1, 1 << 20, ReasonBusy},
		{"an empty account and ||", `body.commits.map(c, body.repo + string(c.id)).size() == 301 || true`, 1 << 20, 1, 1 << 20, ReasonBusy},
		{"little", `body.commits.map(c, c.id).size() == 301`, 0, 0, 0, ReasonBusy},
		{"very little", `body.commits.exists(c, c.id == 2) && body.repo + 'x' != ''`, 0, 0, 0, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			e, a := newRequest(t, commits, nil), &valuetest.Account{Limit: test.limit}
			e.Memory = a
			(*activation)(e).ResolveName("body")
			c := compile(t, test.expression)
			var met bool
			var err error
			allocated := valuetest.Allocated(func() { met, err = c.Eval(e) })
			var failure *Error
			if errors.As(err, &failure); met != (test.reason == "") || !met && failure.Reason != test.reason {
				t.Errorf("Eval = %v, %v; want reason %q", met, err, test.reason)
			}
			if a.Taken < test.atLeast || a.Taken > test.atMost {
				t.Errorf("took %d bytes, want %d to %d", a.Taken, test.atLeast, test.atMost)
			}
			if allocated > 2*(a.Taken+freeMemory)+MaxWork*16 {
				t.Errorf("allocated %d bytes and took %d", allocated, a.Taken)
			}
		})
	}
}

func isBusy(err error) bool {
	failure, ok := errors.AsType[*Error](err)
	return ok && failure.Reason == ReasonBusy
}
