package engine

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"go.uber.org/zap"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// The defaults of [Options.Retention].
const (
	DefaultRetentionAge  = 30 * 24 * time.Hour
	DefaultRetentionSize = 10 << 30
)

// retain tells a store what to keep that is larger than memory. One in memory has bounds of its own.
func (e *Engine) retain(r Retention, logger *zap.Logger) {
	s, ok := e.store.(interface {
		Retain(r execution.Retention, logger *zap.Logger)
	})
	if !ok {
		return
	}
	if r.Age == 0 {
		r.Age = DefaultRetentionAge
	}
	if r.Size == 0 {
		r.Size = DefaultRetentionSize
	}
	if logger == nil {
		logger = zap.NewNop()
	}
	s.Retain(r, logger)
}

// StoreStats says where an engine keeps executions, and how much.
type StoreStats struct {
	Kind    string // [StoreMemory] or [StoreSQLite]
	Path    string // of the file
	Durable bool
	execution.Stats
}

// Stats returns how much the store keeps. It is cheap, however much that is.
func (e *Engine) Stats(ctx context.Context) (StoreStats, error) {
	if !e.calls.begin() {
		return StoreStats{}, ErrClosed
	}
	defer e.calls.end()
	kept, err := e.store.Stats(ctx)
	return StoreStats{Kind: e.kind, Path: e.path, Durable: e.store.Durable(), Stats: kept}, err
}

// ErrNoFile is the error of a backup of a store that is not a file.
var ErrNoFile = errors.New("store memory has no file to back up: it forgets everything when the process ends")

// Backup copies the store into a file on this machine, which must not be there, and returns its size. It holds up what is committed
// meanwhile by no more than one small step. Files of executions and of namespaces are not in it.
func (e *Engine) Backup(ctx context.Context, path string) (bytes int64, err error) {
	if !e.calls.begin() {
		return 0, ErrClosed
	}
	defer e.calls.end()
	s, ok := e.store.(interface {
		Backup(ctx context.Context, path string) (int64, error)
	})
	switch {
	case !ok:
		return 0, ErrNoFile
	case !filepath.IsAbs(path):
		return 0, fmt.Errorf("backup: %q is not an absolute path", path)
	}
	return s.Backup(ctx, path)
}

// Purge says which executions go that have ended. Empty members do not restrict.
type Purge struct {
	Namespace string // and those below, without a flow
	FlowID    string
	States    []execution.Status
	Before    time.Time // those that have ended before
	DryRun    bool      // none goes
}

// Purged is what has gone, or would.
type Purged struct {
	Executions int
	Bytes      int64 // about how many they took
}

// Purge deletes executions that have ended, with all that belongs to them, a few at a time. After an error it returns what has gone.
func (e *Engine) Purge(ctx context.Context, p Purge) (gone Purged, err error) {
	if !e.calls.begin() {
		return gone, ErrClosed
	}
	defer e.calls.end()
	f := task.ExecutionFilter{Flow: task.FlowName{Namespace: p.Namespace, ID: p.FlowID}, Statuses: p.States}
	var bytes int64
	want := func(s *execution.Summary) (bool, error) {
		if !p.Before.IsZero() && !s.Head.History.End().Before(p.Before) {
			return false, nil
		}
		bytes += s.Bytes
		return true, nil
	}
	err = keeper{e}.deleteEnded(ctx, f, p.DryRun, want, func(n int) {
		gone.Executions += n
		gone.Bytes += bytes
		bytes = 0
	})
	return gone, err
}

// deletedAtOnce is how many executions one commit deletes: others wait for it.
const deletedAtOnce = 32

// deleteEnded deletes the executions that f asks for, that have ended and that are wanted, a few at a time, and says each time how many.
func (k keeper) deleteEnded(
	ctx context.Context, f task.ExecutionFilter, dryRun bool, wanted func(s *execution.Summary) (bool, error), deleted func(n int),
) error {
	var ids []string
	flush := func() error {
		n, err := len(ids), error(nil)
		if !dryRun && n > 0 {
			n, err = k.store.Delete(ctx, ids)
		}
		if err == nil {
			deleted(n)
		}
		ids = ids[:0]
		return err
	}
	err := k.each(ctx, f, func(s *execution.Summary) error {
		if !s.Head.Over() {
			return nil
		}
		want, err := wanted(s)
		if err != nil || !want {
			return err
		}
		if ids = append(ids, s.ID); len(ids) < deletedAtOnce {
			return nil
		}
		return flush()
	})
	if err != nil {
		return err
	}
	return flush()
}
