package storetest

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

func testLoad(t *testing.T, s execution.Store) {
	accept(t, s, hello())
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
			write(t, s, execution.Write{ID: st.ID, Version: 1, Changes: end()})
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
		more bool
	}{
		{"all, bounded", execution.Query{}, where(func(i int) bool { return i >= 30-execution.DefaultListLimit }), true},
		{"limit", execution.Query{Limit: 3}, where(func(i int) bool { return i >= 27 }), true},
		{"a large limit", execution.Query{Limit: 1 << 30}, where(func(int) bool { return true }), false},
		{"namespace", execution.Query{Namespace: "a"}, where(func(i int) bool { return i%3 == 0 }), false},
		{"exactly as many", execution.Query{Namespace: "a", Limit: 10}, where(func(i int) bool { return i%3 == 0 }), false},
		{"flow", execution.Query{FlowID: "g"}, where(func(i int) bool { return i%2 == 1 }), false},
		{"namespace and flow", execution.Query{Namespace: "b", FlowID: "f"}, where(func(i int) bool { return i%3 == 1 && i%2 == 0 }), false},
		{"status", execution.Query{Statuses: []execution.Status{execution.Success}}, where(func(i int) bool { return i%5 == 0 }), false},
		{"several statuses", execution.Query{Statuses: []execution.Status{execution.Success, execution.Created}, Limit: 100}, where(func(int) bool { return true }), false},
		{"unfinished", execution.Query{Unfinished: true}, where(func(i int) bool { return i%5 != 0 }), false},
		{"unfinished and ended", execution.Query{Unfinished: true, Statuses: []execution.Status{execution.Success}}, nil, false},
		{"limit after the filter", execution.Query{Namespace: "a", Limit: 2}, where(func(i int) bool { return i == 27 || i == 24 }), true},
		{"nothing", execution.Query{Namespace: "A"}, nil, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			found, next, err := s.List(t.Context(), tt.q)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, idsOf(found), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if tt.more != (next != 0) || tt.more && next != found[len(found)-1].Seq {
				t.Errorf("next %d, more %v", next, tt.more)
			}
		})
	}
	found, _, err := s.List(t.Context(), execution.Query{Limit: 5})
	if err != nil {
		t.Fatal(err)
	}
	for _, got := range found {
		st, err := s.Load(t.Context(), got.ID)
		if err != nil {
			t.Fatal(err)
		}
		want := execution.Summary{
			Seq: got.Seq, ID: st.ID, Namespace: st.Namespace, FlowID: st.FlowID, Revision: st.Revision, TriggerID: st.Trigger.ID, Head: st.Head,
		}
		if got.Bytes < 100 {
			t.Errorf("an execution takes %d bytes", got.Bytes)
		}
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty(), cmpopts.IgnoreFields(got, "Bytes")); diff != "" {
			t.Errorf("summary (-want +got):\n%s", diff)
		}
	}
}

func idsOf(found []execution.Summary) (ids []string) {
	for _, f := range found {
		ids = append(ids, f.ID)
	}
	return ids
}

// testListSince lists executions by when they began, which is not quite the order in which they were accepted, and sees that a list
// ends where all have begun too early.
func testListSince(t *testing.T, s execution.Store) {
	begun := func(at int) string {
		st := hello()
		st.History[0].At = after(at)
		accept(t, s, st)
		return st.ID
	}
	lost := begun(100) // before many that began too early: those are not looked at
	for range 1100 {
		begun(1)
	}
	a, _, b, c, _, d := begun(50), begun(9), begun(10), begun(60), begun(5), begun(20)
	for _, tt := range []struct {
		name string
		q    execution.Query
		want []string
		more bool
	}{
		{"all", execution.Query{Since: after(10)}, []string{d, c, b, a}, false},
		{"a part", execution.Query{Since: after(10), Limit: 2}, []string{d, c}, true},
		{"exactly as many", execution.Query{Since: after(10), Limit: 4}, []string{d, c, b, a}, false},
		{"later", execution.Query{Since: after(20), Statuses: []execution.Status{execution.Created}}, []string{d, c, a}, false},
		{"none", execution.Query{Since: after(1000)}, nil, false},
	} {
		found, next, err := s.List(t.Context(), tt.q)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tt.want, idsOf(found), cmpopts.EquateEmpty()); diff != "" || tt.more != (next != 0) {
			t.Errorf("%s: next %d (-want +got):\n%s", tt.name, next, diff)
		}
	}
	if st, err := s.Load(t.Context(), lost); err != nil || st.ID != lost {
		t.Errorf("the one that is not listed: %v", err)
	}
}

// testListPages reads a list page by page while executions are accepted and end.
func testListPages(t *testing.T, s execution.Store) {
	const number = 23
	var want []string
	for i := range number {
		st := hello()
		accept(t, s, st)
		if i%2 == 0 {
			want = append(want, st.ID)
		} else {
			write(t, s, execution.Write{ID: st.ID, Version: 1, Changes: end()})
		}
	}
	slices.Reverse(want)
	var got []string
	last := int64(1 << 62)
	q := execution.Query{Unfinished: true, Limit: 4}
	for pages := 1; ; pages++ {
		found, next, err := s.List(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range found {
			if f.Seq >= last || f.Seq <= 0 {
				t.Errorf("number %d after %d", f.Seq, last)
			}
			last = f.Seq
		}
		got = append(got, idsOf(found)...)
		accept(t, s, hello()) // newer than all, so on no later page
		write(t, s, execution.Write{ID: got[0], Version: int64(pages), Changes: end()})
		if next == 0 {
			break
		}
		q.Before = next
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
