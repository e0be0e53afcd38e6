package serdes

import (
	"bufio"
	"context"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/ion"
	"github.com/caddy-kestra/kestra-webhook/engine/javatime"
	"github.com/caddy-kestra/kestra-webhook/engine/meter"
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
			{Name: "timeZoneId", Type: flow.String, Dynamic: true, Summary: "The zone in which date-times are written that have one. Default: they are written as the file has them."},
			{Name: "shouldKeepAnnotations", Type: flow.Boolean, Dynamic: true, Default: "false", Summary: "A text with annotations becomes a map of `ion_annotations` and `value`; otherwise it becomes text alone."},
		},
		Outputs: outputs,
		Example: `id: list
type: io.kestra.plugin.serdes.json.IonToJson
from: "{{ trigger.body.file }}"
newLine: false
`,
		Compile: func(c *flow.Component) (any, error) {
			v, err := newConversion(c)
			if err != nil {
				return nil, err
			}
			of := func(name string) setting.Setting { return setting.Of(&c.Members, name) }
			return &ionToJSON{v, of("newLine"), of("timeZoneId"), of("shouldKeepAnnotations")}, checkZone(c, new(javatime.Formats), of("timeZoneId"))
		},
	}
}

// ionToJSON is io.kestra.plugin.serdes.json.IonToJson.
type ionToJSON struct {
	conversion
	newLine, zone, keep setting.Setting
}

// read returns how the values of the file are read.
func (t *ionToJSON) read(c *task.Context) (func(m *meter.Meter, text string, all bool) ([]value.Value, error), error) {
	keep, err := t.keep.OnOff(c, false)
	if err != nil {
		return nil, err
	}
	formats := new(javatime.Formats)
	zone, err := renderZone(c, formats, t.zone)
	if err != nil {
		return nil, err
	}
	marked := func(annotations []string, text string) (value.Value, error) {
		if keep && len(annotations) > 0 {
			names := make([]value.Value, len(annotations))
			for i, name := range annotations {
				names[i] = value.String(name)
			}
			return value.MapOf("ion_annotations", value.ListOf(names...), "value", value.String(text)), nil
		}
		if zone != nil {
			kind, at, err := parseDate(formats, annotations, text)
			if err != nil {
				return value.Null, err
			}
			if kind == instant || kind == zoned {
				text = at.In(zone).Format(time.RFC3339Nano)
			}
		}
		return value.String(text), nil
	}
	return func(m *meter.Meter, text string, all bool) ([]value.Value, error) {
		return ion.ReadMarked(m, text, all, marked)
	}, nil
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
	read, err := t.read(c)
	if err != nil {
		return task.Result{}, err
	}
	return write(ctx, c, extension, e, func(to *bufio.Writer) (rows int64, err error) {
		_, _ = to.WriteString(before)
		var text []byte
		err = lines.ReadValues(ctx, c, from, read, func(_ []byte, v value.Value) error {
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
		return rows, err
	})
}
