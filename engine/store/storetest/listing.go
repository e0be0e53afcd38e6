package storetest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

func testLoad(t *testing.T, s execution.Store) {
	accept(t, s, newState("company.team", "hello"))
	for _, id := range []string{"", "nope", strings.Repeat("x", 1000)} {
		if st, err := s.Load(t.Context(), id); !errors.Is(err, execution.ErrNotFound) || st != nil {
			t.Errorf("load %q: %v, %v", id, st, err)
		}
	}
}

func testList(t *testing.T, s execution.Store) {
	ids := make([]string, 30)
	for i := range ids {
		st := newState([]string{"a", "b", "a.b"}[i%3], []string{"f", "g"}[i%2])
		ids[i] = st.ID
		accept(t, s, st)
		if i%5 == 0 {
			commit(t, s, st.ID, 1, header(execution.Created, execution.Running, execution.Success))
		}
	}
	where := func(keep func(i int) bool) []string {
		var want []string
		for i, id := range slices.Backward(ids) {
			if keep(i) {
				want = append(want, id)
			}
		}
		return want
	}
	for _, tt := range []struct {
		name string
		q    execution.Query
		want []string
	}{
		{"all, bounded", execution.Query{}, where(func(i int) bool { return i >= 30-execution.DefaultListLimit })},
		{"limit", execution.Query{Limit: 3}, where(func(i int) bool { return i >= 27 })},
		{"a large limit", execution.Query{Limit: 1 << 30}, where(func(int) bool { return true })},
		{"namespace", execution.Query{Namespace: "a"}, where(func(i int) bool { return i%3 == 0 })},
		{"flow", execution.Query{FlowID: "g"}, where(func(i int) bool { return i%2 == 1 })},
		{"namespace and flow", execution.Query{Namespace: "b", FlowID: "f"}, where(func(i int) bool { return i%3 == 1 && i%2 == 0 })},
		{"status", execution.Query{Statuses: []execution.Status{execution.Success}}, where(func(i int) bool { return i%5 == 0 })},
		{"several statuses", execution.Query{Statuses: []execution.Status{execution.Success, execution.Created}, Limit: 100}, where(func(int) bool { return true })},
		{"limit after the filter", execution.Query{Namespace: "a", Limit: 2}, where(func(i int) bool { return i == 27 || i == 24 })},
		{"nothing", execution.Query{Namespace: "A"}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			states, err := s.List(t.Context(), tt.q)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, st := range states {
				got = append(got, st.ID)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func unfinished(t *testing.T, s execution.Store) []string {
	t.Helper()
	var ids []string
	for id, err := range s.Unfinished(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	return ids
}

func testUnfinished(t *testing.T, s execution.Store) {
	if ids := unfinished(t, s); len(ids) != 0 {
		t.Errorf("an empty store has %q", ids)
	}
	states := make([]*execution.State, 4)
	for i := range states {
		states[i] = newState("company.team", "hello")
		accept(t, s, states[i])
	}
	ended := newState("company.team", "hello")
	ended.History = header(execution.Created, execution.Failed).Header.History
	accept(t, s, ended)
	commit(t, s, states[1].ID, 1, header(execution.Created, execution.Running, execution.Success))
	commit(t, s, states[2].ID, 1, header(execution.Created, execution.Running))
	want := []string{states[0].ID, states[2].ID, states[3].ID}
	if diff := cmp.Diff(want, unfinished(t, s)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// testUnfinishedStops checks that an iteration can be left, be cancelled, and be interleaved with commits.
func testUnfinishedStops(t *testing.T, s execution.Store) {
	for range 3 {
		accept(t, s, newState("company.team", "hello"))
	}
	n := 0
	for id, err := range s.Unfinished(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		commit(t, s, id, 1, header(execution.Created, execution.Success))
		if n++; n == 2 {
			break
		}
	}
	if left := unfinished(t, s); len(left) != 1 {
		t.Errorf("%d unfinished, want 1", len(left))
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for id, err := range s.Unfinished(ctx) {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: %q, %v", id, err)
		}
	}
}
