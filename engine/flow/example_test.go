package flow_test

import (
	"fmt"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// A catalog lists the types that flows may use; this one has a single type of task. Load returns the flows without errors,
// and the findings about all flows, each with its place.
func ExampleLoad() {
	catalog, err := flow.NewCatalog(flow.Spec{
		Kind: flow.KindTask,
		Type: "io.kestra.plugin.core.log.Log",
		Properties: []flow.Property{
			{Name: "message", Type: flow.String, Required: true, Dynamic: true},
		},
		Compile: func(c *flow.Component) (any, error) { return c.Template("message"), nil },
	})
	if err != nil {
		fmt.Println(err)
		return
	}

	set, found := flow.Load(catalog, flow.Options{}, []*flow.Source{
		{Name: "hello.yml", YAML: []byte(`id: hello
namespace: company.team
tasks:
  - id: greet
    type: io.kestra.plugin.core.log.Log
    message: Hello {{ trigger.body.name }}!
`)},
		{Name: "broken.yml", YAML: []byte(`id: broken
namespace: company.team
tasks:
  - id: greet
    type: io.kestra.plugin.core.log.Log
    mesage: Hello {{ trigger.body.name }}!
  - id: part
    type: io.kestra.plugin.core.log.Log
    message: Goodbye {{ trigger.body.name | uper }}!
`)},
	})

	for f := range set.All() {
		fmt.Println("loaded", f.Namespace, f.ID)
	}
	for _, finding := range found {
		fmt.Println(finding)
	}
	// Output:
	// loaded company.team hello
	// broken.yml:4:5: tasks[0].message: is missing
	// broken.yml:6:5: tasks[0]: unknown member `mesage`; did you mean `message`?
	// broken.yml:9:45: tasks[1].message: filter "uper" does not exist; did you mean "upper"?
}
