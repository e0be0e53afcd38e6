// Package storetest is the suite that every [execution.Store] passes.
package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// Run tests every promise of [execution.Store] against the stores that open returns, each empty and the test's own.
func Run(t *testing.T, open func(t *testing.T) execution.Store) {
	for _, test := range []struct {
		name string
		run  func(t *testing.T, s execution.Store)
	}{
		{"Accept", testAccept},
		{"AcceptEnded", testAcceptEnded},
		{"AcceptTwice", testAcceptTwice},
		{"Commit", testCommit},
		{"CommitNothing", testCommitNothing},
		{"CommitConflict", testCommitConflict},
		{"CommitNotFound", testCommitNotFound},
		{"CommitRace", testCommitRace},
		{"Isolation", testIsolation},
		{"Load", testLoad},
		{"List", testList},
		{"Unfinished", testUnfinished},
		{"UnfinishedStops", testUnfinishedStops},
		{"Revision", testRevision},
		{"RevisionRace", testRevisionRace},
		{"Values", testValues},
		{"Concurrent", testConcurrent},
		{"Close", testClose},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := open(t)
			t.Cleanup(func() {
				if err := s.Close(); err != nil {
					t.Errorf("close: %v", err)
				}
			})
			test.run(t, s)
		})
	}
}

var epoch = time.Date(2026, 6, 1, 10, 11, 12, 123456789, time.UTC)

// newState returns a state with something in every member, as one that was just created.
func newState(namespace, flowID string) *execution.State {
	return &execution.State{
		ID:        execution.NewID(),
		Namespace: namespace,
		FlowID:    flowID,
		Revision:  7,
		Core:      execution.Core,
		Seed:      1<<63 + 12345,
		Labels:    []flow.Label{{Key: "system.from", Value: "trigger"}, {Key: "a", Value: "ü \x00 '"}},
		Trigger: execution.Trigger{
			ID:        "webhook",
			Type:      "io.kestra.plugin.core.trigger.Webhook",
			Variables: execution.Datum{JSON: []byte("{\"body\":{\n \"z\": \"<&>\", \"a\": 1.10},\"headers\":{}}")},
		},
		History: execution.History{{Status: execution.Created, At: epoch}},
	}
}

// taskRun returns a row with something in every member.
func taskRun(s *execution.State, ordinal int, status execution.Status) execution.Change {
	history := execution.History{
		{Status: execution.Created, At: epoch.Add(time.Second)},
		{Status: execution.Running, At: epoch.Add(2 * time.Second)},
		{Status: status, At: epoch.Add(3 * time.Second)},
	}
	return execution.Change{TaskRun: &execution.TaskRunRow{Ordinal: ordinal, TaskRun: execution.TaskRun{
		ID:       execution.TaskRunID(s.ID, ordinal),
		TaskID:   fmt.Sprintf("task-%d", ordinal),
		History:  history,
		Attempts: []execution.Attempt{{History: slices.Clone(history)}},
		Outputs:  execution.Datum{JSON: []byte(`{"value":"x"}`)},
	}}}
}

func header(statuses ...execution.Status) execution.Change {
	h := &execution.Header{}
	for i, status := range statuses {
		h.History = append(h.History, execution.Transition{Status: status, At: epoch.Add(time.Duration(i) * time.Second)})
	}
	if h.History.Current().Terminated() {
		h.Outputs = execution.Datum{JSON: []byte(`{"o":1}`)}
	}
	return execution.Change{Header: h}
}

func accept(t *testing.T, s execution.Store, st *execution.State) {
	t.Helper()
	if err := s.Accept(t.Context(), st); err != nil {
		t.Fatalf("accept: %v", err)
	}
}

func commit(t *testing.T, s execution.Store, id string, version int64, changes ...execution.Change) {
	t.Helper()
	if err := s.Commit(t.Context(), id, version, changes); err != nil {
		t.Fatalf("commit: %v", err)
	}
}

// check compares what is kept of want.ID with want at that version.
func check(t *testing.T, s execution.Store, want *execution.State, version int64) {
	t.Helper()
	got, err := s.Load(t.Context(), want.ID)
	if err != nil {
		t.Fatalf("load: %v", err)
	}
	want = want.Clone()
	want.Version = version
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("kept (-want +got):\n%s", diff)
	}
}

func testAccept(t *testing.T, s execution.Store) {
	st := newState("company.team", "hello")
	accept(t, s, st)
	if st.Version != 0 {
		t.Errorf("accept set the version %d in the state handed in", st.Version)
	}
	check(t, s, st, 1)

	bare := &execution.State{ID: execution.NewID(), History: execution.History{{Status: execution.Created, At: epoch}}}
	accept(t, s, bare)
	check(t, s, bare, 1)
}

func testAcceptEnded(t *testing.T, s execution.Store) {
	st := newState("company.team", "hello")
	execution.Apply(st, []execution.Change{
		taskRun(st, 0, execution.Success), taskRun(st, 1, execution.Failed), header(execution.Created, execution.Running, execution.Failed),
	})
	accept(t, s, st)
	check(t, s, st, 1)
}

func testAcceptTwice(t *testing.T, s execution.Store) {
	st := newState("company.team", "hello")
	accept(t, s, st)
	twin := newState("company.team", "other")
	twin.ID = st.ID
	if err := s.Accept(t.Context(), twin); !errors.Is(err, execution.ErrExists) {
		t.Errorf("accepted twice: %v", err)
	}
	check(t, s, st, 1)
}

func testCommit(t *testing.T, s execution.Store) {
	st := newState("company.team", "hello")
	accept(t, s, st)
	commits := [][]execution.Change{
		{header(execution.Created, execution.Running), taskRun(st, 0, execution.Running)},
		{taskRun(st, 0, execution.Success), taskRun(st, 1, execution.Running)},
		{taskRun(st, 1, execution.Warning)},
		{header(execution.Created, execution.Running, execution.Warning)},
	}
	for i, changes := range commits {
		commit(t, s, st.ID, int64(i+1), changes...)
		execution.Apply(st, changes)
		check(t, s, st, int64(i+2))
	}
	apart := execution.Change{Header: &execution.Header{History: st.History, Outputs: execution.Datum{Ref: "r", JSON: []byte(`{}`)}}}
	commit(t, s, st.ID, 5, apart)
	st.Outputs = execution.Datum{Ref: "r"}
	check(t, s, st, 6)
}

func testCommitNothing(t *testing.T, s execution.Store) {
	st := newState("company.team", "hello")
	accept(t, s, st)
	commit(t, s, st.ID, 1)
	check(t, s, st, 2)
}

func testCommitConflict(t *testing.T, s execution.Store) {
	st := newState("company.team", "hello")
	accept(t, s, st)
	change := header(execution.Created, execution.Running)
	commit(t, s, st.ID, 1, change)
	execution.Apply(st, []execution.Change{change})
	for _, version := range []int64{-1, 0, 1, 3} {
		err := s.Commit(t.Context(), st.ID, version, []execution.Change{taskRun(st, 0, execution.Success), header(execution.Created, execution.Failed)})
		if !errors.Is(err, execution.ErrConflict) {
			t.Errorf("commit on version %d of 2: %v", version, err)
		}
	}
	check(t, s, st, 2)
}

func testCommitNotFound(t *testing.T, s execution.Store) {
	accept(t, s, newState("company.team", "hello"))
	if err := s.Commit(t.Context(), "nope", 1, nil); !errors.Is(err, execution.ErrNotFound) {
		t.Errorf("commit: %v", err)
	}
}

// testCommitRace checks that of many commits on one version exactly one succeeds, again and again.
func testCommitRace(t *testing.T, s execution.Store) {
	const writers, rounds = 8, 20
	st := newState("company.team", "hello")
	accept(t, s, st)
	for round := range rounds {
		errs := make([]error, writers)
		var wg sync.WaitGroup
		for w := range writers {
			wg.Go(func() {
				errs[w] = s.Commit(t.Context(), st.ID, int64(round+1), []execution.Change{taskRun(st, w, execution.Running)})
			})
		}
		wg.Wait()
		var won []int
		for w, err := range errs {
			if err == nil {
				won = append(won, w)
			} else if !errors.Is(err, execution.ErrConflict) {
				t.Fatalf("round %d: %v", round, err)
			}
		}
		if len(won) != 1 {
			t.Fatalf("round %d: writers %v won", round, won)
		}
		execution.Apply(st, []execution.Change{taskRun(st, won[0], execution.Running)})
		check(t, s, st, int64(round+2))
	}
}

// testIsolation changes everything that was handed in and out, and looks whether it shows.
func testIsolation(t *testing.T, s execution.Store) {
	spoil := func(st *execution.State) {
		st.FlowID = "spoilt"
		st.Labels[0].Value = "spoilt"
		copy(st.Trigger.Variables.JSON, "spoilt")
		st.History[0].Status = "SPOILT"
		for i := range st.TaskRuns {
			st.TaskRuns[i].TaskID = "spoilt"
			st.TaskRuns[i].History[0].Status = "SPOILT"
			st.TaskRuns[i].Attempts[0].History[0].Status = "SPOILT"
			copy(st.TaskRuns[i].Outputs.JSON, "spoilt")
		}
		copy(st.Outputs.JSON, "spoilt")
	}
	st := newState("company.team", "hello")
	want := st.Clone()
	accept(t, s, st)
	spoil(st)
	check(t, s, want, 1)

	changes := []execution.Change{taskRun(want, 0, execution.Success), header(execution.Created, execution.Success)}
	commit(t, s, want.ID, 1, changes...)
	execution.Apply(want, changes)
	want = want.Clone()
	row := &changes[0].TaskRun.TaskRun
	row.History[0].Status, row.Attempts[0].History[0].Status = "SPOILT", "SPOILT"
	copy(row.Outputs.JSON, "spoilt")
	changes[1].Header.History[0].Status = "SPOILT"
	copy(changes[1].Header.Outputs.JSON, "spoilt")
	check(t, s, want, 2)

	loaded, err := s.Load(t.Context(), want.ID)
	if err != nil {
		t.Fatal(err)
	}
	spoil(loaded)
	check(t, s, want, 2)

	listed, err := s.List(t.Context(), execution.Query{})
	if err != nil || len(listed) != 1 {
		t.Fatalf("list: %d, %v", len(listed), err)
	}
	spoil(listed[0])
	check(t, s, want, 2)

	data := []byte("value")
	ref, err := s.PutValue(t.Context(), want.ID, data)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		copy(data, "SPOILT")
		if data, err = s.GetValue(t.Context(), ref); err != nil || string(data) != "value" {
			t.Errorf("value %q, %v", data, err)
		}
	}
}

func testLoad(t *testing.T, s execution.Store) {
	accept(t, s, newState("company.team", "hello"))
	for _, id := range []string{"", "nope", strings.Repeat("x", 1000)} {
		if st, err := s.Load(t.Context(), id); !errors.Is(err, execution.ErrNotFound) || st != nil {
			t.Errorf("load %q: %v, %v", id, st, err)
		}
	}
}

func testList(t *testing.T, s execution.Store) {
	var ids []string
	for i := range 30 {
		st := newState([]string{"a", "b", "a.b"}[i%3], []string{"f", "g"}[i%2])
		ids = append(ids, st.ID)
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
	var states []*execution.State
	for range 4 {
		st := newState("company.team", "hello")
		accept(t, s, st)
		states = append(states, st)
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

func testRevision(t *testing.T, s execution.Store) {
	for i, tt := range []struct {
		namespace, flow string
		hash            byte
		want            int
	}{
		{"a", "f", 1, 1}, {"a", "f", 1, 1}, {"a", "f", 2, 2}, {"a", "f", 2, 2}, {"a", "f", 1, 3},
		{"a", "g", 2, 1}, {"b", "f", 2, 1}, {"a", "f", 1, 3}, {"a.f", "", 9, 1}, {"a", ".f", 8, 1}, {"c", "f", 0, 1}, {"c", "f", 0, 1},
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

// testConcurrent lets many executions run beside readers.
func testConcurrent(t *testing.T, s execution.Store) {
	const writers, each = 4, 10
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			for range each {
				st := newState("company.team", "hello")
				if err := s.Accept(t.Context(), st); err != nil {
					t.Error(err)
				}
				ref, err := s.PutValue(t.Context(), st.ID, []byte(st.ID))
				if err != nil {
					t.Error(err)
				}
				for v, changes := range [][]execution.Change{
					{header(execution.Created, execution.Running), taskRun(st, 0, execution.Running)},
					{taskRun(st, 0, execution.Success), header(execution.Created, execution.Running, execution.Success)},
				} {
					if err := s.Commit(t.Context(), st.ID, int64(v+1), changes); err != nil {
						t.Error(err)
					}
				}
				if data, err := s.GetValue(t.Context(), ref); err != nil || string(data) != st.ID {
					t.Errorf("value %q, %v", data, err)
				}
			}
		})
	}
	wg.Go(func() {
		for range each {
			states, err := s.List(t.Context(), execution.Query{Limit: 100})
			if err != nil {
				t.Error(err)
			}
			for _, st := range states {
				if st.Version < 1 || st.Version > 3 || int64(len(st.History)) != st.Version {
					t.Errorf("version %d with the history %v", st.Version, st.History)
				}
			}
			for id, err := range s.Unfinished(t.Context()) {
				if err != nil || id == "" {
					t.Errorf("unfinished %q, %v", id, err)
				}
			}
		}
	})
	wg.Wait()
	states, err := s.List(t.Context(), execution.Query{Limit: 100, Statuses: []execution.Status{execution.Success}})
	if err != nil || len(states) != writers*each {
		t.Errorf("%d ended, %v, want %d", len(states), err, writers*each)
	}
	if ids := unfinished(t, s); len(ids) != 0 {
		t.Errorf("unfinished: %q", ids)
	}
}

func testClose(t *testing.T, s execution.Store) {
	st := newState("company.team", "hello")
	accept(t, s, st)
	ref, err := s.PutValue(t.Context(), st.ID, []byte("1"))
	if err != nil {
		t.Fatal(err)
	}
	s.Durable() // works in any state
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	calls := map[string]func() error{
		"accept":   func() error { return s.Accept(ctx, newState("a", "b")) },
		"commit":   func() error { return s.Commit(ctx, st.ID, 1, nil) },
		"load":     func() error { _, err := s.Load(ctx, st.ID); return err },
		"list":     func() error { _, err := s.List(ctx, execution.Query{}); return err },
		"revision": func() error { _, err := s.Revision(ctx, "a", "b", [32]byte{}); return err },
		"put":      func() error { _, err := s.PutValue(ctx, st.ID, nil); return err },
		"get":      func() error { _, err := s.GetValue(ctx, ref); return err },
		"unfinished": func() error {
			for _, err := range s.Unfinished(ctx) {
				return err
			}
			return nil
		},
	}
	for name, call := range calls {
		if err := call(); !errors.Is(err, execution.ErrClosed) {
			t.Errorf("%s after close: %v", name, err)
		}
	}
}
