package flow

import (
	"fmt"
	"strconv"
	"testing"
)

func itoa(i int) string { return strconv.Itoa(i) }

const benchFlow = `id: f%d
namespace: company.team
labels: {team: hooks}
tasks:
  - id: log
    type: io.kestra.plugin.core.log.Log
    message: "Hello {{ trigger.body.name }}"
outputs:
  - {id: greeting, type: STRING, value: "{{ trigger.parameters.name[0] ?? 'world' }}"}
triggers:
  - id: webhook
    type: io.kestra.plugin.core.trigger.Webhook
    key: 4wjtkzwVGBM9yKnjm3yv8r
    wait: true
    conditions:
      - type: io.kestra.plugin.core.condition.Expression
        expression: "{{ trigger.body.hello == 'world' }}"
`

func BenchmarkLoad1000(b *testing.B) {
	catalog := fakeCatalog(b)
	sources := make([]*Source, 1000)
	for i := range sources {
		sources[i] = &Source{Name: fmt.Sprintf("/flows/%d.yml", i), YAML: fmt.Appendf(nil, benchFlow, i)}
	}
	b.ReportAllocs()
	for b.Loop() {
		if set, found := Load(catalog, Options{}, sources); set.Len() != len(sources) {
			b.Fatal(found.Err())
		}
	}
}

func BenchmarkFlow(b *testing.B) {
	set, _ := loadText(b, fmt.Sprintf(benchFlow, 1))
	b.ReportAllocs()
	for b.Loop() {
		if set.Flow("company.team", "f1") == nil {
			b.Fatal("no flow")
		}
	}
}
