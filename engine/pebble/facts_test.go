package pebble

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// fact is an expression with what Kestra made of it: the text, or ERROR: and the class of an exception.
type fact struct{ expression, context, want string }

// readFacts reads the facts that package conformance compares, for tests of those that no request can reach, and as templates
// that people write.
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

// unescape reads the escapes of the facts, \n \t \\ and \uXXXX, which are those of JSON.
func unescape(text string) string {
	var out string
	if err := json.Unmarshal([]byte(`"`+strings.ReplaceAll(text, `"`, `\"`)+`"`), &out); err != nil {
		panic(err) // the facts are committed
	}
	return out
}
