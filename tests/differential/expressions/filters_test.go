package expressions

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
)

// TestFilters compares the results of every filter, function and test for a stock of values.
func TestFilters(t *testing.T) {
	set{"filters", filterQuestions(), 9800}.check(t)
}

// stock holds values of every kind, as JSON. Maps have keys that Java's hash tables keep in order.
var stock = separated(`null¦true¦false¦0¦1¦-1¦7¦255¦-2147483648¦5000000000¦123456789012345678901234567890¦0.5¦-1.5¦2.0¦1e21¦1e-7¦3.14159¦
""¦" "¦"a"¦"abc"¦"Hello World"¦"  padded\t"¦"straße"¦"Zoë Ünï"¦"🚀x"¦"a,b,,c,"¦"a.b.c"¦"ab\ncd\n\nef"¦"one two  three"¦"12"¦"-12.50"¦"0x1F"¦"012"¦"1e3"¦"12abc"¦"true"¦"yes"¦"null"¦
"2024-02-29"¦"2024-02-29T13:14:15Z"¦"2024-02-29T13:14:15.123456789+01:00"¦"13:14"¦"29/02/2024"¦"1709212455"¦
"{\"a\":1}"¦"[1, 2, {\"b\":null}]"¦"{a:1,b:[x,\"y\"]}"¦"a: 1\nb: [x, y]\n"¦"- 1\n- 2"¦"dGVzdA=="¦"4pw="¦"%41+b%20"¦"a%2"¦"<b>\"q\" & 'x'</b>"¦"camelCase snake_case"¦"\\d+ $1"¦"\u0001\u007f"¦
[]¦[1]¦[3,1,2]¦["b","a","c"]¦[1.5,2,"x"]¦[null,1]¦[[1,[2]],[3]]¦[true,false]¦["a","b","a"]¦[{"a":1},{"a":2}]¦[1,1,2,2]¦
{}¦{"a":1}¦{"a":1,"b":"x"}¦{"a":{"b":[1,2]},"c":null}¦{"a":"1","b":"yes","c":"01"}`)

// calls are the filters, functions and tests with arguments that people give; v is the value, w another one.
var calls = separated(`v | abbreviate(5)¦v | abbreviate(2)¦v | abs¦v | base64decode¦v | base64encode¦v | capitalize¦v | chunk(2)¦v | chunk(w)¦
v | date¦v | date('yyyy-MM-dd', timeZone='UTC')¦v | date('iso_sec', timeZone='Europe/Paris')¦v | date(w)¦v | date('sql_milli', existingFormat='dd/MM/yyyy')¦
v | dateAdd(1, 'DAYS')¦v | dateAdd(-90, 'MINUTES', 'iso_sec')¦v | dateAdd(w, 'HOURS')¦v | default('d')¦v | default(w)¦v | distinct¦v | endsWith('c')¦v | endsWith(w)¦
v | escapeChar('double')¦v | escapeChar('single')¦v | escapeChar('shell')¦v | first¦v | last¦v | flatten¦v | format(w)¦v | indent(2)¦v | indent(2, '-')¦v | nindent(3)¦v | join(', ')¦v | join¦v | join(w)¦
v | json¦v | toJson¦v | toIon¦v | yaml¦v | keys¦v | values¦v | length¦v | lower¦v | upper¦v | title¦v | trim¦v | md5¦v | sha1¦v | sha256¦v | sha512¦v | merge([9])¦v | merge({'z': 1})¦v | merge(w)¦
v | number¦v | number('INT')¦v | number('FLOAT')¦v | number('LONG')¦v | number('DOUBLE')¦v | number('BIGDECIMAL')¦v | number('BIGINTEGER')¦v | numberFormat¦v | numberFormat('#,##0.00')¦
v | replace({'a': 'X', 'b': 'Y'})¦v | replace({'.': '-'})¦v | replace(w)¦v | reverse¦v | rsort¦v | sort¦v | slice(1)¦v | slice(0, 2)¦v | slice(1, 3)¦v | slugify¦v | split(',')¦v | split(' ', 2)¦
v | startsWith('a')¦v | startsWith(w)¦v | string¦v | substringAfter('a')¦v | substringAfterLast('.')¦v | substringBefore('b')¦v | substringBeforeLast('.')¦v | substringAfter(w)¦
v | timestamp¦v | timestampMilli¦v | timestampMicro¦v | timestampNano¦v | timestamp('Europe/Paris')¦v | timestamp(existingFormat='dd/MM/yyyy')¦v | urlencode¦v | urldecode¦v | jq('.')¦
fromJson(v)¦fromJson(v) is map¦json(v)¦fromIon(v)¦yaml(v)¦yaml(v) is map¦max(v, 2)¦min(v, 2)¦max(v, w)¦min(w, v)¦range(0, v)¦range(v, 3)¦render(v)¦
v is empty¦v is even¦v is odd¦v is null¦v is map¦v is iterable¦v is json¦v is defined¦v ?? 'd'¦v ??? 'd'¦v ~ w¦v == w¦v contains w¦v.length()¦v.size()¦v.toUpperCase()¦v.toLowerCase()¦v.trim()¦v.isEmpty()¦"#{v}"¦"#{v}" == v¦"#{v}-#{w}"¦not v¦v ? 'y' : 'n'¦
'%s' | format(v)¦'%5s|' | format(v)¦'%d' | format(v)¦'%h' | format(v)¦'%g' | format(v)¦'%a' | format(v)¦'%b' | format(v)¦'%x' | format(v)¦'%c' | format(v)¦'%.3f' | format(v)`)

// separated splits what stands between broken bars.
func separated(text string) []string {
	parts := strings.Split(text, "¦")
	for i, part := range parts {
		parts[i] = strings.TrimPrefix(part, "\n")
	}
	return parts
}

// another finds the second value of a call.
var another = regexp.MustCompile(`\bw\b`)

// filterQuestions has every call over every value of the stock; the second value is random.
func filterQuestions() []question {
	g := &generator{Rand: rand.New(rand.NewPCG(9, 7))}
	for _, call := range calls {
		for _, v := range stock {
			if strings.HasPrefix(call, "range(") && len(v) > len("255") && v[0] != '"' {
				continue // Kestra would make a list without end
			}
			context := fmt.Sprintf(`{"v":%s}`, v)
			if another.MatchString(call) {
				context = fmt.Sprintf(`{"v":%s,"w":%s}`, v, pick(g, stock))
			}
			g.out = append(g.out, question{"{{ " + call + " }}", context})
		}
	}
	return g.out
}
