package pebble

import (
	"strings"
	"testing"
)

// TestIonFunctions checks what fromIon makes of its arguments.
func TestIonFunctions(t *testing.T) {
	e := New(Options{})
	c := &Context{}
	for text, want := range map[string]string{
		"{{ fromIon('1 ]') }}": "1", "{{ fromIon('') is null }}": "true", "{{ fromIon(null) is null }}": "true", "{{ fromIon(1) }}": "!evaluation",
		"{{ fromIon('" + strings.Repeat("[", 100_000) + "') }}":  "!limit",
		"{{ fromIon('" + strings.Repeat("[1", 100_000) + "') }}": "!evaluation",
	} {
		if got := outcome(e, c, text); got != want {
			t.Errorf("%.60s: got %.60q, want %q", text, got, want)
		}
	}
}
