package condition

import (
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestHolidays holds the days of each country and part against those of Jollyday 2.19.0, by which Kestra answers, in 2025 to 2027
// (testdata/holidays.tsv). Days that only one of the two has stand there apart, so that a new version of the library of holidays, or
// of the table, shows what it changes. Jollyday knows nothing of Thailand.
func TestHolidays(t *testing.T) {
	content, err := os.ReadFile("testdata/holidays.tsv")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for i, line := range strings.Split(strings.TrimRight(string(content), "\n"), "\n")[1:] {
		columns := strings.Split(line, "\t")
		if len(columns) != 6 {
			t.Fatalf("holidays.tsv:%d: %q", i+2, line)
		}
		code, part := columns[0], columns[1]
		year, err := strconv.Atoi(columns[2])
		if err != nil {
			t.Fatal(err)
		}
		days := func(column int) []string { return strings.Fields(columns[column]) }
		want := slices.Sorted(slices.Values(slices.Concat(slices.DeleteFunc(days(3), func(day string) bool {
			return slices.Contains(days(5), day)
		}), days(4))))
		if diff := cmp.Diff(want, holidaysOf(code, part, year)); diff != "" {
			t.Errorf("holidays.tsv:%d: %s %s %d (-want +got):\n%s", i+2, code, part, year, diff)
		}
		seen[code+"/"+part] = true
	}
	for code, country := range countries {
		if !seen[code+"/"] {
			t.Errorf("%s has no row", code)
		}
		for part := range country.parts {
			if !seen[code+"/"+part] {
				t.Errorf("%s-%s has no row", code, part)
			}
		}
	}
}

func holidaysOf(code, part string, year int) []string {
	days, country := []string{}, countries[code]
	for day := time.Date(year, time.January, 1, 0, 0, 0, 0, time.UTC); day.Year() == year; day = day.AddDate(0, 0, 1) {
		if country.isHoliday(part, day) {
			days = append(days, day.Format("01-02"))
		}
	}
	return days
}

// TestHolidaysOfEveryYear: no year that a request may name makes the library of holidays fail or go on for long.
func TestHolidaysOfEveryYear(t *testing.T) {
	for code, country := range countries {
		parts := []string{""}
		for part := range country.parts {
			parts = append(parts, part)
		}
		for _, part := range parts {
			for _, year := range []int{1, 100, 1582, 1752, 1900, 1970, 2000, 2100, 3000, lastYear} {
				for _, day := range []time.Time{time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(year, 12, 31, 0, 0, 0, 0, time.UTC)} {
					country.isHoliday(part, day)
				}
			}
		}
		if country.isHoliday("", time.Date(2026, 6, 9, 0, 0, 0, 0, time.UTC)) {
			t.Errorf("%s: 9 June 2026 is a holiday", code) // a Tuesday like any other
		}
	}
}

// TestCountry: a country without days of its own has those that all its parts have, and Germany's parts have all of Germany's.
func TestCountry(t *testing.T) {
	if got, want := holidaysOf("CH", "", 2026), []string{"01-01", "05-14", "08-01", "12-25"}; !slices.Equal(got, want) {
		t.Errorf("Switzerland has %v, want %v", got, want)
	}
	whole := holidaysOf("DE", "", 2026)
	for part := range countries["DE"].parts {
		for _, day := range whole {
			if !slices.Contains(holidaysOf("DE", part, 2026), day) {
				t.Errorf("DE-%s does not have %s", part, day)
			}
		}
	}
	saturday := time.Date(2026, 7, 4, 0, 0, 0, 0, time.UTC)
	us := countries["US"]
	if us.isHoliday("", saturday) || !us.isHoliday("", saturday.AddDate(0, 0, -1)) {
		t.Error("4 July 2026, a Saturday, is not kept on the Friday before")
	}
	eve := time.Date(2027, 12, 31, 0, 0, 0, 0, time.UTC) // 1 January 2028 is a Saturday
	if !us.isHoliday("", eve) {
		t.Error("the day that stands for New Year of the next year is no holiday")
	}
}
