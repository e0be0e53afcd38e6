package task_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// slugSpec describes the type to those who write flows, and to the loader, which checks flows against it.
var slugSpec = flow.Spec{
	Kind:    flow.KindTask,
	Type:    "example.Slug",
	Summary: "Make a text that fits into a URL.",
	Pure:    true, // running it again changes nothing outside of the execution
	Properties: []flow.Property{
		{Name: "title", Type: flow.String, Required: true, Dynamic: true, Summary: "The text."},
	},
	Outputs: []flow.TaskOutput{
		{Name: "slug", Type: flow.TypeString, Summary: "The text in lower case, with dashes for blanks."},
	},
	Example: "id: slug\ntype: example.Slug\ntitle: \"{{ trigger.body.title }}\"\n",
	Compile: func(c *flow.Component) (any, error) { return &slug{title: c.Template("title")}, nil },
}

// slug is a task of that type in a flow. Executions run it concurrently, so it does not change.
type slug struct {
	title *pebble.Template
}

func (s *slug) Run(_ context.Context, c *task.Context) (task.Result, error) {
	title, err := s.title.Render(c.Pebble)
	if err != nil {
		return task.Result{}, err // fails the attempt, and is logged
	}
	text := strings.ReplaceAll(strings.ToLower(title), " ", "-")
	c.Log.Log(task.Debug, text)
	outputs := value.MapOf("slug", value.String(text))
	return task.Result{Outputs: outputs}, nil
}

// A task type is a spec and what its Compile returns. Here it is registered in a catalog of its own; a type that the server
// is to have goes into the Specs of its group, as docs/tasks.md says.
func ExampleTask() {
	catalog, err := flow.NewCatalog(slugSpec)
	if err != nil {
		fmt.Println(err)
		return
	}
	set, found := flow.Load(catalog, flow.Options{}, []*flow.Source{{Name: "post.yml", YAML: []byte(`id: post
namespace: company.team
tasks:
  - id: slug
    type: example.Slug
    title: "{{ trigger.body.title }}"
`)}})
	if err := found.Err(); err != nil {
		fmt.Println(err)
		return
	}

	// The runner does this with each task run.
	loaded := set.Flow("company.team", "post").Tasks[0]
	body := value.MapOf("title", value.String("Flows as plain files"))
	result, err := loaded.Compiled.(task.Task).Run(context.Background(), &task.Context{
		Pebble: &pebble.Context{Vars: value.MapOf("trigger", value.MapOf("body", body)).Map()},
	})
	fmt.Println(value.JSON(result.Outputs), err)
	// Output:
	// {"slug":"flows-as-plain-files"} <nil>
}
