package postgresql

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/setting"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

func queriesSpec() flow.Spec {
	return flow.Spec{
		Kind:    flow.KindTask,
		Type:    "io.kestra.plugin.jdbc.postgresql.Queries",
		Summary: "Run statements of SQL in PostgreSQL, all or none of them.",
		Properties: slices.Concat(connectionProperties, fetchProperties, []flow.Property{
			{Name: "transaction", Type: flow.Boolean, Dynamic: true, Default: "true", Summary: "They are one transaction; otherwise each is one."},
			{Name: "afterSQL", Type: flow.String, Dynamic: true, Summary: "A statement that runs after them, in the same transaction if they are one; it has no output. Kestra does not run it."},
		}),
		Outputs: []flow.TaskOutput{{Name: "outputs", Type: flow.TypeJSON, Summary: "For each statement that gives rows a map of `rows`, `row` or `uri`, and `size`."}},
		Example: `id: pay
type: io.kestra.plugin.jdbc.postgresql.Queries
url: jdbc:postgresql://db.example.com:5432/shop
username: orders
password: "{{ secret('DB_PASSWORD') }}"
sql: |
  update accounts set amount = amount - :sum where id = :id;
  select amount from accounts where id = :id;
parameters:
  id: "{{ trigger.body.account }}"
  sum: "{{ trigger.body.sum }}"
fetchType: FETCH_ONE
`,
		Compile: func(c *flow.Component) (any, error) {
			d, err := newDatabase(c)
			if err != nil {
				return nil, err
			}
			q := &queries{d, newFetch(c), setting.Of(&c.Members, "sql"), setting.Of(&c.Members, "afterSQL"), setting.Of(&c.Members, "transaction"), c.Structure("parameters")}
			if text, constant := q.after.Constant(); constant && q.after.Written() {
				if _, err := single(text, q.parameters != nil); err != nil {
					return nil, c.Errorf("afterSQL", "%w", err)
				}
			}
			return q, nil
		},
	}
}

// queries is io.kestra.plugin.jdbc.postgresql.Queries.
type queries struct {
	database
	fetch
	sql, after, joined setting.Setting
	parameters         *pebble.Structure // nil: there are none
}

func (q *queries) Run(ctx context.Context, c *task.Context) (task.Result, error) {
	text, err := q.sql.Text(c)
	if err != nil {
		return task.Result{}, err
	}
	statements := split(text, q.parameters != nil)
	if len(statements) == 0 {
		return task.Result{}, errors.New("sql has no statement")
	}
	wanted := len(statements) // whose outputs are those of the task
	if q.after.Written() {
		text, err := q.after.Text(c)
		if err != nil {
			return task.Result{}, err
		}
		after, err := single(text, q.parameters != nil)
		if err != nil {
			return task.Result{}, fmt.Errorf("afterSQL %w", err)
		}
		statements = append(statements, after)
	}
	joined, err := q.joined.OnOff(c, true)
	if err != nil {
		return task.Result{}, err
	}
	r, err := begin(ctx, c, &q.database, &q.fetch, q.parameters)
	if err != nil {
		return task.Result{}, err
	}
	defer closeConnection(ctx, r.conn)
	outputs, err := r.transaction(ctx, joined, statements)
	if err != nil {
		return task.Result{}, err
	}
	outputs = slices.DeleteFunc(outputs[:wanted], value.Value.IsNull)
	return task.Result{Outputs: value.MapOf("outputs", value.ListOf(outputs...))}, nil
}
