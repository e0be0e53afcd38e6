package runner

import (
	"testing"
	"time"
)

// BenchmarkSubflow measures an execution that starts another one and waits for it, which is parked meanwhile.
func BenchmarkSubflow(b *testing.B) {
	f := newFixture(b, Options{})
	jobs, _ := f.load(map[string]string{
		"parent": "tasks: [" + call("child", ", inputs: {x: '{{ trigger.body.n }}'}") + "]",
		"child":  "inputs: [{id: x, type: STRING}]\ntasks: [{id: a" + says + "'{{ inputs.x }}'}]\noutputs: [{id: o, type: STRING, value: '{{ outputs.a.value }}'}]",
	})
	f.runner.Configure(Options{}) // without a log
	b.ReportAllocs()
	for b.Loop() {
		_, _, done, err := f.runner.RunAndWait(b.Context(), jobs("parent", `{"n":1}`), time.Now().Add(time.Hour))
		if err != nil || !done {
			b.Fatal(done, err)
		}
	}
}

// BenchmarkConcurrency measures an execution that takes a place of its flow and gives it back.
func BenchmarkConcurrency(b *testing.B) {
	f := newFixture(b, Options{})
	p := f.plan("concurrency: {limit: 10}\ntasks: [{id: a" + says + "a}]")
	f.runner.Configure(Options{})
	b.ReportAllocs()
	for b.Loop() {
		f.wait(f.job(p, "{}"))
	}
}
