package pebble

import (
	"os"
	"strconv"
	"strings"
	"testing"
)

// fact is an expression with what Kestra made of it: the text, or ERROR: and the class of an exception.
type fact struct{ expression, context, want string }

// readFacts reads the facts that package conformance compares, for tests of what no request can reach and of templates
// as people write them.
func readFacts(t *testing.T) []fact {
	t.Helper()
	text, err := os.ReadFile("../../tests/conformance/testdata/facts/expressions.tsv")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")[1:]
	facts := make([]fact, len(lines))
	for i, line := range lines {
		columns := strings.Split(line, "\t")
		facts[i] = fact{unescape(columns[0]), columns[1], columns[2]}
	}
	return facts
}

// unescape reads the escapes of the facts: \n \t \\ and \uXXXX.
func unescape(text string) string {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' || i+1 == len(text) {
			b.WriteByte(text[i])
			continue
		}
		i++
		switch text[i] {
		case 'n':
			b.WriteByte('\n')
		case 't':
			b.WriteByte('\t')
		case 'u':
			n, err := strconv.ParseUint(text[i+1:i+5], 16, 16)
			if err != nil {
				panic(err)
			}
			b.WriteRune(rune(n))
			i += 4
		default:
			b.WriteByte(text[i])
		}
	}
	return b.String()
}
