package main

import (
	"context"
	"errors"
	"flag"
	"io"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestRun measures for a moment, to check that all of it works; the figures do not matter.
func TestRun(t *testing.T) {
	temporary := t.TempDir()
	t.Setenv("TMPDIR", temporary)
	var tables strings.Builder
	err := run(t.Context(), []string{"-rounds", "1", "-seconds", "0.05", "-clients", "2", "-flows", "120"}, &tables, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string][]string{}
	for row := range strings.Lines(tables.String()) {
		if cells := strings.Split(strings.Trim(row, "| \n"), " | "); len(cells) > 1 {
			rows[cells[0]] = cells[1:]
		}
	}
	number := func(row string, cell int) {
		t.Helper()
		cells := rows[row]
		if cell >= len(cells) {
			t.Errorf("no cell %d in row %q of\n%s", cell, row, &tables)
			return
		}
		if n, err := strconv.ParseFloat(cells[cell], 64); err != nil || n <= 0 {
			t.Errorf("row %q: cell %d is %q, no positive number", row, cell, cells[cell])
		}
	}
	number("`respond 204`", 0)
	for _, s := range scenarios {
		number(s.name, 0)
		number(s.name, 1)
	}
	number("204 of one flow, requests/s", 2)
	number("204 of all flows in turn, requests/s", 2)
	number("200 of one flow, fired, requests/s", 2)

	left, err := os.ReadDir(temporary)
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestRunEndsWhenToldTo(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var tables strings.Builder
	if err := run(ctx, []string{"-flows", "10"}, &tables, io.Discard); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v and\n%s", err, &tables)
	}
}

func TestParseOptions(t *testing.T) {
	defaults := options{rounds: 5, time: 3 * time.Second, clients: 64, body: 1024, flows: 10_000}
	if got, err := parseOptions(nil, io.Discard); err != nil || got != defaults {
		t.Errorf("defaults are %+v, %v", got, err)
	}
	got, err := parseOptions(strings.Fields("-rounds 2 -seconds 0.25 -clients 3 -body 100 -flows 40"), io.Discard)
	want := options{rounds: 2, time: 250 * time.Millisecond, clients: 3, body: 100, flows: 40}
	if err != nil || got != want {
		t.Errorf("got %+v, %v", got, err)
	}
	for args, want := range map[string]string{
		"-rounds 0":     "-rounds 0 is not from 1 to 1,000",
		"-seconds 0":    "-seconds 0 is not from 0.01 to 3,600",
		"-seconds NaN":  "-seconds NaN is not from 0.01 to 3,600",
		"-clients 0":    "-clients 0 is not from 1 to 10,000",
		"-body 10":      "-body 10 is not from " + strconv.Itoa(minBody) + " to 9437184",
		"-flows 9":      "-flows 9 is not from 10 to 1,000,000",
		"-rounds 1 all": "argument all: there are only flags",
	} {
		if _, err := parseOptions(strings.Fields(args), io.Discard); err == nil || err.Error() != want {
			t.Errorf("%s: got %v, want %s", args, err, want)
		}
	}
	if _, err := parseOptions([]string{"-h"}, io.Discard); !errors.Is(err, flag.ErrHelp) {
		t.Errorf("-h: %v", err)
	}
}

func TestBody(t *testing.T) {
	for _, size := range []int{minBody, 1024} {
		if got := body(size); len(got) != size {
			t.Errorf("%d bytes instead of %d: %s", len(got), size, got)
		}
	}
}

func TestTables(t *testing.T) {
	few := &line{target: &target{name: "few"}, samples: []sample{
		{rate: 100, cpu: 10 * time.Microsecond, p50: time.Millisecond, p99: 20 * time.Millisecond},
		{rate: 300, cpu: 20 * time.Microsecond, p50: time.Millisecond, p99: 40 * time.Millisecond},
		{rate: 200, cpu: 30 * time.Microsecond, p50: time.Millisecond, p99: 30 * time.Millisecond},
	}}
	many := &line{target: &target{name: "many"}, beside: few, samples: []sample{
		{rate: 50, cpu: 20 * time.Microsecond, p50: 2 * time.Millisecond, p99: 40 * time.Millisecond},
		{rate: 60, cpu: 20 * time.Microsecond, p50: 3 * time.Millisecond, p99: 40 * time.Millisecond},
		{rate: 200, cpu: 45 * time.Microsecond, p50: 4 * time.Millisecond, p99: 40 * time.Millisecond},
	}}
	want := "| | requests/s | of `respond` | server's processor time per request | of `respond` | p50 | p99 |\n" +
		`|---|---:|---:|---:|---:|---:|---:|
| few | 200 |  | 20.0 µs |  | 1000.0 µs | 30.0 ms |
| many | 60 | 0.50 | 20.0 µs | 1.50 | 3000.0 µs | 40.0 ms |
`
	if diff := cmp.Diff(want, casesTable([]*line{few, many})); diff != "" {
		t.Errorf("first table (-want +got):\n%s", diff)
	}
	want = `| | 10 flows | 110 flows | ratio |
|---|---:|---:|---:|
| start | 15.0 ms | 25.0 ms | |
| … per flow more | | 100.0 µs | |
| heap | 3.0 MiB | 4.0 MiB | |
| … per flow more | | 10.2 KiB | |
| few | 200 | 60 | 0.50 |
`
	got := flowsTable(
		&fleet{flows: 10, starts: []float64{10e6, 20e6}, heaps: []float64{3 << 20}},
		&fleet{flows: 110, starts: []float64{25e6}, heaps: []float64{5 << 20, 4 << 20, 2 << 20}},
		[]*line{few, many},
	)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("second table (-want +got):\n%s", diff)
	}
}
