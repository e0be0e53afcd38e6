package conformance

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
)

// jqPrograms is where TestJQPrograms writes questions for a program that evaluates them with Kestra's classes; their answers
// are the third column of testdata/facts/jq-random.tsv.
var jqPrograms = flag.String("jq-programs", "", "write the random jq programs to this file, as input, tab, program")

// The programs of jq-random.tsv: how many, and the seed they are made from.
const (
	jqProgramCount = 1000
	jqProgramSeed  = 20261128
)

// TestJQPrograms checks that jq-random.tsv has exactly the programs that the generator makes, none of which somebody chose.
func TestJQPrograms(t *testing.T) {
	g := &jqGenerator{rand.New(rand.NewPCG(jqProgramSeed, 0))}
	var questions strings.Builder
	for range jqProgramCount {
		kind := jqKinds[g.IntN(len(jqKinds))]
		fmt.Fprintf(&questions, "%s\t%s\n", escape(g.value(kind, 2)), escape(g.pipe(kind, 3)))
	}
	if *jqPrograms != "" {
		if err := os.WriteFile(*jqPrograms, []byte(questions.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	var committed strings.Builder
	for _, f := range readFacts(t, "jq-random") {
		fmt.Fprintf(&committed, "%s\t%s\n", escape(f.context), escape(f.text))
	}
	if committed.String() != questions.String() {
		t.Error("jq-random.tsv does not have the programs that the generator makes")
	}
}

// jqGenerator makes inputs and programs. It knows the kind of the input of each part of a program, so that most programs have
// a result.
type jqGenerator struct{ *rand.Rand }

// jqKinds are kinds of values: numbers, strings, arrays, objects, and any.
var jqKinds = []string{"n", "s", "a", "o", "x"}

func (g *jqGenerator) pick(list ...string) string { return list[g.IntN(len(list))] }

// value returns the JSON text of a value.
func (g *jqGenerator) value(kind string, depth int) string {
	switch kind {
	case "n":
		return g.pick("0", "1", "2", "3", "-1", "-5", "7", "10", "100", "1.5", "-2.5", "0.1", "1.0", "2.0", "3.75", "1e3", "12345678.9", "0.0001", "123456789", "4294967296")
	case "s":
		return strconv.Quote(g.pick("", "a", "b", "abc", "a,b,c", "Zoë", "foo bar foo", "aAbB12", "x-y_z", "123", "1.5", " 7 ", "true", "null", "<a href='x'>&", "ñandú 42", "one two  three", "k=v;q=w", "2024-02-29T13:14:15Z", "aGVsbG8=", "[1,2]", "10%", "ΑΒΓ αβγ", "a1b22c333"))
	case "a":
		return "[" + g.several(depth, func() string { return g.value(g.pick("n", "n", "s", "x"), depth-1) }) + "]"
	case "o":
		seen := map[string]bool{}
		var members []string
		for range g.IntN(4) {
			if key := g.pick("a", "b", "c", "key", "value", "name"); !seen[key] {
				seen[key] = true
				members = append(members, strconv.Quote(key)+":"+g.value(g.pick("n", "s", "x"), depth-1))
			}
		}
		return "{" + strings.Join(members, ",") + "}"
	default:
		if depth <= 0 {
			return g.value(g.pick("n", "s"), 0)
		}
		return g.pick("null", "true", "false", g.value("n", 0), g.value("s", 0), g.value("a", depth-1), g.value("o", depth-1))
	}
}

func (g *jqGenerator) several(depth int, one func() string) string {
	if depth < 0 {
		return ""
	}
	items := make([]string, g.IntN(5))
	for i := range items {
		items[i] = one()
	}
	return strings.Join(items, ",")
}

// pipe returns a program of some steps.
func (g *jqGenerator) pipe(kind string, steps int) string {
	n := 1 + g.IntN(steps)
	parts := make([]string, n)
	for i := range parts {
		parts[i], kind = g.step(kind, 2)
	}
	return strings.Join(parts, " | ")
}

// step returns a part of a program for an input of some kind, and the kind of its outputs. Now and then it is one for another
// kind, so that failures are compared too.
func (g *jqGenerator) step(kind string, depth int) (program, out string) {
	if depth <= 0 {
		return ".", kind
	}
	if g.IntN(14) == 0 {
		kind = g.pick(jqKinds...)
	}
	steps := jqSteps[kind]
	if kind == "x" || g.IntN(3) == 0 {
		steps = jqSteps["x"]
	}
	text := steps[g.IntN(len(steps))]
	text, out, _ = strings.Cut(text, " => ")
	if out == "." {
		out = kind
	}
	for strings.Contains(text, "{{") { // a hole: a value of a kind, or a step for one
		before, rest, _ := strings.Cut(text, "{{")
		hole, after, _ := strings.Cut(rest, "}}")
		text = before + g.fill(hole, kind, depth) + after
	}
	return text, out
}

// fill returns the text for a hole of a step.
func (g *jqGenerator) fill(hole, kind string, depth int) string {
	name, of, _ := strings.Cut(hole, " ")
	switch name {
	case "value":
		return g.value(of, 1)
	case "step":
		if of == "" {
			of = kind
		}
		program, _ := g.step(of, depth-1)
		return program
	case "condition":
		return g.pick(". == "+g.value("x", 1), ". > "+g.value("n", 0), `type == "number"`, `type == "string" or . == null`, "true", "not", ". and true", ". >= 1 and . < 5", ". != null")
	case "regex":
		return strconv.Quote(g.pick("a", "[a-c]", `\d+`, `\w+`, `\s`, `(?<x>[a-z])(?<y>\d)?`, "b|c", "^.", ".$", "o+", "[[:alpha:]]+", "[^[:alpha:]]", `\p{L}`, `\p{Lu}`, `\bf`, "(a)(b)?", "(?i)B", "z*", "", "[,;]", `\S+`, `(?<k>\w)=(?<v>\w)`, "ë", "..", "x{1,2}", `\D`, "[[:punct:]]"))
	case "flags":
		return g.pick(`"g"`, `"i"`, `"gi"`, `"x"`, "null", `"gn"`, `""`)
	case "index":
		return g.pick("0", "1", "-1", "2", "-2", "5", "-7", "1.5", "0.5", "nan", "infinite", "-infinite")
	case "key":
		return g.pick("a", "b", "c", "key", "value", "name")
	default:
		return g.pick(strings.Split(hole, "/")...)
	}
}
