package jq

import (
	"errors"
	"math"
	"runtime"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
	"github.com/caddy-kestra/kestra-webhook/engine/value/valuetest"
)

// TestRunTakesWhatItHolds sees that programs took at least the bytes that their result holds, whatever made it.
func TestRunTakesWhatItHolds(t *testing.T) {
	r := &runner{limits: meter.Limits{Steps: 20_000_000, Memory: 1 << 30, OutputBytes: 256 << 20, RangeItems: standard.RangeItems, RegexTime: standard.RegexTime}}
	list := make([]value.Value, 8_000)
	text := make([]byte, 40_000)
	for i := range list {
		list[i] = value.MapOf("n", value.Int(int64(i)), "s", value.String("item"))
	}
	for i := range text {
		text[i] = "ab,c"[i%4]
	}
	input := value.MapOf("list", value.ListOf(list...), "text", value.String(string(text)))
	for _, program := range []string{
		`[range(40000)]`, `[range(20000) | [.]]`, `[range(20000) | []| . + [1]]`, `[range(12000) | {a: .}]`, `[range(8000) | {a: ., b: ., c: ., d: .}]`,
		`[range(20000) | tostring]`, `[range(20000) | "n\(.)"]`, `[range(8000) | "x" * 50]`, `"x" * 4000000`, `[limit(20000; range(1e9))]`, `range(20000)`,
		`[foreach range(20000) as $x (0; . + $x; [$x])]`, `reduce range(100) as $i ([range(1000)]; . + [range(1000)])`, `[range(16000) | . + 0.5]`,
		`[.list[] | . + {x: 1}]`, `[.list[] | . * {x: {y: 1}}]`, `[.list[] | .n = [.n]]`, `[.list[] | .a.b = 1]`, `[.list[] | del(.n)]`, `.list | map(to_entries)`, `.list | map(with_entries(.))`,
		`.list | map(.s)`, `.list | group_by(.n)`, `.list | sort_by(-.n)`, `.list | unique_by(.n)`, `.list | map([.n, .s]) | transpose`, `.list | map([.n]) | add`, `.list | map({("k\(.n)"): .n}) | .[:2000] | add`,
		`.list | map([.]) | flatten`, `.list | reverse`, `.list | map(keys)`, `.list | map({key: "k\(.n)", value: .n}) | from_entries`, `.list | to_entries`, `.list | map(.n) | map(. as [$a] | 1)? // [range(4000)]`,
		`[.list | paths]`, `[path(.list[].n)]`, `[.list | path(..)]`, `[.list | .. | numbers]`, `[.list | getpath([range(4000) | [., "n"]][])]`, `.list | walk(.)`, `.list | map_values(.n)`, `.list[].n += 1`, `[.list[].n] | .[] |= [.]`, `[.list | leaf_paths]`,
		`.list | tojson`, `.list | tojson | fromjson`, `.list | map(tojson)`, `[.list[:2000] | tojson | fromjson[]]`, `.list | @json "x\(.)"`, `.list | map([.n, .s] | @csv)`, `.list | map(@base64)`, `.text | @base64`, `.text | @uri`, `.text | @html`,
		`.text | explode`, `.text | explode | implode`, `.text | split(",")`, `.text / ""`, `.text | [match("a"; "g")]`, `.text | [match("(?<x>a)(b)"; "g")]`, `.text | [scan("a")]`, `.text | [splits(",")]`, `.text | gsub("a"; "xyz")`, `.text | [capture("(?<x>a)"; "g")]`,
		`.text | indices("a")`, `.text | ascii_upcase`, `.text[:2000] | [.[range(1000):]]`, `.text | [. / "," | .[] | ascii_upcase]`, `.text | split(",") | join("--")`, `null | .[40000] = 1`, `null | setpath([20000, 3]; 1)`,
		`reduce range(900) as $i (0; [.])`, `reduce range(20) as $i (1; [., .])`, `[range(100) | [range(100)] | .[2:4] = [range(100)]]`, `[range(10) as $x | range(100) as $y | range(10) as $z | [$x, $y, $z]]`, `[[range(30)], [range(30)], [range(30)]] | [combinations]`,
		`[range(24000) | . as [$a] | $a]? // 1`, `[range(300) | 9007199254740993 + .] | map(. * . * . * .)`, `def f: [., .]; [range(4000) | f]`, `[recurse(if . < 8000 then . + 1 else empty end)]? // (0 | [recurse(if . < 8000 then . + 1 else empty end)])`,
	} {
		if _, err := r.programs.Compile(nil, program); err != nil { // and keep it
			t.Fatal(err)
		}
		account := &valuetest.Account{Limit: valuetest.All}
		held := valuetest.Held(func() any {
			v, err := r.run(r.meter(account), input, program)
			if err != nil {
				t.Errorf("%s: %v", program, err)
			}
			return v
		})
		if taken := account.Taken + meter.FreeMemory; held > taken+64<<10 {
			t.Errorf("%s: holds %d bytes and took %d", program, held, taken)
		}
	}
	runtime.KeepAlive(input)
}

// TestRunStopsBeforeItTakes checks that programs whose values grow without end are stopped before they hold more than the
// account has.
func TestRunStopsBeforeItTakes(t *testing.T) {
	r := &runner{limits: meter.Limits{Steps: math.MaxInt32, Memory: math.MaxInt32, OutputBytes: math.MaxInt32, RangeItems: math.MaxInt32, RegexTime: standard.RegexTime}}
	for _, program := range []string{
		`[range(1e18)]`, `"x" * 1e15`, `null | .[1e9] = 1`, `null | setpath([1e9]; 1)`, `[limit(1e9; range(1e18))]`, `reduce range(1e9) as $i ([1]; . + .)`, `reduce range(1e9) as $i ("a"; . + .)`,
		`reduce range(1e9) as $i ({}; .["k\($i)"] = 1)`, `[range(1e9) | {a: .}]`, `[range(1e9) | [.]]`, `[range(1e9) | "n\(.)"]`, `reduce range(1e9) as $i ([1]; [., .] | add)`, `reduce range(1e9) as $i ([1]; [., .] | flatten)`,
		`[range(1e9) | {a: {b: .}} * {a: {c: 1}}]`, `[range(1e9) | 1 | tojson | fromjson | [.]]`, `reduce range(1e9) as $i ("\""; tojson)`, `reduce range(1e9) as $i ("a"; @html "\(.)&\(.)")`, `reduce range(1e9) as $i ("a"; gsub("a"; "aa"))`,
		`[path(range(1e9) as $i | .a.b.c.d)]`, `[range(1e9) | to_entries? // [1]]`, `[range(1e9) | [3, 1, 2] | sort]`, `[range(1e9) | "a" | match("a")]`, `[range(1e9) | "a,b" / ","]`, `[recurse(. + 1)]? // [0 | recurse(. + 1)]`,
		`last(range(1e9) | [1, 2] | del(.[0]))`, `def f: 1 + f; f`, `[range(1e9) as $x | $x]`,
	} {
		account := &valuetest.Account{Limit: 8 << 20}
		_, err := r.run(r.meter(account), value.MapOf(), program)
		if failed, ok := errors.AsType[*meter.Fault](err); !ok || failed.Class != meter.ClassBusy && failed.Class != meter.ClassLimit {
			t.Errorf("%s: got %v, want what the account says", program, err)
		}
	}
}
