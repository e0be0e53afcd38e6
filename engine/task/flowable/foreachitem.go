package flowable

import (
	"errors"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task/lines"
)

// itemsAtOnce is how many executions of one ForEachItem are under way at once.
const itemsAtOnce = 100

const forEachItemType = "io.kestra.plugin.core.flow.ForEachItem"

// A ForEachItem is a sequence of three tasks, as in Kestra: one divides the file into batches, one starts an execution for each, and
// one joins their outputs.
func forEachItemSpec() flow.Spec {
	first, second, third := splitPart(), itemsPart(), mergePart()
	return flow.Spec{
		Kind:    flow.KindTask,
		Type:    forEachItemType,
		Aliases: []string{"io.kestra.core.tasks.flows.ForEachItem"},
		Summary: "Start an execution of another flow for each batch of lines of a file, and wait for their ends. 100 are under way at once.",
		Properties: withEnds(append([]flow.Property{
			{Name: "items", Type: flow.String, Required: true, Dynamic: true, Summary: "The URI of the file."},
			{Name: "batch", Type: flow.Object, Properties: lines.SplitProperties(), Summary: "How its lines are divided; without, each is a batch of its own."},
		}, itemProperties()...)...),
		Example: `id: each_order
type: io.kestra.plugin.core.flow.ForEachItem
items: "{{ trigger.body.file }}"
batch:
  rows: 100
namespace: company.team
flowId: orders
inputs:
  orders: "{{ taskrun.items }}"
`,
		Shape:    flow.ShapeSequence,
		Branches: func(c *flow.Component) flow.Branches { return branches(c, c.Children("tasks")) },
		Compile: func(c *flow.Component) (any, error) {
			batch := c.Object("batch")
			if batch == nil {
				batch = new(flow.Members)
			}
			by, err := lines.NewSplit(batch, 1)
			called, problems := compileCall(c)
			return &forEachItem{c.Template("items"), by, called}, errors.Join(err, problems)
		},
		Parts: func(c *flow.Component) []*flow.Component {
			each := c.Compiled.(*forEachItem)
			return []*flow.Component{
				c.Part(splitSuffix, &first, &itemSplit{each.items, each.by}),
				c.Part(itemsSuffix, &second, &itemCalls{each.call, c.ID + splitSuffix}),
				c.Part(mergeSuffix, &third, &itemMerge{each.call.wait, c.ID + itemsSuffix}),
			}
		},
	}
}

// What the ids of the tasks end in.
const (
	splitSuffix = "_split"
	itemsSuffix = "_items"
	mergeSuffix = "_merge"
)

// forEachItem is what the tasks of a ForEachItem are made from.
type forEachItem struct {
	items *pebble.Template
	by    *lines.Split
	call  *call
}

// itemProperties are the properties of what a ForEachItem starts. Inputs and labels see the batch.
func itemProperties() []flow.Property {
	properties := callProperties()
	for i := range properties {
		switch p := &properties[i]; p.Name {
		case "inputs":
			p.Items, p.Summary = true, "Values of the flow's inputs by id. In them `taskrun.items` is the URI of the batch, and `taskrun.iteration` its number from 0."
		case "labels":
			p.Items = true
		case "wait":
			p.Summary = "Wait for their ends. Without, the task has ended when the executions are accepted."
		case "transmitFailed":
			p.Summary = "Fail, warn or be killed as one of the executions does. Without, the task succeeds whatever becomes of them."
		default:
		}
	}
	return properties
}
