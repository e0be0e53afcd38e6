package storetest

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

func testRevision(t *testing.T, s execution.Store) {
	for i, tt := range []struct {
		namespace, flow string
		hash            byte
		want            int
	}{
		{"a", "f", 1, 1},
		{"a", "f", 1, 1},
		{"a", "f", 2, 2},
		{"a", "f", 2, 2},
		{"a", "f", 1, 3},
		{"a", "g", 2, 1},
		{"b", "f", 2, 1},
		{"a", "f", 1, 3},
		{"a.f", "", 9, 1},
		{"a", ".f", 8, 1},
		{"c", "f", 0, 1},
		{"c", "f", 0, 1},
	} {
		got, err := s.Revision(t.Context(), tt.namespace, tt.flow, [32]byte{31: tt.hash})
		if err != nil || got != tt.want {
			t.Errorf("call %d: revision %d, %v, want %d", i, got, err, tt.want)
		}
	}
}

func testRevisionRace(t *testing.T, s execution.Store) {
	const callers = 8
	got := make([]int, callers)
	var wg sync.WaitGroup
	for i := range callers {
		wg.Go(func() {
			var err error
			if got[i], err = s.Revision(t.Context(), "a", "f", [32]byte{0: 1}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for _, r := range got {
		if r != 1 {
			t.Fatalf("revisions %v of one content", got)
		}
	}
}

func testValues(t *testing.T, s execution.Store) {
	st, other := newState("company.team", "hello"), newState("company.team", "hello")
	big := []byte(strings.Repeat("0123456789abcdef", 70_000)) // above the limit of what travels inline
	want := map[string]string{}
	put := func(id string, data []byte) string {
		t.Helper()
		ref, err := s.PutValue(t.Context(), id, data)
		if err != nil || ref == "" {
			t.Fatalf("put: %q, %v", ref, err)
		}
		if _, taken := want[ref]; taken {
			t.Fatalf("reference %q was given twice", ref)
		}
		want[ref] = string(data)
		return ref
	}
	ref := put(st.ID, big) // before its execution is there
	if _, err := s.Load(t.Context(), st.ID); !errors.Is(err, execution.ErrNotFound) {
		t.Errorf("load before accept: %v", err)
	}
	if err := s.Commit(t.Context(), st.ID, 0, nil); !errors.Is(err, execution.ErrNotFound) {
		t.Errorf("commit before accept: %v", err)
	}
	if states, err := s.List(t.Context(), execution.Query{}); err != nil || len(states) != 0 {
		t.Errorf("list before accept: %d, %v", len(states), err)
	}
	if ids := unfinished(t, s); len(ids) != 0 {
		t.Errorf("unfinished before accept: %q", ids)
	}
	st.Trigger.Variables = execution.Datum{Ref: ref, JSON: big}
	accept(t, s, st)
	accept(t, s, other)
	put(st.ID, []byte("1"))
	put(st.ID, []byte("1"))
	put(st.ID, nil)
	put(other.ID, []byte("1"))
	check(t, s, st, 1)
	for ref, data := range want {
		got, err := s.GetValue(t.Context(), ref)
		if err != nil || string(got) != data {
			t.Errorf("get %q: %d bytes, %v, want %d bytes", ref, len(got), err, len(data))
		}
	}
	for _, ref := range []string{"", "nope", st.ID} {
		if data, err := s.GetValue(t.Context(), ref); !errors.Is(err, execution.ErrNotFound) {
			t.Errorf("get %q: %q, %v", ref, data, err)
		}
	}
}
