package serdes

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/lines"
	"github.com/caddy-kestra/kestra-webhook/engine/task/setting"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// When fields stand between delimiters.
var quoteModes = []string{"ALWAYS", "REQUIRED", "NON_NUMERIC"}

func ionToCsvSpec() flow.Spec {
	return flow.Spec{
		Kind:    flow.KindTask,
		Type:    "io.kestra.plugin.serdes.csv.IonToCsv",
		Aliases: []string{"io.kestra.plugin.serdes.csv.CsvWriter"},
		Summary: "Turn a file of Ion, a row in each line, into CSV.",
		Properties: append([]flow.Property{
			fromProperty, charsetProperty,
			{Name: "header", Type: flow.Boolean, Dynamic: true, Default: "true", Summary: "The first row has the names of the fields, which are those of the first map."},
			{Name: "fieldSeparator", Type: flow.String, Dynamic: true, Default: ",", Summary: "The character between fields."},
			{Name: "textDelimiter", Type: flow.String, Dynamic: true, Default: `"`, Summary: "The character around text."},
			{Name: "lineDelimiter", Type: flow.String, Dynamic: true, Default: "\\n", Summary: "What stands after each row."},
			{Name: "quoteMode", Type: flow.String, Dynamic: true, Values: quoteModes, Default: "REQUIRED", Summary: "Which fields stand between text delimiters: all, those that must, or all that are no numbers."},
			{Name: "alwaysDelimitText", Type: flow.Boolean, Dynamic: true, Default: "false", Summary: "The older way to say `quoteMode: ALWAYS`."},
		}, dateProperties...),
		Outputs: outputs,
		Example: `id: table
type: io.kestra.plugin.serdes.csv.IonToCsv
from: "{{ trigger.body.file }}"
quoteMode: NON_NUMERIC
`,
		Compile: func(c *flow.Component) (any, error) {
			v, err := newConversion(c)
			if err != nil {
				return nil, err
			}
			of := func(name string) setting.Setting { return setting.Of(&c.Members, name) }
			dates, err := newDateSettings(c)
			if err != nil {
				return nil, err
			}
			return &ionToCsv{v, of("header"), of("fieldSeparator"), of("textDelimiter"), of("lineDelimiter"), of("quoteMode"), of("alwaysDelimitText"), dates}, checkMarks(c)
		},
	}
}

// ionToCsv is io.kestra.plugin.serdes.csv.IonToCsv.
type ionToCsv struct {
	conversion
	header, separator, delimiter, end, quote, always setting.Setting
	dates                                            dateSettings
}

func (t *ionToCsv) Run(ctx context.Context, c *task.Context) (task.Result, error) {
	from, e, err := t.render(c)
	if err != nil {
		return task.Result{}, err
	}
	w, err := t.writer(c)
	if err != nil {
		return task.Result{}, err
	}
	dates, err := t.dates.writer(c, lines.NewMeters(c).Next())
	if err != nil {
		return task.Result{}, err
	}
	return write(ctx, c, ".csv", e, func(to *bufio.Writer) (size int64, err error) {
		err = lines.ReadValues(ctx, c, from, dates.read, func(_ []byte, v value.Value) error {
			size++
			return w.row(to, v)
		})
		return size, err
	})
}

func (t *ionToCsv) writer(c *task.Context) (*writer, error) {
	w := &writer{end: "\n"}
	var err error
	if w.header, err = t.header.OnOff(c, true); err != nil {
		return nil, err
	}
	if w.marks, err = renderMarks(c, t.separator, t.delimiter); err != nil {
		return nil, err
	}
	if t.end.Written() {
		if w.end, err = t.end.Text(c); err != nil {
			return nil, err
		}
	}
	if w.quote, err = t.quote.Trimmed(c); err != nil {
		return nil, err
	}
	always, err := t.always.OnOff(c, false)
	switch {
	case err != nil:
		return nil, err
	case w.quote == "" && always:
		w.quote = quoteModes[0]
	case w.quote != "" && !slices.Contains(quoteModes, w.quote):
		return nil, fmt.Errorf("quoteMode must be one of %s", strings.Join(quoteModes, ", "))
	}
	return w, nil
}

// writer writes CSV.
type writer struct {
	marks
	header     bool
	end, quote string
	names      *value.Map // of the header, once it is written
}

func (w *writer) row(to *bufio.Writer, v value.Value) error {
	switch v.Kind() {
	case value.KindList:
		if w.header {
			return errors.New("Invalid data of type List with header") //nolint:staticcheck // Kestra's words
		}
		return w.fields(to, v.List().Slice())
	case value.KindMap:
		return w.members(to, v.Map())
	default:
		return fmt.Errorf("a row must be a map or a list, and is %s", v.Kind())
	}
}

// members writes the members of a map. Below a header they follow its names; Kestra writes them in their own order, under wrong names.
func (w *writer) members(to *bufio.Writer, m *value.Map) error {
	fields := make([]value.Value, 0, m.Len())
	if !w.header {
		for _, v := range m.All() {
			fields = append(fields, v)
		}
		return w.fields(to, fields)
	}
	if w.names == nil {
		w.names = m
		for name := range m.All() {
			fields = append(fields, value.String(name))
		}
		if err := w.fields(to, fields); err != nil {
			return err
		}
		fields = fields[:0]
	}
	found := 0
	for name := range w.names.All() {
		v, ok := m.Get(name)
		if ok {
			found++
		}
		fields = append(fields, v)
	}
	if found < m.Len() {
		for name := range m.All() {
			if !w.names.Has(name) {
				return fmt.Errorf("the row has %q, which the header has not", name)
			}
		}
	}
	return w.fields(to, fields)
}

func (w *writer) fields(to *bufio.Writer, fields []value.Value) error {
	for i, v := range fields {
		if i > 0 {
			if _, err := to.WriteRune(w.separator); err != nil {
				return err
			}
		}
		text := ""
		if !v.IsNull() {
			text = value.JavaText(v)
		}
		if w.quotes(text, i) {
			d := string(w.delimiter)
			text = d + strings.ReplaceAll(text, d, d+d) + d
		}
		if _, err := to.WriteString(text); err != nil {
			return err
		}
	}
	_, err := to.WriteString(w.end)
	return err
}

// quotes reports whether a field stands between delimiters. One that begins a row as a comment does is one of those that must.
func (w *writer) quotes(text string, i int) bool {
	switch w.quote {
	case "ALWAYS":
		return true
	case "NON_NUMERIC":
		return !isNumeric(text)
	default:
		return strings.ContainsRune(text, w.separator) || strings.ContainsRune(text, w.delimiter) || strings.ContainsAny(text, "\r\n") ||
			i == 0 && strings.HasPrefix(text, "#")
	}
}

// isNumeric reports whether a text is a number of digits, with a sign and a point at most.
func isNumeric(text string) bool {
	digits := strings.TrimPrefix(strings.TrimPrefix(text, "-"), "+")
	if text == "" || digits == "" || len(text)-len(digits) > 1 {
		return false
	}
	before, after, _ := strings.Cut(digits, ".")
	return strings.Trim(before+after, "0123456789") == ""
}
