package sqlite

import (
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/store/storetest"
)

// messages returns those of a log, each by its number before the first dot.
func messages(t *testing.T, s *Store, id string) string {
	t.Helper()
	lines, err := s.Logs(t.Context(), id, 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	texts := make([]string, len(lines))
	for i, l := range lines {
		texts[i], _, _ = strings.Cut(l.Message, ".")
		if i > 0 && l.Seq <= lines[i-1].Seq {
			t.Errorf("number %d after %d", l.Seq, lines[i-1].Seq)
		}
	}
	return strings.Join(texts, " ")
}

// TestLines keeps lines, each by a commit of its own, and sees where they are.
func TestLines(t *testing.T) {
	const many = 100_000 // bytes
	for _, tt := range []struct {
		name   string
		sizes  []int  // of the messages
		most   int    // bytes of a log
		want   string // which are left
		inline bool   // some are in the row of the execution
		apart  int    // rows of the others
	}{
		{"none", nil, many, "", false, 0},
		{"a small one", []int{10}, many, "0", true, 0},
		{"a large one", []int{inlineLines}, many, "0", false, 1},
		{"small ones", []int{10, 10, 10}, many, "0 1 2", true, 0},
		{"small ones, of which some find no room", []int{900, 900, 900, 10}, many, "0 1 2 3", true, 2},
		{"a small one after a large one", []int{inlineLines, 10}, many, "0 1", false, 2},
		{"more than there may be", []int{900, 900, 900}, 2000, "2 earlier lines are left out 2", false, 1},
		{"far more than there may be", []int{10, 1900, 1900, 1900}, 4000, "2 earlier lines are left out 2 3", false, 2},
		{"less than one", []int{10, 10}, 5, "1 earlier lines are left out 1", false, 1},
	} {
		for _, written := range []bool{false, true} { // with a change of the execution, or alone
			t.Run(fmt.Sprint(tt.name, "/written=", written), func(t *testing.T) {
				s := openEmpty(t, Options{LineBytes: tt.most})
				st, end := storetest.TwoTasks(10)
				accepted := &execution.Batch{Accept: []execution.Accept{{State: st}}}
				line := func(i int) []execution.LogLine {
					message := fmt.Sprint(i, ".", strings.Repeat("x", tt.sizes[i]))
					return []execution.LogLine{{Execution: st.ID, Run: "r", Task: "t", Attempt: 1, Level: "INFO", At: time.Unix(1, 0).UTC(), Message: message}}
				}
				from := 0
				if written && len(tt.sizes) > 0 {
					accepted.Logs, from = line(0), 1
				}
				commit(t, s, accepted)
				version := int64(1)
				for i := from; i < len(tt.sizes); i++ {
					b := &execution.Batch{Logs: line(i)}
					if written {
						b.Write = []execution.Write{{ID: st.ID, Version: version}}
						version++
					}
					commit(t, s, b)
				}
				if got := messages(t, s, st.ID); got != tt.want {
					t.Errorf("left are %s, want %s", got, tt.want)
				}
				inline := number(t, s, "SELECT count(lines) FROM execution") > 0
				if apart := number(t, s, "SELECT count(*) FROM line"); inline != tt.inline || apart != tt.apart {
					t.Errorf("some are inline: %v, others are %d rows; want %v, %d", inline, apart, tt.inline, tt.apart)
				}
				if n := number(t, s, "SELECT sum(line_bytes - coalesce(length(lines), 0) - (SELECT coalesce(sum(length(data)), 0) FROM line)) FROM execution"); n != 0 {
					t.Errorf("the size is wrong by %d", n)
				}
				commit(t, s, &execution.Batch{Write: []execution.Write{{ID: st.ID, Version: version, Changes: end}}})
				if n, err := s.Delete(t.Context(), []string{st.ID}); n != 1 || err != nil {
					t.Errorf("deleted %d, %v", n, err)
				}
				if tidyAll(t, s, time.Now()); rows(t, s) > 0 {
					t.Errorf("%d rows are left", rows(t, s))
				}
			})
		}
	}
}

// TestDeleteLines deletes lines that are in the row of an execution, and beside it.
func TestDeleteLines(t *testing.T) {
	for _, tt := range []struct {
		filter execution.LogFilter
		left   string
		inline bool
		apart  int
	}{
		{execution.LogFilter{Levels: []string{"DEBUG"}}, "0 1 2 3", true, 1},
		{execution.LogFilter{Levels: []string{"INFO"}}, "1 3", true, 1},
		{execution.LogFilter{Levels: []string{"WARN"}}, "0 2", true, 1},
		{execution.LogFilter{To: time.Unix(1, 0)}, "2 3", false, 1},
		{execution.LogFilter{From: time.Unix(2, 0)}, "0 1", true, 0},
		{execution.LogFilter{}, "", false, 0},
	} {
		s := openEmpty(t, Options{})
		st, _ := storetest.TwoTasks(10)
		commit(t, s, &execution.Batch{Accept: []execution.Accept{{State: st}}})
		for i, size := range []int{10, inlineLines} {
			b := &execution.Batch{}
			for n, level := range []string{"INFO", "WARN"} {
				message := fmt.Sprint(2*i+n, ".", strings.Repeat("x", size))
				b.Logs = append(b.Logs, execution.LogLine{Execution: st.ID, Level: level, At: time.Unix(int64(i+1), 0), Message: message})
			}
			commit(t, s, b)
		}
		if _, err := s.DeleteLogs(t.Context(), st.ID, tt.filter); err != nil {
			t.Fatal(err)
		}
		inline, apart := number(t, s, "SELECT count(lines) FROM execution") > 0, number(t, s, "SELECT count(*) FROM line")
		if got := messages(t, s, st.ID); got != tt.left || inline != tt.inline || apart != tt.apart {
			t.Errorf("%+v: left are %s, inline %v, %d rows; want %s, %v, %d", tt.filter, got, inline, apart, tt.left, tt.inline, tt.apart)
		}
		if n := number(t, s, "SELECT sum(line_bytes - coalesce(length(lines), 0) - (SELECT coalesce(sum(length(data)), 0) FROM line)) FROM execution"); n != 0 {
			t.Errorf("%+v: the size is wrong by %d", tt.filter, n)
		}
	}
}

// TestVersion1 opens a file of version 1, which has all log lines in rows of their own, as JSON.
func TestVersion1(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kestra.db")
	db, err := sql.Open("sqlite", fileName(path, url.Values{"mode": {"rwc"}}))
	if err != nil {
		t.Fatal(err)
	}
	st, _ := storetest.TwoTasks(100)
	_, made := db.ExecContext(t.Context(), migrations[0]+fmt.Sprintf("; PRAGMA application_id = %d; PRAGMA user_version = 1", applicationID))
	const data = `[{"seq":7,"run":"r","task":"t","attempt":1,"level":"INFO","at":"1970-01-01T00:00:01.5Z","message":"0.ü"},{"seq":8,"level":"WARN","at":"1970-01-01T00:00:02Z","message":"1"}]`
	_, kept := db.ExecContext(t.Context(), `INSERT INTO execution
		(seq, id, namespace, flow, status, over, version, parked, start, head, runs, spread, line, line_bytes, refs)
		VALUES (1, ?1, ?2, ?3, 'CREATED', 0, 1, 0, ?4, ?5, x'', 0, 8, ?7, 0);
		INSERT INTO line (execution, first, count, data) VALUES (1, 7, 2, ?6)`,
		st.ID, st.Namespace, st.FlowID, encodeStart(&st.Start), encodeHead(&st.Head), []byte(data), len(data))
	if err := errors.Join(made, kept, db.Close()); err != nil {
		t.Fatal(err)
	}

	s := openUntended(t, path, Options{})
	if n := number(t, s, "SELECT user_version FROM pragma_user_version"); n != len(migrations) {
		t.Errorf("the file has version %d", n)
	}
	want := []execution.LogLine{
		{Execution: st.ID, Seq: 7, Run: "r", Task: "t", Attempt: 1, Level: "INFO", At: time.Unix(1, 5e8).UTC(), Message: "0.ü"},
		{Execution: st.ID, Seq: 8, Level: "WARN", At: time.Unix(2, 0).UTC(), Message: "1"},
	}
	got, err := s.Logs(t.Context(), st.ID, 0, 10)
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	commit(t, s, &execution.Batch{Logs: []execution.LogLine{{Execution: st.ID, Level: "INFO", Message: "2"}}})
	if got := messages(t, s, st.ID); got != "0 1 2" {
		t.Errorf("the log is %s", got)
	}
	n, err := s.DeleteLogs(t.Context(), st.ID, execution.LogFilter{Levels: []string{"WARN"}})
	if got := messages(t, s, st.ID); got != "0 2" || n != 1 || err != nil {
		t.Errorf("deleted %d, %v; the log is %s", n, err, got)
	}
}
