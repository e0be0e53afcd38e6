package files

import (
	"context"
	"os"
	"path"
	"slices"
	"time"
)

// sweeping is the way over all executions that have files, which begins with the process. It goes in the order of their folders, one
// after the other, so that it is known of each whether it was there. The store's lock guards what it knows.
type sweeping struct {
	at     folder             // where it is
	active bool               // it has not come to its end
	cancel context.CancelFunc // nil: it never began
	ended  chan struct{}      // closed when it is at an end, or was broken off
}

// seen reports whether what an execution had at the start of the process is counted.
func (w *sweeping) seen(f folder) bool {
	return !w.active || slices.Compare(f.elements(), w.at.elements()) <= 0
}

func (f folder) elements() []string { return []string{f.namespace, f.flow, f.execution} }

func (w *sweeping) swept() bool { return !w.active }

// The way rests for sweepPause after each sweepStep executions: requests come first.
const (
	sweepStep  = 64
	sweepPause = 5 * time.Millisecond
)

// beginSweep begins the way, with the lock held.
func (s *Store) beginSweep(ctx context.Context, root *os.Root) {
	ctx, cancel := context.WithCancel(ctx)
	s.active, s.cancel, s.ended = true, cancel, make(chan struct{})
	go func() {
		defer close(s.ended)
		s.sweep(ctx, root)
	}()
}

// endSweep breaks off the way, and returns when nobody is on it.
func (s *Store) endSweep() {
	s.mu.Lock()
	cancel, ended := s.cancel, s.ended
	s.mu.Unlock()
	if cancel != nil {
		cancel()
		<-ended
	}
}

// sweep counts the files of all executions, and lets those be removed that nobody needs.
func (s *Store) sweep(ctx context.Context, root *os.Root) {
	steps := 0
	for _, namespace := range names(root, ".") {
		if namespace == beginnings {
			continue
		}
		for _, flow := range names(root, namespace) {
			for _, execution := range names(root, path.Join(namespace, flow)) {
				if steps++; steps%sweepStep == 0 {
					rest(ctx, sweepPause)
				}
				if ctx.Err() != nil {
					return
				}
				s.look(ctx, root, folder{namespace, flow, execution})
			}
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.active = false
}

// names returns the names in a folder in their order; none of one that cannot be read.
func names(root *os.Root, folder string) []string {
	f, err := root.Open(folder)
	if err != nil {
		return nil
	}
	defer f.Close()
	all, _ := f.Readdirnames(-1)
	slices.Sort(all)
	return all
}

// rest waits for a time, or until ctx is done.
func rest(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// look looks at one execution, when nothing of it is to be removed any more. What it has is left to it when it cannot be said whether it
// is kept.
func (s *Store) look(ctx context.Context, root *os.Root, f folder) {
	for !s.tryLook(ctx, root, f) {
		s.awaitRemovals(f.execution)
	}
}

// tryLook does so, unless something is to be removed before. Nobody else begins to use the files of an execution meanwhile.
func (s *Store) tryLook(ctx context.Context, root *os.Root, f folder) bool {
	s.counting.Lock()
	defer s.counting.Unlock()
	s.mu.Lock()
	if s.pending[f.execution] > 0 && s.removing {
		s.mu.Unlock()
		return false
	}
	s.at = f
	known := s.usage.executions[f.execution] != nil
	s.mu.Unlock()
	if known { // it is counted, and in use
		return true
	}
	kept, needed, err := s.needs(ctx, f.execution)
	if err == nil && kept {
		for _, run := range names(root, path.Join(f.name(), directories)) {
			if !needed(run) {
				_ = root.RemoveAll(path.Join(f.name(), directories, run)) // else it goes with the execution
			}
		}
	}
	there, _ := count(root, f)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.usage.total += there.bytes
	if err == nil && !kept {
		s.leave(departure{folder: f, unknown: true})
	}
	return true
}
