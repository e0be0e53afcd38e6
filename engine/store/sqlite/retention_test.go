package sqlite

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/store/storetest"
)

// openUntended opens a store whose chores are done by the test alone.
func openUntended(t testing.TB, path string, o Options) *Store {
	t.Helper()
	s := newStore(path, o)
	if err := s.open(t.Context()); err != nil {
		t.Fatal(err)
	}
	close(s.tidied)
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	if _, err := s.Stats(t.Context()); err != nil { // all are counted
		t.Fatal(err)
	}
	return s
}

func openEmpty(t testing.TB, o Options) *Store {
	t.Helper()
	return openUntended(t, filepath.Join(t.TempDir(), "kestra.db"), o)
}

// ended accepts an execution that has ended.
func ended(t testing.TB, s *Store, status execution.Status, at time.Time, bytes int) string {
	t.Helper()
	st, _ := storetest.TwoTasks(bytes)
	st.History = execution.History{{Status: execution.Created, At: at}, {Status: status, At: at}}
	commit(t, s, &execution.Batch{Accept: []execution.Accept{{State: st}}})
	return st.ID
}

func commit(t testing.TB, s *Store, b *execution.Batch) {
	t.Helper()
	if err := s.Commit(t.Context(), b); err != nil {
		t.Fatal(err)
	}
}

// tidyAll does chores until there are none, and returns how many there were.
func tidyAll(t testing.TB, s *Store, now time.Time) (chores int) {
	t.Helper()
	for {
		more, err := s.tidy(now)
		if err != nil {
			t.Fatal(err)
		}
		if !more {
			return chores
		}
		chores++
	}
}

// remaining returns which of the executions are there, by their places in ids.
func remaining(t testing.TB, s *Store, ids []string) (places []int) {
	t.Helper()
	for i, id := range ids {
		if _, err := s.Load(t.Context(), id); err == nil {
			places = append(places, i)
		}
	}
	return places
}

func TestRetention(t *testing.T) {
	const day = 24 * time.Hour
	now := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	for name, tt := range map[string]struct {
		retention execution.Retention
		want      []int
	}{
		"nothing":     {execution.Retention{}, []int{0, 1, 2, 3, 4, 5, 6}},
		"age":         {execution.Retention{Bound: execution.Bound{Age: 3*day + 1}}, []int{0, 2, 3, 5, 6}},
		"age of some": {execution.Retention{Bound: execution.Bound{Age: day}, States: map[execution.Status]execution.Bound{execution.Failed: {Age: 4*day + 1}}}, []int{0, 1, 3, 6}},
		"age of one": {execution.Retention{
			Bound: execution.Bound{Age: 2*day + 1}, States: map[execution.Status]execution.Bound{execution.Success: {Age: -1}},
		}, []int{0, 2, 3, 4, 5, 6}},
		"count":          {execution.Retention{Bound: execution.Bound{Count: 2}}, []int{0, 3, 6}},
		"count of some":  {execution.Retention{States: map[execution.Status]execution.Bound{execution.Success: {Count: 1}}}, []int{0, 1, 3, 6}},
		"count together": {execution.Retention{Bound: execution.Bound{Count: 2}, States: map[execution.Status]execution.Bound{execution.Success: {Count: 1}}}, []int{0, 3, 6}},
		"size":           {execution.Retention{Size: 1}, []int{0}},
		"room":           {execution.Retention{Size: 1 << 30}, []int{0, 1, 2, 3, 4, 5, 6}},
	} {
		t.Run(name, func(t *testing.T) {
			s := openEmpty(t, Options{})
			open, _ := storetest.TwoTasks(10)
			commit(t, s, &execution.Batch{Accept: []execution.Accept{{State: open}}})
			ids := []string{open.ID}
			for _, e := range []struct {
				status execution.Status
				days   int
			}{
				{execution.Failed, 4}, {execution.Success, 3}, {execution.Failed, 1}, {execution.Success, 5}, {execution.Success, 3}, {execution.Success, 0},
			} {
				ids = append(ids, ended(t, s, e.status, now.AddDate(0, 0, -e.days), 10))
			}
			s.Retain(tt.retention, zap.NewNop())
			tidyAll(t, s, now)
			if diff := cmp.Diff(tt.want, remaining(t, s, ids)); diff != "" {
				t.Errorf("kept (-want +got):\n%s", diff)
			}
			if st, err := s.Stats(t.Context()); err != nil || st.Executions != int64(len(tt.want)) {
				t.Errorf("stats %+v, %v", st, err)
			}
		})
	}
}

// TestRetentionSteps lets many executions go, some of them large. No chore drops many rows, and all of them leave no row behind.
func TestRetentionSteps(t *testing.T) {
	var told []string
	s := openEmpty(t, Options{Forgotten: func(namespace, flowID, id string) { told = append(told, namespace+"/"+flowID+"/"+id) }})
	var want []string
	past := time.Now().Add(-time.Hour)
	for range 100 {
		want = append(want, "company.team/hello/"+ended(t, s, execution.Success, past, 10))
	}
	for range 3 {
		st, c := storetest.TwoTasks(10_000)
		st.History = execution.History{{Status: execution.Created, At: past}}
		c.Head.History = execution.History{{Status: execution.Created, At: past}, {Status: execution.Killed, At: past}}
		r := c.Rows[0]
		for i := range 2000 {
			r.Row = int32(i)
			c.Rows = append(c.Rows, r)
		}
		commit(t, s, &execution.Batch{Accept: []execution.Accept{{State: st}}})
		for range 60 {
			commit(t, s, &execution.Batch{Logs: []execution.LogLine{{Execution: st.ID, Level: "INFO", Message: strings.Repeat("text ", 200)}}})
		}
		if _, err := s.PutValue(t.Context(), st.ID, make([]byte, 300_000)); err != nil {
			t.Fatal(err)
		}
		commit(t, s, &execution.Batch{Write: []execution.Write{{ID: st.ID, Version: 1, Changes: c}}})
		want = append(want, "company.team/hello/"+st.ID)
	}
	s.Retain(execution.Retention{Bound: execution.Bound{Age: time.Minute}}, zap.NewNop())
	before := rows(t, s)
	for {
		more, err := s.tidy(time.Now())
		if err != nil {
			t.Fatal(err)
		}
		if !more {
			break
		}
		now := rows(t, s)
		if dropped := before - now; dropped > 2*clearedRows {
			t.Errorf("a chore dropped %d rows", dropped)
		}
		before = now
	}
	if before != 0 {
		t.Errorf("%d rows are left", before)
	}
	slices.Sort(want)
	slices.Sort(told)
	if diff := cmp.Diff(want, told); diff != "" {
		t.Errorf("told of (-want +got):\n%s", diff)
	}
}

// rows counts the rows of executions, in all tables.
func rows(t testing.TB, s *Store) (n int) {
	t.Helper()
	for _, table := range []string{"execution", "start", "run", "line", "line_gone", "signal", "value", "early", "gone"} {
		n += number(t, s, "SELECT count(*) FROM "+table)
	}
	return n
}

// number returns what a query finds.
func number(t testing.TB, s *Store, query string) (n int) {
	t.Helper()
	if err := s.query(t.Context(), query, nil, func(scan func(...any) error) error { return scan(&n) }); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestRetentionSize keeps a file from growing while executions come, and shrinks it when it may be smaller.
func TestRetentionSize(t *testing.T) {
	s := openEmpty(t, Options{})
	const most, each = 2 << 20, 10_000
	s.Retain(execution.Retention{Size: most}, zap.NewNop())
	pageSize := number(t, s, "PRAGMA page_size")
	var ids []string
	for i := range 3 * most / each {
		ids = append(ids, ended(t, s, execution.Success, time.Now(), each))
		if i%20 == 0 {
			tidyAll(t, s, time.Now())
		}
		if bytes := number(t, s, "PRAGMA page_count") * pageSize; bytes > most+20*2*each+most/10 {
			t.Fatalf("the file has %d bytes, more than %d", bytes, most)
		}
	}
	there := remaining(t, s, ids)
	if len(there) < most/each/2 || there[0] != len(ids)-len(there) {
		t.Errorf("of %d are left %v", len(ids), there)
	}
	s.Retain(execution.Retention{Size: most / 4}, zap.NewNop())
	if chores := tidyAll(t, s, time.Now()); chores < 10 {
		t.Errorf("it took %d steps", chores)
	}
	if bytes := number(t, s, "PRAGMA page_count") * pageSize; bytes > most/4+most/16 {
		t.Errorf("the file has %d bytes, more than %d", bytes, most/4)
	}
}

// TestRetentionFull is over its size by executions that have not ended: they stay, and it is said once.
func TestRetentionFull(t *testing.T) {
	s := openEmpty(t, Options{})
	core, logs := observer.New(zap.WarnLevel)
	s.Retain(execution.Retention{Size: 100_000}, zap.New(core))
	var ids []string
	for range 5 {
		st, _ := storetest.TwoTasks(50_000)
		commit(t, s, &execution.Batch{Accept: []execution.Accept{{State: st}}})
		ids = append(ids, st.ID)
		ended(t, s, execution.Success, time.Now(), 10)
		tidyAll(t, s, time.Now())
		tidyAll(t, s, time.Now())
	}
	if got := remaining(t, s, ids); len(got) != len(ids) {
		t.Errorf("left %v", got)
	}
	if n := logs.Len(); n != 1 {
		t.Errorf("said %d times: %v", n, logs.All())
	}
}

// TestEarlyValues puts values for executions that are never accepted.
func TestEarlyValues(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kestra.db")
	s := openUntended(t, path, Options{})
	put := func(id string) {
		t.Helper()
		if _, err := s.PutValue(t.Context(), id, []byte("1")); err != nil {
			t.Fatal(err)
		}
	}
	accepted, _ := storetest.TwoTasks(10)
	put(accepted.ID)
	put("never")
	commit(t, s, &execution.Batch{Accept: []execution.Accept{{State: accepted}}})
	put(accepted.ID)
	now := time.Now()
	for _, step := range []struct {
		after time.Duration
		want  int
	}{{0, 3}, {earlyTime - time.Minute, 3}, {earlyTime + time.Minute, 2}} {
		tidyAll(t, s, now.Add(step.after))
		if n := number(t, s, "SELECT count(*) FROM value"); n != step.want {
			t.Errorf("after %v: %d values, want %d", step.after, n, step.want)
		}
	}
	for i := range 2 * mostEarly { // of which it forgets that they may have some
		put(fmt.Sprint(i))
	}
	tidyAll(t, s, now.Add(2*earlyTime))
	other, _ := storetest.TwoTasks(10)
	put(other.ID)
	tidyAll(t, s, now)
	commit(t, s, &execution.Batch{Accept: []execution.Accept{{State: other}}})
	put("nobody")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = openUntended(t, path, Options{})
	if n := number(t, s, "SELECT count(*) FROM value"); n != 3 {
		t.Errorf("%d values are left, want those of executions", n)
	}
}

// TestExpiredPairs drops what has expired of the key-value store, a little at a time.
func TestExpiredPairs(t *testing.T) {
	s := openEmpty(t, Options{})
	now := time.Now()
	b := &execution.Batch{Pairs: []execution.Pair{{Namespace: "n", Key: "stays"}, {Namespace: "n", Key: "later", Expires: now.Add(time.Hour)}}}
	for i := range 100 {
		b.Pairs = append(b.Pairs, execution.Pair{Namespace: "n", Key: fmt.Sprint(i), Expires: now.Add(-time.Second)})
	}
	commit(t, s, b)
	s.Retain(execution.Retention{}, zap.NewNop())
	if chores := tidyAll(t, s, now); chores < 100/leastDropped {
		t.Errorf("it took %d steps", chores)
	}
	if n := number(t, s, "SELECT count(*) FROM pair"); n != 2 {
		t.Errorf("%d pairs are left", n)
	}
}

// TestChoresTakeTurns lets jobs wait for chores. None waits for two of them.
func TestChoresTakeTurns(t *testing.T) {
	s := newStore("", Options{})
	w := &writer{store: s}
	job, chore := &job{}, &job{}
	offer := func() { // as often as it is taken
		for {
			select {
			case s.chores <- chore:
			case <-s.done:
				return
			}
		}
	}
	go offer()
	defer close(s.done)
	var kinds []string
	for range 50 {
		s.jobs <- job
		kind := ""
		for _, j := range w.next(nil) {
			kind += map[bool]string{true: "c", false: "j"}[j == chore]
		}
		kinds = append(kinds, kind)
	}
	for i, kind := range kinds {
		switch {
		case kind != "j" && kind != "jc":
			t.Fatalf("group %q: a chore comes last, and once", kind)
		case i > 0 && kind == "jc" && kinds[i-1] == "jc":
			t.Fatal("a job waits for two chores")
		}
	}
	if len(w.next(nil)) != 1 { // nothing but a chore is there
		t.Error("a chore does not run when nothing else is to be done")
	}
}
