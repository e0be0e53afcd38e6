package pebble

// jqDefinitions are the functions of the library that are short in jq itself. What begins with _ is native.
const jqDefinitions = `
def range($to): range(0; $to; 1);
def range($from; $to): range($from; $to; 1);
def select(f): if f then . else empty end;
def map(f): [.[] | f];
def map_values(f): .[] |= f;
def recurse: recurse(.[]?);
def recurse(f; more): recurse(f | select(more));
def recurse_down: recurse;
def values: select(. != null);
def nulls: select(. == null);
def booleans: select(type == "boolean");
def numbers: select(type == "number");
def strings: select(type == "string");
def arrays: select(type == "array");
def objects: select(type == "object");
def iterables: select(type == "array" or type == "object");
def scalars: select(type != "array" and type != "object");
def finites: select(isfinite);
def normals: select(isnormal);
def first: .[0];
def first(f): label $found | (f | (., break $found));
def last: .[-1];
def last(f): reduce f as $x (null; $x);
def nth($n): .[$n];
def nth($n; f): if $n < 0 then error("nth needs an index that is not negative") else last(limit($n + 1; f)) end;
def any(g; f): first((g | if f then true else empty end), false);
def any(f): any(.[]; f);
def any: any(.[]; .);
def all(g; f): first((g | if f then empty else false end), true);
def all(f): all(.[]; f);
def all: all(.[]; .);
def in(whole): . as $key | whole | has($key);
def inside(whole): . as $part | whole | contains($part);
def paths: path(..) | select(length > 0);
def paths(f): path(.. | select(f)) | select(length > 0);
def leaf_paths: paths(scalars);
def del(f): delpaths([path(f)]);
def to_entries: [keys_unsorted[] as $k | {key: $k, value: .[$k]}];
def from_entries: reduce .[] as $e ({}; . + {
  ($e | .key // .k // .name // .Name // .K // .Key | if type == "string" then . else tojson end):
  ($e | if has("value") then .value else .Value end)});
def with_entries(f): to_entries | map(f) | from_entries;
def combinations: if length == 0 then [] else .[0][] as $x | (.[1:] | combinations) as $rest | [$x] + $rest end;
def combinations($n): . as $set | [range($n) | $set] | combinations;
def walk(f):
  def down: if type == "array" then map(down) | f elif type == "object" then map_values(down) | f else f end;
  down;
def sort_by(f): _sort_by(map([f]));
def group_by(f): _group_by(map([f]));
def unique_by(f): _unique_by(map([f]));
def min_by(f): _min_by(map([f]));
def max_by(f): _max_by(map([f]));
def match($re; $flags): _match($re; $flags)[];
def match($re): match($re; null);
def test($re): test($re; null);
def capture($re; $flags): match($re; $flags) | _named;
def capture($re): capture($re; null);
def scan($re; $flags): match($re; _flags($flags)) | if (.captures | length) > 0 then [.captures[].string] else .string end;
def scan($re): scan($re; null);
def splits($re; $flags): split($re; $flags)[];
def splits($re): splits($re; null);
`
