package postgresql

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/ion"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/lines"
	"github.com/caddy-kestra/kestra-webhook/engine/task/setting"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// What becomes of the rows of a query.
const (
	fetchAll  = "FETCH"
	fetchOne  = "FETCH_ONE"
	storeRows = "STORE"
	noRows    = "NONE"
)

var fetchTypes = []string{fetchAll, fetchOne, storeRows, noRows}

// fetchProperties are those that say what becomes of rows.
var fetchProperties = []flow.Property{
	{Name: "sql", Type: flow.String, Required: true, Dynamic: true, Summary: "The SQL. What callers send belongs into `parameters`, not into the text."},
	{Name: "parameters", Type: flow.Map, Dynamic: true, JSONText: true, Summary: "Values that stand in `sql` as `:name`."},
	{Name: "fetchType", Type: flow.String, Dynamic: true, Values: fetchTypes, Default: noRows, Summary: "What becomes of the rows: FETCH: all are an output, FETCH_ONE: the first is, STORE: they are a file of Ion, NONE: nothing."},
	{Name: "fetch", Type: flow.Boolean, Default: "false", Summary: "The older way to say `fetchType: FETCH`."},
	{Name: "fetchOne", Type: flow.Boolean, Default: "false", Summary: "The older way to say `fetchType: FETCH_ONE`."},
	{Name: "store", Type: flow.Boolean, Default: "false", Summary: "The older way to say `fetchType: STORE`."},
	{Name: "fetchSize", Type: flow.Integer, Dynamic: true, Summary: "It has no effect here: rows are taken as they come."},
	{Name: "outputFiles", Type: flow.StringList, Dynamic: true, Summary: "It has no effect, as in Kestra, where other databases write files."},
}

// fetch is what becomes of rows.
type fetch struct {
	old       string // as older properties say it; empty: they do not
	fetchType setting.Setting
}

func newFetch(c *flow.Component) fetch {
	f := fetch{fetchType: setting.Of(&c.Members, "fetchType")}
	switch {
	case c.Bool("fetch"):
		f.old = fetchAll
	case c.Bool("fetchOne"):
		f.old = fetchOne
	case c.Bool("store"):
		f.old = storeRows
	}
	return f
}

func (f *fetch) render(c *task.Context) (string, error) {
	if f.old != "" {
		return f.old, nil
	}
	text, err := f.fetchType.Trimmed(c)
	switch {
	case err != nil || text == "":
		return noRows, err
	case !slices.Contains(fetchTypes, text):
		return "", fmt.Errorf("fetchType must be one of %s", strings.Join(fetchTypes, ", "))
	default:
		return text, nil
	}
}

// run is the statements of an attempt.
type run struct {
	task       *task.Context
	conn       *pgconn.PgConn
	arrays     arrays
	parameters *value.Map
	fetchType  string
	files      int // how many were written
}

// do runs a statement. The outputs are null unless it gives rows.
func (r *run) do(ctx context.Context, s statement) (value.Value, error) {
	given := make([][]byte, len(s.names))
	for i, name := range s.names {
		v, ok := r.parameters.Get(name)
		if !ok {
			return value.Null, fmt.Errorf("parameters has no %s, which the SQL names as :%s", name, name)
		}
		given[i] = parameter(v)
	}
	r.task.Log.Log(task.Debug, "Starting query: "+s.text)
	result := r.conn.ExecParams(ctx, s.text, given, nil, nil, nil)
	outputs, err := r.rows(ctx, result)
	if err != nil {
		over, cancel := context.WithCancel(ctx)
		cancel()
		_ = r.conn.Close(over) // at once: there may be many more rows
	} else if _, err = result.Close(); err == nil {
		return outputs, nil
	}
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return value.Null, err
}

// parameter returns a value as the server reads it; nil is null.
func parameter(v value.Value) []byte {
	switch v.Kind() {
	case value.KindNull:
		return nil
	case value.KindList, value.KindMap:
		return []byte(value.JSON(v))
	default:
		return []byte(value.Text(v))
	}
}

// rows does with the rows of a result what is to be done.
func (r *run) rows(ctx context.Context, result *pgconn.ResultReader) (value.Value, error) {
	columns := result.FieldDescriptions()
	if len(columns) == 0 {
		return value.Null, nil
	}
	names := make([]string, len(columns))
	for i := range columns {
		names[i] = columns[i].Name
	}
	outputs := value.MapOf()
	size := int64(0)
	each := func(use func(row value.Value) error) error {
		for result.NextRow() {
			if size > 0 && r.fetchType == fetchOne { // the others are neither wanted nor to be held
				continue
			}
			row, err := r.row(names, columns, result.Values())
			if err == nil {
				err = use(row)
			}
			if err != nil {
				return err
			}
			size++
		}
		return nil
	}
	var err error
	switch r.fetchType {
	case fetchAll:
		var rows []value.Value
		err = each(func(row value.Value) error {
			rows = append(rows, row)
			return nil
		})
		outputs.Map().Set("rows", value.ListOf(rows...))
	case fetchOne:
		err = each(func(row value.Value) error {
			outputs.Map().Set("row", row)
			return nil
		})
	case storeRows:
		var uri string
		uri, err = r.store(ctx, dates(columns), each)
		outputs.Map().Set("uri", value.String(uri))
	default:
		return outputs, nil
	}
	outputs.Map().Set("size", value.Int(size))
	return outputs, err
}

// rowBytes is what a field takes beside its text.
const rowBytes = 64

// row returns a row as a map, whose memory it takes from the account of the execution before.
func (r *run) row(names []string, columns []pgconn.FieldDescription, fields [][]byte) (value.Value, error) {
	held := int64(0)
	for i, f := range fields {
		held += rowBytes + 2*int64(len(f))
		if _, isArray := r.arrays[columns[i].DataTypeOID]; isArray { // its items are values, too
			held += rowBytes * int64(bytes.Count(f, []byte{','}))
		}
	}
	kept := r.fetchType != storeRows
	if account := r.task.Pebble.Memory; account != nil && kept {
		if err := account.Take(held); err != nil {
			return value.Null, err
		}
	}
	row := value.NewMap(len(fields))
	for i, f := range fields {
		if oid := columns[i].DataTypeOID; kept && (oid == pgtype.JSONOID || oid == pgtype.JSONBOID) { // its tree may be larger than that
			if err := r.task.Pebble.ChargeJSON(string(f)); err != nil {
				return value.Null, err
			}
		}
		v, err := r.arrays.cell(columns[i].DataTypeOID, f)
		if err != nil {
			return value.Null, fmt.Errorf("column %s: %w", names[i], err)
		}
		row.Set(names[i], v)
	}
	return value.FromMap(row), nil
}

// store writes rows into a file of the task run.
func (r *run) store(ctx context.Context, marks map[string]string, each func(use func(row value.Value) error) error) (string, error) {
	f, err := r.task.Files.Create(ctx, r.task.Origin, task.FileName(r.task.Origin, r.files, ".ion"))
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }()
	r.files++
	out := bufio.NewWriterSize(f, 64<<10)
	meters := lines.NewMeters(r.task)
	err = each(func(row value.Value) error {
		text, err := ion.MarkedText(meters.Next(), row.Map(), func(name, text string) string { return mark(marks[name], text) })
		if err != nil {
			return err
		}
		_, err = out.WriteString(text + "\n")
		return err
	})
	if err != nil {
		return "", err
	}
	if err := out.Flush(); err != nil {
		return "", err
	}
	return f.Commit()
}
