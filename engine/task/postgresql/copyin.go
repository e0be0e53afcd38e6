package postgresql

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/setting"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

var copyFormats = []string{"TEXT", "CSV", "BINARY"}

func copyInSpec() flow.Spec {
	return flow.Spec{
		Kind:    flow.KindTask,
		Type:    "io.kestra.plugin.jdbc.postgresql.CopyIn",
		Summary: "Copy a file into a table of PostgreSQL.",
		Properties: append(slices.Clone(connectionProperties),
			flow.Property{Name: "from", Type: flow.String, Required: true, Dynamic: true, Summary: "The URI of the file."},
			flow.Property{Name: "table", Type: flow.String, Required: true, Dynamic: true, Summary: "The table, with its schema if need be."},
			flow.Property{Name: "columns", Type: flow.StringList, Dynamic: true, JSONText: true, Summary: "The columns that the file has. Default: all."},
			flow.Property{Name: "format", Type: flow.String, Dynamic: true, Values: copyFormats, Default: copyFormats[0], Summary: "The format of the file."},
			flow.Property{Name: "header", Type: flow.Boolean, Dynamic: true, Summary: "The first line has the names of the columns, and is left out."},
			flow.Property{Name: "delimiter", Type: flow.String, Dynamic: true, Summary: "The character between fields. Default: a comma, and for TEXT a tab."},
			flow.Property{Name: "nullString", Type: flow.String, Dynamic: true, Summary: "The text that stands for null."},
			flow.Property{Name: "quote", Type: flow.String, Dynamic: true, Summary: "The character around text, of CSV."},
			flow.Property{Name: "escape", Type: flow.String, Dynamic: true, Summary: "The character before such characters, of CSV."},
			flow.Property{Name: "forceNotNull", Type: flow.StringList, Dynamic: true, JSONText: true, Summary: "Columns in which no field stands for null, of CSV."},
			flow.Property{Name: "forceNull", Type: flow.StringList, Dynamic: true, JSONText: true, Summary: "Columns in which fields in quotes may stand for null too, of CSV."},
			flow.Property{Name: "encoding", Type: flow.String, Dynamic: true, Summary: "The charset of the file, by its name in PostgreSQL."},
			flow.Property{Name: "freeze", Type: flow.Boolean, Dynamic: true, Default: "false", Summary: "The rows are frozen at once, see COPY in PostgreSQL's manual."},
			flow.Property{Name: "oids", Type: flow.Boolean, NotYet: true, Summary: "PostgreSQL has it no more since version 12."},
			flow.Property{Name: "forceQuote", Type: flow.StringList, NotYet: true, Summary: "It is for copies out of a table alone."},
			flow.Property{Name: "socketTimeout", Type: flow.Integer, Dynamic: true, Summary: "It has no effect here: see `timeout`."},
		),
		Outputs: []flow.TaskOutput{{Name: "rowCount", Type: flow.TypeInt, Summary: "How many rows were copied."}},
		Example: `id: load
type: io.kestra.plugin.jdbc.postgresql.CopyIn
url: jdbc:postgresql://db.example.com:5432/shop
username: orders
password: "{{ secret('DB_PASSWORD') }}"
from: "{{ trigger.body.file }}"
table: orders
format: CSV
header: true
`,
		Compile: func(c *flow.Component) (any, error) {
			d, err := newDatabase(c)
			if err != nil {
				return nil, err
			}
			of := func(name string) setting.Setting { return setting.Of(&c.Members, name) }
			t := &copyIn{d, of("from"), of("table"), of("format"), c.Structure("columns"), []option{
				{of: of("freeze"), name: "FREEZE", flag: true},
				{of: of("delimiter"), name: "DELIMITER"},
				{of: of("nullString"), name: "NULL"},
				{of: of("header"), name: "HEADER", flag: true},
				{of: of("quote"), name: "QUOTE"},
				{of: of("escape"), name: "ESCAPE"},
				{of: of("forceNotNull"), name: "FORCE_NOT_NULL", columns: c.Structure("forceNotNull")},
				{of: of("forceNull"), name: "FORCE_NULL", columns: c.Structure("forceNull")},
				{of: of("encoding"), name: "ENCODING"},
			}}
			if table, constant := t.table.Constant(); constant {
				if err := checkName(table, true); err != nil {
					return nil, c.Errorf("table", "%w", err)
				}
			}
			return t, nil
		},
	}
}

// copyIn is io.kestra.plugin.jdbc.postgresql.CopyIn.
type copyIn struct {
	database
	from, table, format setting.Setting
	columns             *pebble.Structure // nil: all
	options             []option
}

// option is an option of COPY.
type option struct {
	of      setting.Setting
	name    string
	flag    bool
	columns *pebble.Structure // of one that names columns
}

func (t *copyIn) Run(ctx context.Context, c *task.Context) (task.Result, error) {
	sql, err := t.sql(c)
	if err != nil {
		return task.Result{}, err
	}
	from, err := t.from.Trimmed(c)
	if err != nil {
		return task.Result{}, err
	}
	if c.Services == nil || c.Files == nil {
		return task.Result{}, errNoServer
	}
	f, err := c.Files.Open(ctx, c.Origin, from)
	if err != nil {
		return task.Result{}, err
	}
	defer func() { _ = f.Close() }()
	conn, err := t.connect(ctx, c)
	if err != nil {
		return task.Result{}, err
	}
	defer closeConnection(ctx, conn)
	c.Log.Log(task.Debug, "Starting query: "+sql)
	tag, err := conn.CopyFrom(ctx, f, sql)
	if err != nil {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return task.Result{}, err
	}
	return task.Result{Outputs: value.MapOf("rowCount", value.Int(tag.RowsAffected()))}, nil
}

// sql returns the statement.
func (t *copyIn) sql(c *task.Context) (string, error) {
	table, err := t.table.Trimmed(c)
	if err != nil {
		return "", err
	}
	if err := checkName(table, true); err != nil {
		return "", fmt.Errorf("table %w", err)
	}
	columns, err := names(c, "columns", t.columns)
	if err != nil {
		return "", err
	}
	format, err := t.format.Trimmed(c)
	if err != nil {
		return "", err
	}
	if format == "" {
		format = copyFormats[0]
	}
	if !slices.Contains(copyFormats, format) {
		return "", fmt.Errorf("format must be one of %s", strings.Join(copyFormats, ", "))
	}
	options := []string{"FORMAT " + format}
	for _, o := range t.options {
		text, err := o.text(c)
		if err != nil {
			return "", err
		}
		if text != "" {
			options = append(options, o.name+" "+text)
		}
	}
	sql := "COPY " + table
	if columns != "" {
		sql += " " + columns
	}
	return sql + " FROM STDIN WITH (" + strings.Join(options, ", ") + ")", nil
}

// text returns what an option is; "": it was not written.
func (o *option) text(c *task.Context) (string, error) {
	switch {
	case !o.of.Written():
		return "", nil
	case o.columns != nil:
		return names(c, o.of.Name(), o.columns)
	case o.flag:
		on, err := o.of.OnOff(c, false)
		return strings.ToUpper(fmt.Sprint(on)), err
	default:
		text, err := o.of.Text(c)
		if strings.ContainsRune(text, 0) {
			err = errors.New(o.of.Name() + " must be text")
		}
		return "'" + strings.ReplaceAll(text, "'", "''") + "'", err
	}
}

// names returns columns as SQL has them; "": there are none.
func names(c *task.Context, property string, s *pebble.Structure) (string, error) {
	list, err := setting.Texts(c, property, s)
	if err != nil || len(list) == 0 {
		return "", err
	}
	for _, name := range list {
		if err := checkName(name, false); err != nil {
			return "", fmt.Errorf("%s: %q %w", property, name, err)
		}
	}
	return "(" + strings.Join(list, ", ") + ")", nil
}

// identifiers are names as SQL has them, plain or in quotes.
var identifiers = regexp.MustCompile(`^(?:[\p{L}_][\p{L}\p{N}_$]*|"(?:[^"\x00]|"")+")(?:\.(?:[\p{L}_][\p{L}\p{N}_$]*|"(?:[^"\x00]|"")+"))*$`)

// checkName checks a name that becomes part of a statement. One of a table may be in a schema.
func checkName(name string, schema bool) error {
	if !identifiers.MatchString(name) || !schema && strings.Contains(name, ".") && !strings.HasPrefix(name, `"`) {
		return errors.New("must be a name as SQL has it")
	}
	return nil
}
