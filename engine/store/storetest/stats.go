package storetest

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// checkStats compares how many executions a store says that it has, and returns how many bytes.
func checkStats(t *testing.T, s execution.Store, all, unfinished int64) int64 {
	t.Helper()
	got, err := s.Stats(t.Context())
	if err != nil || got.Executions != all || got.Unfinished != unfinished {
		t.Errorf("stats %+v, %v, want %d executions, %d unfinished", got, err, all, unfinished)
	}
	return got.Bytes
}

func testStats(t *testing.T, s execution.Store) {
	checkStats(t, s, 0, 0)
	ended, open, parked := hello(), hello(), hello()
	accept(t, s, ended)
	accept(t, s, open)
	commit(t, s, &execution.Batch{Accept: []execution.Accept{{State: parked, Park: &execution.Park{}}}})
	checkStats(t, s, 3, 3)
	write(t, s, execution.Write{ID: ended.ID, Version: 1, Changes: end()})
	write(t, s, execution.Write{ID: open.ID, Version: 1, Changes: begin()})
	if n := checkStats(t, s, 3, 2); n < 100 {
		t.Errorf("%d bytes", n)
	}
	refuse(t, s, &execution.Batch{Accept: []execution.Accept{{State: hello()}}, Write: []execution.Write{{ID: "nobody"}}}, execution.ErrNotFound)
	commit(t, s, &execution.Batch{Accept: []execution.Accept{{State: open}}}) // once more
	checkStats(t, s, 3, 2)
	write(t, s, execution.Write{ID: ended.ID, Version: 2, Changes: begin()}) // it goes on
	checkStats(t, s, 3, 3)
	write(t, s, execution.Write{ID: ended.ID, Version: 3, Changes: end()})
	checkStats(t, s, 3, 2)
	if n, err := s.Delete(t.Context(), []string{ended.ID, open.ID}); n != 1 || err != nil {
		t.Errorf("deleted %d, %v", n, err)
	}
	checkStats(t, s, 2, 2)
}

// testValuesReplaced replaces values of an execution. Those that it names no more go at once, others stay.
func testValuesReplaced(t *testing.T, s execution.Store) {
	for _, runs := range []int{1, 100} { // stores may keep many task runs in another form
		st := hello()
		accept(t, s, st)
		var refs []string
		put := func() execution.Datum {
			ref, err := s.PutValue(t.Context(), st.ID, fmt.Appendf(nil, `{"value":%d}`, len(refs)))
			if err != nil {
				t.Fatal(err)
			}
			refs = append(refs, ref)
			return execution.Datum{Ref: ref}
		}
		version := int64(0)
		change := func(variables, outputs execution.Datum) {
			c := begin()
			c.Head.Variables = variables
			for i := range runs {
				c.Rows = append(c.Rows, row(st.ID, int32(i), execution.Running))
			}
			c.Rows[runs-1].Run.Outputs = outputs
			version++
			write(t, s, execution.Write{ID: st.ID, Version: version, Changes: c})
		}
		there := func(want ...bool) {
			t.Helper()
			for i, ref := range refs {
				data, err := s.GetValue(t.Context(), ref)
				if got := err == nil && len(data) > 0; got != want[i] || err != nil && !errors.Is(err, execution.ErrNotFound) {
					t.Errorf("%d runs: value %d: %q, %v", runs, i, data, err)
				}
			}
		}
		variables, outputs := put(), put()
		put() // which nothing names: it may be named later
		change(variables, outputs)
		change(variables, outputs)
		there(true, true, true)
		next := put()
		change(next, execution.Datum{JSON: []byte("{}")})
		there(false, false, true, true)
		write(t, s, execution.Write{ID: st.ID, Version: version + 1}) // changes nothing
		version++
		there(false, false, true, true)
		change(execution.Datum{}, execution.Datum{Ref: refs[2]})
		there(false, false, true, false)
		write(t, s, execution.Write{ID: st.ID, Version: version + 1, Changes: end()})
		if n, err := s.Delete(t.Context(), []string{st.ID}); n != 1 || err != nil {
			t.Errorf("deleted %d, %v", n, err)
		}
		there(false, false, false, false)
	}
}

// testDeleteLarge deletes an execution with very many task runs and lines, and some values. The next one has none of them.
func testDeleteLarge(t *testing.T, s execution.Store) {
	large := hello()
	accept(t, s, large)
	const rows, lines = 1000, 400
	c := end()
	for i := range rows {
		c.Rows = append(c.Rows, row(large.ID, int32(i), execution.Success))
	}
	refs := make([]string, 0, 3)
	for range 3 {
		ref, err := s.PutValue(t.Context(), large.ID, bytes.Repeat([]byte("1"), 300_000))
		if err != nil {
			t.Fatal(err)
		}
		refs = append(refs, ref)
	}
	for range lines {
		commit(t, s, &execution.Batch{Logs: []execution.LogLine{{Execution: large.ID, Level: "INFO", At: epoch, Message: "some text of a line"}}})
	}
	write(t, s, execution.Write{ID: large.ID, Version: 1, Changes: c})
	if n, err := s.Delete(t.Context(), []string{large.ID, large.ID}); n != 1 || err != nil {
		t.Errorf("deleted %d, %v", n, err)
	}
	for _, ref := range refs {
		if _, err := s.GetValue(t.Context(), ref); !errors.Is(err, execution.ErrNotFound) {
			t.Errorf("its value is still there: %v", err)
		}
	}
	next := hello()
	accept(t, s, next)
	check(t, s, next, 1)
	again := hello()
	again.ID = large.ID // which may come once more
	ref, err := s.PutValue(t.Context(), again.ID, []byte("1"))
	if err != nil {
		t.Fatal(err)
	}
	accept(t, s, again)
	check(t, s, again, 1)
	if found, err := s.Logs(t.Context(), again.ID, 0, 10); len(found) > 0 || err != nil {
		t.Errorf("lines %v, %v", found, err)
	}
	if data, err := s.GetValue(t.Context(), ref); string(data) != "1" || err != nil {
		t.Errorf("value %q, %v", data, err)
	}
	checkStats(t, s, 2, 2)
}
