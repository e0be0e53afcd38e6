package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/search"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// searchOf looks for all, or for what filters ask for, on the first page.
func searchOf(t *testing.T, filters ...search.Filter) Search {
	t.Helper()
	q, err := search.New(search.Executions, filters, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	order, err := search.ParseOrder(nil)
	if err != nil {
		t.Fatal(err)
	}
	return Search{Query: q, Order: order, Page: 1, Size: 2, Visible: func(string) bool { return true }}
}

func TestSearch(t *testing.T) { synctest.Test(t, testSearch) }

func testSearch(t *testing.T) {
	e := openEngine(t)
	site := newSite(t, e, SiteOptions{}, webhookFlow("one", ""), webhookFlow("two", ""))
	var ids []string
	for _, id := range []string{"one", "two", "one"} {
		ids = append(ids, send(site, id, "{}").ExecutionID)
		if _, err := e.Wait(t.Context(), ids[len(ids)-1]); err != nil {
			t.Fatal(err)
		}
	}
	before, _ := e.admission.Used()
	for _, tt := range []struct {
		name   string
		change func(s *Search)
		want   []string
		total  int
	}{
		{"first page", func(*Search) {}, []string{ids[2], ids[1]}, 3},
		{"second page", func(s *Search) { s.Page = 2 }, []string{ids[0]}, 3},
		{"after the last page", func(s *Search) { s.Page = 3 }, nil, 3},
		{"filter", func(s *Search) {
			s.Query = searchOf(t, search.Filter{Field: "flowId", Op: "NOT_EQUALS", Value: "two"}).Query
		}, []string{ids[2], ids[0]}, 2},
		{"invisible", func(s *Search) { s.Visible = func(string) bool { return false } }, nil, 0},
	} {
		s := searchOf(t)
		tt.change(&s)
		found, err := e.Search(t.Context(), s)
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		var got []string
		for _, text := range found.Results {
			var x struct{ ID string }
			if err := json.Unmarshal(text, &x); err != nil {
				t.Fatal(err)
			}
			got = append(got, x.ID)
		}
		found.Release()
		if diff := cmp.Diff(tt.want, got); diff != "" || found.Total != tt.total {
			t.Errorf("%s: total %d, (-want +got):\n%s", tt.name, found.Total, diff)
		}
	}
	if after, _ := e.admission.Used(); after != before {
		t.Errorf("%d bytes are taken, before it were %d", after, before)
	}
}

// endless is a store that lists executions without an end, and counts them.
type endless struct {
	execution.Store

	listed int
}

func (s *endless) List(_ context.Context, q execution.Query) (found []execution.Summary, next int64, err error) {
	s.listed += q.Limit
	found = make([]execution.Summary, q.Limit)
	for i := range found {
		found[i].ID = fmt.Sprint(i)
	}
	return found, int64(s.listed), nil
}

// TestSearchEnds looks at so many executions of a store and at no more.
func TestSearchEnds(t *testing.T) {
	e := openEngine(t)
	store := &endless{Store: e.store}
	e.store = store
	s := searchOf(t, search.Filter{Field: "q", Op: "EQUALS", Value: "7"})
	claim := e.admission.Claim("test")
	defer claim.Release()
	hits, err := e.hits(t.Context(), s, claim)
	if err != nil || store.listed != MaxExamined || len(hits) != MaxExamined/1000*271 {
		t.Errorf("%d hits of %d, %v", len(hits), store.listed, err)
	}
}

// TestSearchWaits lets one search run at a time, and another one give up.
func TestSearchWaits(t *testing.T) {
	e := openEngine(t)
	e.searching <- struct{}{}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := e.Search(gone, searchOf(t)); !errors.Is(err, context.Canceled) {
		t.Errorf("while another one runs: %v", err)
	}
	<-e.searching
	found, err := e.Search(t.Context(), searchOf(t))
	if err != nil {
		t.Fatal(err)
	}
	found.Release()
	if len(e.searching) != 0 {
		t.Error("it does not let others search")
	}
}

// TestSearchLarge refuses a page that is too long, and shows a shorter one.
func TestSearchLarge(t *testing.T) {
	e := openKind(t, StoreSQLite, filepath.Join(t.TempDir(), "kestra.db")) // one in memory forgets
	e.Configure(Options{MemoryLimit: 1 << 30})
	site := newSite(t, e, SiteOptions{}, webhookFlow("large", ""))
	body := `"` + strings.Repeat("x", 9<<20) + `"`
	for range 4 {
		if id := send(site, "large", `{"a":`+body+`}`).ExecutionID; id == "" {
			t.Fatal("the webhook was not accepted")
		} else if _, err := e.Wait(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
	s := searchOf(t)
	s.Size = 4
	if _, err := e.Search(t.Context(), s); !errors.Is(err, ErrFoundLarge) {
		t.Errorf("four: %v", err)
	}
	s.Size = 1
	found, err := e.Search(t.Context(), s)
	if err != nil || len(found.Results) != 1 {
		t.Fatal(err)
	}
	found.Release()
}

func TestEntries(t *testing.T) { synctest.Test(t, testEntries) }

func testEntries(t *testing.T) {
	e := openEngine(t)
	site := newSite(t, e, SiteOptions{}, taskFlow("logs", `- {id: a, type: io.kestra.plugin.core.log.Log, message: [one, two]}
- {id: b, type: io.kestra.plugin.core.log.Log, level: WARN, message: three}`, ""))
	s, err := e.Wait(t.Context(), send(site, "logs", "{}").ExecutionID)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		q    EntryQuery
		want string
	}{
		{EntryQuery{Attempt: -1}, "one two three"},
		{EntryQuery{Attempt: -1, Level: task.Warn}, "three"},
		{EntryQuery{Attempt: -1, TaskID: "a"}, "one two"},
		{EntryQuery{Attempt: -1, RunID: s.Runs[1].ID}, "three"},
		{EntryQuery{Attempt: 0}, "one two three"},
		{EntryQuery{Attempt: 1}, ""},
	} {
		found, err := e.Entries(t.Context(), s, tt.q)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, text := range found.Results {
			var line struct{ Message string }
			if err := json.Unmarshal(text, &line); err != nil {
				t.Fatal(err)
			}
			got = append(got, line.Message)
		}
		found.Release()
		if got := strings.Join(got, " "); got != tt.want {
			t.Errorf("%+v: %q, want %q", tt.q, got, tt.want)
		}
	}
}

// TestFollowExecution sees an execution change until it has ended, until the client leaves, or the process goes down.
func TestFollowExecution(t *testing.T) { synctest.Test(t, testFollowExecution) }

func testFollowExecution(t *testing.T) {
	e := openEngine(t)
	site := newSite(t, e, SiteOptions{}, taskFlow("paused", pausedTasks, ""))
	watched := func(ctx context.Context, id string) (<-chan error, *[]string) {
		seen, done := &[]string{}, make(chan error, 1)
		go func() {
			var last error
			for s, err := range e.FollowExecution(ctx, id) {
				if last = err; err == nil {
					*seen = append(*seen, string(s.Status()))
				}
			}
			done <- last
		}()
		return done, seen
	}
	id, other := send(site, "paused", "{}").ExecutionID, send(site, "paused", "{}").ExecutionID
	synctest.Wait()
	leaving, leave := context.WithCancel(t.Context())
	ended, states := watched(t.Context(), id)
	left, _ := watched(leaving, id)
	goingDown, paused := watched(t.Context(), other)
	unknown, _ := watched(t.Context(), "nobody")
	if err := <-unknown; !errors.Is(err, ErrNotFound) {
		t.Errorf("an unknown one: %v", err)
	}
	synctest.Wait() // all have seen what is there now
	leave()
	if err := <-left; err != nil {
		t.Errorf("after the client has left: %v", err)
	}
	if err := e.Resume(t.Context(), id, nil); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err != nil || len(*states) < 2 || (*states)[0] != "PAUSED" || (*states)[len(*states)-1] != "SUCCESS" {
		t.Errorf("saw %v, %v", *states, err)
	}
	e.Exit()
	if err := <-goingDown; err != nil || len(*paused) != 1 {
		t.Errorf("at the end of the process: saw %v, %v", *paused, err)
	}
}
