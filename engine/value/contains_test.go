package value

import "testing"

// TestContains has rows from Kestra 1.3.25. Kestra answers those marked "mended" otherwise, because it tells Integer from
// Long.
func TestContains(t *testing.T) {
	array := `[1,2,"x",null]`
	tests := []struct {
		name, v, x string
		found, ok  bool
	}{
		{"list has the item", `["a"]`, `"a"`, true, true},
		{"list lacks the item", array, `0`, false, true},
		{"text of a number is no number", array, `"2"`, false, true},
		{"list has null", array, `null`, true, true},
		{"list has all of a list", array, `["x",null]`, true, true},
		{"list has itself", array, array, true, true},
		{"list lacks one of a list", `[1,2]`, array, false, true},
		{"every list has all of the empty list", `[]`, `[]`, true, true},
		{"an inner list is not looked for", `[[1]]`, `[1]`, false, true},
		{"integer and double (mended)", `[1,2]`, `1.0`, true, true},
		{"map has the key", `{"a":1}`, `"a"`, true, true},
		{"map lacks the key", `{"a":1}`, `""`, false, true},
		{"a number is no key", `{"1":1}`, `1`, false, true},
		{"a list is no key", `{"a":1}`, `["a"]`, false, true},
		{"text inside", `"abc"`, `"b"`, true, true},
		{"text not inside", `"abc"`, `"B"`, false, true},
		{"empty text is inside", `"a"`, `""`, true, true},
		{"number inside a text", `"a1"`, `1`, true, true},
		{"double inside a text", `"a1.0"`, `1.0`, true, true},
		{"null inside a text", `"null"`, `null`, true, true},
		{"list inside a text", `"x[1, a]"`, `[1,"a"]`, true, true},
		{"null has nothing", `null`, `null`, false, true},
		{"number has no items", `1`, `1`, false, false},
		{"boolean has no items", `true`, `true`, false, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if found, ok := Contains(decode(t, tt.v), decode(t, tt.x)); found != tt.found || ok != tt.ok {
				t.Errorf("%s contains %s: %v, %v, want %v, %v", tt.v, tt.x, found, ok, tt.found, tt.ok)
			}
		})
	}
}

func TestIn(t *testing.T) {
	tests := []struct {
		name, x, v string
		want       bool
	}{
		{"item", `1`, `[1,2]`, true},
		{"text of a number", `"1"`, `[1,2]`, true},
		{"number of a text", `1`, `["1"]`, true},
		{"boolean of a text", `true`, `["true"]`, true},
		{"double and integer have different texts", `1.0`, `[1]`, false},
		{"list in a list", `[1,"a"]`, `[[1,"a"]]`, true},
		{"key", `"b"`, `{"b":1}`, true},
		{"number as key", `1`, `{"1":0}`, true},
		{"value of a map", `1`, `{"a":1}`, true},
		{"neither key nor value", `"c"`, `{"b":1}`, false},
		{"empty text", `""`, `[""]`, true},
		{"empty map", `1`, `{}`, false},
		{"null in a list of null", `null`, `[null]`, false},
		{"text null in a list of null", `"null"`, `[null]`, false},
		{"behind a null (mended)", `1`, `[null,1]`, true},
		{"in a text", `"x"`, `"xyz"`, false},
		{"in a number", `1`, `1`, false},
		{"in null", `1`, `null`, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := In(decode(t, tt.x), decode(t, tt.v)); got != tt.want {
				t.Errorf("%s isIn %s: %v, want %v", tt.x, tt.v, got, tt.want)
			}
		})
	}
}
