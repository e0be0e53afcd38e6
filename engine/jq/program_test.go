package jq

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/itchyny/gojq"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
	"github.com/caddy-kestra/kestra-webhook/engine/value/valuetest"
)

// cases are programs with what they make of an input.
var cases = []struct{ input, program, want string }{
	// Objects keep the order of the document, or that in which they are made.
	{`{"b":1,"a":{"d":1,"c":2}}`, `.`, `[{"b":1,"a":{"d":1,"c":2}}]`},
	{`{"b":1,"a":2}`, `keys, keys_unsorted, [.[]], to_entries[0].key`, `[["a","b"],["b","a"],[1,2],"b"]`},
	{`{"b":1,"a":2}`, `{z: .b, y: .a, a, "b"}`, `[{"z":1,"y":2,"a":2,"b":1}]`},
	{`{"b":1,"a":2}`, `.b = 9 | .c = 1 | del(.a)`, `[{"b":9,"c":1}]`},
	{`{"b":1,"a":2}`, `with_entries(.key |= ascii_upcase)`, `[{"B":1,"A":2}]`},
	{`[{"k":"b"},{"k":"a"}]`, `map({(.k): 1}) | add`, `[{"b":1,"a":1}]`},
	// Numbers.
	{`[1, 1.0, 2.5, 123456789012345678901234567890]`, `.[]`, `[1,1.0,2.5,123456789012345678901234567890]`},
	{`null`, `1.0, 1e2, 0.1 + 0.2, 3.0 * 2, 7 / 2, 4 / 2, 2 * 1.5, -7 % 3`, `[1.0,100.0,0.30000000000000004,6,3.5,2,3,-1]`},
	{`null`, `(9 | sqrt), (1.5 | floor), pow(2; 3), (2 | exp10)`, `[3.0,1.0,8,100.0]`},
	{`null`, `12345678901234567890 * 10, 9007199254740993 + 0`, `[123456789012345678900,9007199254740993]`},
	{`null`, `[nan] | sort, ([nan, 1] | min), (nan < nan), (nan == nan)`, `[["NaN"],"NaN",true,false]`},
	{`null`, `"x" * 3, "x" * 0, 2 * "ab"`, `["xxx",null,"abab"]`},
	{`null`, `now`, `[1.7092052555E9]`},
	{`null`, `(0 | todateiso8601), ("2024-02-29T00:00:00Z" | fromdateiso8601)`, `["1970-01-01T00:00:00Z",1709164800]`},
	// Functions.
	{`null`, `def f(g): g + 1; f(2), f(f(3))`, `[3,5]`},
	{`null`, `def f($a; $b): [$a, b]; [f(1, 2; 3, 4)]`, `[[[1,3,4],[1,3,4],[2,3,4],[2,3,4]]]`},
	{`null`, `def fac: if . <= 1 then 1 else . * (. - 1 | fac) end; 20 | fac`, `[2432902008176640000]`},
	{`null`, `def f: def g: 3; g; f`, `[3]`},
	{`null`, `2 as $x | def f: $x * 2; 5 as $x | f, $x`, `[4,5]`},
	{`[[1,{"a":2}],[3,{"a":4}]]`, `.[] as [$x, {a: $y}] | $x + $y`, `[3,7]`},
	{`{"a":1,"k":"a"}`, `. as {$a, k: $k, "a": $c, (.k): $d} | [$a, $k, $c, $d]`, `[[1,"a",1,1]]`},
	{`{"a":[1,2]}`, `. as {$a: [$first]} | [$a, $first]`, `[[[1,2],1]]`},
	// Errors and their rescue.
	{`1`, `try .a catch .`, `["Cannot index number with string \"a\""]`},
	{`1`, `try error({a: 1}) catch .a`, `[1]`},
	{`1`, `[.[]?], (.a?), ([1, "x"] | map(tonumber? // 0))`, `[[],[1,0]]`},
	{`1`, `try (1, error("x"), 2) catch .`, `[1,"x"]`},
	{`1`, `(try 1 catch 2) | error("after")`, `!evaluation jq program failed: after`},
	{`1`, `try ((try 1 catch 2) | error("after")) catch .`, `["after"]`},
	{`1`, `(1 // 2) | error("after")`, `!evaluation jq program failed: after`},
	{`1`, `(null // false // 3), ((false, 1, null, 2) // 9)`, `[3,1,2]`},
	{`1`, `error("x") // 2`, `!evaluation jq program failed: x`},
	{`1`, `label $a | 1, (label $b | 2, break $b, 3), break $a, 4`, `[1,2]`},
	{`1`, `label $a | def f: break $a; 1, f, 2`, `[1]`},
	{`{"a":{"b":1}}`, `.a.b.c?, .a["b"]?, (.a | .["b"])`, `[1,1]`},
	// Paths and assignments.
	{`{"a":[1,{"b":2}]}`, `[paths], [leaf_paths], [paths(type == "number")]`, `[[["a"],["a",0],["a",1],["a",1,"b"]],[["a",0],["a",1,"b"]],[["a",0],["a",1,"b"]]]`},
	{`{"a":[1,2,3]}`, `path(.a[1:]), path(.a | first, last), [path(.a[] | select(. > 1))]`, `[["a",{"start":1,"end":null}],["a",0],["a",-1],[["a",1],["a",2]]]`},
	{`[1,2,3,4]`, `.[1:3] = ["x"], (.[1:3] |= map(. * 2)), (.[-1] = 0), (.[6] = 7), del(.[1:3]), del(.[0], .[2])`, `[[1,"x",4],[1,4,6,4],[1,2,3,0],[1,2,3,4,null,null,7],[1,4],[2,4]]`},
	{`[1,2,3,4]`, `(.[0], .[1]) += 10, .[0] -= 1, (.[0] //= 5), map(. *= 2)`, `[[11,12,3,4],[0,2,3,4],[1,2,3,4],[2,4,6,8]]`},
	// Updates of several paths, some of which lie inside others: each sees what the ones before it made.
	{`{"a":{"b":1},"c":[1,2]}`, `(.a, .a.b) |= tojson`, `!evaluation jq program failed: Cannot index string with string`},
	{`{"a":{"b":1},"c":[1,2]}`, `(.a.b, .a) |= tojson`, `[{"a":"{\"b\":\"1\"}","c":[1,2]}]`},
	{`[1,2,3]`, `(.[0], .[0], .[-1], .[1:][0]) += 1`, `[[3,3,4]]`},
	{`[1,2]`, `(.[], .[]) *= 3, ((.[3], .[2]) = 0)`, `[[9,18],[1,2,0,0]]`},
	{`null`, `(.a, .b.c, .b.d[1]) = 1, (try ((.a, .[0]) = 1) catch .)`, `[{"a":1,"b":{"c":1,"d":[null,1]}},"Cannot index object with number"]`},
	{`null`, `.a.b[1].c = 1`, `[{"a":{"b":[null,{"c":1}]}}]`},
	{`{"a":1}`, `setpath(["b", 0]; 2), getpath(["a"]), delpaths([["a"], ["x", "y"]]), (getpath(["x", "y"]))`, `[{"a":1,"b":[2]},1,{},null]`},
	{`{"a":{"b":1}}`, `path(first(.a, .c)), path(getpath(["a", "b"])), path(if .a then .a else .c end), path(.x // .a)`, `[["a"],["a","b"],["a"],["a"]]`},
	{`1`, `path(1 + 1)`, `!evaluation jq program failed: Invalid path expression`},
	{`{"a":[{"b":1},{"b":2}]}`, `[.a[] | .b] == [.a[].b], (.a | map(.b) | add), .a[-1].b, (.a | length)`, `[true,3,2,2]`},
	// Texts.
	{`{"a":"ü🚀x"}`, `.a[1:], .a[:-1], (.a | length, utf8bytelength), (.a | explode | implode)`, `["🚀x","ü🚀",3,7,"ü🚀x"]`},
	{`{"a":"<&'\">"}`, `"v: \(.a) \(1.0) \([1.0, null])", @html "h: \(.a)", @json "j: \(.a)", @uri "\("ü ~*")"`, `["v: <&'\"> 1.0 [1.0,null]","h: &lt;&amp;&apos;&quot;&gt;","j: \"<&'\\\">\"","%C3%BC%20~*"]`},
	{`["a\"b", 1, null, true, "t\tab"]`, `@csv, @tsv, @sh, @json, @text, (@base64 | @base64d | fromjson | length)`, `["\"a\"\"b\",1,,true,\"t\tab\"","a\"b\t1\t\ttrue\tt\\tab","'a\"b' 1 null true 't\tab'","[\"a\\\"b\",1,null,true,\"t\\tab\"]","[\"a\\\"b\",1,null,true,\"t\\tab\"]",5]`},
	{`"aXbxc"`, `test("x"), [match("x"; "gi").offset], sub("(?<l>[xX])"; "<\(.l)>"), gsub("x"; "-"; "i"), [splits("x"; "i")], [scan("[a-z]")], [scan("([ab])(.)")]`, `[true,[1,3],"a<X>bxc","a-b-c",["a","b","c"],["a","b","x","c"],[["a","X"],["b","x"]]]`},
	{`"äbä"`, `[match("ä"; "g") | .offset, .length], capture("(?<x>b)(?<y>z)?"), gsub("ä"; "aa"), gsub(""; "-"), gsub("^"; ">")`, `[[0,1,2,1],{"x":"b","y":null},"aabaa","-ä-b-ä-",">äbä"]`},
	{`"a"`, `test("[")`, `!evaluation jq program failed: regular expression is invalid`},
	{`"a,b,c"`, `split(","), split(", *"; null), (. / ","), index(","), rindex(","), indices(","), ltrimstr("a"), rtrimstr("c"), startswith("a"), endswith("b")`, `[["a","b","c"],["a","b","c"],["a","b","c"],1,3,[1,3],",b,c","a,b,",true,false]`},
	// Lists.
	{`[3,1,2,1]`, `sort, unique, min, max, reverse, add, (map(. > 1) | any, all), first, last, nth(1), .[1:-1], index(1), indices([1, 2]), contains([1]), (. - [1])`, `[[1,1,2,3],[1,2,3],1,3,[1,2,1,3],7,true,false,3,1,1,[1,2],1,[1],true,[3,2]]`},
	{`[{"a":2,"b":1},{"a":1,"b":2},{"a":2,"b":3}]`, `sort_by(.a), group_by(.a), unique_by(.a), min_by(.b), max_by(.a), (sort_by(.a, -.b) | map(.b))`, `[[{"a":1,"b":2},{"a":2,"b":1},{"a":2,"b":3}],[[{"a":1,"b":2}],[{"a":2,"b":1},{"a":2,"b":3}]],[{"a":1,"b":2},{"a":2,"b":1}],{"a":2,"b":1},{"a":2,"b":3},[2,3,1]]`},
	{`null`, `[null, false, true, 0, "a", [], {}] | sort == ., ([{"a": 1}, {"a": 0, "b": 0}, [2], [1, 2]] | sort)`, `[true,[[1,2],[2],{"a":1},{"a":0,"b":0}]]`},
	{`[[1,2],[3]]`, `transpose, flatten, [combinations], ([0, 1] | [combinations(2)]), walk(if type == "number" then . + 1 else . end)`, `[[[1,3],[2,null]],[1,2,3],[[1,3],[2,3]],[[0,0],[0,1],[1,0],[1,1]],[[2,3],[4]]]`},
	{`null`, `[range(3)], [range(1; 4)], [range(0; 1; 0.25)], [range(3; 0; -2)], [limit(2; 1, 2, 3)], [first(range(10; 0; -1))], [1 | until(. > 100; . * 2)], [1 | while(. < 9; . * 2)], [2 | recurse(if . < 9 then . * . else empty end)], [nth(1; 4, 5)]`, `[[0,1,2],[1,2,3],[0,0.25,0.5,0.75],[3,1],[1,2],[10],[128],[1,2,4,8],[2,4,16],[5]]`},
	{`{"a":{"b":1},"c":2}`, `. * {"a": {"d": 3}}, . + {"a": 1}, has("a"), ("a" | in({"a": 1})), ({"a": {}} | inside({"a": {"b": 1}})), tojson, (tojson | fromjson | .c), length`, `[{"a":{"b":1,"d":3},"c":2},{"a":1,"c":2},true,true,true,"{\"a\":{\"b\":1},\"c\":2}",2,2]`},
	{`[1,2,3]`, `reduce .[] as $x (0; . + $x), [foreach .[] as $x (0; . + $x)], [foreach .[] as $x (0; . + $x; [$x, .])], (reduce .[] as $x (0; empty))`, `[6,[1,3,6],[[1,1],[2,3],[3,6]],null]`},
	// Functions that Kestra's jq does not have are found before a program runs.
	{`1`, `env`, `!evaluation jq program does not compile: function env/0 does not exist here; Kestra's jq is jackson-jq`},
	{`1`, `$ENV`, `!evaluation jq program does not compile: variable $ENV does not exist`},
	{`1`, `input`, `!evaluation jq program does not compile: function input/0 does not exist here; Kestra's jq is jackson-jq`},
	{`1`, `_sort_by(.)`, `!evaluation jq program does not compile: function _sort_by/1 does not exist here; Kestra's jq is jackson-jq`},
	{`1`, `if . then 1 end`, `!evaluation jq program does not compile: if needs an else: Kestra's jq has none without`},
	{`1`, `. as [$a] ?// $a | $a`, `!evaluation jq program does not compile: ?// does not exist here`},
	{`1`, `import "a" as a; 1`, `!evaluation jq program does not compile: modules are not supported`},
	{`1`, `break $x`, `!evaluation jq program does not compile: break needs the label $x`},
	{`1`, `@base32`, `!evaluation jq program does not compile: format @base32 does not exist here`},
	{`1`, ``, `!evaluation jq program does not compile: program is empty`},
	{`{`, `.`, `!evaluation invalid JSON: JSON is invalid at line 1, column 2: text ends where a key is due`},
	{``, `.`, `[null]`},
}

func TestPrograms(t *testing.T) {
	r := &runner{limits: standard}
	for _, c := range cases {
		got := r.print(value.String(c.input), c.program)
		if !strings.HasPrefix(c.want, "!") || !strings.HasPrefix(got, c.want) {
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%s | %s: (-want +got)\n%s", c.input, c.program, diff)
			}
		}
	}
}

// TestLikeGojq compares programs with gojq, where both should do the same.
func TestLikeGojq(t *testing.T) {
	r := &runner{limits: standard}
	for _, program := range []string{
		`.`, `.[]?`, `..`, `[..]`, `.a`, `.a.b?`, `.a["b"]?`, `.[1:]?`, `.[:-1]?`, `keys?`, `length`, `[paths]`, `[paths(type == "number")]`, `[paths(scalars)]`,
		`[(1, 2) + (10, 20)]`, `[(1, 2) < (1, 2)]`, `[{a: (1, 2), b: (3, 4)}]`, `[{(("a", "b")): (1, 2)}]`, `["\(1, 2)-\(3, 4)"]`, `[[1, 2][(0, 1)]]`, `[range(0, 1; 3, 4)]`,
		`[limit(3; ..)]`, `[first(..), last(..)]`, `[.. | select(type == "string")]`, `[.[]? | tojson]`, `to_entries?`, `objects | with_entries(.value |= tojson)`, `map(type)?`,
		`[.. | numbers] | add`, `[.. | strings] | join(",")`, `[..] | sort`, `[..] | unique`, `[..] | group_by(type)`, `[..] | min_by(tojson)`, `[..] | max`, `[..] | map(not) | any`, `flatten?`, `arrays | reverse`,
		`walk(if type == "number" then -. else . end)`, `[.. | scalars | tostring]`, `(.. | numbers) += 1`, `.a |= 1`, `.a = (1, 2)`, `.["x"] += 1`, `try (.[2] = 1) catch "no"`, `try (.[1:2] = [7, 8]) catch "no"`,
		`del(.a)?`, `del(.[0, 1])?`, `delpaths([["a"], [0]])?`, `try setpath(["a", 0]; 1) catch "no"`, `[path(..)]`, `[path(.[]?)]`, `[getpath(["a", "b"])?]`,
		`[.[]? as $x | $x]`, `. as [$a] | $a`, `. as {a: $x} | $x`, `reduce .[]? as $x (0; . + 1)`, `[foreach .[]? as $x (0; . + 1; [., $x])]`, `label $f | .[]? | ., break $f`,
		`[splits("a")]?`, `[match("(?<x>[a-c])|(d)"; "g")?]`, `[match("(.)(?<x>a)?(.)"; "g")?]`, `gsub("[aeiou]"; "<\(.)>")?`, `gsub("(?<v>[aeiou])"; "<\(.v)>")?`, `[scan("..")?]`, `ascii_downcase?`, `explode?`, `[indices("a")?]`, `[index("a", "b")?]`, `strings | ltrimstr("a")`, `@json`, `@html`, `@uri`, `[@csv?]`, `[@sh?]`, `@base64`,
		`(1, null, false) // 2`, `[.[]? // "d"]`, `try error("x") catch .`, `[.[]? | try (if type == "number" then error("n") else . end) catch .]`, `[.a, .b]?`, `contains("a")?`, `inside("abc")?`, `objects | has("a")`, `[1, [2]] | contains([[2]])`, `isvalid?`,
		`[recurse(if type == "array" then .[] else empty end)]`, `[while(type == "array" and length > 0; .[1:])]`, `until(type != "array" or length == 0; .[1:])`, `[combinations?]`, `transpose?`, `tostring`, `tojson | fromjson`, `def f(x): x * 2; [.[]? | numbers | f(.)]`, `1 as $x | 2 as $y | [$x, $y, $x + $y]`,
		`[limit(1; .[]?)]`, `[.[]?] | .[2:4] = []`, `[splits("[,b]+"; "g")?]`, `. as $d | [keys[]? | . as $k | $d[$k]]?`, `[range(5)] | .[1:3] |= map(. * 10)`, `-(1, 2)`, `[1, 2] - [2]`, `{} + {a: 1} * {a: {b: 2}}`,
	} {
		query, err := gojq.Parse(program)
		if err != nil {
			t.Fatal(err)
		}
		code, err := gojq.Compile(query)
		for _, input := range []string{`null`, `5`, `"banana, bread"`, `[3, 1, [2, "a"], true, {"a": 1}]`, `{"a": {"b": 2}, "b": [1, {"c": "d"}], "n": 1.5}`, `[]`, `{}`, `[[1, 2], [3]]`, `"ä🚀a"`} {
			var in any
			if err := json.Unmarshal([]byte(input), &in); err != nil {
				t.Fatal(err)
			}
			want := "error"
			if err == nil {
				want = gojqOutputs(code, in)
			}
			got := r.print(value.String(input), program)
			if strings.HasPrefix(got, "!") {
				got = "error"
			}
			if got != want && !sameJSON(got, want) {
				t.Errorf("%s | %s: got %s, gojq %s", input, program, got, want)
			}
		}
	}
}

func sameJSON(a, b string) bool {
	var x, y any
	return json.Unmarshal([]byte(a), &x) == nil && json.Unmarshal([]byte(b), &y) == nil && reflect.DeepEqual(x, y)
}

func gojqOutputs(code *gojq.Code, in any) string {
	outputs := []any{}
	for iter := code.Run(in); ; {
		v, ok := iter.Next()
		if !ok {
			break
		}
		if _, failed := v.(error); failed {
			return "error"
		}
		outputs = append(outputs, v)
	}
	text, err := gojq.Marshal(outputs)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// FuzzProgram runs programs twice: nothing panics or takes much memory, both runs say the same, and the input stays as it was.
func FuzzProgram(f *testing.F) {
	for i, c := range cases {
		f.Add(c.program, uint64(i))
	}
	r := &runner{limits: meter.Limits{Steps: 50_000, OutputBytes: 1 << 20, RangeItems: 50_000, RegexTime: 20 * time.Millisecond, Memory: 8 << 20, Depth: standard.Depth}}
	f.Fuzz(func(t *testing.T, program string, seed uint64) {
		input := value.FromMap(valuetest.Variables(seed))
		before := value.JSON(input)
		var first string
		if allocated := valuetest.Allocated(func() { first = r.print(input, program) }); allocated > 40<<20 {
			t.Fatalf("%q: allocated %d MiB", program, allocated>>20)
		}
		if second := r.print(input, program); first != second && !strings.HasPrefix(first, "!limit") {
			t.Fatalf("%q: got %q and then %q", program, first, second)
		}
		if after := value.JSON(input); after != before {
			t.Fatalf("%q: the input changed:\n%s\n%s", program, before, after)
		}
	})
}
