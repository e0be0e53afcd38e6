package serdes

import (
	"bufio"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/lines"
	"github.com/caddy-kestra/kestra-webhook/engine/task/setting"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// What becomes of a row that cannot be right.
var onBadLines = []string{"ERROR", "WARN", "SKIP"}

// What becomes of columns without a name.
var onEmptyHeader = []string{"DROP", "RENAME"}

func csvToIonSpec() flow.Spec {
	return flow.Spec{
		Kind:    flow.KindTask,
		Type:    "io.kestra.plugin.serdes.csv.CsvToIon",
		Aliases: []string{"io.kestra.plugin.serdes.csv.CsvReader"},
		Summary: "Turn a CSV file into one of Ion, a row each. The field `\\N` is null.",
		Properties: []flow.Property{
			fromProperty, charsetProperty,
			{Name: "header", Type: flow.Boolean, Dynamic: true, Default: "true", Summary: "The first row has the names of the fields, so that rows become maps; otherwise they become lists."},
			{Name: "fieldSeparator", Type: flow.String, Dynamic: true, Default: ",", Summary: "The character between fields."},
			{Name: "textDelimiter", Type: flow.String, Dynamic: true, Default: `"`, Summary: "The character around text."},
			{Name: "skipRows", Type: flow.Integer, Dynamic: true, Default: "0", Summary: "How many rows are left out at the beginning, after the header."},
			{Name: "skipEmptyRows", Type: flow.Boolean, Dynamic: true, Default: "false", Summary: "It has no effect here: empty rows are left out always."},
			{Name: "onBadLines", Type: flow.String, Dynamic: true, Values: onBadLines, Default: "ERROR", Summary: "What becomes of a row that breaks the format, or has not as many fields as the header: the task fails, or the row is left out, with a warning or without."},
			{Name: "onEmptyHeader", Type: flow.String, Dynamic: true, Values: onEmptyHeader, Default: "DROP", Summary: "What becomes of columns at the end of the header that have no name: they are left out, or get one, such as `col_3`."},
			{Name: "errorOnDifferentFieldCount", Type: flow.Boolean, Dynamic: true, Summary: "It has no effect, as in Kestra: see `onBadLines`."},
			{Name: "allowExtraCharsAfterClosingQuote", Type: flow.Boolean, Dynamic: true, Default: "false", Summary: "Text delimiters may stand where the format has no place for them, too."},
			{Name: "maxBufferSize", Type: flow.Integer, Dynamic: true, Default: "16777216", Summary: "The most bytes of a row, 16 MiB at most."},
			{Name: "maxFieldSize", Type: flow.Integer, Dynamic: true, Default: "16777216", Summary: "The most characters of a field."},
		},
		Outputs: outputs,
		Example: `id: rows
type: io.kestra.plugin.serdes.csv.CsvToIon
from: "{{ trigger.body.file }}"
fieldSeparator: ";"
`,
		Compile: func(c *flow.Component) (any, error) {
			v, err := newConversion(c)
			if err != nil {
				return nil, err
			}
			of := func(name string) setting.Setting { return setting.Of(&c.Members, name) }
			return &csvToIon{
				v, of("header"), of("fieldSeparator"), of("textDelimiter"), of("skipRows"), of("onBadLines"), of("onEmptyHeader"),
				of("allowExtraCharsAfterClosingQuote"), of("maxBufferSize"), of("maxFieldSize"),
			}, checkMarks(c)
		},
	}
}

// csvToIon is io.kestra.plugin.serdes.csv.CsvToIon.
type csvToIon struct {
	conversion
	header, separator, delimiter, skip, bad, empty, lazy, longestRow, longestField setting.Setting
}

// form is how a CSV file is to be read.
type form struct {
	marks
	header     bool
	skip       int64
	bad        string
	lazy       bool
	row, field int64    // the most bytes of a row, and characters of a field
	rename     bool     // fields without a name get one
	names      []string // of the fields; nil before the header was read
	kept       int      // fields that are taken
	read       int64    // rows after the header
}

func (t *csvToIon) form(c *task.Context) (f form, err error) {
	if f.header, err = t.header.OnOff(c, true); err != nil {
		return f, err
	}
	if f.marks, err = renderMarks(c, t.separator, t.delimiter); err != nil {
		return f, err
	}
	if skip, _ := t.skip.Trimmed(c); skip != "0" {
		if f.skip, err = t.skip.Number(c); err != nil {
			return f, err
		}
	}
	if f.bad, err = t.bad.Trimmed(c); err != nil {
		return f, err
	}
	if f.bad != "" && !slices.Contains(onBadLines, f.bad) {
		return f, fmt.Errorf("onBadLines must be one of %s", strings.Join(onBadLines, ", "))
	}
	empty, err := t.empty.Trimmed(c)
	if err != nil {
		return f, err
	}
	if empty != "" && !slices.Contains(onEmptyHeader, empty) {
		return f, fmt.Errorf("onEmptyHeader must be one of %s", strings.Join(onEmptyHeader, ", "))
	}
	f.rename = empty == "RENAME"
	if f.lazy, err = t.lazy.OnOff(c, false); err != nil {
		return f, err
	}
	for _, limit := range []struct {
		of setting.Setting
		to *int64
	}{{t.longestRow, &f.row}, {t.longestField, &f.field}} {
		if *limit.to, err = limit.of.Number(c); err != nil {
			return f, err
		}
		if *limit.to == 0 || *limit.to > maxRow {
			*limit.to = maxRow
		}
	}
	return f, nil
}

func (t *csvToIon) Run(ctx context.Context, c *task.Context) (task.Result, error) {
	f, err := t.form(c)
	if err != nil {
		return task.Result{}, err
	}
	in, file, err := t.open(ctx, c)
	if err != nil {
		return task.Result{}, err
	}
	defer func() { _ = file.Close() }()
	rows := &rowReader{context: ctx, from: in, task: c, most: f.row, between: string(f.separator)[0]}
	r := csv.NewReader(rows)
	if f.delimiter != '"' {
		r = csv.NewReader(swapped{rows, byte(f.delimiter), '"'})
	}
	r.Comma, r.LazyQuotes, r.FieldsPerRecord, r.ReuseRecord = f.comma(), f.lazy, -1, true
	return write(ctx, c, ".ion", nil, func(to *bufio.Writer) (size int64, err error) {
		meters := lines.NewMeters(c)
		for {
			fields, err := r.Read()
			rows.next()
			if errors.Is(err, io.EOF) {
				return size, nil
			}
			v, err := f.value(c, fields, err)
			switch {
			case err == nil && v.IsNull():
			case err == nil:
				size++
				err = writeIon(meters.Next(), to, v)
			case isBad(err) && f.bad == "WARN":
				c.Log.Log(task.Warn, "Bad line encountered (skipped): "+err.Error())
				err = nil
			case isBad(err) && f.bad == "SKIP":
				err = nil
			}
			if err != nil {
				return size, err
			}
		}
	})
}

// badRowError says why a row cannot be right.
type badRowError struct{ text string }

func (e *badRowError) Error() string { return e.text }

func isBad(err error) bool {
	_, parse := errors.AsType[*csv.ParseError](err)
	_, bad := errors.AsType[*badRowError](err)
	return parse || bad
}

// value returns what a row is; null: nothing is written of it. The error is that of reading it.
func (f *form) value(c *task.Context, fields []string, err error) (value.Value, error) {
	if err != nil {
		return value.Null, err
	}
	values := make([]value.Value, len(fields))
	for i, text := range fields {
		if f.delimiter != '"' && strings.ContainsAny(text, string([]rune{'"', f.delimiter})) {
			swappedBack := []byte(text)
			swap(swappedBack, '"', byte(f.delimiter))
			text = string(swappedBack)
		}
		if int64(len(text)) > f.field && int64(utf8.RuneCountInString(text)) > f.field {
			return value.Null, fmt.Errorf("a field has more than %d characters", f.field)
		}
		if text == `\N` && (f.names != nil || !f.header) {
			continue
		}
		values[i] = value.String(strings.ToValidUTF8(strings.Clone(text), "\ufffd"))
	}
	if f.header && f.names == nil {
		f.named(c, values)
		return value.Null, nil
	}
	if f.read++; f.read <= f.skip {
		return value.Null, nil
	}
	if !f.header {
		return value.ListOf(values...), nil
	}
	if len(values) != len(f.names) {
		return value.Null, &badRowError{fmt.Sprintf("row %d has %d fields, and the header %d", f.read, len(values), len(f.names))}
	}
	m := value.NewMap(f.kept)
	for i, v := range values[:f.kept] {
		m.Set(f.names[i], v)
	}
	return value.FromMap(m), nil
}

// named takes the names of the header.
func (f *form) named(c *task.Context, values []value.Value) {
	f.names = make([]string, len(values))
	taken := map[string]bool{}
	for i, v := range values {
		f.names[i] = v.Str()
		taken[v.Str()] = true
	}
	f.kept = len(values)
	if f.rename {
		for i, name := range f.names {
			if name == "" {
				for n := 1; name == "" || taken[name]; n++ {
					if name = fmt.Sprintf("col_%d", i); n > 1 {
						name = fmt.Sprintf("col_%d_%d", i, n)
					}
				}
				f.names[i], taken[name] = name, true
			}
		}
		return
	}
	for f.kept > 1 && f.names[f.kept-1] == "" {
		f.kept--
	}
	if left := len(values) - f.kept; left > 0 {
		c.Log.Log(task.Warn, fmt.Sprintf("%d columns without a name at the end of the header are left out: see onEmptyHeader", left))
	}
	different := map[string]bool{}
	for _, name := range f.names[:f.kept] {
		different[name] = true
	}
	if double := f.kept - len(different); double > 0 {
		c.Log.Log(task.Warn, fmt.Sprintf("%d columns have the name of another one, or none as another one: the last one counts", double))
	}
}
