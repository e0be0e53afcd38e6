package pebble

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
	"github.com/caddy-kestra/kestra-webhook/engine/value/valuetest"
)

// hostileSize is a quarter of the largest request, for [quarter] of the limits.
const hostileSize = 10 << 20 / 4

// hostileVariable returns the value of the variable big_name: texts of that size, and what makes operations slow.
func hostileVariable(name string) value.Value {
	const size = hostileSize
	repeat := func(s string) value.Value { return value.String(strings.Repeat(s, size/len(s))) }
	numbered := func(n int, format string) value.Value {
		items := make([]value.Value, n)
		for i := range items {
			items[i] = value.String(fmt.Sprintf(format, i*7919%n))
		}
		return value.ListOf(items...)
	}
	switch name {
	case "a", "b":
		return repeat("a")
	case "half":
		return value.String(strings.Repeat("a", size/2) + "b")
	case "wideText":
		return repeat("é")
	case "marks":
		return value.String(strings.Repeat("\u0301", 200_000))
	case "blanks":
		return repeat(" ")
	case "controls":
		return value.String(strings.Repeat("\x01", 3<<20))
	case "newlines":
		return repeat("\n")
	case "days":
		return repeat("MONDAY,")
	case "digits":
		return value.String(strings.Repeat("9", 1000))
	case "zeros":
		return value.String("[0" + strings.Repeat(",0", size/2-2) + "]")
	case "badZeros":
		return value.String("[0" + strings.Repeat(",0", size/8) + "]x")
	case "longTexts":
		return numbered(1000, strings.Repeat("é", 5000)+"%04d")
	case "texts":
		return numbered(50_000, "%0100d")
	case "numbers":
		items := make([]value.Value, 100_000)
		for i := range items {
			items[i] = value.Int(int64(i))
		}
		return value.ListOf(items...)
	case "zeroList":
		v, err := value.DecodeJSONText("[0" + strings.Repeat(",0", size/8) + "]")
		if err != nil {
			panic(err)
		}
		return v
	case "merges":
		return value.String("<<: [" + strings.Repeat("[],", 60_000) + "]")
	case "ionNumbers":
		return value.String("[" + strings.Repeat("1.,", 300_000) + "]")
	case "groups":
		return value.String(strings.Repeat("(a)", 3000))
	case "map":
		m := value.NewMap(1000)
		for i := range 1000 {
			m.Set(fmt.Sprintf("%0900d", i), value.Int(int64(i)))
		}
		return value.FromMap(m)
	default:
		panic(name)
	}
}

var bigName = regexp.MustCompile(`big_[a-zA-Z]+`)

// again evaluates an expression over large texts more often than the budget allows, if a step pays for no more of them than it
// does where they are only compared.
func again(expression string) string {
	return repeat(expression, 5+quarter.Steps*meter.TextPerStep/hostileSize)
}

// repeat evaluates an expression some number of times; i is that of the round.
func repeat(expression string, rounds int) string {
	return fmt.Sprintf("{%% for i in 1..%d %%}{{ %s }}{%% endfor %%}", rounds, expression)
}

// hostileTemplate is one that a quarter of the limits must end.
type hostileTemplate struct{ name, template string }

// context returns the large texts and lists that the template asks for.
func (h hostileTemplate) context() *Context {
	vars := value.NewMap(4)
	for _, name := range bigName.FindAllString(h.template, -1) {
		vars.Set(name, hostileVariable(strings.TrimPrefix(name, "big_")))
	}
	return &Context{Vars: vars}
}

func hostileTemplates() []hostileTemplate {
	many := "[big_a" + strings.Repeat(",big_a", 89) + "]"
	var manyVariables strings.Builder
	for i := range 7_500 {
		fmt.Fprintf(&manyVariables, "{%% set a%d = 1 %%}", i)
	}
	decimals := "{% set d = '1e9000' | number('BIGDECIMAL') %}{% set f = '7e-9000' | number('BIGDECIMAL') %}"
	jq := func(program string) string { return "{{ {'t': big_a} | jq('.t as $t | " + program + "') }}" }
	return []hostileTemplate{
		{"slice of a text", again("big_wideText | slice(0, 1)")},
		{"abbreviate", again("big_wideText | abbreviate(5)")},
		{"length", again("big_wideText | length")},
		{"length as a method", again("big_wideText.length()")},
		{"isBlank", again("big_blanks.isBlank()")},
		{"empty", again("big_blanks is empty")},
		{"default", again("big_blanks | default('x')")},
		{"trim", again("big_blanks | trim")},
		{"capitalize", again("big_blanks | capitalize | length")},
		{"upper", "{{ big_wideText | upper | length }}{{ big_wideText | upper | length }}"},
		{"title", again("big_wideText | title | length")},
		{"hashCode", again("big_a.hashCode()")},
		{"compareTo", again("big_a.compareTo(big_b)")},
		{"equalsIgnoreCase", again("big_wideText.equalsIgnoreCase(big_wideText)")},
		{"startsWith", again("big_a | startsWith(big_b)")},
		{"equality", again("big_a == big_b")},
		{"containment", again("big_a contains big_half")},
		{"containment of a list in a text", again("'x' contains " + many)},
		{"isIn", again("(big_longTexts | last ~ '') isIn big_longTexts")},
		{"text in a list", again("big_longTexts contains (big_longTexts | last ~ '')")},
		{"indexOf", again("big_a.indexOf(big_half)")},
		{"substring", again("big_a | substringAfter(big_half)")},
		{"split", again("big_a | split('b') | length")},
		{"slugify", again("big_marks | slugify")},
		{"indent", again("big_a | indent(1) | length")},
		{"nl2br", "{{ big_newlines | nl2br | length }}"},
		{"sorting long texts", again("big_longTexts | sort | length")},
		{"sorting texts", again("big_texts | sort | length")},
		{"part of a list", again("big_zeroList | slice(1) | length")},
		{"distinct", again("big_numbers | distinct | length")},
		{"merge of long keys", again("big_map | merge(big_map) | length")},
		{"merge of a list", again("{} | merge(big_longTexts) | length")},
		{"join of one text again and again", "{{ " + many + " | join | length }}"},
		{"print of one text again and again", "{{ " + many + " }}"},
		{"concatenation of one text again and again", "{{ 'x' ~ " + many + " }}"},
		{"JSON of one text again and again", "{{ " + many + " | toJson }}"},
		{"format of one text again and again", "{{ '%s' | format(" + many + ") }}"},
		{"YAML of one text again and again", "{{ " + many + " | yaml }}"},
		{"key of one text again and again", "{{ {(" + many + "): 1} }}"},
		{"look-up by a long key", again("big_map[big_a] ?? 1")},
		{"look-up of a long index", again("big_numbers[big_a] ?? 1")},
		{"containsKey", again("big_map.containsKey(big_a)")},
		{"render of plain text", again("render(big_a) | length")},
		{"regex with many groups", again("'a' | regexReplace(big_groups, 'b') ~ big_a | length")},
		{"new regexes", repeat("'a' | regexMatch('a' ~ i ~ '(b|c)')", 700)},
		{"new date formats", repeat("now('yyyy ' ~ i)", 800)},
		{"new number formats", repeat("1 | numberFormat(\"0.00'\" ~ i ~ \"'\")", 800)},
		{"grouped digits", "{% set n = big_digits | number %}{% set n = n * n * n * n %}" + repeat("'%,d' | format(n) | length", 300)},
		{"precision of a text", again("'%.1s' | format(big_wideText)")},
		{"doubles", repeat("'%f %e' | format(1.1, 2.2)", 5600)},
		{"decimals compared", decimals + repeat("d > f", 60)},
		{"decimals equal", decimals + repeat("d == f", 60)},
		{"decimals contained", decimals + repeat("[d, d, d, d] contains f", 25)},
		{"decimals divided", decimals + repeat("(d % f) is null", 40)},
		{"digits read", repeat("(big_digits | number) is null or (big_digits * 1) is null", 240)},
		{"encryption", repeat("encrypt('I6EGNzRESu3X3pKZidrqCGOHQFUFC0yK', '')", 4000)},
		{"signatures", repeat("hmac('sha512', 'k', '')", 6000)},
		{"signatures of large texts", again("hmac('md5', 'k', big_a)")},
		{"large secrets", again("hmac('md5', big_a, '')")},
		{"comparisons in constant time", repeat("constantTimeEquals('a', 'b')", 8000)},
		{"large texts in constant time", again("constantTimeEquals(big_a, big_b)")},
		{"working days", "{{ isLastWorkingDay('2024-03-01', big_days) }}"},
		{"JSON of many numbers", "{{ fromJson(big_zeros) | length }}"},
		{"JSON with more behind it", "{{ fromJson(big_badZeros) | length }}{{ fromJson(big_badZeros) | length }}"},
		{"bad JSON", repeat("'[1' is json", 17_000)},
		{"merges in YAML", "{{ yaml(big_merges) | length }}{{ yaml(big_merges) | length }}"},
		{"control characters in YAML", "{{ big_controls | yaml | length }}{{ big_controls | yaml | length }}"},
		{"numbers in Ion", "{{ fromIon(big_ionNumbers) | length }}"},
		{"many variables", manyVariables.String()},
		{"jq startswith", jq(`last(range(42000) | $t | startswith("b"))`)},
		{"jq length", jq("last(range(10) | $t | length)")},
		{"jq index", jq(`last(range(10) | $t | index(("a" * 100) + "b"))`)},
		{"jq has", jq("last(range(28000) | {a: 1} | has($t))")},
		{"jq deep setpath", jq("[range(1900) | 0] as $p | last(range(40) | null | setpath($p; 1))")},
		{"jq slices", jq("[range(100000)] as $l | last(range(20) | $l | .[1:] | length)")},
		{"jq insertion", jq(`last(range(25000) | "\(.)-\(.)")`)},
		{"jq floor of large integers", jq(`("9" * 1000 | tonumber) as $n | ($n * $n * $n) as $m | last(range(420) | $m | floor)`)},
	}
}

// TestHostileData sees that no operation is so cheap, for the budget, that it can be repeated more often than is said above, or
// takes much memory. [BenchmarkHostileData] measures how long the budget lasts.
func TestHostileData(t *testing.T) {
	e := New(Options{Limits: quarter})
	for _, test := range hostileTemplates() {
		t.Run(test.name, func(t *testing.T) {
			c := test.context()
			var err error
			allocated := valuetest.Allocated(func() {
				var tmpl *Template
				if tmpl, err = e.Compile(test.template); err == nil {
					_, err = tmpl.Render(c)
				}
			})
			if allocated > 128<<20 {
				t.Errorf("allocated %d MiB", allocated>>20)
			}
			if failed, ok := errors.AsType[*Error](err); !ok || failed.Class != ClassLimit {
				t.Errorf("got %v, want an error of class limit", err)
			}
		})
	}
}

// BenchmarkHostileData measures how long a quarter of the budget lasts: at most 25 ms are meant.
func BenchmarkHostileData(b *testing.B) {
	e := New(Options{Limits: quarter})
	for _, test := range hostileTemplates() {
		b.Run(test.name, func(b *testing.B) {
			c := test.context()
			for b.Loop() {
				if tmpl, err := e.Compile(test.template); err == nil {
					if _, err = tmpl.Render(c); err == nil {
						b.Fatal("it ends")
					}
				}
			}
		})
	}
}
