package pebble

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// TestInventoryCases has edge cases of filters and functions that no fact of Kestra shows. A ! is the class of an error.
func TestInventoryCases(t *testing.T) {
	e, c := New(Options{}), requestContext(t)
	checkOutcomes(t, e, c, map[string]string{
		// Lines.
		"{{ 'a\r\nb\nc' | indent(1) }}":                 "a\r\n b\nc",
		"{{ 'a\n\rb' | nindent(1) }}":                   "\n\r a\n\r b",
		"{{ 'a\n\nb' | indent(1) }}":                    "a\n \n b",
		"{{ 'a\nb' | indent(0) }}":                      "a\nb",
		"{{ 'a\nb' | indent(2, '') }}":                  "a\nb",
		"{{ null | indent(2) }}":                        "",
		"{{ [1] | nindent(1) }}":                        "\n [1]",
		"{{ 'a\nb' | indent('x') }}":                    "!runtime",
		"{{ 'a\nb' | indent(1, 2) }}":                   "!runtime",
		"{{ '' | indent(-1) }}{{ null | indent('x') }}": "",
		"{{ 'a\nb\r\nc' | indent(1, '>') }}":            "a\nb\r\n>c",
		"{{ 'a\rb\nc' | indent(1, '>') }}":              "a\rb\n>c",
		"{{ 'a\nb' | indent(9223372036854775807) }}":    "!limit",
		"{{ 'a\nb\r\nc\rd' | nl2br }}":                  "a<br />b<br />c<br />d",
		// Escapes.
		`{{ 'a"b' | escapeChar('DOUBLE') }}`:                   `a\"b`,
		`{{ 'a' | escapeChar('x') }}`:                          "!evaluation escapeChar",
		`{{ 'a' | escapeChar(trigger.body.hello) }}`:           "!evaluation",
		`{{ {"it's": ["it's", null]} | escapeChar('shell') }}`: `{"it's":["it'\\''s",null]}`,
		"{{ '--A__b  c--' | slugify }}":                        "a-b-c",
		"{{ 'straße 1.5' | slugify }}":                         "strae-15",
		"{{ null | slugify }}":                                 "",
		// Regular expressions.
		"{{ 'aXb' | regexMatch('x') }}, {{ 'aXb' | regexMatch('(?i)x') }}, {{ 12 | regexMatch('2') }}": "false, true, true",
		"{{ 'a' | regexMatch('(') }}":                                                          "!runtime regexMatch",
		"{{ 'a' | regexMatch('(' ~ '') }}":                                                     "!runtime",
		"{{ 'a' | regexMatch(1) }}":                                                            "!evaluation",
		"{{ 'a1b2' | regexReplace('[0-9]', '<$0>') }}":                                         "a<1>b<2>",
		"{{ 'ab' | regexReplace('(?<x>a)(b)', '$2${x}') }}":                                    "ba",
		"{{ 'ab' | regexReplace('a', '$1') }}":                                                 "!runtime",
		"{{ null | regexReplace('a', 'b') ?? 'none' }}":                                        "none",
		"{{ 'ab' | regexExtract('(?<x>a)(b)', 1) }}{{ 'ab' | regexExtract('(?<x>a)(b)', 2) }}": "ab",
		"{{ 'ab' | regexExtract('a(x)?', 1) is null }}":                                        "true",
		"{{ 'ab' | regexExtract('a', 1) }}":                                                    "!evaluation",
		"{{ 'ab' | regexExtract('a', 'x') }}":                                                  "!evaluation",
		// Formats.
		"{{ '%s %S %b %B %c %c%n%%' | format('a', 'b', null, 1, 'x', 65) }}":                                    "a B false TRUE x A\n%",
		"{{ '%5s|%-5s|%.2s|%s' | format('ab', 'ab', 'abc', {'a': 1}) }}":                                        "   ab|ab   |ab|{a=1}",
		"{{ '%d %+d % d %,d %(d %06d %-6d| %d' | format(1, 2, 3, 1234567, -4, -5, 6, 123456789012345678901) }}": "1 +2  3 1,234,567 (4) -00005 6     | 123456789012345678901",
		"{{ '%x %X %o %#x %08x %x' | format(255, 255, 8, 255, 255, -1) }}":                                      "ff FF 10 0xff 000000ff ffffffffffffffff",
		"{{ '%.2f %f %.0f %,.1f %08.3f %.1f' | format(1.005, 0.5, 2.5, 1234567.25, -1.5, 1.0) }}":               "1.01 0.500000 3 1,234,567.3 -001.500 1.0",
		"{{ '%e %.2E %e %.1e %e' | format(12345.678, 0.00012, 0.0, 9.99, 1.0) }}":                               "1.234568e+04 1.20E-04 0.000000e+00 1.0e+01 1.000000e+00",
		"{{ '%2$s-%1$s-%<s-%s' | format('a', 'b') }}":                                                           "b-a-a-a",
		"{{ '%s' | format(null) }}{{ null | format('a') }}":                                                     "null",
		"{{ '%d' | format(1.5) }}":          "!runtime",
		"{{ '%f' | format(1) }}":            "!runtime",
		"{{ '%d' | format('1') }}":          "!runtime",
		"{{ '%s %s' | format('a') }}":       "!runtime",
		"{{ '%t' | format('a') }}":          "!runtime",
		"{{ '%t' | format(1.5) }}":          "!runtime",
		"{{ '%' | format(1) }}":             "!runtime",
		"{{ '%-d' | format(1) }}":           "!runtime",
		"{{ '%-05d' | format(1) }}":         "!runtime",
		"{{ '%++d' | format(1) }}":          "!runtime",
		"{{ '%.2d' | format(1) }}":          "!runtime",
		"{{ '%#s' | format(1) }}":           "!runtime",
		"{{ '%99999999999s' | format(1) }}": "!limit",
		"{{ '%.d' | format(1) }}":           "!runtime",
		"{{ 1 | format(1) }}":               "1",
		// Encryption.
		"{{ encrypt('AAAA', 'x') }}":                        "!evaluation",
		"{{ encrypt('!', 'x') }}":                           "!runtime",
		"{{ encrypt(1, 'x') }}":                             "!runtime",
		"{{ decrypt('AAAAAAAAAAAAAAAAAAAAAA==', 'AAAA') }}": "!evaluation",
		"{{ decrypt('AAAAAAAAAAAAAAAAAAAAAA==', 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA') }}": "!evaluation",
		"{{ decrypt('AAAAAAAAAAAAAAAAAAAAAA==', encrypt('AAAAAAAAAAAAAAAAAAAAAA==', 'ü🚀')) }}":  "ü🚀",
		"{{ encrypt('AAAAAAAAAAAAAAAAAAAAAA==', null) is null }}":                               "true",
		// Signatures.
		"{{ hmac('SHA-256', \"It's a Secret to Everybody\", 'Hello, World!') }}":                                    "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
		"{{ hmac(algorithm='md5', secret='4a656665', text='what do ya want for nothing?', secretEncoding='hex') }}": "750c783e6ab0b503eaa86e310a5db738",
		"{{ hmac('sh' ~ 'a3', 'k', 'x') }}": "!evaluation", "{{ hmac('md5', 'k', 'x', 'h' ~ 'ex2') }}": "!evaluation", "{{ hmac('md5', '', 'x') }}": "!evaluation",
		"{{ hmac('md5', 1, 'x') }}": "!evaluation", "{{ hmac('md5', 'k', null) }}": "!evaluation", "{{ hmac('md5', 'k!', 'x', secretEncoding='base64') }}": "!evaluation",
		"{{ hmac('md5', 'k', 'x', textEncoding='he' ~ 'x') }}": "!evaluation", "{{ hmac('md5', 'k', 'x', textEncoding='b' ~ 'inary') }}": "!evaluation",
		"{{ hmac('sha3', 'k', 'x') }}": "!unknown hmac", "{{ hmac('md5', 'k', 'x', 'HEX') }}": "!unknown hmac", "{{ hmac('md5', 'k', 'x', secretEncoding='bytes') }}": "!unknown hmac",
		"{{ hmac('md5', 'k') }}": "!unknown hmac", "{{ constantTimeEquals('a') }}": "!unknown constantTimeEquals",
		"{{ constantTimeEquals('a', 'b') or constantTimeEquals('a', 'aa') or constantTimeEquals('', 'é') }} {{ constantTimeEquals('é', 'é') }}": "false true",
		"{{ constantTimeEquals('1', 1) }}": "!evaluation", "{{ constantTimeEquals(null, 'a') }}": "!evaluation",
		// Identifiers.
		"{{ nanoId(1001) }}": "!evaluation", "{{ nanoId(-1) }}": "!evaluation", "{{ nanoId(3, '') }}": "!evaluation",
		"{{ nanoId(3, 'é') }}": "ééé", "{{ nanoId(0) }}": "",
		// Days.
		"{{ dayOfWeek('2024-02-28') }} {{ dayOfWeek('2024-02-29T23:59') }} {{ dayOfWeek('2024-03-01T23:59:59.123Z[UTC]') }}": "WEDNESDAY THURSDAY FRIDAY",
		"{{ dayOfWeek('29.2.2024') }}": "!evaluation", "{{ dayOfWeek('2023-02-29') }}": "!evaluation", "{{ dayOfWeek(1) }}": "!evaluation",
		"{{ hourOfDay('2024-02-29') }}": "!evaluation", "{{ hourOfDay('2024-02-29T07:00') }}": "7",
		"{{ isWeekend('2024-03-01') }}{{ isWeekend('2024-03-03T00:00:00-12:00') }}":                                        "falsetrue",
		"{{ isDayWeekInMonth('2024-03-29', 'friday', 'last') }}{{ isDayWeekInMonth('2024-03-22', 'FRIDAY', 'LAST') }}":     "truefalse",
		"{{ isDayWeekInMonth('2024-03-22', 'FRIDAY', 'FOURTH') }}{{ isDayWeekInMonth('2024-03-22', 'MONDAY', 'FOURTH') }}": "truefalse",
		"{{ isDayWeekInMonth('2024-03-22', 'FRI', 'FOURTH') }}":                                                            "!evaluation", "{{ isDayWeekInMonth('2024-03-22', 'FRIDAY', 'FIFTH') }}": "!evaluation",
		"{{ isLastWorkingDay('2024-03-31', 'SUNDAY') }}{{ isLastWorkingDay('2024-03-28') }}{{ isLastWorkingDay('2024-03-30') }}": "truefalsefalse",
		"{{ isLastWorkingDay('2024-03-31', 'X') }}": "!evaluation", "{{ isLastWorkingDay('2024-03-31', ' ') }}": "!evaluation",
		"{{ isDateBetween('2024-01-02', '2024-01-01T00:00:00Z', '2024-01-03T00:00:00Z') }}":                     "!evaluation",
		"{{ isDateBetween('2024-01-01T00:00:00Z', '2024-01-01T00:00:00Z', '2024-01-03T00:00:00Z') }}":           "false",
		"{{ isDateBetween('2024-01-01T00:00:00Z', '2024-01-01T00:00:00+01:00', '2024-01-01T00:00:00-01:00') }}": "true",
		// The context.
		"{{ printContext().flow.id }} {{ fetchContext().trigger.body.n }}":   "f 1",
		"{% macro m() %}{{ fetchContext().flow.id }}{% endmacro %}{{ m() }}": "f",
		"{{ env('foo') is null }} {{ env('foo', 1) }}":                       "true 1",
		"{{ env(1) }}": "!runtime",
		// Classes.
		"{{ trigger.body.list | className }} {{ 1.5 | className }} {{ true | className }} {{ '1.5' | number('BIGDECIMAL') | className }} {{ null | className }}": "java.util.ArrayList java.lang.Double java.lang.Boolean java.math.BigDecimal ",
		"{{ 2147483648 | className }} {{ 9223372036854775808 | className }} {{ 'a' | className }}":                                                               "java.lang.Long java.math.BigInteger java.lang.String",
	})
}

// TestNeeds checks that a call of what nothing provides is refused when the template is compiled, wherever it stands.
func TestNeeds(t *testing.T) {
	for _, text := range []string{"{{ kv('a') }}", "{% if false %}{{ http('http://127.0.0.1') }}{% endif %}", "{{ nope ?? read('a') }}"} {
		_, err := New(Options{}).Compile(text)
		if err == nil || !strings.Contains(err.Error(), ", which is not supported yet at line 1") {
			t.Errorf("%s: got %v", text, err)
		}
	}
}

// TestContextFunctions checks what functions make of the variables of an execution.
func TestContextFunctions(t *testing.T) {
	vars, err := value.DecodeJSONText(`{
		"envs": {"foo": "bar", "empty": ""},
		"tasks": {"a": {"state": "SUCCESS"}, "b": {"state": "FAILED"}, "each": {"x": {"state": "FAILED"}, "y": {"state": "success"}}, "odd": 1,
			"deep": {"x": {"u": {"state": "KILLED"}, "v": {"state": "SUCCESS"}}, "y": {"state": {"state": "KILLED"}}}},
		"taskrun": {"value": "in"}, "parents": [{"taskrun": {"value": "mid"}}, {"taskrun": {"value": "out"}}, {}],
		"outputs": {"t": {"out": {"mid": {"in": {"n": 1}}}}}
	}`)
	if err != nil {
		t.Fatal(err)
	}
	lines := fixedLogs{value.MapOf("message", value.String("boom")).Map(), value.MapOf("message", value.String("bang")).Map()}
	e, c := New(Options{}), &Context{Vars: vars.Map(), Logs: lines}
	checkOutcomes(t, e, &Context{Vars: vars.Map(), Logs: fixedLogs(nil)}, map[string]string{"{{ errorLogs() }}": "!evaluation"})
	checkOutcomes(t, e, &Context{Vars: vars.Map()}, map[string]string{"{{ errorLogs() }}": "!evaluation", "{{ errorLogs(1) }}": "!unknown errorLogs"})
	checkOutcomes(t, e, c, map[string]string{
		"{{ errorLogs() }} {{ errorLogs()[1].message }}":                                    `[{"message":"boom"},{"message":"bang"}] bang`,
		"{% for l in errorLogs() %}{{ l.message }};{% endfor %}{{ printContext() is map }}": "boom;bang;true",
		"{{ env('foo') }} {{ env('empty', 'd') }} {{ env('nope', default='e') }}":           "bar d e",
		"{{ tasksWithState('failed') }}":                                                    `[{"taskId":"b","state":"FAILED"},{"taskId":"each","state":"FAILED","value":"x"}]`,
		"{{ tasksWithState('SUCCESS') | length }} {{ tasksWithState('X') }}":                "3 []",
		"{{ tasksWithState('KILLED') }}":                                                    `[{"taskId":"deep","state":"KILLED","value":"u"},{"taskId":"deep","state":"KILLED","value":"state"}]`,
		"{{ tasksWithState(1) }}":                                                           "!runtime",
		"{{ currentEachOutput(outputs.t).n }}":                                              "1",
		"{{ currentEachOutput({}) }}":                                                       "!evaluation",
		"{{ currentEachOutput(1) }}":                                                        "!evaluation",
		"{{ currentEachOutput({'out': {'mid': {}}}) }}":                                     "",
		"{{ currentEachOutput({'out': 1}) }}":                                               "!evaluation",
	})
}

// fixedLogs is a log; nil is one that cannot be read.
type fixedLogs []*value.Map

func (l fixedLogs) ErrorLogs() ([]*value.Map, error) {
	if l == nil {
		return nil, errors.New("disk full")
	}
	return l, nil
}

// TestReplayedIdentifiers checks that a fixed clock and seed give the same identifiers again, and the form of identifiers.
func TestReplayedIdentifiers(t *testing.T) {
	const key = "AAAAAAAAAAAAAAAAAAAAAA=="
	tmpl, err := New(Options{}).Compile("{{ ksuid() }} {{ nanoId() }} {{ randomPort() }} {{ encrypt('" + key + "', 'a') }} {{ encrypt('" + key + "', 'a') }}")
	if err != nil {
		t.Fatal(err)
	}
	fixed := &Context{Now: time.Unix(1_709_205_255, 0), Seed: 7}
	first, _ := tmpl.Render(fixed)
	second, _ := tmpl.Render(fixed)
	parts := strings.Fields(first)
	if first != second || len(parts) != 5 || !strings.HasPrefix(parts[0], "2d2") || len(parts[1]) != 21 || parts[3] == parts[4] {
		t.Errorf("got %q and %q", first, second)
	}
	free, _ := tmpl.Render(&Context{})
	if free == first {
		t.Errorf("got %q again", free)
	}
}

// TestNonce checks that no two texts share a nonce, even with the same key and randomness.
func TestNonce(t *testing.T) {
	a, b := nonceFor("key", "a", 1), nonceFor("key", "b", 1)
	if string(a) == string(b) || string(a) != string(nonceFor("key", "a", 1)) || string(a) == string(nonceFor("key", "a", 2)) || len(a) != 12 {
		t.Errorf("got %x and %x", a, b)
	}
}

// TestDecryptKestra decrypts a text in the layout of Kestra, put together by hand.
func TestDecryptKestra(t *testing.T) {
	const key = "I6EGNzRESu3X3pKZidrqCGOHQFUFC0yK"
	box, err := gcm("test", value.String(key))
	if err != nil {
		t.Fatal(err)
	}
	iv := []byte("123456789012")
	sealed := base64.StdEncoding.EncodeToString(append(append([]byte{}, iv...), box.Seal(nil, iv, []byte("hello"), nil)...))
	if got := outcome(New(Options{}), &Context{}, "{{ decrypt('"+key+"', '"+sealed+"') }}"); got != "hello" {
		t.Errorf("got %q", got)
	}
}

// TestInventoryLimits checks that a limit ends templates in which filters make texts grow, or take long.
func TestInventoryLimits(t *testing.T) {
	e, c := New(Options{Limits: quarter}), hostileContext()
	tree := "{% set l = ['a'] %}{% for a in 1..60 %}{% set l = [l, l] %}{% endfor %}"
	grow := func(filter string) string {
		return "{% set s = '\"aaaaaaa\\n\\'' %}{% for a in 1..60 %}{% set s = s | " + filter + " %}{% endfor %}"
	}
	again := func(expression string) string {
		return "{% for a in 1..100000 %}{{ " + expression + " | length }}{% endfor %}"
	}
	for name, template := range map[string]string{
		"tree as YAML": tree + "{{ l | yaml }}", "tree as Ion": tree + "{{ l | toIon }}", "tree escaped": tree + "{{ l | escapeChar('single') }}", "tree as text": tree + "{{ l | slugify }}",
		"growing by indent":       "{% set s = \"a\na\" %}{% for a in 1..60 %}{% set s = s | indent(100000) %}{% endfor %}",
		"growing by nindent":      "{% set s = \"a\na\" %}{% for a in 1..60 %}{% set s = s ~ (s | nindent(1000)) %}{% endfor %}",
		"growing by YAML":         "{% set s = \"a\n\" %}{% for a in 1..60 %}{% set s = [s, s] | yaml %}{% endfor %}",
		"growing by Ion":          grow("toIon"),
		"growing by encrypt":      "{% set s = 'a' %}{% for a in 1..100 %}{% set s = encrypt('AAAAAAAAAAAAAAAAAAAAAA==', s) %}{% endfor %}",
		"growing by nl2br":        "{% set s = \"\n\" %}{% for a in 1..60 %}{% set s = s ~ s ~ (s | nl2br) %}{% endfor %}",
		"growing by escape":       "{% set s = \"''''\" %}{% for a in 1..60 %}{% set s = (s ~ s) | escapeChar('shell') %}{% endfor %}",
		"growing by format":       "{% set s = 'aaaaaaaa' %}{% for a in 1..60 %}{% set s = '%s%1$s' | format(s) %}{% endfor %}",
		"growing by regexReplace": "{% set s = 'aaaaaaaa' %}{% for a in 1..60 %}{% set s = s | regexReplace('a', 'aa') %}{% endfor %}",
		"many widths":             again("'%9999s%9999s%9999s' | format('a', 'b', 'c')"),
		"many large numbers":      again("'%.9999e' | format(1.5)"),
		"slugs again and again":   again("text | slugify"), "lines again and again": again("text | indent(1)"), "breaks again and again": again("text | nl2br"),
		"escapes again and again": again("text | escapeChar('single')"), "signatures again and again": again("hmac('sha512', 'k', text)"), "secrets again and again": again("hmac('sha512', text, 'k')"), "comparisons again and again": again("constantTimeEquals(text, text)"), "encryption again and again": again("encrypt('AAAAAAAAAAAAAAAAAAAAAA==', text)"),
		"YAML again and again": again("list | yaml"), "YAML of text again and again": again("text | yaml"), "Ion again and again": again("list | toIon"), "formats again and again": again("text | format"),
		"identifiers again and again": again("nanoId(1000)"), "ksuids again and again": again("[ksuid(), ksuid(), ksuid(), ksuid()]"), "slow regexes": again("text | regexMatch('a*a*b')"), "other regexes": again("('a' | regexMatch('(a|b|c)+[x-z]{3,5}' ~ a)) ~ ''"),
		"reading YAML again and again": again("yaml('- [a, b, c, {d: e}]')"), "reading Ion again and again": again("fromIon('[a, b, c, {d: e}, 1.5, \"x\", \"y\"]')"),
		"days again and again": "{% for a in 1..100000 %}{% for b in 1..100 %}{{ isLastWorkingDay('2024-03-01', 'FRIDAY') }}{% endfor %}{% endfor %}",
	} {
		if got := outcome(e, c, template); got != "!limit" {
			t.Errorf("%s: got %.80s", name, got)
		}
	}
}
