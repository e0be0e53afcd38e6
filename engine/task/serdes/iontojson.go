package serdes

import (
	"bufio"
	"context"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/lines"
	"github.com/caddy-kestra/kestra-webhook/engine/task/setting"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

func ionToJSONSpec() flow.Spec {
	return flow.Spec{
		Kind:    flow.KindTask,
		Type:    "io.kestra.plugin.serdes.json.IonToJson",
		Aliases: []string{"io.kestra.plugin.serdes.json.JsonWriter"},
		Summary: "Turn a file of Ion, a row in each line, into JSON.",
		Properties: []flow.Property{
			fromProperty, charsetProperty, newLineProperty,
			{Name: "timeZoneId", Type: flow.String, NotYet: true, Summary: "Date-times are written as the file has them."},
		},
		Outputs: []flow.TaskOutput{uriOutput},
		Example: `id: list
type: io.kestra.plugin.serdes.json.IonToJson
from: "{{ trigger.body.file }}"
newLine: false
`,
		Compile: func(c *flow.Component) (any, error) {
			v, err := newConversion(c)
			return &ionToJSON{v, setting.Of(&c.Members, "newLine")}, err
		},
	}
}

// ionToJSON is io.kestra.plugin.serdes.json.IonToJson.
type ionToJSON struct {
	conversion
	newLine setting.Setting
}

func (t *ionToJSON) Run(ctx context.Context, c *task.Context) (task.Result, error) {
	newLine, err := t.newLine.OnOff(c, true)
	if err != nil {
		return task.Result{}, err
	}
	from, e, err := t.render(c)
	if err != nil {
		return task.Result{}, err
	}
	before, between, after, extension := "", "\n", "\n", ".jsonl"
	if !newLine {
		before, between, after, extension = "[", ",", "]", ".json"
	}
	return write(ctx, c, extension, e, func(to *bufio.Writer) error {
		_, _ = to.WriteString(before)
		var text []byte
		rows := 0
		err := lines.Values(ctx, c, from, func(_ []byte, v value.Value) error {
			if rows > 0 {
				_, _ = to.WriteString(between)
			}
			rows++
			text = value.AppendJSON(text[:0], v)
			_, err := to.Write(text)
			return err
		})
		if err == nil && (rows > 0 || !newLine) {
			_, err = to.WriteString(after)
		}
		return err
	})
}
