package language

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// rounds is how many times a benchmark goes through its rivals, so that a machine that turns slow does so for all of them.
const rounds = 3

// rival is one of the ways to do the same thing. Ours is the first.
type rival struct {
	name string
	run  func() error
}

// measured are the results of all benchmarks of this run.
var measured table

func TestMain(m *testing.M) {
	code := m.Run()
	if code == 0 && len(measured.rows) > 0 {
		fmt.Printf("\n%s\n", measured.markdown())
	}
	os.Exit(code)
}

// compare runs the rivals in turn; their second and later rounds are called name#01 and so on.
func compare(b *testing.B, rivals ...rival) {
	b.Helper()
	benchmark := strings.TrimPrefix(b.Name(), "Benchmark")
	for range rounds {
		for _, r := range rivals {
			b.Run(r.name, func(b *testing.B) {
				allocations := testing.AllocsPerRun(10, func() {
					if err := r.run(); err != nil {
						b.Fatal(err)
					}
				})
				b.ReportAllocs()
				for b.Loop() {
					if err := r.run(); err != nil {
						b.Fatal(err)
					}
				}
				measured.add(benchmark, r.name, float64(b.Elapsed())/float64(b.N), allocations)
			})
		}
	}
}

func BenchmarkCondition(b *testing.B) {
	all := engines(b)
	for _, c := range conditions {
		b.Run(c.name, func(b *testing.B) {
			var rivals []rival
			for _, e := range all {
				run, err := e.condition(c.text[e.name])
				if err != nil {
					b.Fatal(err)
				}
				rivals = append(rivals, rival{e.name, func() error {
					_, err := run()
					return err
				}})
			}
			compare(b, rivals...)
		})
	}
}

func BenchmarkText(b *testing.B) {
	all := engines(b)
	for _, c := range texts {
		b.Run(c.name, func(b *testing.B) {
			var rivals []rival
			for _, e := range all {
				if e.compile == nil {
					continue
				}
				run, err := e.compile(c.text[e.name])
				if err != nil {
					b.Fatal(err)
				}
				rivals = append(rivals, rival{e.name, func() error {
					_, err := run()
					return err
				}})
			}
			compare(b, rivals...)
		})
	}
}

// BenchmarkCompile is what a flow costs when it is loaded.
func BenchmarkCompile(b *testing.B) {
	condition := conditions[0]
	var rivals []rival
	for _, e := range engines(b) {
		rivals = append(rivals, rival{e.name, func() error {
			_, err := e.condition(condition.text[e.name])
			return err
		}})
	}
	compare(b, rivals...)
}

func BenchmarkDecodeJSON(b *testing.B) {
	for _, p := range payloads {
		b.Run(p.name, func(b *testing.B) {
			compare(
				b,
				rival{"value", func() error {
					_, err := value.DecodeJSON(p.data)
					return err
				}},
				rival{"encoding/json", func() error {
					var v any
					return json.Unmarshal(p.data, &v)
				}},
			)
		})
	}
}

func BenchmarkScanJSON(b *testing.B) {
	for _, p := range payloads {
		b.Run(p.name, func(b *testing.B) {
			compare(
				b,
				rival{"value", func() error {
					_, err := value.ScanJSON(p.data)
					return err
				}},
				rival{"encoding/json", func() error {
					if !json.Valid(p.data) {
						return fmt.Errorf("%s is no JSON", p.name)
					}
					return nil
				}},
			)
		})
	}
}
