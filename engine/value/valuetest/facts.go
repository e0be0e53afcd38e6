package valuetest

import (
	"os"
	"strings"
	"testing"
)

// Facts compares answers with those of another program, which testdata/java.tsv keeps: each row has a kind, the arguments of a
// question, and the answer, ERROR for an error. The rows of differences, without their answers, are answered otherwise on purpose,
// for the reason given. There must be at least some number of rows.
func Facts(t *testing.T, least int, differences map[string]string, answer func(kind string, args []string) (string, error)) {
	t.Helper()
	data, err := os.ReadFile("testdata/java.tsv")
	if err != nil {
		t.Fatal(err)
	}
	rows, differ := 0, 0
	for line := range strings.Lines(string(data)) {
		fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		last := len(fields) - 1
		row, want := strings.Join(fields[:last], "\t"), fields[last]
		got, err := answer(fields[0], fields[1:last])
		if err != nil {
			got = "ERROR"
		}
		rows++
		switch reason, listed := differences[row]; {
		case got == want && listed:
			t.Errorf("%q equals Java's result, but is listed as different: %s", row, reason)
		case listed:
			differ++
		case got != want:
			t.Errorf("%q: got %q (%v), want %q", row, got, err, want)
		}
	}
	if rows < least || differ != len(differences) {
		t.Errorf("%d rows compared and %d of %d differences met", rows, differ, len(differences))
	}
}
