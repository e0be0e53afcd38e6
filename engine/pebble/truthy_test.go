package pebble

import "testing"

func TestTruthy(t *testing.T) {
	for text, want := range map[string]bool{
		"": false, " \n\t": false, "false": false, " false ": false, "0": false, "-0": false, " -0\n": false, "\x01false": false,
		"\u00a0": true, "\u00a0false": true, "\u2003": true,
		"true": true, "False": true, "FALSE": true, "0.0": true, "00": true, "no": true, "null": true, "[]": true, "{}": true, "1": true, "+0": true, "fals e": true,
	} {
		if Truthy(text) != want {
			t.Errorf("%q: %v", text, !want)
		}
	}
}
