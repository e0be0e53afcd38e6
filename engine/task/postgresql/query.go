package postgresql

import (
	"context"
	"errors"
	"slices"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/setting"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// rowOutputs are what a statement with rows gives.
var rowOutputs = []flow.TaskOutput{
	{Name: "rows", Type: flow.TypeJSON, Summary: "The rows, as maps; of FETCH."},
	{Name: "row", Type: flow.TypeJSON, Summary: "The first row, as a map; of FETCH_ONE, unless there is none."},
	{Name: "uri", Type: flow.TypeURI, Summary: "The URI of the file with the rows; of STORE."},
	{Name: "size", Type: flow.TypeInt, Summary: "How many rows these are."},
}

func querySpec() flow.Spec {
	return flow.Spec{
		Kind:    flow.KindTask,
		Type:    "io.kestra.plugin.jdbc.postgresql.Query",
		Summary: "Run a statement of SQL in PostgreSQL.",
		Properties: slices.Concat(connectionProperties, fetchProperties, []flow.Property{
			{Name: "afterSQL", Type: flow.String, Dynamic: true, Summary: "A statement that runs after it in the same transaction, such as one that marks the rows as read."},
		}),
		Outputs: rowOutputs,
		Example: `id: order
type: io.kestra.plugin.jdbc.postgresql.Query
url: jdbc:postgresql://db.example.com:5432/shop
username: orders
password: "{{ secret('DB_PASSWORD') }}"
sql: select * from orders where id = :id
parameters:
  id: "{{ trigger.body.id }}"
fetchType: FETCH_ONE
`,
		Compile: func(c *flow.Component) (any, error) {
			d, err := newDatabase(c)
			if err != nil {
				return nil, err
			}
			q := &query{d, newFetch(c), setting.Of(&c.Members, "sql"), setting.Of(&c.Members, "afterSQL"), c.Structure("parameters")}
			for _, sql := range []setting.Setting{q.sql, q.after} {
				if text, constant := sql.Constant(); constant && sql.Written() {
					if _, err := single(text, q.parameters != nil); err != nil {
						return nil, c.Errorf(sql.Name(), "%w", err)
					}
				}
			}
			return q, nil
		},
	}
}

// single returns the one statement of a text.
func single(text string, named bool) (statement, error) {
	all := split(text, named)
	switch len(all) {
	case 0:
		return statement{}, errors.New("has no statement")
	case 1:
		return all[0], nil
	default:
		return statement{}, errors.New("Query task support only a single SQL statement. Use the Queries task to run multiple statements.") //nolint:staticcheck // Kestra's words
	}
}

// query is io.kestra.plugin.jdbc.postgresql.Query.
type query struct {
	database
	fetch
	sql, after setting.Setting
	parameters *pebble.Structure // nil: there are none
}

func (q *query) Run(ctx context.Context, c *task.Context) (task.Result, error) {
	statements := make([]statement, 0, 2)
	for _, sql := range []setting.Setting{q.sql, q.after} {
		if !sql.Written() {
			continue
		}
		text, err := sql.Text(c)
		if err != nil {
			return task.Result{}, err
		}
		s, err := single(text, q.parameters != nil)
		if err != nil {
			return task.Result{}, err
		}
		statements = append(statements, s)
	}
	r, err := begin(ctx, c, &q.database, &q.fetch, q.parameters)
	if err != nil {
		return task.Result{}, err
	}
	defer closeConnection(ctx, r.conn)
	outputs, err := r.transaction(ctx, len(statements) > 1, statements)
	if err != nil || len(outputs) == 0 || outputs[0].IsNull() {
		return task.Result{Outputs: value.MapOf()}, err
	}
	return task.Result{Outputs: outputs[0]}, nil
}

// begin connects to a database.
func begin(ctx context.Context, c *task.Context, d *database, f *fetch, parameters *pebble.Structure) (*run, error) {
	fetchType, err := f.render(c)
	if err != nil {
		return nil, err
	}
	given, err := setting.Map(c, "parameters", parameters)
	if err != nil {
		return nil, err
	}
	conn, err := d.connect(ctx, c)
	if err != nil {
		return nil, err
	}
	return &run{task: c, conn: conn, arrays: knownArrays(), parameters: given, fetchType: fetchType}, nil
}

// transaction runs statements, in a transaction or each for itself, and returns the outputs of each.
func (r *run) transaction(ctx context.Context, joined bool, statements []statement) ([]value.Value, error) {
	if joined {
		if _, err := r.conn.Exec(ctx, "begin").ReadAll(); err != nil {
			return nil, err
		}
	}
	outputs := make([]value.Value, len(statements))
	for i, s := range statements {
		var err error
		if outputs[i], err = r.do(ctx, s); err != nil {
			return nil, err // the end of the connection rolls back
		}
	}
	if joined {
		if _, err := r.conn.Exec(ctx, "commit").ReadAll(); err != nil {
			return nil, err
		}
	}
	return outputs, nil
}
