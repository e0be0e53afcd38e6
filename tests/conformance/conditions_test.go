package conformance

import (
	"os"
	"strings"
	"testing"
)

// ofConditions is how the rows about conditions begin, which tests of engine/condition compare with Kestra's classes.
const ofConditions = "condition/"

// TestConditionDivergences checks that each difference that the tests of engine/condition expect has a row that says why.
func TestConditionDivergences(t *testing.T) {
	var rows []*divergence
	for i, line := range lines(t, "divergences.tsv") {
		if columns := strings.Split(line, "\t"); len(columns) == 4 && strings.HasPrefix(line, ofConditions) {
			rows = append(rows, &divergence{line: i + 1, name: columns[0], kestra: columns[1], ours: columns[2], why: columns[3]})
		}
	}
	cover := func(name, kestra, ours string) {
		covered := false
		for _, row := range rows {
			if glob(row.name, name) && glob(row.kestra, kestra) && glob(row.ours, ours) {
				row.covers++
				covered = true
			}
		}
		if !covered {
			t.Errorf("no row covers %s: Kestra has %s, here it is %s", name, kestra, ours)
		}
	}
	const folder = "../../engine/condition/testdata/"
	for _, line := range lines(t, folder+"kestra.tsv")[1:] {
		if c := strings.Split(line, "\t"); c[4] != "" {
			cover(ofConditions+c[0]+" "+c[1], c[3], c[4])
		}
	}
	for _, line := range lines(t, folder+"holidays.tsv")[1:] {
		if c := strings.Split(line, "\t"); c[4] != "" || c[5] != "" {
			cover(ofConditions+"holidays "+c[0]+"/"+c[1], c[5], c[4])
		}
	}
	checkCovers(t, rows)
}

func lines(t *testing.T, file string) []string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimRight(string(text), "\n"), "\n")
}
