package jq

// definitions are the functions of the library that are short in jq itself. What begins with _ is native.
const definitions = `
def select(f): if f then . else empty end;
def map(f): [.[] | f];
def map_values(f): .[] |= f;
def recurse: recurse(.[]?);
def recurse(f; more): def r: ., (f | select(more) | r); r;
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
def first(f): label $found | f | ., break $found;
def last: .[-1];
def last(f): reduce f as $x (null; $x);
def nth(n): n as $n | .[$n];
def nth(n; f): n as $n | if $n < 0 then error("nth doesn't support negative indices") else last(limit($n + 1; f)) end;
def any(g; f): [label $found | foreach g as $x (false;
  if . then break $found elif $x | f then true else . end; if . then . else empty end)] | length == 1;
def any(f): any(.[]; f);
def any: any(.[]; .);
def all(g; f): [label $found | foreach g as $x (true;
  if . | not then break $found elif $x | f then . else false end; if . | not then . else empty end)] | length == 0;
def all(f): all(.[]; f);
def all: all(.[]; .);
def in(whole): . as $key | whole | has($key);
def inside(whole): . as $part | whole | contains($part);
def paths: paths(. != null);
def leaf_paths: paths(scalars);
def del(f): delpaths([path(f)]);
def with_entries(f): to_entries | map(f) | from_entries;
def combinations: if length == 0 then [] else .[0][] as $x | (.[1:] | combinations) as $rest | [$x] + $rest end;
def combinations(n): . as $set | [range(n) | $set] | combinations;
def match(re; flags): _match(re; flags)[];
def match($re): _alone($re) as [$alone, $flags] | match($alone; $flags);
def test($re): _alone($re) as [$alone, $flags] | test($alone; $flags);
def capture(re; flags): match(re; flags) | _named;
def capture($re): _alone($re) as [$alone, $flags] | capture($alone; $flags);
def scan(re; flags): match(re; flags + "g") | if (.captures | length) > 0 then [.captures[].string] else .string end;
def scan(re): scan(re; "");
def split($re; flags): _split($re; [flags]);
def splits($re; flags): split($re; flags)[];
def splits($re): splits($re; null);
`
