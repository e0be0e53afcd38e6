package storetest

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

func testFlows(t *testing.T, s execution.Store) {
	for i, tt := range []struct {
		namespace, id string
		hash          byte
		want          int
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
		source := execution.FlowSource{Namespace: tt.namespace, ID: tt.id, Hash: [32]byte{31: tt.hash}, Source: []byte(strings.Repeat("\x00ü", int(tt.hash)+1))}
		revision, err := s.PutFlow(t.Context(), source)
		if err != nil || revision != tt.want {
			t.Errorf("call %d: revision %d, %v, want %d", i, revision, err, tt.want)
		}
		got, err := s.Flow(t.Context(), tt.namespace, tt.id, revision)
		if diff := cmp.Diff(source, got); diff != "" || err != nil {
			t.Errorf("call %d: %v (-want +got):\n%s", i, err, diff)
		}
	}
	for revision, hash := range []byte{1, 2, 1} { // earlier ones stay
		if got, err := s.Flow(t.Context(), "a", "f", revision+1); err != nil || got.Hash[31] != hash || len(got.Source) != 3*(int(hash)+1) {
			t.Errorf("revision %d: %+v, %v", revision+1, got, err)
		}
	}
	for _, revision := range []int{-1, 0, 4} {
		if _, err := s.Flow(t.Context(), "a", "f", revision); !errors.Is(err, execution.ErrNotFound) {
			t.Errorf("revision %d: %v", revision, err)
		}
	}
	if _, err := s.Flow(t.Context(), "x", "f", 1); !errors.Is(err, execution.ErrNotFound) {
		t.Errorf("a flow that is not kept: %v", err)
	}
}

func testFlowsRace(t *testing.T, s execution.Store) {
	const callers = 8
	got := make([]int, callers)
	var wg sync.WaitGroup
	for i := range callers {
		wg.Go(func() {
			var err error
			if got[i], err = s.PutFlow(t.Context(), execution.FlowSource{Namespace: "a", ID: "f", Hash: [32]byte{1}}); err != nil {
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
	for revision := range 2 { // many flows at once
		for i := range 100 {
			wg.Go(func() {
				r, err := s.PutFlow(t.Context(), execution.FlowSource{Namespace: "b", ID: fmt.Sprint(i), Hash: [32]byte{byte(revision)}})
				if err != nil || r != revision+1 {
					t.Errorf("flow %d has revision %d, %v", i, r, err)
				}
			})
		}
		wg.Wait()
	}
}

func testValues(t *testing.T, s execution.Store) {
	st, other := hello(), hello()
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
	refuse(t, s, &execution.Batch{Write: []execution.Write{{ID: st.ID}}}, execution.ErrNotFound)
	refuse(t, s, signals(st.ID, "a"), execution.ErrNotFound)
	refuse(t, s, &execution.Batch{Logs: []execution.LogLine{{Execution: st.ID}}}, execution.ErrNotFound)
	if found, _, err := s.List(t.Context(), execution.Query{}); err != nil || len(found) != 0 {
		t.Errorf("list before accept: %d, %v", len(found), err)
	}
	checkDue(t, s, after(1000))
	st.Trigger.Variables = execution.Datum{Ref: ref}
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
