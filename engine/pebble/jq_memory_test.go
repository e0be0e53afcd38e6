package pebble

import (
	"errors"
	"math"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// countedMemory is an account that gives what it has, and counts.
type countedMemory struct{ has, taken int64 }

func (m *countedMemory) Take(n int64) error {
	if m.taken+n > m.has {
		return errors.New("nothing is left")
	}
	m.taken += n
	return nil
}

// liveHeap returns the bytes that are reachable.
func liveHeap() int64 {
	var stats runtime.MemStats
	runtime.GC()
	runtime.GC() // what pools had is freed by the second
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}

// TestJQTakesWhatItHolds sees that programs took at least the bytes that their result holds, whatever made it.
func TestJQTakesWhatItHolds(t *testing.T) {
	e := New(Options{Limits: Limits{Steps: 20_000_000, Memory: 1 << 30, OutputBytes: 256 << 20}})
	list := make([]value.Value, 20_000)
	text := make([]byte, 100_000)
	for i := range list {
		list[i] = value.MapOf("n", value.Int(int64(i)), "s", value.String("item"))
	}
	for i := range text {
		text[i] = "ab,c"[i%4]
	}
	input := value.MapOf("list", value.ListOf(list...), "text", value.String(string(text)))
	for _, program := range []string{
		`[range(100000)]`, `[range(50000) | [.]]`, `[range(50000) | []| . + [1]]`, `[range(30000) | {a: .}]`, `[range(20000) | {a: ., b: ., c: ., d: .}]`,
		`[range(50000) | tostring]`, `[range(50000) | "n\(.)"]`, `[range(20000) | "x" * 50]`, `"x" * 4000000`, `[limit(50000; range(1e9))]`, `range(50000)`,
		`[foreach range(50000) as $x (0; . + $x; [$x])]`, `reduce range(100) as $i ([range(1000)]; . + [range(1000)])`, `[range(40000) | . + 0.5]`,
		`[.list[] | . + {x: 1}]`, `[.list[] | . * {x: {y: 1}}]`, `[.list[] | .n = [.n]]`, `[.list[] | .a.b = 1]`, `[.list[] | del(.n)]`, `.list | map(to_entries)`, `.list | map(with_entries(.))`,
		`.list | map(.s)`, `.list | group_by(.n)`, `.list | sort_by(-.n)`, `.list | unique_by(.n)`, `.list | map([.n, .s]) | transpose`, `.list | map([.n]) | add`, `.list | map({("k\(.n)"): .n}) | .[:2000] | add`,
		`.list | map([.]) | flatten`, `.list | reverse`, `.list | map(keys)`, `.list | map({key: "k\(.n)", value: .n}) | from_entries`, `.list | to_entries`, `.list | map(.n) | map(. as [$a] | 1)? // [range(10000)]`,
		`[.list | paths]`, `[path(.list[].n)]`, `[.list | path(..)]`, `[.list | .. | numbers]`, `[.list | getpath([range(10000) | [., "n"]][])]`, `.list | walk(.)`, `.list | map_values(.n)`, `.list[].n += 1`, `[.list[].n] | .[] |= [.]`, `[.list | leaf_paths]`,
		`.list | tojson`, `.list | tojson | fromjson`, `.list | map(tojson)`, `[.list[:2000] | tojson | fromjson[]]`, `.list | @json "x\(.)"`, `.list | map([.n, .s] | @csv)`, `.list | map(@base64)`, `.text | @base64`, `.text | @uri`, `.text | @html`,
		`.text | explode`, `.text | explode | implode`, `.text | split(",")`, `.text / ""`, `.text | [match("a"; "g")]`, `.text | [match("(?<x>a)(b)"; "g")]`, `.text | [scan("a")]`, `.text | [splits(",")]`, `.text | gsub("a"; "xyz")`, `.text | [capture("(?<x>a)"; "g")]`,
		`.text | indices("a")`, `.text | ascii_upcase`, `.text[:2000] | [.[range(1000):]]`, `.text | [. / "," | .[] | ascii_upcase]`, `.text | split(",") | join("--")`, `null | .[100000] = 1`, `null | setpath([50000, 3]; 1)`,
		`reduce range(900) as $i (0; [.])`, `reduce range(20) as $i (1; [., .])`, `[range(100) | [range(100)] | .[2:4] = [range(100)]]`, `[range(10) as $x | range(100) as $y | range(10) as $z | [$x, $y, $z]]`, `[[range(30)], [range(30)], [range(30)]] | [combinations]`,
		`[range(60000) | . as [$a] | $a]? // 1`, `[range(300) | 9007199254740993 + .] | map(. * . * . * .)`, `def f: [., .]; [range(10000) | f]`, `[recurse(if . < 20000 then . + 1 else empty end)]? // (0 | [recurse(if . < 20000 then . + 1 else empty end)])`,
	} {
		tmpl, err := e.Compile("{{ input | jq(program) }}")
		if err != nil {
			t.Fatal(err)
		}
		account := &countedMemory{has: 1 << 40}
		c := &Context{Vars: value.MapOf("input", input, "program", value.String(program)).Map(), Memory: account}
		if _, err := tmpl.RenderTyped(&Context{Vars: value.MapOf("input", value.Null, "program", value.String(program)).Map()}); err != nil { // compiled and kept
			t.Fatal(err)
		}
		before := liveHeap()
		v, err := tmpl.RenderTyped(c)
		held := liveHeap() - before
		if err != nil {
			t.Errorf("%s: %v", program, err)
		}
		if taken := account.taken + freeMemory; held > taken+64<<10 {
			t.Errorf("%s: holds %d bytes and took %d", program, held, taken)
		}
		runtime.KeepAlive(v)
	}
	runtime.KeepAlive(input)
}

// TestJQStopsBeforeItTakes sees that programs which make ever more are stopped by what the account has, before they have it.
func TestJQStopsBeforeItTakes(t *testing.T) {
	e := New(Options{Limits: Limits{Steps: math.MaxInt32, Memory: math.MaxInt32, OutputBytes: math.MaxInt32, RangeItems: math.MaxInt32}})
	for _, program := range []string{
		`[range(1e18)]`, `"x" * 1e15`, `null | .[1e9] = 1`, `null | setpath([1e9]; 1)`, `[limit(1e9; range(1e18))]`, `reduce range(1e9) as $i ([1]; . + .)`, `reduce range(1e9) as $i ("a"; . + .)`,
		`reduce range(1e9) as $i ({}; .["k\($i)"] = 1)`, `[range(1e9) | {a: .}]`, `[range(1e9) | [.]]`, `[range(1e9) | "n\(.)"]`, `reduce range(1e9) as $i ([1]; [., .] | add)`, `reduce range(1e9) as $i ([1]; [., .] | flatten)`,
		`[range(1e9) | {a: {b: .}} * {a: {c: 1}}]`, `[range(1e9) | 1 | tojson | fromjson | [.]]`, `reduce range(1e9) as $i ("\""; tojson)`, `reduce range(1e9) as $i ("a"; @html "\(.)&\(.)")`, `reduce range(1e9) as $i ("a"; gsub("a"; "aa"))`,
		`[path(range(1e9) as $i | .a.b.c.d)]`, `[range(1e9) | to_entries? // [1]]`, `[range(1e9) | [3, 1, 2] | sort]`, `[range(1e9) | "a" | match("a")]`, `[range(1e9) | "a,b" / ","]`, `[recurse(. + 1)]? // [0 | recurse(. + 1)]`,
		`last(range(1e9) | [1, 2] | del(.[0]))`, `def f: 1 + f; f`, `[range(1e9) as $x | $x]`,
	} {
		tmpl, err := e.Compile("{{ {} | jq(program) }}")
		if err != nil {
			t.Fatal(err)
		}
		account := &countedMemory{has: 8 << 20}
		_, err = tmpl.RenderTyped(&Context{Vars: value.MapOf("program", value.String(program)).Map(), Memory: account})
		if failed, ok := errors.AsType[*Error](err); !ok || failed.Class != ClassBusy && failed.Class != ClassLimit {
			t.Errorf("%s: got %v, want what the account says", program, err)
		}
	}
}

// TestMapsTakeTheirMembers sees that filters and functions that make maps, lists and trees take at least what those hold.
func TestMapsTakeTheirMembers(t *testing.T) {
	e := New(Options{Limits: Limits{Steps: 20_000_000, Memory: 1 << 30, OutputBytes: 256 << 20}})
	m, texts := value.NewMap(20_000), make([]value.Value, 20_000)
	for i := range texts {
		key := strconv.Itoa(i)
		m.Set(key, value.Int(int64(i)))
		texts[i] = value.String(key)
	}
	json := value.JSON(value.FromMap(m))
	vars := value.MapOf("m", value.FromMap(m), "texts", value.ListOf(texts...), "json", value.String(json), "escaped", value.String(strings.ReplaceAll(json, `":`, `\u0061":`)))
	for _, text := range []string{
		"{{ fromJson(json) }}", "{{ fromJson(escaped) }}", "{{ fromIon(json) }}", "{{ m | merge({'x': 1}) }}", "{{ m | merge(texts) }}", "{{ render(m) }}", "{{ texts | distinct }}", "{{ m | escapeChar('single') }}",
		"{{ m | keys }}", "{{ m | values }}", "{{ m | toJson }}", "{{ json | split(',') }}", "{{ m | jq('.') }}", "{{ json | jq('.') }}",
	} {
		tmpl, err := e.Compile(text)
		if err != nil {
			t.Fatal(err)
		}
		account := &countedMemory{has: 1 << 40}
		before := liveHeap()
		v, err := tmpl.RenderTyped(&Context{Vars: vars.Map(), Memory: account})
		held := liveHeap() - before
		if err != nil {
			t.Errorf("%s: %v", text, err)
		}
		if taken := account.taken + freeMemory; held > taken+64<<10 {
			t.Errorf("%s: holds %d bytes and took %d", text, held, taken)
		}
		runtime.KeepAlive(v)
	}
	runtime.KeepAlive(vars)
}
