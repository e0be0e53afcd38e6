package cel

import (
	"strings"
	"testing"
)

func benchmark(b *testing.B, expression string) {
	c := compile(b, expression)
	e := newRequest(b, github, nil)
	if met, err := c.Eval(e); !met || err != nil {
		b.Fatal(met, err)
	}
	b.ReportAllocs()
	for b.Loop() {
		c.Eval(e)
	}
}

func BenchmarkPlain(b *testing.B) { benchmark(b, `body.action == 'opened'`) }
func BenchmarkHeader(b *testing.B) {
	benchmark(b, `headers.header('x-github-event') == 'pull_request'`)
}

func BenchmarkBoth(b *testing.B) {
	benchmark(b, `headers.header('x-github-event') == 'pull_request' && body.pull_request.base.ref in ['main', 'develop']`)
}

func BenchmarkLimited(b *testing.B) {
	benchmark(b, `body.pull_request.labels.exists(l, l.name == 'bug')`)
}

func BenchmarkMatches(b *testing.B) {
	benchmark(b, `body.pull_request.head.ref.matches('^feature/[a-z]+$')`)
}

func BenchmarkCompile(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Compile(`headers.header('x-github-event') == 'push' && body.ref == 'refs/heads/main'`); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkHostile tells the work of expressions that would not end, in units, and the time of a unit.
func BenchmarkHostile(b *testing.B) {
	large := hostile()
	for _, test := range hostileExpressions {
		b.Run(strings.ReplaceAll(test.name, " ", "_"), func(b *testing.B) {
			c, e := compile(b, test.expression), newRequest(b, large, nil)
			(*activation)(e).ResolveName("body")
			units := 0
			for b.Loop() {
				e.Work = nil
				vars := &counted{(*activation)(e), newMeter(e)}
				c.evaluate(vars)
				units += MaxWork - vars.meter.work - vars.meter.workLeft
			}
			b.ReportMetric(float64(units)/float64(b.N), "units/op")
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(units), "ns/unit")
		})
	}
}
