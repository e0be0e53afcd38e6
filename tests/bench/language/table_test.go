package language

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// table gathers the results of benchmarks, in the order in which they came.
type table struct{ rows []*row }

// row is one rival in one benchmark.
type row struct {
	benchmark, rival string
	times            []float64 // of one operation, in nanoseconds, one per round
	allocations      float64
}

func (t *table) add(benchmark, rival string, nanoseconds, allocations float64) {
	i := slices.IndexFunc(t.rows, func(r *row) bool { return r.benchmark == benchmark && r.rival == rival })
	if i < 0 {
		i = len(t.rows)
		t.rows = append(t.rows, &row{benchmark: benchmark, rival: rival})
	}
	t.rows[i].times = append(t.rows[i].times, nanoseconds)
	t.rows[i].allocations = allocations
}

// markdown returns the table with one line per rival; the last column is how many times the time of the benchmark's first,
// which is ours, the rival needs.
func (t *table) markdown() string {
	var b strings.Builder
	b.WriteString("| benchmark | | time | allocations | of ours |\n|---|---|---:|---:|---:|\n")
	var first *row
	for _, r := range t.rows {
		if first == nil || first.benchmark != r.benchmark {
			first = r
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %.0f | %.2f |\n", r.benchmark, r.rival, r.time(), r.allocations, r.median()/first.median())
	}
	return b.String()
}

func (r *row) median() float64 {
	sorted := slices.Sorted(slices.Values(r.times))
	return (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
}

// time is the median with three digits.
func (r *row) time() string {
	if ns := r.median(); ns < 1000 {
		return fmt.Sprintf("%.3g ns", ns)
	}
	return strings.Replace(time.Duration(r.median()).Round(10*time.Nanosecond).String(), "µs", " µs", 1)
}

func TestTable(t *testing.T) {
	var got table
	for _, ns := range []float64{30, 10, 20} {
		got.add("A", "ours", ns, 0)
		got.add("A", "theirs", 3*ns, 2)
	}
	got.add("B", "ours", 1000, 1)
	got.add("B", "ours", 2500, 1)
	want := `| benchmark | | time | allocations | of ours |
|---|---|---:|---:|---:|
| A | ours | 20 ns | 0 | 1.00 |
| A | theirs | 60 ns | 2 | 3.00 |
| B | ours | 1.75 µs | 1 | 1.00 |
`
	if diff := cmp.Diff(want, got.markdown()); diff != "" {
		t.Errorf("table (-want +got):\n%s", diff)
	}
}
