package sqlite

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// TestListPlan sees that no list looks at all executions to find few of them.
func TestListPlan(t *testing.T) {
	s, err := Open(t.Context(), filepath.Join(t.TempDir(), "kestra.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, tt := range []struct {
		name string
		q    execution.Query
		uses string // what the plan says of how executions are found
	}{
		{"all, the newest first", execution.Query{}, "SCAN e"},
		{"after others", execution.Query{Before: 9}, "SEARCH e USING INTEGER PRIMARY KEY (rowid<?)"},
		{"of a flow", execution.Query{Namespace: "a", FlowID: "f"}, "SEARCH e USING INDEX execution_flow (namespace=? AND flow=?)"},
		{"of a flow, after others", execution.Query{Namespace: "a", FlowID: "f", Before: 9}, "SEARCH e USING INDEX execution_flow (namespace=? AND flow=? AND seq<?)"},
		{"unfinished", execution.Query{Unfinished: true}, "USING INDEX execution_unfinished"},
		{"failed", execution.Query{Statuses: []execution.Status{execution.Failed}}, "SEARCH e USING COVERING INDEX execution_ended (status=?"},
		{"failed and killed", execution.Query{Statuses: []execution.Status{execution.Failed, execution.Killed}}, "SEARCH e USING COVERING INDEX execution_ended (status=?"},
		{"failed, after others", execution.Query{Statuses: []execution.Status{execution.Failed}, Before: 9}, "SEARCH e USING COVERING INDEX execution_ended (status=?"},
		{"failed lately", execution.Query{Statuses: []execution.Status{execution.Failed}, Since: time.Unix(1, 0)}, "SEARCH e USING COVERING INDEX execution_ended (status=?"},
		{"failed, of a flow", execution.Query{Statuses: []execution.Status{execution.Failed}, Namespace: "a", FlowID: "f"}, "SEARCH e USING INDEX execution_"},
	} {
		query, args := listing(&tt.q)
		var plan []string
		err := s.query(t.Context(), "EXPLAIN QUERY PLAN "+query, args, func(scan func(...any) error) error {
			var id, parent, unused int
			var detail string
			err := scan(&id, &parent, &unused, &detail)
			plan = append(plan, detail)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(plan, "\n"); !strings.Contains(got, tt.uses) || tt.uses != "SCAN e" && strings.Contains(got, "SCAN e\n") {
			t.Errorf("%s: want %s in the plan\n%s", tt.name, tt.uses, got)
		}
	}
}
