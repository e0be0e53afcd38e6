package pebble

import (
	"testing"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// TestFilters has what the facts do not show of filters, functions, tests and methods.
func TestFilters(t *testing.T) {
	vars := value.NewMap(3)
	vars.Set("bad", value.String("a\xff"))
	vars.Set("only", value.String("\xff"))
	vars.Set("date", value.Time(time.Date(2024, 2, 29, 13, 14, 15, 16, time.FixedZone("", 3600))))
	vars.Set("later", value.Time(time.Date(2025, 2, 28, 13, 14, 15, 16, time.UTC)))
	c := &Context{Vars: vars}
	e := New(Options{})
	for _, test := range []struct{ template, want string }{
		{"{{ '' | capitalize }}{{ '  ab' | capitalize }}{{ 'ǆ' | capitalize }}", "  Abǅ"},
		{"{{ bad | capitalize | length }} {{ only | capitalize | length }} {{ only | title | upper | lower | length }}", "2 1 1"},
		{"{{ bad | last | length }} {{ bad | slice(1) | length }} {{ bad | abbreviate(1) }}", "1 1 a\xff"},
		{"{{ [1, 'x'] | upper }} {{ true | lower }}", "[1, X] true"},
		{
			"{{ [true, false] | sort }} {{ [later, date] | sort | first == date }} {{ [2, 1.5, 9999999999999999999] | rsort }}",
			"[false,true] true [9999999999999999999,2,1.5]",
		},
		{"{{ ['é', 'z', '🚀', '\ue000'] | sort }}", "[\"z\",\"é\",\"🚀\",\"\ue000\"]"},
		{"{{ [1, null] | sort }}", "!runtime"},
		{"{{ 1 | numberFormat('0E0000000000000000000000000') }}", "1E0000000000000000000000000"},
		{"{{ '%.2e %.2E' | format('-1e-1000' | number('BIGDECIMAL'), '1.25e9000' | number('BIGDECIMAL')) }}", "-1.00e-1000 1.25E+9000"},
		{"{{ '%,d %,d %,.1f' | format(123, 1234567, 1234.56) }}", "123 1,234,567 1,234.6"},
		{"{{ '🚀a' | slice(1, 3) == '�a' }} {{ '🚀a' | slice(0, 1) == '�' }} {{ '🚀a' | slice(0, 2) }}", "true true 🚀"},
		{"{{ ['b'] | sort }} {{ [null] | sort }} {{ [] | sort }}", `["b"] [null] []`},
		{"{{ {'a': 1} | merge(null) }} {{ [1] | merge({'a': 2}) }} {{ {'a': 1} | merge([2, 'a']) }}", `{"a":1} [1,{"a":2}] {"a":"a","2":2}`},
		{"{{ null | merge(null) }}", "!evaluation"},
		{"{{ [1, 1.0, '1', [1], [1.0], {'a': 1}, {'a': 1}] | distinct }}", `[1,"1",[1],{"a":1}]`},
		{"{{ 'aXbX' | replace({'': '-'}) }}", "-a-X-b-X-"},
		{"{{ 'John Doe' | replace({'(\\w+) (\\w+)': '$2 $1'}, regexp=true) }}", "Doe John"},
		{"{{ 'ab' | replace({'(?<x>a)': '${x}${x}'}, true) }} {{ 'a' | replace({'a': '\\$1'}, true) }} {{ 'abc' | replace({'(a)|(b)': '[$1$2]'}, true) }}", "aab $1 [a][b]c"},
		{"{{ 'a1' | replace({'(a)1': '$11'}, true) }}", "a1"},
		{"{{ 'a' | replace({'(a': 'b'}, true) }}", "!runtime"},
		{"{{ 'a' | replace({'a': '$2'}, true) }}", "!runtime"},
		{"{{ 'a' | replace({'a': '$'}, true) }}", "!runtime"},
		{"{{ 'a' | replace({'a': '${y}'}, true) }}", "!runtime"},
		{"{{ 'a' | replace({'a': ('b%5C' | urldecode)}, true) }}", "!runtime"},
		{"{{ {'k': ['ab', null, 1]} | replace({'b': 'x', 1: 2}) }}", `{"k":["ax",null,"2"]}`},
		{"{{ 'aXXbX' | split('X') }} {{ 'aXXbX' | split('X', -1) }} {{ 'aXXbX' | split('X', 2) }} {{ 'X' | split('X') }}", `["a","","b"] ["a","","b",""] ["a","XbX"] []`},
		{"{{ 'a1b22c' | split('[0-9]+') }} {{ 'a1b22c' | split('[0-9]+', 2) }} {{ 'abc' | split('', -1) }} {{ '1a' | split('\\d') }}", `["a","b","c"] ["a","b22c"] ["a","b","c",""] ["","a"]`},
		{"{{ 'aéb' | split('é|x') }}", `["a","b"]`},
		{"{{ 'foobar' | replace({'foo(?=bar)': 'x'}, true) }} {{ 'aa' | replace({'(a)\\1': 'b'}, true) }}", "xbar b"},
		{"{{ '٣'.matches('\\d') }} {{ 'é'.matches('\\w') }}", "false false"},
		{"{{ 'a' | split(1) }}", "!runtime"},
		{"{{ 'a' | split(null) }}", "!evaluation"},
		{"{{ 'a' | split('a', 'b') }}", "!runtime"},
		{"{{ 'a' | split('a', delimiter='b') }}", "!unknown split"},
		{"{{ '5' | number('LONG') }} {{ '5' | number('FLOAT') }} {{ '16777217' | number('FLOAT') }} {{ '-0x1F' | number }} {{ '-010' | number }}", "5 5.0 1.6777216E7 -31 -8"},
		{"{{ '12345678901234567890' | number('BIGINTEGER') }} {{ '1e2' | number('BIGDECIMAL') }} {{ '+5' | number }} {{ '0' | number }} {{ '1.5d' | number }}", "12345678901234567890 100 5 0 1.5"},
		{"{{ '99999999999' | number('INT') }}", "!runtime"},
		{"{{ '08' | number }}", "!runtime"},
		{"{{ '1_0' | number }}", "!runtime"},
		{"{{ 'Infinity' | number('DOUBLE') }} {{ '1e999' | number('DOUBLE') }} {{ ' 1.5f ' | number('DOUBLE') }}", "Infinity Infinity 1.5"},
		{"{{ '010' | number('INT') }} {{ '-0x1f' | number('LONG') }} {{ '#ff' | number('BIGINTEGER') }}", "8 -31 255"},
		{"{{ '1ff' | number('FLOAT') }}", "!runtime"},
		{"{{ '5' | number(1) }}", "!runtime"},
		{"{{ '0.12345678901234567890' | number }} {{ '12.50' | number }} {{ '1e5' | number }}", "0.12345678901234567890 12.5 100000.0"},
		{"{{ '1.123456789f' | number }} {{ '1.123456789d' | number }} {{ '1e39f' | number }}", "1.1234568 1.123456789 1.0E39"},
		{"{{ '0x+1' | number }}", "!runtime"},
		{"{{ 'NaN' | number }}", "!runtime"},
		{"{{ '-' | number }}", "!runtime"},
		{"{{ '🚀é'.length }} {{ '🚀é' | slice(2) }} {{ 'a🚀b'.indexOf('b') }} {{ 'ab'.lastIndexOf('b') }} {{ 'a'.indexOf('z') }}", "3 é 3 1 -1"},
		{"{{ 'b'.compareTo('a') }} {{ 'abc'.compareTo('a') }} {{ 'Ab'.equalsIgnoreCase('aB') }} {{ 'hello'.hashCode() }} {{ ' '.isBlank }} {{ ''.isEmpty }}", "1 2 true 99162322 true true"},
		{"{{ 'a'.concat(1) }}", "!missing concat"},
		{"{{ 'a'.concat() }}", "!missing concat"},
		{"{{ ([1, [2], 2]).indexOf([2.0]) }} {{ ([1]).isEmpty }} {{ ([1, 2]).reversed() }} {{ ({'a': [1]}).containsValue([1]) }}", "1 false [2,1] true"},
		{"{{ ([]).first }}", "!evaluation"},
		{"{{ (1.5).compareTo(1) }} {{ 5.longValue() }} {{ true.toString() }} {{ (2 - 1.5).floatValue }}", "1 5 true 0.5"},
		{"{{ 99999999999999999999.intValue() }}", "!evaluation"},
		{"{{ 'a1b2'.replaceAll('([a-z])[0-9]', '$1') }} {{ 'a'.startsWith(1) ?? 'd' }} {{ (1).compareTo('x') ?? 'e' }}", "ab d e"},
		{"{{ 'a'.matches('(') }}", "!evaluation"},
		{"{{ 'a'.concat(null) }}", "!evaluation"},
		{
			"{{ date.year }}-{{ date.monthValue }}-{{ date.dayOfMonth }} {{ date.getHour() }}:{{ date.minute }}:{{ date.second }}.{{ date.nano }} {{ date.month }} {{ date.dayOfWeek }} {{ date.dayOfYear }} {{ date.toEpochSecond() }}",
			"2024-2-29 13:14:15.16 FEBRUARY THURSDAY 60 1709208855",
		},
		{"{{ 'dGVzdA==' | base64decode }} {{ '/w' | base64decode }} {{ '%ff' | urldecode }}", "test \ufffd \ufffd"},
		{"{{ 'a%2' | urldecode }}", "!runtime"},
		{"{{ [1, {'a': 'é\"'}] | json }}", `[1,{"a":"é\""}]`},
		{"{{ fromJson(' [1] x') }} {{ '{' is json }} {{ '' is json }} {{ ' ' | jq('.') }}", "[1] false true [null]"},
		{"{{ fromJson('') ?? 'none' }}", "!evaluation"},
		{"{{ fromJson(' ') }}", "!evaluation"},
		{"{{ fromJson('2024-02-29') }}", "!evaluation"},
		{"{{ fromJson('12:30') }}", "!evaluation"},
		{"{{ fromJson('01') }}", "!evaluation"},
		{"{{ '1a' | jq('.') }}", "!evaluation"},
		{"{{ '2024-02-29' is json }} {{ '12:30' is json }} {{ '01' is json }} {{ '1a' is json }} {{ 'truex' is json }} {{ '1 a' is json }} {{ 'true,' is json }}", "false false false false false true true"},
		{"{{ fromJson('{') }}", "!evaluation"},
		{"{{ max() ?? 'none' }} {{ max(null, 1, 2.5) }} {{ min(99999999999999999999, 1) }}", "none 2.5 1"},
		{"{{ max('1', 2) }}", "!runtime"},
		{"{{ range(5, 1, -2) }} {{ range(1, 5, -1) }} {{ range(1.9, 3) }} {{ range('c', 'a', -1) }}", `[5,3,1] [] [1,2,3] ["c","b","a"]`},
		{"{{ range(1, 2, 0) }}", "!evaluation"},
		{"{{ randomInt(2, 1) }}", "!evaluation"},
		{"{{ 99999999999999999999 is odd }} {{ -1 is odd }}", "true true"},
		{"{{ 1.0 is odd }}", "!runtime"},
		{"{{ null is odd }}", "!evaluation"},
		{"{{ [1, 2, 3] | chunk(2.0) }} {{ [] | chunk(1) }}", "[[1,2],[3]] []"},
		{"{{ 'hello' | slice(0, 6) }}", "!evaluation"},
		{"{{ 'hello' | slice(5) }}{{ [1] | slice(1) }}{{ '' | slice }}{{ [] | slice(toIndex=null) }}", "[][]"},
		{"{{ 'hello' | slice(6) }}", "!runtime"},
		{"{{ [1] | slice(2) }}", "!runtime"},
		{"{{ [1] | slice(1, 1) }}", "!evaluation"},
		{"{{ 'hello' | slice(fromIndex='a') }}", "!evaluation"},
		{"{{ [1, 2] | join(null) }}", "12"},
		{"{{ [1, 2] | join(0) }}", "!runtime"},
		{"{{ 'a1b' | substringBefore(1) }}", "!runtime"},
		{"{{ 'a' | rsort }}", "!runtime"},
		{"{{ 'a' | sort }}", "!evaluation"},
		{"{{ [1] | chunk('1') }}", "!runtime"},
		{"{{ 'hello' | slice(null, 2) }}{{ range(1, 2, null) }}{{ range('a', 'c', 2.0) }}", `he[1,2]["a","c"]`},
		{"{{ range('a', 'b', 'c') }}", "!evaluation"},
		{"{{ 'a' | replace(1) }}", "!runtime"},
		{"{{ 'a' | replace(null) }}", "!evaluation"},
		{"{{ 'a' | replace({'a': null}) }}", "!runtime"},
		{"{{ 'a' | replace({'a': 'b'}, 1) }}", "!runtime"},
		{"{{ {'a': 1} | merge }}{{ {'a': 1} | merge(items=null) }}", `{"a":1}{"a":1}`},
		{"{{ {'a': 1} | merge('x') }}", "!runtime"},
		{"{{ [1] | merge('x') }}", "!evaluation"},
		{"{{ 5 | format }} {{ [1, '%d'] | format(2) }} {{ true | format }}", "5 [1, 2] true"},
		{"{{ 2 is even(1) }} {{ [] is empty('x') }} {{ uuid(1) | length }} {{ id(x=1) | length }}", "true true 36 22"},
		{"{{ '\u2003' is empty }}", "false"},
		{"{{ max('a') }} {{ max(null, [1]) }} {{ min('b', null) }} {{ max(1, 2.5, null) }}", "a [1] b 2.5"},
	} {
		if got := outcome(e, c, test.template); got != test.want {
			t.Errorf("%s\n got %q\nwant %q", test.template, got, test.want)
		}
	}
}
