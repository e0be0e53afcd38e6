//go:build unix

package postgresql

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/caddy-kestra/kestra-webhook/engine/files"
	"github.com/caddy-kestra/kestra-webhook/engine/outbound"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/postgresql/postgrestest"
	"github.com/caddy-kestra/kestra-webhook/engine/task/tasktest"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestExamples(t *testing.T) { tasktest.Examples(t, Specs()) }

// TestServer runs tasks on a server of PostgreSQL, one after the other, and compares their outputs.
func TestServer(t *testing.T) {
	db := postgrestest.New(t)
	c, store := outbound.New(), files.New(t.TempDir())
	t.Cleanup(c.Close)
	t.Cleanup(func() { _ = store.Close() })
	d := tasktest.NewDisk(t, store)
	t.Setenv("PGUSER", "somebody") // the server's own environment does not count
	t.Setenv("PGOPTIONS", "-c search_path=nowhere")
	variables := value.MapOf(
		"url", value.String(db.URL()), "password", value.String(postgrestest.Password), "root", value.String(db.Certificate),
		"csv", value.String(d.Put("in.csv", "id;name\n7;\"a;b\"\n8;\\N\n")), "text", value.String(d.Put("in.txt", "9\tx\n")), "x", value.String("it's; :b"),
	)
	run := func(typ, members string) tasktest.Result {
		return d.Run(Specs(), task.Services{Network: c}, `{type: io.kestra.plugin.jdbc.postgresql.`+typ+`, `+members+`}`, variables)
	}
	const login = `url: "{{ url }}", username: super, password: "{{ password }}", `
	for _, test := range []struct{ name, typ, members, want, err string }{
		{"a table", "Query", login + `sql: "create table t (id int primary key, name text); "`, `{}`, ""},
		{"rows go in", "Query", login + `sql: "insert into t values (1, :a), (2, :b)", parameters: {a: "{{ x }}", b: null}`, `{}`, ""},
		{"all rows", "Query", login + `sql: select * from t order by id, fetchType: FETCH`, `{"rows":[{"id":1,"name":"it's; :b"},{"id":2,"name":null}],"size":2}`, ""},
		{"one row", "Query", login + `sql: "select name from t where id = :id", parameters: {id: "{{ 1 }}"}, fetchType: "{{ 'FETCH_ONE' }}"`, `{"row":{"name":"it's; :b"},"size":1}`, ""},
		{"no row", "Query", login + `sql: select 1 where false, fetchOne: true`, `{"size":0}`, ""},
		{"rows as a file", "Query", login + `sql: select * from t order by id, store: true`, `{"uri":"ion: {id:1,name:\"it's; :b\"}\n{id:2,name:null}\n","size":2}`, ""},
		{"dates as a file", "Query", login + `fetchType: STORE, sql: "select date '2024-02-29' as d, timestamp '2024-02-29 01:02:03.5' as ts, timestamptz '2024-02-29 01:02:03.5+02' as tz, time '01:02:03' as tm, timetz '01:02:03+05:30' as ttz, date 'infinity' as inf, time '24:00' as late, '2024-02-29'::text as t"`, `{"uri":"ion: {d:LocalDate::\"2024-02-29\",ts:LocalDateTime::\"2024-02-29T01:02:03.5\",tz:ZonedDateTime::\"2024-02-28T23:02:03.5Z\",tm:LocalTime::\"01:02:03\",ttz:OffsetTime::\"01:02:03+05:30\",inf:\"infinity\",late:\"24:00:00\",t:\"2024-02-29\"}\n","size":1}`, ""},
		{"older name", "Query", login + `sql: select 1 as n, fetch: true`, `{"rows":[{"n":1}],"size":1}`, ""},
		{"rows that nobody wants", "Query", login + `sql: select 1`, `{}`, ""},
		{
			"types", "Query", login + `fetchType: FETCH_ONE, sql: "select true as b, 9223372036854775807 as i, 1.5::float8 as f, 12.25 as n, 'NaN'::numeric as nan, 'é'::text as t, '[1]'::json as j, null as z, '\\x00ff'::bytea as y, date '2024-02-29' as d, timestamp '2024-02-29 01:02:03.5' as ts, timestamptz '2024-02-29 01:02:03.5+02' as tz, time '01:02:03' as tm, interval '1 day 2 hours' as iv, '{1,NULL,3}'::int[] as a, array[array['a','b,\"}'],array['NULL','']] as aa, '6f1e5c1e-0000-0000-0000-000000000000'::uuid as u"`,
			`{"row":{"b":true,"i":9223372036854775807,"f":1.5,"n":12.25,"nan":"NaN","t":"é","j":[1],"z":null,"y":"AP8=","d":"2024-02-29","ts":"2024-02-29T01:02:03.5","tz":"2024-02-28T23:02:03.5Z","tm":"01:02:03","iv":"P1DT2H","a":[1,null,3],"aa":[["a","b,\"}"],["NULL",""]],"u":"6f1e5c1e-0000-0000-0000-000000000000"},"size":1}`, "",
		},
		{"a zone", "Query", login + `timeZoneId: Europe/Paris, fetchType: FETCH_ONE, sql: "select timestamptz '2024-02-29 00:00:00+00' as tz"`, `{"row":{"tz":"2024-02-29T01:00:00+01:00"},"size":1}`, ""},
		{"typed parameters", "Query", login + `fetchType: FETCH_ONE, sql: "select :i::int + 1 as i, :b::bool as b, :j::jsonb as j, :i::text as again", parameters: {i: 41, b: true, j: {k: [1]}}`, `{"row":{"i":42,"b":true,"j":{"k":[1]},"again":"41"},"size":1}`, ""},
		{"a statement after it", "Query", login + `sql: "select id from t where id = 1", afterSQL: "update t set name = 'seen' where id = 1", fetchType: FETCH`, `{"rows":[{"id":1}],"size":1}`, ""},
		{"a statement after it that fails", "Query", login + `sql: "update t set name = 'lost' where id = 1", afterSQL: select 1/0`, "", "ERROR: division by zero (SQLSTATE 22012)"},
		{"what is left of that", "Query", login + `sql: "select name from t where id = 1", fetchType: FETCH_ONE`, `{"row":{"name":"seen"},"size":1}`, ""},

		{"several", "Queries", login + `fetchType: FETCH, sql: "insert into t values (3, 'c''; d'); select id from t where id = :id; select 2 as n;", parameters: {id: 3}`, `{"outputs":[{"rows":[{"id":3}],"size":1},{"rows":[{"n":2}],"size":1}]}`, ""},
		{"several files", "Queries", login + `fetchType: STORE, sql: "select 1 as n; select 2 as n;"`, `{"outputs":[{"uri":"ion: {n:1}\n","size":1},{"uri":"ion: {n:2}\n","size":1}]}`, ""},
		{"several that nobody wants", "Queries", login + `sql: select 1`, `{"outputs":[{}]}`, ""},
		{"all or none", "Queries", login + `sql: "insert into t values (4, 'd'); select 1/0"`, "", "division by zero"},
		{"a statement after them", "Queries", login + `fetchType: FETCH, sql: "select name from t where id = :id; select 1 as n", afterSQL: "update t set name = 'after' where id = :id returning id", parameters: {id: 3}`, `{"outputs":[{"rows":[{"name":"c'; d"}],"size":1},{"rows":[{"n":1}],"size":1}]}`, ""},
		{"a statement after them that fails", "Queries", login + `sql: "update t set name = 'lost' where id = 3", afterSQL: "{{ 'select 1/0' }}"`, "", "division by zero"},
		{"what is left of that as well", "Query", login + `sql: "select name from t where id = 3", fetchType: FETCH_ONE`, `{"row":{"name":"after"},"size":1}`, ""},
		{"two statements after them", "Queries", login + `sql: select 1, afterSQL: "{{ 'select 1; select 2' }}"`, "", "afterSQL Query task support only a single SQL statement"},
		{"each for itself", "Queries", login + `transaction: false, sql: "insert into t values (5, 'e'); select 1/0"`, "", "division by zero"},
		{"what is left of both", "Query", login + `sql: "select id from t where id in (4, 5)", fetchType: FETCH`, `{"rows":[{"id":5}],"size":1}`, ""},

		{"a file of CSV", "CopyIn", login + `from: "{{ csv }}", table: t, columns: [id, '"name"'], format: CSV, header: true, delimiter: ";", nullString: '\N'`, `{"rowCount":2}`, ""},
		{"a file of text", "CopyIn", login + `from: "{{ text }}", table: public.t`, `{"rowCount":1}`, ""},
		{"what was copied", "Query", login + `sql: "select * from t where id > 5 order by id", fetchType: FETCH`, `{"rows":[{"id":7,"name":"a;b"},{"id":8,"name":null},{"id":9,"name":"x"}],"size":3}`, ""},
		{"a file that does not fit", "CopyIn", login + `from: "{{ csv }}", table: t, format: CSV`, "", "SQLSTATE"},
		{"a table that is none", "CopyIn", login + `from: "{{ csv }}", table: "{{ 't; drop table t' }}"`, "", "table must be a name as SQL has it"},
		{"a column that is none", "CopyIn", login + `from: "{{ csv }}", table: t, columns: ["id) from program 'x' --"]`, "", "must be a name as SQL has it"},
		{"a delimiter that breaks out", "CopyIn", login + `from: "{{ csv }}", table: t, format: CSV, delimiter: "{{ \"', x '\" }}"`, "", "COPY delimiter must be a single one-byte character"},

		{"who asks", "Query", `url: "{{ url }}?user=super&password={{ password | urlencode }}&ApplicationName=me", sql: "select current_setting('application_name') as a, current_user as u, ssl from pg_stat_ssl where pid = pg_backend_pid()", fetchType: FETCH_ONE`, `{"row":{"a":"me","u":"super","ssl":true},"size":1}`, ""},
		{"not safe", "Query", login + `sslMode: DISABLE, sql: "select ssl from pg_stat_ssl where pid = pg_backend_pid()", fetchType: FETCH_ONE`, `{"row":{"ssl":false},"size":1}`, ""},
		{"a server that is known", "Query", login + `sslMode: VERIFY_FULL, sslRootCert: "{{ root }}", sql: select 1`, `{}`, ""},
		{"a server that is vouched for", "Query", login + `sslMode: VERIFY_CA, sslRootCert: "{{ root }}", sql: select 1`, `{}`, ""},
		{"a server that nobody vouches for", "Query", login + `ssl: true, sql: select 1`, "", "certificate signed by unknown authority"},
		{"a wrong password", "Query", `url: "{{ url }}", username: super, password: wrong, sql: select 1`, "", "password authentication failed"},
		{"another server", "Query", `url: "jdbc:postgresql://169.254.169.254/x", username: u, sql: select 1`, "", "are refused: it is a link-local address"},
		{"the first of two servers is away", "Query", `url: "{{ url | replace({'//': '//127.0.0.1:1,'}) }}", username: super, password: "{{ password }}", sql: select 1`, `{}`, ""},
		{"no SQL", "Query", login + `sql: "{{ ' -- x' }}"`, "", "has no statement"},
		{"wrong SQL", "Query", login + `sql: select nope`, "", `ERROR: column "nope" does not exist (SQLSTATE 42703)`},
		{"no such parameter", "Query", login + `sql: "select :a", parameters: {b: 1}`, "", "parameters has no a, which the SQL names as :a"},
		{"several in one", "Query", login + `sql: "{{ 'select 1; select 2' }}"`, "", "support only a single SQL statement"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := run(test.typ, test.members)
			if (r.Err == "") != (test.err == "") || !strings.Contains(r.Err, test.err) || strings.Contains(r.Err, postgrestest.Password) {
				t.Fatalf("%s, want %s", r.Err, test.err)
			}
			if diff := cmp.Diff(test.want, r.Outputs); test.err == "" && diff != "" {
				t.Error(diff)
			}
		})
	}
	t.Run("an attempt that is interrupted", func(t *testing.T) { testInterrupted(t, db, c, store) })
	t.Run("memory", func(t *testing.T) { testMemory(t, db, c, store) })
}

// compiled returns a task that runs SQL.
func compiled(t *testing.T, db postgrestest.Cluster, fetch, sql string) task.Task {
	t.Helper()
	component, found := tasktest.Load(t, Specs(), `{type: io.kestra.plugin.jdbc.postgresql.Query, url: "`+db.URL()+`", username: super, password: "`+postgrestest.Password+`", fetchType: `+fetch+`, sql: "`+sql+`"}`)
	if err := found.Err(); err != nil {
		t.Fatal(err)
	}
	return component.Compiled.(task.Task)
}

// testInterrupted interrupts a statement, which the server then stops.
func testInterrupted(t *testing.T, db postgrestest.Cluster, n task.Network, f task.Files) {
	ctx, cancel := context.WithCancel(t.Context())
	c := &task.Context{Pebble: &pebble.Context{Vars: value.NewMap(0)}, Origin: tasktest.Origin, Services: &task.Services{Network: n, Files: f}}
	ended := make(chan error)
	go func() {
		_, err := compiled(t, db, "FETCH", "select pg_sleep(1000) /* mine */").Run(ctx, c)
		ended <- err
	}()
	running := func() bool {
		r, err := compiled(t, db, "FETCH", "select 1 from pg_stat_activity where query like '%mine%' and state = 'active' and pid <> pg_backend_pid()").Run(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		rows, _ := r.Outputs.Map().Get("rows")
		return rows.List().Len() > 0
	}
	for !running() {
	}
	cancel()
	if err := <-ended; err == nil {
		t.Error("it ends as if nothing was wrong")
	}
	for running() {
	}
}

var errShort = errors.New("memory is short")

// account has some memory.
type account int64

func (a *account) Take(bytes int64) error {
	if *a -= account(bytes); *a < 0 {
		return errShort
	}
	return nil
}

func testMemory(t *testing.T, db postgrestest.Cluster, n task.Network, f task.Files) {
	a := account(100_000)
	c := &task.Context{Pebble: &pebble.Context{Vars: value.NewMap(0), Memory: &a}, Origin: tasktest.Origin, Services: &task.Services{Network: n, Files: f}}
	if _, err := compiled(t, db, "FETCH", "select repeat('x', 1000) from generate_series(1, 1000000)").Run(t.Context(), c); err == nil || !strings.Contains(err.Error(), errShort.Error()) {
		t.Error(err)
	}
	if a < -10_000 {
		t.Errorf("%d bytes were taken after there were none", -a)
	}
	for _, sql := range []string{`select ('[' || repeat('[],', 20000) || '[]]')::json`, `select array_fill(1, '{50000}')`} {
		a = 1 << 20 // more than the text, and less than what is made of it
		if _, err := compiled(t, db, "FETCH", sql).Run(t.Context(), c); !errors.Is(err, errShort) {
			t.Errorf("%s: %.200v", sql, err)
		}
	}
	a = 100_000
	if _, err := compiled(t, db, "FETCH_ONE", "select repeat('x', 1000) from generate_series(1, 1000)").Run(t.Context(), c); err != nil {
		t.Errorf("of one row of many: %v", err)
	}
}
