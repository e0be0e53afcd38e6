package condition

import "testing"

func benchmark(b *testing.B, yaml string) {
	conditions, found := load(b, yaml)
	if len(conditions) != 1 {
		b.Fatal(found)
	}
	e := newEvent(b, github)
	ctx := b.Context()
	b.ReportAllocs()
	for b.Loop() {
		e.Work.done.Store(0) // another request
		if met, err := conditions[0].Holds(ctx, e); !met || err != nil {
			b.Fatal(met, err)
		}
	}
}

func BenchmarkExpression(b *testing.B) {
	benchmark(b, "- type: io.kestra.plugin.core.condition.Expression\n  expression: \"{{ trigger.body.action == 'opened' }}\"\n")
}

func BenchmarkCEL(b *testing.B) {
	benchmark(b, "- type: cel\n  expression: body.action == 'opened'\n")
}
