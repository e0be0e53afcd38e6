package pebble

import (
	"runtime"
	"strings"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
	"github.com/caddy-kestra/kestra-webhook/engine/value/valuetest"
)

func TestReadYAML(t *testing.T) {
	e := New(Options{})
	tmpl, err := e.Compile("{{ yaml(v) | toJson }}")
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"a: 1\nb: [x, 'y', \"z\"]\n": `{"a":1,"b":["x","y","z"]}`, "b: 1\na: 2": `{"b":1,"a":2}`,
		"[1, -2, +3, 0, 00, 017, 0o17, 0x1F, 0b11, 1_000, 123456789012345678901]":   `[1,-2,3,0,0,15,"0o17",31,3,1000,123456789012345678901]`,
		"[1.0, 1e3, 1.5E-3, .5, 1., -1.5, .inf, -.Inf, .nan, 089, 1__0.5]":          `[1.0,1000.0,0.0015,0.5,1.0,-1.5,".inf","-.Inf",".nan","089",10.5]`,
		"[true, False, TRUE, yes, no, on, y, null, Null, ~, '', \"~\"]":             `[true,false,true,true,false,true,"y",null,null,null,"","~"]`,
		"[2024-01-01, 12:30:00, 1.2.3, 1-2, '1', \"1\", !!str 1, ---x]":             `["2024-01-01","12:30:00","1.2.3","1-2","1","1","1","---x"]`,
		"a:\nb: |\n  x\n  y\nc: >-\n  x\n  y\n":                                     `{"a":null,"b":"x\ny\n","c":"x y"}`,
		"a: &x {b: 1, c: 2}\nd: *x\ne:\n  <<: *x\n  b: 3\nf:\n  <<: [*x, {g: 4}]\n": `{"a":{"b":1,"c":2},"d":{"b":1,"c":2},"e":{"b":3,"c":2},"f":{"b":1,"c":2,"g":4}}`,
		"1: a\ntrue: b\n~: c\n": `{"1":"a","true":"b","~":"c"}`,
		"a: yes":                `{"a":true}`,
		"a: off":                `{"a":false}`,
		"a: 08":                 `{"a":"08"}`,
		"a: 0o10":               `{"a":"0o10"}`,
		"a:":                    `{"a":null}`,
		"null: 1":               `{"null":1}`,
		// Texts that the library refuses and Kestra reads.
		"%YAML 1.2\n---\na: 1":                        `{"a":1}`,
		"# x\n%TAG ! !a\n%YAML 1.25\n---\na: 1":       `{"a":1}`,
		"%YAML 2.0\n---\na: 1":                        "!",
		"a: >\n      \tx\n      y\n":                  `{"a":"\tx\ny\n"}`,
		"a:\n  b: |- # |\n   \tx\n   y\nc: 1":         `{"a":{"b":"\tx\ny"},"c":1}`,
		"- - |\n   \tx\n- |\n \ty\n":                  `[["\tx\n"],"\ty\n"]`,
		"a: >\n\n  \n      \tx\n":                     `{"a":"\n\n\tx\n"}`,
		"a: |\n\tx\n":                                 "!",
		`a: "\ud83d\ude80 \\ud83d \uD83D\uDE80"`:      `{"a":"🚀 \\ud83d 🚀"}`,
		`["\ud83d", "\ude80\ud83d", "\ud83dx\ude80"]`: "[\"\ufffd\",\"\ufffd\ufffd\",\"\ufffdx\ufffd\"]",
		`['\ud83d\ude80', \ud83d, "\ud83d\ude80"]`:    `["\\ud83d\\ude80","\\ud83d","🚀"]`,
		"\ufeffa: 1":                                  `{"a":1}`,
		"a: 1\n---\nb: 2\n":                           `{"a":1}`,
		"x":                                           `"x"`,
		"# nothing\n":                                 "!",
		"- &a [*a]":                                   "!",
		"{[1]: 2}":                                    "!",
		"a: [":                                        "!",
		"a: *nope":                                    "!",
		"<<: 1":                                       "!",
		"":                                            "!",
	} {
		got, err := tmpl.Render(&Context{Vars: value.MapOf("v", value.String(text)).Map()})
		if err != nil {
			if want != "!" {
				t.Errorf("%q: %v", text, err)
			}
		} else if got != want {
			t.Errorf("%q: got %s, want %s", text, got, want)
		}
	}
}

// TestYAMLLimits sees that hostile texts end by a limit, or by an error of the parser, before they have taken much memory.
func TestYAMLLimits(t *testing.T) {
	laughs := "a: &a [x,x,x,x,x,x,x,x,x]\n"
	for c := 'b'; c <= 'k'; c++ {
		laughs += string(c) + ": &" + string(c) + " [" + strings.TrimSuffix(strings.Repeat("*"+string(c-1)+",", 9), ",") + "]\n"
	}
	merges := "a0: &a0 {x: 1}\n"
	for i := range 60 {
		merges += "a" + string(rune('A'+i%26)) + strings.Repeat("b", i) + ": &m" + strings.Repeat("c", i+1) + " {<<: [*a0, *a0]}\n"
	}
	many := func(text string, bytes int) string { return strings.Repeat(text, bytes/len(text)) }
	const most, more = 240_000, 300_000 // bytes: a length that is still read, and one that is not
	for _, c := range []struct {
		name, text string
		ends       bool // it is read to its end
	}{
		{"aliases of aliases", laughs, false},
		{"merges", many(merges, more), false},
		{"itself", "&a [*a]", false},
		{"itself in a map", "&a {b: *a}", false},
		{"a merge with itself", "&a {<<: *a}", false},
		{"deep list", many("[", most), false},
		{"deep map", many("{a: ", most), false},
		{"deep blocks", many("- ", most), false},
		{"an unclosed quote", "'" + many("a\n", most), false},
		{"many comments", many("# a\n", most), false},
		{"long text", "- " + many("a ", most), true},
		{"many items", many("- a\n", most), false},
		{"many keys", many("? a\n", most), false},
		{"many anchors", many("- &a a\n", most), false},
		{"many tags", many("- !a a\n", most), false},
		{"escapes", "- \"" + many("\\x41", most) + "\"", true},
		{"long text that is more", many("a ", more), false},
	} {
		var got string
		allocated := valuetest.Allocated(func() {
			got = outcome(New(Options{}), &Context{Vars: value.MapOf("v", value.String(c.text)).Map()}, "{{ yaml(v) | length }}")
		})
		if strings.HasPrefix(got, "!") == c.ends {
			t.Errorf("%s: got %.50s", c.name, got)
		}
		if allocated > 48<<20 {
			t.Errorf("%s: allocated %d MiB", c.name, allocated>>20)
		}
	}
}

// TestYAMLTakesWhatItHolds checks that reading a text takes at least the memory that its value holds.
func TestYAMLTakesWhatItHolds(t *testing.T) {
	tmpl, err := New(Options{Limits: Limits{Steps: 20_000_000, Memory: 1 << 30}}).Compile("{{ yaml(v) }}")
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"- 1\n", "- - 1\n", "-\n", "- {a: 1}\n", "- a b c d e f g h\n"} {
		account := &valuetest.Account{Limit: valuetest.All}
		c := &Context{Vars: value.MapOf("v", value.String(strings.Repeat(part, 100<<10/len(part)))).Map(), Memory: account}
		held := valuetest.Held(func() any {
			v, err := tmpl.RenderTyped(c)
			if err != nil {
				t.Errorf("%q: %v", part, err)
			}
			return v
		})
		if taken := account.Taken + meter.FreeMemory; held > taken {
			t.Errorf("%q: holds %d bytes and took %d", part, held, taken)
		}
		runtime.KeepAlive(c)
	}
}

// FuzzYAML reads texts, writes what they say, and sees that nothing panics or takes much memory.
func FuzzYAML(f *testing.F) {
	for _, text := range []string{"a: 1\nb: [x, 'y']", "- &a {b: 1}\n- <<: *a", "|\n  a\n  b", "{a: [1, {b: c}]}", "? a\n: b", "!!str 1", "%YAML 1.1\n---\na", "- - - a\n  - b"} {
		f.Add(text)
	}
	e := New(Options{Limits: Limits{Steps: 50_000, OutputBytes: 1 << 20, Memory: 1 << 20}})
	tmpl, err := e.Compile("{{ yaml(v) | yaml }}")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		allocated := valuetest.Allocated(func() {
			_, _ = tmpl.Render(&Context{Vars: value.MapOf("v", value.String(text)).Map()}) // or it says why not
		})
		if allocated > int64(8<<20+256*len(text)) {
			t.Fatalf("%q: allocated %d MiB", text, allocated>>20)
		}
	})
}
