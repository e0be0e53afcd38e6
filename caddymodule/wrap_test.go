package caddymodule

import "testing"

func TestWrap(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"a bc\n", "a bc\n"},
		{"  - ab cd ef gh\nx\n", "  - ab cd\n    ef gh\nx\n"},
		{"  0123456789abc d\n", "  0123456789abc\n    d\n"},
		{"0123456789abc\n\n", "0123456789abc\n\n"},
		{"äöü äöü äöü\n", "äöü äöü\n    äöü\n"},
	} {
		if got := wrap(test.text, 9, "    "); got != test.want {
			t.Errorf("%q: got %q, want %q", test.text, got, test.want)
		}
	}
}
