package condition

import "testing"

func benchmark(b *testing.B, expression string) {
	c := compile(b, expression)
	e := newEvent(b, github, nil)
	ctx := b.Context()
	if met, err := c.Holds(ctx, e); !met || err != nil {
		b.Fatal(met, err)
	}
	b.ReportAllocs()
	for b.Loop() {
		c.Holds(ctx, e)
	}
}

func BenchmarkCELPlain(b *testing.B) { benchmark(b, `body.action == 'opened'`) }
func BenchmarkCELHeader(b *testing.B) {
	benchmark(b, `headers.header('x-github-event') == 'pull_request'`)
}

func BenchmarkCELBoth(b *testing.B) {
	benchmark(b, `headers.header('x-github-event') == 'pull_request' && body.pull_request.base.ref in ['main', 'develop']`)
}

func BenchmarkCELLimited(b *testing.B) {
	benchmark(b, `body.pull_request.labels.exists(l, l.name == 'bug')`)
}

func BenchmarkCELMatches(b *testing.B) {
	benchmark(b, `body.pull_request.head.ref.matches('^feature/[a-z]+$')`)
}

func BenchmarkCompileCEL(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := CompileCEL(`headers.header('x-github-event') == 'push' && body.ref == 'refs/heads/main'`); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPebble(b *testing.B) {
	conditions, found := load(b, "- type: io.kestra.plugin.core.condition.Expression\n  expression: \"{{ trigger.body.action == 'opened' }}\"\n")
	if len(conditions) != 1 {
		b.Fatal(found)
	}
	e := newEvent(b, github, nil)
	ctx := b.Context()
	b.ReportAllocs()
	for b.Loop() {
		if met, err := conditions[0].Holds(ctx, e); !met || err != nil {
			b.Fatal(met, err)
		}
	}
}
