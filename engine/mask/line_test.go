package mask

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/caddy-kestra/kestra-webhook/engine/value/valuetest"
)

func TestLine(t *testing.T) {
	const secret = "hunter22\nhunter23"
	tests := []struct{ name, text, want string }{
		{"clean", "a\tb <é🚀> \\n", "a\tb <é🚀> \\n"},
		{"line breaks", "a\nb\r\nc", `a\nb\r\nc`},
		{"a terminal's escapes", "\x1b[31mred\x1b]0;title\a", `\u001b[31mred\u001b]0;title\u0007`},
		{"NUL and DEL", "a\x00b\x7f", `a\u0000b\u007f`},
		{"C1", "a\u0085b\u009b31m", `a\u0085b\u009b31m`},
		{"C1 in Latin-1", "a\x9b31m\xff", "a\ufffd31m\ufffd"},
		{"line separators", "a\u2028b\u2029", `a\u2028b\u2029`},
		{"directions of writing", "a\u202eb\u202ac\u2066d\u2069", `a\u202eb\u202ac\u2066d\u2069`},
		{"letters from right to left", "שלום", "שלום"},
		{"a secret", "a " + secret + "\n", `a ******\n`},
		{"a secret, escaped", `a hunter22\nhunter23`, "a ******"},
		{"as long as allowed", strings.Repeat("a", Limit), strings.Repeat("a", Limit)},
		{"longer", strings.Repeat("a", Limit+1), strings.Repeat("a", Limit) + "… (1 bytes more)"},
		{"longer, a character across the limit", strings.Repeat("a", Limit-1) + "éé", strings.Repeat("a", Limit-1) + "… (4 bytes more)"},
		{"a secret across the limit", strings.Repeat("a", Limit-6) + secret + "b", strings.Repeat("a", Limit-6) + "******… (1 bytes more)"},
		{"stars have no room", strings.Repeat("a", Limit-5) + secret + "b", strings.Repeat("a", Limit-5) + "… (18 bytes more)"},
		{"a secret behind the limit", strings.Repeat("a", Limit) + secret, strings.Repeat("a", Limit) + "… (17 bytes more)"},
		{"10 MiB that have to be escaped", strings.Repeat("\x01", 10<<20), strings.Repeat(`\u0001`, Limit/6) + "… (10474838 bytes more)"},
	}
	m := New([]string{secret})
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := m.Line(test.text); got != test.want {
				t.Errorf("%.100q…%.100q, want %.100q…", got, got[max(0, len(got)-100):], test.want)
			}
		})
	}
}

func TestKept(t *testing.T) {
	const secret = "hunter22\nhunter23"
	m := New([]string{secret})
	for _, test := range []struct{ name, text, want string }{
		{"clean", "a\tb <é🚀>\nc\x1b[31m", "a\tb <é🚀>\nc\x1b[31m"},
		{"a secret of several lines", "a\n" + secret + "\nb", "a\n******\nb"},
		{"no UTF-8", "a\xffb\n", "a\ufffdb\n"},
		{"as long as allowed", strings.Repeat("\n", Limit), strings.Repeat("\n", Limit)},
		{"longer", strings.Repeat("\n", Limit+1), strings.Repeat("\n", Limit) + "… (1 bytes more)"},
		{"a secret across the limit", strings.Repeat("a", Limit-6) + secret + "b", strings.Repeat("a", Limit-6) + "******… (1 bytes more)"},
	} {
		if got := m.Kept(test.text); got != test.want {
			t.Errorf("%s: %.100q…%.100q, want %.100q…", test.name, got, got[max(0, len(got)-100):], test.want)
		}
	}
}

func TestLineAllocates(t *testing.T) {
	m := New(secretsOf(100))
	text := "a clean and short message, with ünïcödé\t"
	for name, m := range map[string]*Mask{"no secrets": nil, "secrets": m} {
		if n := testing.AllocsPerRun(100, func() { m.Line(text) }); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
	long := strings.Repeat("\x01", 10<<20) // of which a line of at most [Limit] bytes is made, see TestLine
	if n := testing.AllocsPerRun(10, func() { m.Line(long) }); n > 4 && !valuetest.Race {
		t.Errorf("10 MiB of control characters: %v allocations", n)
	}
}

func FuzzLine(f *testing.F) {
	f.Add("a\nb\x1b[0m\u202e")
	f.Add(strings.Repeat("\x9b\u0085é", 20_000))
	f.Add(strings.Repeat("a", Limit-3) + "hunter22")
	m := New([]string{"hunter22"})
	f.Fuzz(func(t *testing.T, text string) {
		got := m.Line(text)
		if !utf8.ValidString(got) || !isPlain(got) {
			t.Errorf("%q is no line: %q", text, got)
		}
		if strings.Contains(got, "hunter22") {
			t.Errorf("%q holds the secret", got)
		}
		if len(got) > Limit+40 || len(got) > 6*len(text) {
			t.Errorf("%d bytes became %d", len(text), len(got))
		}
		if again := m.Line(got); len(got) <= Limit && again != got {
			t.Errorf("%q is changed again, to %q", got, again)
		}
	})
}
