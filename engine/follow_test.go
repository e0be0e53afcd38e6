package engine

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

const pausedTasks = `- {id: before, type: io.kestra.plugin.core.log.Log, message: [one, two]}
- {id: p, type: io.kestra.plugin.core.flow.Pause}
- {id: after, type: io.kestra.plugin.core.log.Log, level: WARN, message: three}`

// following collects the messages of a log that is followed.
type following struct {
	texts []string
	err   error
	done  chan struct{}
}

func follow(ctx context.Context, e *Engine, id string, q LogQuery) *following {
	f := &following{done: make(chan struct{})}
	go func() {
		defer close(f.done)
		for lines, err := range e.Follow(ctx, id, q) {
			for _, l := range lines {
				f.texts = append(f.texts, l.Message)
			}
			f.err = err
		}
	}()
	return f
}

// ended reports whether nothing more is followed, and what was.
func (f *following) ended() (string, bool) {
	synctest.Wait()
	select {
	case <-f.done:
		return strings.Join(f.texts, " "), true
	default:
		return strings.Join(f.texts, " "), false
	}
}

func TestFollow(t *testing.T) { synctest.Test(t, testFollow) }

func testFollow(t *testing.T) {
	e := openEngine(t)
	site := newSite(t, e, SiteOptions{}, taskFlow("paused", pausedTasks, ""))
	id := send(site, "paused", "{}").ExecutionID
	ctx, leave := context.WithCancel(t.Context())
	all, left, warnings := follow(t.Context(), e, id, LogQuery{}), follow(ctx, e, id, LogQuery{}), follow(t.Context(), e, id, LogQuery{Level: task.Warn})
	if got, ended := all.ended(); got != "one two" || ended {
		t.Errorf("while it is paused: %q, ended %v", got, ended)
	}
	if got, ended := warnings.ended(); got != "" || ended {
		t.Errorf("warnings while it is paused: %q, ended %v", got, ended)
	}
	leave()
	if got, ended := left.ended(); got != "one two" || !ended {
		t.Errorf("who has left: %q, ended %v", got, ended)
	}
	if err := e.Resume(t.Context(), id, nil); err != nil {
		t.Fatal(err)
	}
	if got, ended := all.ended(); got != "one two three" || !ended || all.err != nil {
		t.Errorf("resumed: %q, ended %v, %v", got, ended, all.err)
	}
	if got, ended := warnings.ended(); got != "three" || !ended {
		t.Errorf("warnings: %q, ended %v", got, ended)
	}
	if got, ended := follow(t.Context(), e, id, LogQuery{}).ended(); got != "one two three" || !ended {
		t.Errorf("of one that has ended: %q, ended %v", got, ended)
	}
	nobody := follow(t.Context(), e, "nobody", LogQuery{})
	if got, ended := nobody.ended(); got != "" || !ended || !errors.Is(nobody.err, ErrNotFound) {
		t.Errorf("of nobody: %q, ended %v, %v", got, ended, nobody.err)
	}
}

// TestFollowExit follows the log of an execution that has not ended when the process does.
func TestFollowExit(t *testing.T) { synctest.Test(t, testFollowExit) }

func testFollowExit(t *testing.T) {
	e, err := Open(t.Context(), StoreOptions{Kind: StoreMemory})
	if err != nil {
		t.Fatal(err)
	}
	site := newSite(t, e, SiteOptions{}, taskFlow("paused", pausedTasks, ""))
	id := send(site, "paused", "{}").ExecutionID
	f := follow(t.Context(), e, id, LogQuery{})
	f.ended()
	e.Exit()
	if err := e.Close(); err != nil { // which does not wait for who follows
		t.Error(err)
	}
	<-f.done
	if f.err != nil && !IsBusy(f.err) {
		t.Errorf("it ended with %v", f.err)
	}
}

func TestLines(t *testing.T) { synctest.Test(t, testLines) }

func testLines(t *testing.T) {
	e := openEngine(t)
	site := newSite(t, e, SiteOptions{}, taskFlow("paused", pausedTasks, ""), taskFlow("silent", "- {id: s, type: io.kestra.plugin.core.flow.Pause}", ""))
	id, silent := send(site, "paused", "{}").ExecutionID, send(site, "silent", "{}").ExecutionID
	synctest.Wait()
	if err := e.Resume(t.Context(), id, nil); err != nil {
		t.Fatal(err)
	}
	synctest.Wait()
	first, _, err := e.Lines(t.Context(), id, LogQuery{Limit: 1})
	if err != nil || len(first) != 1 {
		t.Fatalf("the first line: %v, %v", first, err)
	}
	for _, tt := range []struct {
		name string
		id   string
		q    LogQuery
		want string
		more bool
	}{
		{"all", id, LogQuery{Limit: 10}, "one two three", false},
		{"some", id, LogQuery{Limit: 2}, "one two", true},
		{"after one", id, LogQuery{Limit: 10, After: first[0].Seq}, "two three", false},
		{"of a level", id, LogQuery{Limit: 1, Level: task.Warn}, "three", true},
		{"after the last", id, LogQuery{Limit: 10, After: 1 << 62}, "", false},
		{"of an execution without any", silent, LogQuery{Limit: 10}, "", false},
	} {
		found, next, err := e.Lines(t.Context(), tt.id, tt.q)
		var texts []string
		for _, l := range found {
			texts = append(texts, l.Message)
		}
		if got := strings.Join(texts, " "); got != tt.want || err != nil || tt.more != (next != 0) {
			t.Errorf("%s: %q, next %d, %v", tt.name, got, next, err)
		}
	}
	if _, _, err := e.Lines(t.Context(), "nobody", LogQuery{Limit: 10}); !errors.Is(err, ErrNotFound) {
		t.Errorf("of nobody: %v", err)
	}
	if err := e.Kill(t.Context(), silent); err != nil {
		t.Fatal(err)
	}
}
