package webhook

import "testing"

func TestParseParameters(t *testing.T) {
	tests := []struct{ name, query, want string }{
		{"none", "", `{}`},
		{"one", "a=1", `{"a":["1"]}`},
		{"names keep their order", "z=1&y=2&x=3&a=4", `{"z":["1"],"y":["2"],"x":["3"],"a":["4"]}`},
		{"repeated at its first place", "a=1&b=2&a=3", `{"a":["1","3"],"b":["2"]}`},
		{"names differ by case", "A=1&a=2", `{"A":["1"],"a":["2"]}`},
		{"plus is a blank", "a=x+y&b+c=1", `{"a":["x y"],"b c":["1"]}`},
		{"escaped blank", "a=x%20y", `{"a":["x y"]}`},
		{"escaped plus", "a=x%2By", `{"a":["x+y"]}`},
		{"only & separates", "a=1;b=2", `{"a":["1;b=2"]}`},
		{"escaped separators", "a%3Db=c%26d", `{"a=b":["c&d"]}`},
		{"second = is text", "a=b=c", `{"a":["b=c"]}`},
		{"no value", "a", `{"a":[""]}`},
		{"empty value", "a=", `{"a":[""]}`},
		{"with and without value", "a&a=1&a=", `{"a":["","1",""]}`},
		{"empty name is dropped", "=1&a=2&=", `{"a":["2"]}`},
		{"empty pairs", "&&a=1&&", `{"a":["1"]}`},
		{"a name that is escaped to nothing but a blank", "+=1", `{" ":["1"]}`},
		{"malformed escapes stay", "a=%zz&b=%&c=%4&d=100%", `{"a":["%zz"],"b":["%"],"c":["%4"],"d":["100%"]}`},
		{"decoded once", "a=%2541", `{"a":["%41"]}`},
		{"brackets are part of the name", "a[]=1&a[]=2&b[c]=3", `{"a[]":["1","2"],"b[c]":["3"]}`},
		{"beyond ASCII", "%D0%BA=%F0%9F%9A%80&ä=ö", `{"к":["🚀"],"ä":["ö"]}`},
		{"escaped bytes that are no UTF-8", "a=%FF&b=x%C3%28", `{"a":["�"],"b":["x�("]}`},
		{"raw bytes that are no UTF-8", "a=\xFF", `{"a":["�"]}`},
		{"control characters", "a=%00%0A", `{"a":["\u0000\n"]}`},
	}
	for _, test := range tests {
		if got := parseParameters(test.query); jsonOf(got) != test.want {
			t.Errorf("%s: %q gives %s, want %s", test.name, test.query, jsonOf(got), test.want)
		}
	}
}

func TestParametersHoldNoKeyOfTheRequest(t *testing.T) {
	const other = "https://example.com" + Prefix + "a/b/other"
	r := &Request{Target: Target{Key: "se/cret"}, RawQuery: "key=se%2Fcret&to=%2Fhooks%2Fse%252Fcret&a=s%65&call=" + other}
	const want = `{"key":["REDACTED"],"to":["/hooks/REDACTED"],"a":["se"],"call":["` + other + `"]}`
	if got := jsonOf(r.parameters()); got != want {
		t.Errorf("parameters are %s, want %s", got, want)
	}
}
