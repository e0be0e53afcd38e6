package runner

import (
	"context"
	"sync"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/caddy-kestra/kestra-webhook/engine/admission"
	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/scope"
	"github.com/caddy-kestra/kestra-webhook/engine/store/memory"
	"github.com/caddy-kestra/kestra-webhook/engine/task/debug"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// bench is a runner on a memory store, and a plan.
func bench(b *testing.B, yaml string) (*Runner, *execution.Plan) {
	r := New(memory.New(memory.Options{}), admission.New(admission.Limits{}), Options{Logger: zap.NewNop()})
	b.Cleanup(r.Close)
	catalog, err := flow.NewCatalog(debug.Specs()...)
	if err != nil {
		b.Fatal(err)
	}
	source := &flow.Source{Name: "f.yml", YAML: []byte("id: hello\nnamespace: company.team\n" + yaml)}
	set, found := flow.Load(catalog, flow.Options{}, []*flow.Source{source})
	if len(found) > 0 {
		b.Fatal(found)
	}
	return r, execution.NewPlan(set.Flow("company.team", "hello"), 1)
}

var benchBody = value.MapOf("body", value.MapOf("name", value.String("bob")))

// scopes are made once per flow.
var scopes = map[*execution.Plan]*scope.Flow{}

func benchScope(p *execution.Plan) *scope.Flow {
	if scopes[p] == nil {
		scopes[p] = scope.NewFlow(p, &scope.Environment{Envs: value.FromMap(nil)})
	}
	return scopes[p]
}

func benchJob(p *execution.Plan) *Job {
	trigger := execution.Trigger{ID: "webhook", Type: "w", Variables: execution.Datum{JSON: []byte(`{"body":{"name":"bob"}}`)}}
	return &Job{Setting: Setting{Flow: benchScope(p)}, State: execution.New(p, time.Now(), nil, trigger), Trigger: benchBody.Map()}
}

// BenchmarkWait measures what a request with `wait: true` costs between its conditions and its answer.
func BenchmarkWait(b *testing.B) {
	for _, bb := range []struct{ name, yaml string }{
		{"constant", "tasks: [{id: a, type: io.kestra.plugin.core.debug.Return, format: hello}]"},
		{"template", `tasks: [{id: a, type: io.kestra.plugin.core.debug.Return, format: "Hello {{ trigger.body.name }}"}]`},
		{"outputs", `
tasks: [{id: a, type: io.kestra.plugin.core.debug.Return, format: "Hello {{ trigger.body.name }}"}]
outputs: [{id: o, type: STRING, value: "{{ outputs.a.value }}"}]`},
	} {
		b.Run(bb.name, func(b *testing.B) {
			r, p := bench(b, bb.yaml)
			ctx, deadline := context.Background(), time.Now().Add(time.Hour)
			b.ReportAllocs()
			for b.Loop() {
				if _, _, done, err := r.RunAndWait(ctx, benchJob(p), deadline); err != nil || !done {
					b.Fatal(done, err)
				}
			}
		})
	}
}

// BenchmarkStart measures executions that nobody waits for, from the start to the end.
func BenchmarkStart(b *testing.B) {
	r, p := bench(b, `tasks: [{id: a, type: io.kestra.plugin.core.debug.Return, format: "Hello {{ trigger.body.name }}"}]`)
	ctx := context.Background()
	var running sync.WaitGroup
	ended := func(execution.Status) { running.Done() }
	b.ReportAllocs()
	for b.Loop() {
		job := benchJob(p)
		job.Ended = ended
		running.Add(1)
		for r.Start(ctx, job) != nil { // full
			running.Done()
			running.Wait()
			running.Add(1)
			job = benchJob(p)
			job.Ended = ended
		}
	}
	running.Wait()
}
