package storetest

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

func testDelete(t *testing.T, s execution.Store) {
	ended, open, other := hello(), hello(), hello()
	for _, st := range []*execution.State{ended, open, other} {
		accept(t, s, st)
	}
	ref, err := s.PutValue(t.Context(), ended.ID, []byte("1"))
	if err != nil {
		t.Fatal(err)
	}
	line := execution.LogLine{Execution: ended.ID, Level: "INFO", At: epoch, Message: "m"}
	commit(t, s, &execution.Batch{
		Delivery: delivery("d"), Accept: []execution.Accept{{State: hello()}}, Logs: []execution.LogLine{line}, Signals: []execution.Signal{{To: ended.ID, ID: "s"}},
	})
	for _, id := range []string{ended.ID, other.ID} {
		changes := end()
		if id == ended.ID {
			changes.Head.Outputs = execution.Datum{Ref: ref}
		}
		write(t, s, execution.Write{ID: id, Version: 1, Changes: changes})
	}
	if n, err := s.Delete(t.Context(), []string{ended.ID, open.ID, "nobody", ended.ID}); n != 1 || err != nil {
		t.Errorf("deleted %d, %v", n, err)
	}
	if _, err := s.Load(t.Context(), ended.ID); !errors.Is(err, execution.ErrNotFound) {
		t.Errorf("it is still there: %v", err)
	}
	if _, err := s.GetValue(t.Context(), ref); !errors.Is(err, execution.ErrNotFound) {
		t.Errorf("its value is still there: %v", err)
	}
	lines, err := s.Logs(t.Context(), ended.ID, 0, 10)
	signals, err2 := s.Inbox(t.Context(), ended.ID, 0)
	if len(lines) > 0 || len(signals) > 0 || errors.Join(err, err2) != nil {
		t.Errorf("of it are left %v, %v, %v", lines, signals, errors.Join(err, err2))
	}
	check(t, s, open, 1)
	execution.Apply(other, end())
	check(t, s, other, 2)
	found, _, err := s.List(t.Context(), execution.Query{})
	if err != nil || len(found) != 3 {
		t.Errorf("listed %v, %v", idsOf(found), err)
	}
	if err := s.Commit(t.Context(), &execution.Batch{Write: []execution.Write{{ID: ended.ID, Version: 2}}}); !errors.Is(err, execution.ErrNotFound) {
		t.Errorf("it can be written: %v", err)
	}
}

func testDeleteLogs(t *testing.T, s execution.Store) {
	for name, tt := range map[string]struct {
		filter execution.LogFilter
		left   string
	}{
		"all":          {execution.LogFilter{}, ""},
		"levels":       {execution.LogFilter{Levels: []string{"INFO", "TRACE"}}, "1 3"},
		"from":         {execution.LogFilter{From: after(2)}, "0 1"},
		"to":           {execution.LogFilter{To: after(2)}, "3"},
		"from, to":     {execution.LogFilter{From: after(1), To: after(1)}, "0 2 3"},
		"all together": {execution.LogFilter{Levels: []string{"ERROR"}, From: after(1), To: after(2)}, "0 2 3"},
	} {
		for _, ends := range []bool{false, true} { // stores may keep what has ended in another form
			st := hello()
			accept(t, s, st)
			var b execution.Batch
			for i := range 4 {
				b.Logs = append(b.Logs, execution.LogLine{Execution: st.ID, Level: []string{"INFO", "ERROR"}[i%2], At: after(i), Message: fmt.Sprint(i)})
			}
			version := int64(1)
			if ends {
				b.Write = []execution.Write{{ID: st.ID, Version: 1, Changes: end()}}
				version = 2
			}
			commit(t, s, &b)
			if ends {
				execution.Apply(st, end())
			}
			n, err := s.DeleteLogs(t.Context(), st.ID, tt.filter)
			if want := 4 - len(strings.Fields(tt.left)); n != want || err != nil {
				t.Errorf("%s: deleted %d, %v, want %d", name, n, err, want)
			}
			lines, err := s.Logs(t.Context(), st.ID, 0, 10)
			left := make([]string, 0, len(lines))
			for _, l := range lines {
				left = append(left, l.Message)
			}
			if got := strings.Join(left, " "); got != tt.left || err != nil {
				t.Errorf("%s: left %s, %v, want %s", name, got, err, tt.left)
			}
			check(t, s, st, version)
		}
	}
	if n, err := s.DeleteLogs(t.Context(), "nobody", execution.LogFilter{}); n != 0 || err != nil {
		t.Errorf("deleted %d, %v", n, err)
	}
}
