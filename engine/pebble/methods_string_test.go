package pebble

import (
	"testing"
	"unicode/utf16"

	"pgregory.net/rapid"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// unitsText draws valid UTF-8 with many characters of two UTF-16 units, and characters that UTF-8 and UTF-16 order
// differently.
var unitsText = rapid.StringOfN(rapid.SampledFrom([]rune("ab\u00e9\ud7ff\ue000\uffff\U00010000\U0001f600\U0010ffff")), 0, 8, -1)

// TestUTF16Slice compares cuts at Java's offsets with cuts of the UTF-16 units themselves.
func TestUTF16Slice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := unitsText.Draw(t, "text")
		units := utf16.Encode([]rune(text))
		from := rapid.IntRange(0, len(units)).Draw(t, "from")
		to := rapid.IntRange(from, len(units)).Draw(t, "to")
		if got, want := value.UTF16Slice(text, from, to), string(utf16.Decode(units[from:to])); got != want {
			t.Fatalf("%q from %d to %d: got %q, want %q", text, from, to, got, want)
		}
	})
}

// TestCompareUTF16 compares the order of texts with that of their units, as Java's compareTo has it.
func TestCompareUTF16(t *testing.T) {
	naive := func(a, b string) int {
		x, y := utf16.Encode([]rune(a)), utf16.Encode([]rune(b))
		for i := range min(len(x), len(y)) {
			if x[i] != y[i] {
				return int(x[i]) - int(y[i])
			}
		}
		return len(x) - len(y)
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := unitsText.Draw(t, "a"), unitsText.Draw(t, "b")
		if got, want := value.CompareUTF16(a, b), naive(a, b); got != want {
			t.Fatalf("%q and %q: got %d, want %d", a, b, got, want)
		}
	})
}
