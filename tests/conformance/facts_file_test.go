package conformance

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
)

func readFacts(t *testing.T, file string) []fact {
	t.Helper()
	text, err := os.ReadFile("testdata/facts/" + file + ".tsv")
	if err != nil {
		t.Fatal(err)
	}
	var facts []fact
	for i, line := range strings.Split(strings.TrimSuffix(string(text), "\n"), "\n") {
		columns := strings.Split(line, "\t")
		if len(columns) != 3 {
			t.Fatalf("%s.tsv:%d: has %d columns", file, i+1, len(columns))
		}
		switch {
		case i == 0:
		case fact{file: file}.ofJQ():
			facts = append(facts, fact{file: file, row: columns[0] + " | " + columns[1], text: unescape(columns[1]), context: unescape(columns[0]), want: columns[2]})
		default:
			facts = append(facts, fact{file: file, row: columns[0], text: unescape(columns[0]), context: columns[1], want: columns[2]})
		}
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

// escape writes a result as the facts have it, on one line.
func escape(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case r == '\\':
			b.WriteString(`\\`)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r < ' ':
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	return shorten(b.String())
}
