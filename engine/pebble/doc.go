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
// closing one always; those of raw remove nothing.
//
//	a {{- 'b' -}} c -> abc
//	a {%- raw -%} b {%- endraw -%} c -> a  b  c
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
// double quotes; the only escape is the quote itself. Double quotes interpolate #{ }, and are the value itself where nothing
// else stands in them. Lists and maps are literals, map keys are expressions. true, false and null may be written in
// capitals, none is null.
//
//	{{ 9223372036854775807 + 1 }} -> 9223372036854775808
//	{{ 'it\'s\n' }} -> it's\n
//	{{ "#{trigger.body.n + 1} items" }} -> 2 items
//	{{ "#{trigger.body.n}" + 1 }} {{ locale }} -> 2 en_US
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
// endsWith equalsIgnoreCase indexOf lastIndexOf compareTo replace replaceAll matches split hashCode. Lists: size isEmpty
// first last reversed indexOf. Maps: size isEmpty get getOrDefault containsKey containsValue keySet values entrySet. Numbers:
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
// and tests, and of arguments, are checked when a template is compiled, and so are literals: formats and zones of dates,
// regular expressions, programs of jq. What Kestra has and nothing here provides yet is refused then, with the reason.
//
//	{{ 'a,b' | split(limit=1, delimiter=',') }} {{ 'aXb' | regexMatch('(?i)x') }} -> ["a,b"] true
//
// Regular expressions are Java's, see package javaregex. Programs of jq are those of jackson-jq: if needs its else, and there
// is no env, $ENV, input, debug or module; objects keep their order, whole results are integers, and the functions of
// mathematics give doubles.
//
//	{{ trigger.body | jq('[.list[] | numbers] | add, (length | sqrt)') }} -> [3,1.4142135623730951]
//
// Whatever a template or its data say, an evaluation ends within its [Limits]. One with the same clock and seed says the
// same again, random numbers and identifiers included; only whether a search with look-around or back references reaches
// its limit of processor time depends on the machine.
//
// # Filters
//
//   - abbreviate(length): at most length characters of a string, the last three being dots where it was longer or as long; {{ 'this is a long sentence.' | abbreviate(7) }} -> this...
//   - abs: a number without its sign; {{ -7.5 | abs }} -> 7.5
//   - base64decode: the text that a Base64 string says; padding may be left out; {{ 'dGVzdA' | base64decode }} -> test
//   - base64encode: the text of a value in Base64; {{ 'test' | base64encode }} -> dGVzdA==
//   - capitalize: the first letter in title case; {{ 'hello world' | capitalize }} -> Hello world
//   - chunk(size): a list in parts of a size; {{ [1, 2, 3] | chunk(2) }} -> [[1,2],[3]]
//   - className: the name of the Java class that a value of a request has in a task in Kestra; there, a whole number that is written in a template is a Long; {{ 1 | className }} -> java.lang.Integer
//   - date(format='iso', timeZone=null, existingFormat=null, locale=null): a date as text: format is iso, iso_sec, sql, iso_date and the like, full, long, medium, short or a pattern such as dd/MM/yyyy; existingFormat is that of the input; {{ '2024-02-29T13:14:15Z' | date('yyyy-MM-dd HH:mm', timeZone='Europe/Paris') }} -> 2024-02-29 14:14
//   - dateAdd(amount, unit, format='iso', timeZone=null, existingFormat=null, locale=null): a date moved by an amount of a unit (SECONDS, MINUTES, HOURS, DAYS, WEEKS, MONTHS, YEARS, …), as text like that of date; {{ '2024-01-31' | dateAdd(1, 'MONTHS', 'yyyy-MM-dd') }} -> 2024-02-29
//   - default(default=null): replaces what is missing, null, a blank string, or an empty list or map; {{ nope | default('d') }} -> d
//   - distinct: a list without the items that are equal to an earlier one; {{ [1, 1, 2, '1'] | distinct }} -> [1,2,"1"]
//   - endsWith(value): whether the text of a value ends with another; {{ 'abc' | endsWith('bc') }} -> true
//   - escapeChar(type): a text with its quotes escaped: type is single or double for a backslash, shell for what stands between single quotes; in lists and maps all texts; {{ "it's" | escapeChar('single') }} -> it\'s
//   - first: the first item of a list, or character of a string; null of an empty list; {{ [1, 2] | first }} -> 1
//   - flatten: a list with the items of the lists in it in their place, one level deep; {{ [[1, 2], [3, [4]], 5] | flatten }} -> [1,2,3,[4],5]
//   - format(…): a text with its %s, %d, %05.2f and the like filled in by the arguments, as by Java's String.format; {{ '%05d' | format(42) }} -> 00042
//   - indent(amount, prefix=' '): a text whose lines but the first begin with a prefix, that many times; {{ "a↵b" | indent(2) }} -> a↵  b
//   - join(separator=null): the texts of the items of a list in one; {{ [1, null, 'a'] | join(',') }} -> 1,null,a
//   - jq(expression): the list of the outputs of a jq program; a string is read as JSON before; {{ {'a': [1, 2]} | jq('.a[] + 1') }} -> [2,3]
//   - keys: the keys of a map, or the indexes of a list; {{ {'a': 1, 'b': 2} | keys }} -> ["a","b"]
//   - last: the last item of a list, or character of a string; null of an empty list; {{ [1, 2] | last }} -> 2
//   - length: the length of a string (in UTF-16 units), list or map; 0 for anything else; {{ 'abc' | length }} -> 3
//   - lower: lower case; {{ 'ABC' | lower }} -> abc
//   - md5: the md5 hash of a string, in hexadecimal digits; {{ 'abc' | md5 }} -> 900150983cd24fb0d6963f7d28e17f72
//   - merge(items=null): a map or list with the members of another; into a map a list gives its items as keys and values, into a list a map its entries; {{ {'a': 1} | merge({'a': 2, 'b': 3}) }} -> {"a":2,"b":3}
//   - nindent(amount, prefix=' '): a newline and a text, all of whose lines begin with a prefix, that many times; {{ 'a:' ~ ("b↵c" | nindent(2)) }} -> a:↵  b↵  c
//   - nl2br: a string with <br /> in place of its newlines; {{ "a↵b" | nl2br }} -> a<br />b
//   - number(type=""): the number that a string says; type is INT, LONG, BIGINTEGER, FLOAT, DOUBLE or BIGDECIMAL, else the text decides (0x1F, 010 octal, 12L, 1.5f); {{ '12' | number + 1 }} -> 13
//   - numberFormat(format=null): a number as text by a pattern such as #,##0.00, 0%, 0.###E0 or 0.00;(0.00); without one #,##0.###; halves are rounded to the even digit; {{ 1234567.891 | numberFormat('#,##0.00') }} -> 1,234,567.89
//   - regexExtract(regex, group=0): the first match of a regular expression in the text of a value, or a group of it by its number; null when nothing matches; {{ 'refs/heads/main' | regexExtract('refs/heads/(.+)', 1) }} -> main
//   - regexMatch(regex): whether a regular expression matches somewhere in the text of a value; false for null; {{ 'v1.2' | regexMatch('[0-9]+') }} -> true
//   - regexReplace(regex, replacement): the text of a value with every match of a regular expression replaced; $1 or ${name} is a group; {{ 'John Doe' | regexReplace('([A-Z][a-z]+) ([A-Z][a-z]+)', '$2 $1') }} -> Doe John
//   - replace(replace_pairs, regexp=false): replaces each key of a map by its value, one after the other; with regexp the keys are regular expressions; in lists and maps all texts; {{ 'a.b' | replace({'.': '-'}) }} -> a-b
//   - reverse: a list from its end to its begin; {{ [1, 2, 3] | reverse }} -> [3,2,1]
//   - rsort: a list in descending order; {{ [3, 1, 2] | rsort }} -> [3,2,1]
//   - sha1: the sha1 hash of a string, in hexadecimal digits; {{ 'abc' | sha1 }} -> a9993e364706816aba3e25717850c26c9cd0d89d
//   - sha256: the sha256 hash of a string, in hexadecimal digits; {{ 'abc' | sha256 }} -> ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad
//   - sha512: the sha512 hash of a string, in hexadecimal digits; {{ 'abc' | sha512 }} -> ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f
//   - slice(fromIndex=0, toIndex=null): the part of a string or list from one index up to another that is not included; {{ 'hello' | slice(1, 3) }} -> el
//   - slugify(format=null, timeZone=null, existingFormat=null, locale=null): the text of a value in small letters, digits and dashes; the arguments, which Kestra has by inheritance, say nothing; {{ 'Ça va_bien -- déjà' | slugify }} -> ca-va-bien-deja
//   - sort: a list in ascending order: numbers, strings, booleans or dates; {{ [3, 1, 2] | sort }} -> [1,2,3]
//   - split(delimiter, limit=null): the parts of a string between matches of a regular expression; without the empty ones at its end unless limit is negative; {{ 'a,b' | split(',') }} -> ["a","b"]
//   - startsWith(value): whether the text of a value begins with another; {{ 'abc' | startsWith('ab') }} -> true
//   - string: the text of a value as `~` sees it; null stays null; {{ [1, 'a'] | string }} -> [1, a]
//   - substringAfter(separator): the text after the first separator, none when there is none; {{ 'a.b.c' | substringAfter('.') }} -> b.c
//   - substringAfterLast(separator): the text after the last separator, none when there is none; {{ 'a.b.c' | substringAfterLast('.') }} -> c
//   - substringBefore(separator): the text before the first separator, all of it when there is none; {{ 'a.b.c' | substringBefore('.') }} -> a
//   - substringBeforeLast(separator): the text before the last separator, all of it when there is none; {{ 'a.b.c' | substringBeforeLast('.') }} -> a.b
//   - timestamp(timeZone=null, existingFormat=null): the seconds from 1970 to a date; {{ '2024-02-29T13:14:15.123456789Z' | timestamp }} -> 1709212455
//   - timestampMicro(timeZone=null, existingFormat=null): the microseconds from 1970 to a date; {{ '2024-02-29T13:14:15.123456789Z' | timestampMicro }} -> 1709212455123456
//   - timestampMilli(timeZone=null, existingFormat=null): the milliseconds from 1970 to a date; {{ '2024-02-29T13:14:15.123456789Z' | timestampMilli }} -> 1709212455123
//   - timestampNano(timeZone=null, existingFormat=null): the nanoseconds from 1970 to a date, as text; {{ '2024-02-29T13:14:15.123456789Z' | timestampNano }} -> 1709212455123456789
//   - title: the first letter of each word in title case; {{ 'hello wORLD' | title }} -> Hello WORLD
//   - toIon: the Ion text of a value; {{ {'a': [1, 1.5, 'x'], 'k-d': null} | toIon }} -> {a:[1,1.5e0,"x"],'k-d':null}
//   - toJson: the JSON text of a value (also `json` in dialect 1); {{ {'a': [1, 'x']} | toJson }} -> {"a":[1,"x"]}
//   - trim: without the blanks and control characters around it; {{ ' a ' | trim }} -> a
//   - upper: upper case; {{ 'straße' | upper }} -> STRASSE
//   - urldecode: the string that a value of a form says; {{ 'a%20b+c' | urldecode }} -> a b c
//   - urlencode: a string as a value of a form; {{ 'a b+ü' | urlencode }} -> a+b%2B%C3%BC
//   - values: the values of a map; {{ {'a': 1, 'b': 2} | values }} -> [1,2]
//   - yaml: the YAML text of a value, which ends in a newline; {{ {'a': [1, 'x'], 'b': {'c': '1: 2'}} | yaml }} -> a:↵ - 1↵ - x↵b:↵  c: "1: 2"↵
//
// # Functions
//
//   - block(name): the text of a block of the template; none when there is no such block; {% block b %}x{% endblock %}{{ block('b') }} -> xx
//   - constantTimeEquals(a, b): whether two texts are equal; how long it takes tells nothing but their lengths; Kestra does not have it; {{ constantTimeEquals('sha256=' ~ hmac('sha256', 'key', 'a'), 'sha256=0') }} -> false
//   - currentEachOutput(outputs): in a loop, the output of a task in the current round: of outputs.id what stands under taskrun.value, through all loops around it; {% set taskrun = {'value': 'a'} %}{{ currentEachOutput({'a': {'n': 1}}).n }} -> 1
//   - dayOfMonth(date): the day of the month of a date, from 1; {{ dayOfMonth('2024-02-29') }} -> 29
//   - dayOfWeek(date): the day of the week of a date, as in MONDAY; {{ dayOfWeek('2025-01-06T00:30:00+02:00') }} -> MONDAY
//   - decrypt(key, encrypted): the text that encrypt made of it with the same key; {{ decrypt('I6EGNzRESu3X3pKZidrqCGOHQFUFC0yK', encrypt('I6EGNzRESu3X3pKZidrqCGOHQFUFC0yK', 'a')) }} -> a
//   - encrypt(key, plaintext): a text encrypted by AES-GCM with a key in Base64, as Base64; {{ encrypt('I6EGNzRESu3X3pKZidrqCGOHQFUFC0yK', 'a') | length }} -> 40
//   - env(name, default=null): the variable of the environment that envs has under a name; the default when it is missing or empty; {{ env('stage', 'dev') }} -> dev
//   - errorLogs: the lines of level ERROR in the log of the execution, the oldest first: maps with message, taskId, timestamp and more; for the tasks of a flow; {{ errorLogs() | length }} -> 0
//   - fetchContext: the same as printContext; {{ fetchContext() is map }} -> true
//   - fileExists(path, namespace=null, version=null): whether a file exists; not supported yet, because it needs the storage for files
//   - fileSize(path, namespace=null, version=null): the size of a file in bytes; not supported yet, because it needs the storage for files
//   - fileURI(path, namespace=null, version=null): the URI of a file of the namespace; not supported yet, because it needs the storage for files
//   - fromIon(ion, allRows=false): the first value of an Ion text, or the list of all; timestamps stay text, blobs and annotations are not read; {{ fromIon('{a:1}').a }} -> 1
//   - fromJson(json): the value that a JSON text says; what follows its first value is passed over (also `json` in dialect 1); {{ fromJson('{"a": [1, 2]}').a[1] }} -> 2
//   - hmac(algorithm, secret, text, encoding='hex', secretEncoding='text', textEncoding='text'): the HMAC of a text by md5, sha1, sha256, sha384 or sha512, in hex or base64; secret and text may be bytes in one of both, too; Kestra does not have it; {{ hmac('sha256', 'key', 'hello') }} -> 9307b3b915efb5171ff14d8cb55fbcc798c6c0ef1456d66ded1a6aa723a58b7b
//   - hourOfDay(date): the hour of a date with a time, from 0 to 23; {{ hourOfDay('2025-01-06T14:30:00+02:00') }} -> 14
//   - http(uri, method=null, query=null, body=null, contentType=null, headers=null, options=null, accept=null): the answer to an HTTP request; not supported yet, because it needs requests from expressions
//   - i18n: a text of a bundle of translations; not supported yet, because it needs bundles of translations
//   - id: a new identifier of 22 letters and digits; {{ id() | length }} -> 22
//   - isDateBetween(date, after, before): whether a date with a time and an offset is after one and before another, both excluded; {{ isDateBetween('2024-03-01T00:30:00+01:00', '2024-02-29T00:00:00Z', '2024-03-01T00:00:00Z') }} -> true
//   - isDayWeekInMonth(date, dayOfWeek, position): whether a date is a day of the week for the FIRST, SECOND, THIRD, FOURTH or LAST time in its month; {{ isDayWeekInMonth('2024-03-04', 'MONDAY', 'FIRST') }} -> true
//   - isFileEmpty(path, namespace=null, version=null): whether a file is empty; not supported yet, because it needs the storage for files
//   - isLastWorkingDay(date, workingDays='MONDAY,TUESDAY,WEDNESDAY,THURSDAY,FRIDAY'): whether a date is the last of the working days of its month; {{ isLastWorkingDay('2024-03-29') }} -> true
//   - isPublicHoliday(date, countryCode=null, subDivision=null): whether a date is a public holiday of a country; not supported yet, because it needs a calendar of holidays
//   - isWeekend(date): whether a date is a Saturday or a Sunday; {{ isWeekend('2024-03-02') }} -> true
//   - iterationOutput: the output of a task in a round of a loop; not supported yet, because it needs the loops of Kestra 2.0
//   - ksuid: a new KSUID: 27 letters and digits, ordered by time; {{ ksuid() | length }} -> 27
//   - kv(key, namespace=null, errorOnMissing=true): a value of the key-value store of a namespace; not supported yet, because it needs the key-value store
//   - loopOutputs: the outputs of a task in all rounds of a loop; not supported yet, because it needs the loops of Kestra 2.0
//   - max(…): the greatest of any number of numbers; null is passed over; {{ max(20, 80.5, null) }} -> 80.5
//   - min(…): the least of any number of numbers; null is passed over; {{ min(20, 80.5) }} -> 20
//   - monthOfYear(date): the month of a date, from 1; {{ monthOfYear('2024-02-29') }} -> 2
//   - nanoId(length=21, alphabet='0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_'): a new identifier of a length, of characters of an alphabet; {{ nanoId() | length }} -> 21
//   - now(format='iso', timeZone=null, existingFormat=null, locale=null): the time of the evaluation as text, with the arguments of date; {{ now('yyyy') | length }} -> 4
//   - parent: always fails: templates do not extend others
//   - parentOutput: the output of the task around the current one; not supported yet, because it needs the loops of Kestra 2.0
//   - printContext: all variables of the context, as a map; {{ printContext() is map }} -> true
//   - randomInt(lower, upper): a random whole number from lower up to upper, which is not included unless they are equal; {{ randomInt(3, 4) }} -> 3
//   - randomPort: a random port number from 49152 to 65535; unlike Kestra, nobody looks whether it is free; {{ randomPort() > 49151 }} -> true
//   - range(start, end, increment=1): the whole numbers, or characters, from start to end, both included; {{ range(0, 6, 2) }} -> [0,2,4,6]
//   - read(path, namespace=null, version=null): the content of a file; not supported yet, because it needs the storage for files
//   - render(toRender, recursive=true): evaluates a text, or every text of a list or map, as a template, again and again until nothing changes unless recursive is false; {{ render('{{ 1 + 1 }}') }} -> 2
//   - renderOnce(toRender): evaluates a text, or every text of a list or map, as a template, once; {{ renderOnce('{{ 1 + 1 }}') }} -> 2
//   - secret(key, namespace=null, subkey=null): the secret with a name, or with subkey a member of the JSON that it holds; an error when there is none
//   - subflow: the outputs of another flow; not supported yet, because it needs executions from expressions
//   - tasksWithState(state): the tasks that are in a state: a list of maps with taskId, state, and in a loop value; {{ tasksWithState('FAILED') }} -> []
//   - uuid: a new UUID of version 7: 36 characters, ordered by time; {{ uuid() | length }} -> 36
//   - yaml(yaml): the value that a YAML text says, as in flow files: 012, 0x1f and yes are numbers and booleans; dates stay text; the first document counts; {{ yaml('a: [1, x]').a[1] }} -> x
//
// # Tests
//
//   - defined: whether the input exists and is not null; {{ nope is defined }} -> false
//   - empty: whether the input is null, a blank string, or a list or map without members; {{ ' ' is empty }} -> true
//   - even: whether an integer is even; {{ 2 is even }} -> true
//   - iterable: whether the input is a list; {{ [] is iterable }} -> true
//   - json: whether a string begins with a JSON value, or is blank; {{ '{"a":1}' is json }} -> true
//   - map: whether the input is a map; {{ {} is map }} -> true
//   - null: whether the input is null; a missing one is an error; {{ null is null }} -> true
//   - odd: whether an integer is odd; {{ 2 is odd }} -> false
package pebble
