package expressions

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// TestTexts compares 4,000 random texts of YAML, JSON and bytes, read and written.
func TestTexts(t *testing.T) {
	set{"texts", textQuestions(), 9850}.check(t)
}

func textQuestions() []question {
	g := &generator{Rand: rand.New(rand.NewPCG(9, 4000))}
	for range 1200 {
		g.ask("{{ v | yaml }}", "v", g.yamlValue(3))
	}
	for range 1600 {
		g.ask("{{ yaml(v) | toJson }}", "v", g.yamlText())
	}
	for range 600 {
		g.ask(pick(g, []string{"{{ fromJson(v) }}", "{{ v is json }}", "{{ v | jq('.') | first }}"}), "v", g.jsonText())
	}
	for range 600 {
		broken := []byte{'A', 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x9a, 0x80, 0xed, 0xa0, 0xc3, 0xa9, 0xff, 0xc0, 0xf4, 0x90, 0xe0, 0xbf, 0xf5}
		text := make([]byte, 1+g.IntN(7))
		for i := range text {
			text[i] = pick(g, broken)
		}
		g.ask("{{ v | base64decode }}", "v", base64.StdEncoding.EncodeToString(text))
	}
	return g.out
}

var (
	// alike are texts that readers of YAML take for other types.
	alike = words(`yes no on off true False y n 08 0o10 012 0x1F 0b11 1_000 1e3 .5 1. 12:30 2024-02-29 = -0 +5 00 0 007 -01 +1 1_0 0_7 1e5 0x -.5 5x 1.2.3 --- - + .`)
	// spaced are texts that need care on one line, or several.
	spaced = []string{" a", "a ", "a\nb", "a\n", "a\n\n", "- a", "? b", "a: b", "a #b", "#a", "a\tb", "'x'", "\"x\"", "a\n b", "*a", "&a", "!a", "%a", "@a", "|", ">", "[a", "{a", "a,b", "🚀", "é"}
)

func (g *generator) scalar() string {
	switch g.IntN(4) {
	case 0:
		return pick(g, alike)
	case 1:
		return pick(g, spaced)
	case 2:
		var b strings.Builder
		for range 1 + g.IntN(6) {
			b.WriteByte("0123456789._-+eExobnst"[g.IntN(22)])
		}
		return b.String()
	default:
		return pick(g, words("x hello Zoë a.b k-d"))
	}
}

// yamlValue returns a value without null; maps have one member, so that no order matters.
func (g *generator) yamlValue(depth int) any {
	switch {
	case depth == 0 || g.IntN(5) < 2:
		if g.IntN(4) == 0 {
			return pick(g, []any{true, false, 0, -7, 1.5, int64(1) << 40})
		}
		return g.scalar()
	case g.IntN(2) == 0:
		list := make([]any, g.IntN(4))
		for i := range list {
			list[i] = g.yamlValue(depth - 1)
		}
		return list
	default:
		key := strings.ReplaceAll(g.scalar(), "\n", "_") // Kestra marks keys of several lines with a ?, and indents them in no useful way
		return map[string]any{key: g.yamlValue(depth - 1)}
	}
}

// yamlText returns a mapping of a few members, some written as people do it and some as they do not.
func (g *generator) yamlText() string {
	var b strings.Builder
	b.WriteString(pick(g, []string{"", "", "%YAML 1.2\n---\n", "---\n", "# c\n"}))
	indent := strings.Repeat(" ", 1+g.IntN(3))
	for _, key := range []string{pick(g, []string{"a", "null", "yes", "012"}), pick(g, []string{"b", `"c"`, "~", "1.5"})} {
		s := strings.NewReplacer("\n", " ", "\t", " ").Replace(g.scalar())
		fmt.Fprintf(&b, "%s: %s\n", key, pick(g, []string{
			s, s, s, `"\ud83d\ude80"`, `'\ud83d\ude80'`, "[" + s + ", 1]", "{x: " + s + "}", "!!str " + s, "&q " + s, "'" + strings.ReplaceAll(s, "'", "''") + "'",
			"|\n" + indent + pick(g, []string{"\t", ""}) + "x\n" + indent + "y",
			">-\n" + indent + pick(g, []string{"\t", " ", ""}) + "x\n" + indent + pick(g, []string{"\t", ""}) + "y\n\n" + indent + "z",
			"\n" + indent + "- " + s + "\n" + indent + "- b", "\n" + indent + "k: " + s,
		}))
	}
	return b.String()
}

func (g *generator) jsonText() string {
	var b strings.Builder
	for range 1 + g.IntN(4) {
		b.WriteString(pick(g, []string{"1", "0", "-", "2024", ".", "e", `"a"`, "true", "false", "[1]", "{}", ",", " ", "\n", "x", ":", "+"}))
	}
	return b.String()
}
