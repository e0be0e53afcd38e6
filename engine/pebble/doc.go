// Package pebble is the language between {{ and }}: Pebble as Kestra 1.3 sets it up, with Kestra's filters and
// functions. This page is its reference; every line with an arrow is run by a test, with a request in the variables
// whose body is {"hello": "world", "n": 1, "list": [1, 2, "x", null], "map": {"b": 1, "a": 2}, "nul": null}.
//
// # Templates
//
// A template is text with prints, tags and comments. A text without { is itself.
//
//	Hello {{ trigger.body.hello }}! -> Hello world!
//	{% if trigger.body.n == 1 %}one{% else %}more{% endif %} -> one
//	a{# nothing #}b -> ab
//	{% raw %}{{ as it is }}{% endraw %} -> {{ as it is }}
//
// A dash beside a delimiter removes the white space there: after the opening one when a blank follows it, before the
// closing one always.
//
//	a {{- 'b' -}} c -> abc
//	{{-1}} -> -1
//
// A print shows null as nothing, strings as they are, lists and maps as JSON in document order with their null members,
// doubles as Java does. Everything but a direct print sees a list or map as Java's text.
//
//	{{ null }}{{ 1.0 }} {{ 10000000.0 }} {{ trigger.body.map }} -> 1.0 1.0E7 {"b":1,"a":2}
//	{{ 'x' ~ trigger.body.map }} -> x{b=1, a=2}
//
// # Values
//
// Integers are exact at any size, 12L is 12; decimals are doubles; there is no exponent. Strings stand in single or
// double quotes; the only escape is the quote itself. Double quotes interpolate #{ }. Lists and maps are literals, map
// keys are expressions. true, false and null may be written in capitals, none is null.
//
//	{{ 9223372036854775807 + 1 }} -> 9223372036854775808
//	{{ 'it\'s\n' }} -> it's\n
//	{{ "#{trigger.body.n + 1} items" }} -> 2 items
//	{{ [1, {'a' ~ 1: null}] }} -> [1,{"a1":null}]
//
// # Access
//
// a.b and a['b'] are the same; the subscript may be any expression, and of a list its text must be an index. A list or
// map literal needs parentheses before an access. An operator word cannot follow a dot: write ['contains'].
//
//	{{ trigger.body.list[0] }} {{ trigger['bo' ~ 'dy'].n }} {{ ([1, 2])[1] }} -> 1 1 2
//	{{ trigger.headers['X-Event'][0] }} -> deploy
//
// Values have some methods of Java, in any case of letters; those of maps need their parentheses, those of other values
// only when they take arguments. Strings: length isEmpty isBlank toUpperCase toLowerCase trim strip concat startsWith
// endsWith equalsIgnoreCase indexOf lastIndexOf compareTo replace matches split hashCode. Lists: size isEmpty first last
// reversed indexOf. Maps: size isEmpty get getOrDefault containsKey containsValue keySet values entrySet. Numbers:
// intValue longValue doubleValue floatValue compareTo. Dates: year month monthValue dayOfMonth dayOfYear dayOfWeek hour minute
// second nano zone offset toEpochSecond epochSecond toEpochMilli toInstant toLocalDate isBefore isAfter isEqual; plusNanos
// plusSeconds plusMinutes plusHours plusDays plusWeeks plusMonths plusYears and the same with minusNanos minusSeconds
// minusMinutes minusHours minusDays minusWeeks minusMonths minusYears.
//
//	{{ 'abc'.length }} {{ trigger.body.list.size }} {{ trigger.body.map.size() }} -> 3 4 2
//
// # Operators
//
// From the tightest to the loosest, all left associative; in dialect 2, which is Kestra 2.0, the operators ?? ??? isIn
// stand beside == instead.
//
//	not - +                 of one operand
//	.. ?? ??? isIn          range, missing or null, missing, text in a list or map
//	~                       joins texts; null is empty
//	|                       a filter
//	* / %                   of integers the quotient without fraction; % has the sign of the left side
//	+ -                     numbers, strings that are numbers; + with a string joins; lists gain and lose items
//	== equals != < > <= >=  numbers by value, < and the like of numbers only, null is neither
//	is, is not, contains    a test; in a list, the keys of a map, or a string
//	and
//	or
//	? :                     right associative
//
// Examples:
//
//	{{ 1 + 2 * 3 }} {{ 7 / 2 }} {{ -7 % 3 }} {{ 1 + '1' }} {{ '2' * 3 }} -> 7 3 -1 11 6
//	{{ [1, 2] + 3 - 1 }} {{ 1..3 }} {{ 'a'..'c' }} -> [2,3] [1,2,3] ["a","b","c"]
//	{{ 1 == 1.0 }} {{ 1 == '1' }} {{ [1] == [1.0] }} -> true false true
//	{{ [1, 2] contains 2.0 }}, {{ 'a1' contains 2 }}, {{ 'b' isIn {'a': 'b'} }} -> true, false, true
//	{{ 'a' | upper ~ 'b' }} {{ 'a' ~ 'b' | upper }} -> Ab AB
//	{{ not 1 == 2 }} -> false
//	{{ trigger.body.n == 1 ? 'one' : 'more' }} -> one
//
// Truth, in if, and, or, not and ? :, is that of a boolean, of a number that is not 0, and of a string that is not empty;
// null has one in ? : alone, where it is false. Lists, maps and the rest have none: that is an error.
//
//	{{ 'false' ? 'yes' : 'no' }} {{ 0 or '' }} {{ null ? 1 : 2 }} -> yes false 2
//
// # What is missing
//
// A variable, a member or an index that does not exist is an error. a ?? b is b when a is missing or null, a ??? b when
// it is missing; is defined and default rescue it too, wherever it is below them. The operands of + - * / % == != < > <=
// >= and the condition of an if are not rescued, nor is what fails in render().
//
//	{{ trigger.body.nope.x ?? 'd' }}, {{ null ?? 'e' }}, {{ '' ?? 'd' }}{{ null ??? 'd' }}. -> d, e, .
//	{{ trigger.body.list[9] is defined }}, {{ trigger.body.nul is not defined }} -> false, true
//	{{ (nope | upper) ?? 'd' }}, {{ [nope] | default('e') }}, {{ ('x' ~ nope) ?? 'f' }} -> d, e, f
//
// # Tags
//
//	{% for x in [1, 2] %}{{ loop.index }}{{ x }}{% if not loop.last %},{% endif %}{% endfor %} -> 01,12
//	{% for e in trigger.body.map %}{{ e.key }}={{ e.value }};{% else %}none{% endfor %} -> b=1;a=2;
//	{% set a = 1 %}{% for x in [1, 2] %}{% set a = a + x %}{% endfor %}{{ a }} -> 4
//	{% macro m(a, b='B') %}{{ a }}{{ b }}{% endmacro %}{{ m('x') }}{{ m(b='z', a=1) }} -> xB1z
//	{% block b %}x{% endblock %}{{ block('b') }} -> xx
//	{% filter upper | replace({'O': '0'}) %}hello{% endfilter %} -> HELL0
//	{% verbatim %}{{ as it is }}{% endverbatim %} -> {{ as it is }}
//
// loop has index (from 0), length, revindex, first, last. A for over null prints nothing, not even its else. set changes
// the nearest variable of that name or makes one in the current scope, which for and macro open; variables of the context
// cannot be set. A macro sees its own arguments only and may stand behind its use.
//
// # Calls
//
// Arguments are given by place, then by name, and are evaluated before the input of a filter. Names of filters, functions
// and tests, and of arguments, are checked when a template is compiled.
package pebble
