package cel

import "testing"

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
